"""Lists the files that changed between a base and HEAD, as JSON.

Usage: changes.py BASE

Prints {"base": ..., "files": [...], "present": [...], "python": [...]}: all changed
files, those of them that still exist, and the Python files among these. Paths are
relative to the working directory, like those that the other reviewers report.
"""

import json
import os
import subprocess
import sys


def git(*arguments: str) -> bytes:
    """What a git command prints; its error message ends this program."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr.decode("utf-8", "replace").strip() or "git failed")
    return done.stdout


def asks(*arguments: str) -> bool:
    """Whether git says yes."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    return done.returncode == 0


def changed(base: str) -> list[str]:
    """The changed files, by the merge base, so that the base's own progress is left out."""
    if base.startswith("-"):
        sys.exit(f"{base!r} is no revision")
    if not asks("rev-parse", "--is-inside-work-tree"):
        sys.exit("this is not a git repository: there is no change to review")
    if not asks("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}"):
        sys.exit(
            f"there is no branch, tag or commit {base!r} to compare with: "
            "give another with --context pr.base_branch=NAME"
        )
    listing = git("diff", "--name-only", "--relative", "-z", f"{base}...HEAD", "--")
    names = [os.fsdecode(name) for name in listing.split(b"\0") if name]
    # A name that is not UTF-8 cannot be told in JSON, and must not be passed over.
    for name in names:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            sys.exit(f"the name of the file {name!r} is not UTF-8")
    return names


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: changes.py BASE")
    base = sys.argv[1]
    files = changed(base)
    present = [name for name in files if os.path.isfile(name)]
    json.dump(
        {
            "base": base,
            "files": files,
            "present": present,
            "python": [name for name in present if name.endswith(".py")],
        },
        sys.stdout,
        indent=2,
    )


if __name__ == "__main__":
    main()
