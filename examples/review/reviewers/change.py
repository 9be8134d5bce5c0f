"""The change under review, as git knows it.

What the change brings along is data here, never configuration: its attributes cannot
hide a file from the diff, and no program that it names is run.
"""

import re
import subprocess

from answer import CannotAnswer

HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")
DIFF = ["--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--text", "--unified=0"]


def git(repository, *words):
    """What a git command prints, as bytes."""
    command = ["git", "--literal-pathspecs", "-C", repository, *words]
    try:
        done = subprocess.run(command, capture_output=True)
    except FileNotFoundError:
        raise CannotAnswer("git was not found on PATH") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise CannotAnswer(f"git {words[0]} in {repository}: {said}")
    return done.stdout


def commit_of(repository, name):
    """The id of the commit with this name, or None."""
    words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    try:
        return git(repository, *words).decode("ascii").strip()
    except CannotAnswer:
        return None


def commits_between(repository, base, head):
    """The ids of the commits that the change consists of, the oldest first."""
    words = ["rev-list", "--reverse", "--no-merges", f"{base}..{head}", "--"]
    return git(repository, *words).decode("ascii").split()


def changed_files(repository, base, head):
    """The names of all files that differ, in order; a renamed file has both."""
    listed = git(repository, "diff", "--name-only", "--no-renames", "-z", base, head, "--")
    try:
        return listed.decode("utf-8").split("\0")[:-1]
    except UnicodeDecodeError as error:
        raise CannotAnswer(f"the name of a changed file is not UTF-8: {error}") from None


def added_lines(repository, base, head):
    """Every line that `head` has and `base` has not: (file, line number, text)."""
    # One diff for each file: a diff of many files spells unusual names in quotes.
    for file in changed_files(repository, base, head):
        number = 0
        for line in git(repository, "diff", *DIFF, base, head, "--", file).split(b"\n"):
            hunk = HUNK.match(line)
            if hunk:
                number = int(hunk.group(1))
            elif number and line[:1] in (b"+", b" "):
                if line[:1] == b"+":
                    yield file, number, line[1:].decode("utf-8", "replace")
                number += 1
