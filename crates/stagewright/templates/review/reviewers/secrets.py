"""Looks for secrets in the clear, and answers with an agent's document.

Usage: secrets.py [--] FILE...

The document goes to standard output: status PASS or FAIL, and a violation for each
line that looks like it holds a secret. The secret itself is never printed. A file that
cannot be read makes the status ERROR: what was not looked at has not passed.
"""

import json
import re
import sys
import time

MAX_BYTES = 5 * 1024 * 1024

# What is looked for: a name, how bad it is, and how it looks.
PATTERNS = [
    ("private-key", "CRITICAL", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    ("aws-access-key", "CRITICAL", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("github-token", "CRITICAL", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b")),
    ("slack-token", "HIGH", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b")),
    (
        "hardcoded-secret",
        "HIGH",
        re.compile(
            r"""(?ix) \b [a-z0-9_]* (?:password|passwd|secret|api_?key|token) [a-z0-9_]* \b
                ["']? \s* [:=] \s* (?P<quote>["']) (?P<value>[^"'\s]{8,}) (?P=quote)"""
        ),
    ),
]

# Values that stand for a secret instead of being one.
PLACEHOLDER = re.compile(r"(?i)^(?:env:|file:|\$|<|\{|x{4,}|\*{4,}|changeme|example|your[-_])")


def violations(path: str, text: str) -> list[dict]:
    """The first match of each line; one line is one finding."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for rule, severity, pattern in PATTERNS:
            match = pattern.search(line)
            if match is None:
                continue
            if PLACEHOLDER.match(match.groupdict().get("value") or ""):
                continue
            found.append(
                {
                    "file": path,
                    "line": number,
                    "type": rule,
                    "severity": severity,
                    "description": f"this line looks like it holds a secret ({rule})",
                    "suggestion": "read it from the environment or a vault, and revoke this one",
                }
            )
            break
    return found


def review(paths: list[str]) -> dict:
    started = time.monotonic()
    found, unread = [], []
    for path in paths:
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            unread.append(f"{path}: {error.strerror}")
            continue
        if len(data) > MAX_BYTES:
            unread.append(f"{path}: more than {MAX_BYTES} bytes")
            continue
        # Binary files hold keys too; what is no UTF-8 is looked at all the same.
        found += violations(path, data.decode("utf-8", "replace"))
    document = {
        "agent": "secrets",
        "version": "1.0",
        "status": "ERROR" if unread else "FAIL" if found else "PASS",
        "violations": found,
        "violations_count": len(found),
        "patterns_checked": [rule for rule, _, _ in PATTERNS],
        "summary": f"{len(found)} possible secrets in {len(paths)} files",
        "execution_time_ms": round((time.monotonic() - started) * 1000),
    }
    if unread:
        document["error"] = "; ".join(unread)
    return document


def main() -> None:
    paths = sys.argv[1:]
    if paths[:1] == ["--"]:
        paths = paths[1:]
    json.dump(review(paths), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
