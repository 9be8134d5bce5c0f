"""Runs the unit tests of a directory and says what their end is worth.

Ends with 0 when tests ran and passed, 1 when one failed, and 5 when none ran, which
Python before 3.12 calls a success. Anything else is an error of the run itself.
"""

import argparse
import json
import os
import re
import subprocess
import sys

from answer import CannotAnswer, run

NOTHING_RAN = 5

# The last lines that unittest prints: "Ran 3 tests in 0.001s", "OK (skipped=1)".
SUMMARY = re.compile(r"^Ran (\d+) tests? in .*\n\n(OK|FAILED|NO TESTS RAN)(.*)$", re.MULTILINE)
SKIPPED = re.compile(r"\bskipped=(\d+)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", help="where the tests are found")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.directory):
        raise CannotAnswer(f"there is no directory {arguments.directory}")
    done = subprocess.run(
        [sys.executable, "-m", "unittest"],
        cwd=arguments.directory,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdout=sys.stderr,
    )
    said = done.stderr.decode("utf-8", "replace")
    sys.stderr.write(said)
    return judge(done.returncode, said)


def judge(code, said):
    """The exit code for what unittest ended with. Its word alone is not enough: tests
    that end the process early, or are all skipped, have shown nothing."""
    summaries = SUMMARY.findall(said)
    ran = skipped = 0
    if summaries:
        count, _, details = summaries[-1]
        skipped = sum(int(number) for number in SKIPPED.findall(details))
        ran = int(count) - skipped
    print(json.dumps({"tests_run": ran, "tests_skipped": skipped, "unittest_exit_code": code}))
    if code == 1:
        return 1
    if code not in (0, NOTHING_RAN):
        raise CannotAnswer(f"unittest ended with {code}")
    return 0 if code == 0 and ran > 0 else NOTHING_RAN


if __name__ == "__main__":
    run(main)
