"""Runs one reviewer and prints what it says as an agent's document.

The input is JSON on standard input: the repository, and the files that the change
touches. Findings in other files are left out. Like the agents of the review
specification it ends with 1 for FAIL and for ERROR, and the document says which.
"""

import json
import re
import subprocess
import sys

# The command, and the exit codes with which its report is one.
TOOLS = {
    "ruff": (["ruff", "check", "--isolated", "--no-cache", "--output-format", "json", "shop"], (0, 1)),
    "bandit": (["bandit", "-q", "-f", "json", "-r", "shop"], (0, 1)),
    "mypy": (["mypy", "--output", "json", "--cache-dir", "/dev/null", "shop"], (0, 1)),
    "vulture": (["vulture", "shop"], (0, 3)),
}


class CannotAnswer(Exception):
    """Why there is no review."""


def violation(file, line, rule, severity, description):
    return {
        "file": file,
        "line": line,
        "type": rule,
        "severity": severity,
        "description": description,
    }


def read_ruff(report, root):
    for item in json.loads(report):
        file = item["filename"].removeprefix(root + "/")
        rule = item["code"] or "invalid-syntax"
        severity = "MINOR" if rule.startswith("F4") else "MAJOR"
        yield violation(file, item["location"]["row"], rule, severity, item["message"])


def read_bandit(report, _root):
    document = json.loads(report)
    if document["errors"]:
        raise CannotAnswer(f"could not scan everything: {document['errors']}")
    for item in document["results"]:
        severity = item["issue_severity"]
        yield violation(
            item["filename"], item["line_number"], item["test_id"], severity, item["issue_text"]
        )


def read_mypy(report, _root):
    for line in report.splitlines():
        if not line.startswith("{"):
            continue  # "Success: no issues found" is a sentence.
        item = json.loads(line)
        if item["severity"] == "error":
            yield violation(item["file"], item["line"], item["code"], "MAJOR", item["message"])


def read_vulture(report, _root):
    for line in report.splitlines():
        file, number, message = re.fullmatch(r"([^:]+):(\d+): (.+) \(\d+% confidence.*\)", line).groups()
        if message.startswith("unused import"):
            # The rule's name at ruff, so that one problem counts once.
            yield violation(file, int(number), "F401", "MINOR", message)
        else:
            yield violation(file, int(number), "unreachable-code", "MEDIUM", message)


READERS = {
    "ruff": read_ruff,
    "bandit": read_bandit,
    "mypy": read_mypy,
    "vulture": read_vulture,
}


def review(tool, order):
    command, answers = TOOLS[tool]
    done = subprocess.run(command, cwd=order["repository"], capture_output=True, text=True)
    if done.returncode not in answers:
        raise CannotAnswer(f"{tool} left with {done.returncode}: {done.stdout}{done.stderr}")
    root = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"],
        cwd=order["repository"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return [one for one in READERS[tool](done.stdout, root) if one["file"] in order["files"]]


def main():
    tool = sys.argv[1]
    document = {"agent": tool, "version": "1.0"}
    try:
        violations = review(tool, json.load(sys.stdin))
        document["status"] = "FAIL" if violations else "PASS"
        document["violations"] = violations
        document["violations_count"] = len(violations)
    except CannotAnswer as reason:
        document["status"] = "ERROR"
        document["summary"] = str(reason)
    print(json.dumps(document))
    return 0 if document["status"] == "PASS" else 1


if __name__ == "__main__":
    sys.exit(main())
