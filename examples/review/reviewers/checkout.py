"""Brings a change to where the reviewers look at it, and says what it consists of.

Prints the commit from which the change branched off (`base`), its last commit
(`head`), and its files. The repository may be a directory, a bundle or an address.
"""

import argparse
import json
import os
import shutil
import tempfile

from answer import CannotAnswer, run
from change import changed_files, commit_of, git


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", required=True, help="where the change is")
    parser.add_argument("--base", required=True, help="branch, tag or commit to merge into")
    parser.add_argument("--head", required=True, help="branch, tag or commit to review")
    parser.add_argument("--into", required=True, help="directory that is made for it")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.into):
        clone(arguments.repository, arguments.head, arguments.into)
    answer = describe(arguments.into, arguments.base, arguments.head)
    print(json.dumps(answer, indent=2))
    return 0


def clone(repository, head, directory):
    """Clones and checks out. The directory appears whole or not at all, so that a try
    that was interrupted leaves nothing which the next one would take for its own."""
    parent = os.path.dirname(os.path.abspath(directory))
    os.makedirs(parent, exist_ok=True)
    unfinished = tempfile.mkdtemp(prefix=".checkout-", dir=parent)
    try:
        # Without a template there are no hooks, which would run at the checkout.
        words = ["clone", "--quiet", "--no-checkout", "--template=", "--", repository, unfinished]
        git(".", *words)
        commit = resolve(unfinished, head)
        git(unfinished, "checkout", "--quiet", "--detach", commit)
        os.rename(unfinished, directory)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def describe(directory, base_name, head_name):
    base, head = resolve(directory, base_name), resolve(directory, head_name)
    if commit_of(directory, "HEAD") != head:
        raise CannotAnswer(f"{directory} exists, and does not hold {head_name}")
    try:
        base = git(directory, "merge-base", base, head).decode("ascii").strip()
    except CannotAnswer:
        raise CannotAnswer(f"{base_name} and {head_name} have no commit in common") from None
    files = changed_files(directory, base, head)
    if not files:
        raise CannotAnswer(f"{head_name} changes nothing in {base_name}: nothing to review")
    return {
        "base": base,
        "head": head,
        "files_changed": files,
        "python_files": [file for file in files if is_python(os.path.join(directory, file))],
    }


def is_python(path):
    """Whether it is a Python file that is still there. Links may lead anywhere."""
    return path.endswith(".py") and os.path.isfile(path) and not os.path.islink(path)


def resolve(directory, name):
    """The commit that a name of the cloned repository stands for."""
    for full_name in (f"refs/remotes/origin/{name}", f"refs/tags/{name}", name):
        commit = commit_of(directory, full_name)
        if commit:
            return commit
    raise CannotAnswer(f"the repository has no branch, tag or commit `{name}`")


if __name__ == "__main__":
    run(main)
