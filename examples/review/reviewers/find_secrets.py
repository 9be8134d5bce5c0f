"""Looks for secrets in the lines that a change adds.

The history counts as well: what one commit adds and a later one removes has been
given away all the same. The value that was found is never printed.
"""

import argparse
import math
import re
from collections import Counter

from answer import print_document, run, violation
from change import added_lines, commits_between

RULES = {
    "private-key": re.compile(r"(?P<value>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)"),
    "hard-coded-secret": re.compile(
        r"""(?ix)
        (?P<name> [\w-]{0,40}
            (?: (?:api|access|auth|private|secret|signing|encryption)[_-]?key
              | token | secret | passw(?:or)?d | credentials? )
            [\w-]{0,40} )
        ["']? \s{0,5} (?: :\s{0,5}[\w.\[\]]{1,40}\s{0,5}= | := | => | [:=] ) \s{0,5}
        (?P<quote>["']) (?P<value>[^"'\s]{8,200}) (?P=quote)
        """
    ),
    "password-in-address": re.compile(r"://[^\s/:@'\"]{1,80}:(?P<value>[^\s/:@'\"]{3,80})@"),
    "random-text": re.compile(r"""["'](?P<value>[A-Za-z0-9+/_=-]{32,200})["']"""),
}

SUGGESTION = "Read it from the environment or a secret store, and revoke this value."

# Bits per character. English words have about 2.5, random letters and digits above 3.5.
RANDOM = 3.2
VERY_RANDOM = 4.3

PLACEHOLDER = re.compile(
    r"""(?ix) [${<%].* | .*\{.*\}.* | (?:env|file):.* | (.)\1+ | \*+ | \.+
        | change.?me.* | your.* | pass(?:word)? | secret | token | example.* """
)
VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
CHECKSUM = re.compile(r"(?:sha\d+[-:=].*|[0-9a-f]+|[0-9A-F]+)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", required=True, help="the checked out change")
    parser.add_argument("--base", required=True, help="the commit before the change")
    parser.add_argument("--head", required=True, help="its last commit")
    arguments = parser.parse_args()
    repository = arguments.repository
    found = {}
    for file, line, secret in secrets_between(repository, arguments.base, arguments.head):
        found[file, secret] = reported(file, line, secret, "")
    commits = commits_between(repository, arguments.base, arguments.head)
    for commit in commits:
        for file, _, secret in secrets_between(repository, f"{commit}^", commit):
            gone = f"; a later commit removes it, but {commit[:12]} keeps it in the history"
            found.setdefault((file, secret), reported(file, None, secret, gone))
    summary = f"Looked at {len(commits)} commits for {len(RULES)} kinds of secrets."
    return print_document("find_secrets", list(found.values()), sorted(RULES), summary)


def secrets_between(repository, base, head):
    """What the lines between two commits hold: (file, line, (rule, name, value))."""
    for file, line, text in added_lines(repository, base, head):
        for secret in secrets_in(text):
            yield file, line, secret


def secrets_in(text):
    """The secrets of one line; a value counts for the first rule that it meets."""
    seen = set()
    for rule, pattern in RULES.items():
        for match in pattern.finditer(text):
            value = match.group("value")
            if value not in seen and is_secret(rule, value):
                seen.add(value)
                yield rule, match.groupdict().get("name"), value


def is_secret(rule, value):
    if rule == "private-key":
        return True
    if PLACEHOLDER.fullmatch(value) or VARIABLE_NAME.fullmatch(value):
        return False
    if rule == "random-text":
        return not CHECKSUM.fullmatch(value) and bits_per_character(value) >= VERY_RANDOM
    return True


def reported(file, line, secret, where):
    rule, name, value = secret
    if rule == "private-key":
        severity, what = "CRITICAL", "a private key"
    elif rule == "password-in-address":
        severity, what = "CRITICAL", "a password in an address"
    elif rule == "random-text":
        severity, what = "MEDIUM", f"a random text of {len(value)} characters"
    else:
        looks_random = len(value) >= 16 and bits_per_character(value) >= RANDOM
        severity = "CRITICAL" if looks_random else "HIGH"
        what = f"a value of {len(value)} characters in `{name}`"
    return violation(file, line, rule, severity, f"{what}{where}", SUGGESTION)


def bits_per_character(text):
    """Shannon's entropy of a text's characters."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


if __name__ == "__main__":
    run(main)
