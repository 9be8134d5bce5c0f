"""Says every secret it was given, in every spelling that programs use.

usage: plant.py WAY [ARGUMENT…]

The values come from the environment, or from the files below values/ when they are
no secrets: then the same is said by the same code, and nothing may be hidden.
"""

import base64
import json
import os
import sys
import time
import urllib.parse

NAMES = [f"S{number:02}" for number in range(1, 21)]


def value_of(name):
    if name in os.environ:
        return os.environ[name]
    with open(f"values/{name}", newline="", encoding="utf-8") as file:
        return file.read()


def spellings(value):
    raw = value.encode()
    yield "raw", value
    yield "json", json.dumps(value, ensure_ascii=False)
    yield "json_ascii", json.dumps(value)
    yield "json_twice", json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False)
    yield "percent", urllib.parse.quote(value, safe="")
    yield "form", urllib.parse.quote_plus(value)
    yield "shell", "'" + value.replace("'", "'\\''") + "'"
    yield "hex", raw.hex()
    yield "hex_upper", raw.hex().upper()
    for before in ("", "u", "u:"):
        yield "base64", base64.b64encode(before.encode() + raw).decode()
        yield "base64_url", base64.urlsafe_b64encode(before.encode() + raw + b"@host").decode()
    yield "base64_lines", base64.encodebytes(raw).decode()


def everything():
    for name in NAMES:
        for spelling, text in spellings(value_of(name)):
            yield name, spelling, text


def lines():
    return "".join(f"{name} {spelling}: {text}\n" for name, spelling, text in everything())


def document():
    found = [
        {
            "severity": "LOW",
            "rule": f"{spelling}/{name}",
            "message": f"{spelling} of {name} is {text}",
            "file": f"src/{name}.py",
            "line": number + 1,
            "suggestion": text,
        }
        for number, (name, spelling, text) in enumerate(everything())
    ]
    return {"status": "FAIL", "violations": found, "violations_count": len(found)}


def say_in_two_writes():
    for name in NAMES:
        raw = f"split {name}: {value_of(name)}\n".encode()
        middle = len(raw) - len(value_of(name).encode()) // 2
        for part in (raw[:middle], raw[middle:]):
            os.write(1, part)
            time.sleep(0.004)


def answer(result):
    with open(os.environ["STAGEWRIGHT_ANSWER"], "w", encoding="utf-8") as file:
        json.dump(result, file)


def main(way, *arguments):
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stderr.reconfigure(encoding="utf-8", newline="\n")
    if way == "stdout":
        sys.stdout.write(lines())
    elif way == "stderr":
        sys.stderr.write(lines())
    elif way == "split":
        say_in_two_writes()
    elif way == "fail":
        sys.stderr.write(lines())
        # Once more at the very end, since an error repeats the last lines only.
        sys.stderr.write("gave up on " + " ".join(value_of(name) for name in NAMES) + "\n")
        sys.exit(3)
    elif way == "fail_on":
        for spelling, text in spellings(value_of(arguments[0])):
            sys.stderr.write(f"{spelling}: {text}\n")
        sys.exit(3)
    elif way == "findings":
        json.dump(document(), sys.stdout)
    elif way == "answer":
        answer({
            "said": [text for _, _, text in everything()],
            "keyed": {text: name for name, spelling, text in everything() if spelling == "raw"},
        })
    elif way == "garbage":
        sys.stdout.write('{"status": ' + lines())
    elif way == "large":
        # So large that it is stored as a file of its own.
        filling = ("." * 76 + "\n") * 7_000
        sys.stdout.write(filling + lines() + filling)
    elif way == "arguments":
        sys.stdout.write("\n".join(arguments) + "\n")
    elif way == "shown":
        # Whether the command line of the shell above holds the value.
        with open(f"/proc/{os.getppid()}/cmdline", "rb") as file:
            shown = value_of(arguments[0]).encode() in file.read()
        with open("shown", "w", encoding="utf-8") as file:
            file.write("yes\n" if shown else "no\n")
    else:
        sys.exit(f"unknown way {way}")


main(*sys.argv[1:])
