"""What a reviewer answers with: an agent's document on standard output.

A reviewer that could do its work prints PASS or FAIL and what it found. One that could
not has no answer: it says why on standard error and ends with 2, so that the engine
records a failed agent and never an empty list of findings.
"""

import json
import os
import sys


class CannotAnswer(Exception):
    """Why there is no answer, in words for people."""


def violation(file, line, rule, severity, description, suggestion):
    """One problem. `severity` is CRITICAL, HIGH, MEDIUM or LOW."""
    return {
        "file": file,
        "line": line,
        "type": rule,
        "severity": severity,
        "description": description,
        "suggestion": suggestion,
    }


def print_document(agent, violations, rules, summary):
    """Prints the document, and returns the exit code that goes with it.

    `rules` are the names of what was looked for, found or not.
    """
    ordered = sorted(violations, key=lambda one: (one["file"], one["line"] or 0, one["type"]))
    document = {
        "agent": agent,
        "version": "1.0",
        "status": "FAIL" if ordered else "PASS",
        "violations": ordered,
        "violations_count": len(ordered),
        "patterns_checked": rules,
        "summary": summary,
    }
    print(json.dumps(document, indent=2))
    return 1 if ordered else 0


def run(main):
    """Runs a reviewer's `main` and ends the process with what it returns."""
    try:
        code = main()
    except CannotAnswer as reason:
        print(f"{os.path.basename(sys.argv[0])}: {reason}", file=sys.stderr)
        code = 2
    sys.exit(code)
