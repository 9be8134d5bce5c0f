"""Tests of the reviewers: `python3 -m unittest discover examples/review/reviewers`."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
# Assembled, so that no scanner takes this file for what it tests.
RANDOM = "Zk83vQpL0x" + "Tn5RwY7bHs"


class Reviewers(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = directory.name
        self.repository = os.path.join(self.root, "a repository")
        os.mkdir(self.repository)
        self.git("init", "--quiet")
        self.commit({"README.md": "A program.\n"})
        self.git("branch", "base")

    def git(self, *words):
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            environment.update({f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@shop.example"})
        command = ["git", "-C", self.repository, *words]
        done = subprocess.run(command, env=environment, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, files):
        for file, text in files.items():
            path = os.path.join(self.repository, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as written:
                written.write(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "more")

    def run_script(self, script, *words):
        command = [sys.executable, "-B", os.path.join(HERE, script), *words]
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
        self.assertNotIn(f'File "{HERE}', done.stderr, "a reviewer does not crash")
        return done

    def secrets(self):
        done = self.run_script(
            "find_secrets.py", "--repository", self.repository, "--base", "base", "--head", "HEAD"
        )
        self.assertNotIn(RANDOM, done.stdout, "a reviewer does not repeat the secret")
        return done.returncode, json.loads(done.stdout)["violations"]

    def checkout(self, head="HEAD", into="made/change"):
        into = os.path.join(self.root, into)
        words = ["--repository", self.repository, "--base", "base", "--head", head, "--into", into]
        return into, self.run_script("checkout.py", *words)

    def layers(self, files, rules=None):
        rules = rules or {
            "layers": {
                "top": {"modules": ["app.top*"], "may_import": ["middle"]},
                "middle": {"modules": ["app.middle"], "may_import": []},
                "bottom": {"modules": ["app.bottom", "app.bottom.*"], "may_import": []},
            },
            "without_layer": ["app"],
        }
        self.commit(files)
        path = os.path.join(self.root, "rules.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(rules, file)
        words = ["--rules", path, "--repository", self.repository, "--", *files]
        return self.run_script("check_layers.py", *words)

    def test_a_secret_is_found_where_it_stands(self):
        # Goal: unusual names and attributes that hide a file make no difference.
        file = 'odd "dir"/ä b.py'
        self.commit({".gitattributes": "* -diff\n", file: f"x = 1\n\ntoken = '{RANDOM}'\n"})
        code, found = self.secrets()
        self.assertEqual(code, 1)
        places = [(one["file"], one["line"], one["type"], one["severity"]) for one in found]
        self.assertEqual(places, [(file, 3, "hard-coded-secret", "CRITICAL")])

    def test_a_secret_that_was_removed_again_is_in_the_history(self):
        self.commit({"a.py": f"api_key = '{RANDOM}'\n"})
        self.commit({"a.py": "api_key = read()\n"})
        code, found = self.secrets()
        self.assertEqual((code, len(found), found[0]["line"]), (1, 1, None))
        self.assertIn("keeps it in the history", found[0]["description"])

    def test_what_only_looks_like_a_secret_is_let_through(self):
        lines = [
            "token = os.environ['SERVICE_TOKEN']",
            "TOKEN_VARIABLE = 'SERVICE_TOKEN'",
            "password = 'changeme'",
            "secret = '${SECRET_OF_THE_DAY}'",
            "url = 'https://example.com:8080/@user'",
            "digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'",
            "title = 'a sentence with several ordinary words in it'",
        ]
        self.commit({"a.py": "\n".join(lines) + "\n"})
        self.assertEqual(self.secrets(), (0, []))

    def test_every_kind_of_secret_is_found(self):
        for line, rule in [
            ("-----BEGIN RSA " + "PRIVATE KEY-----", "private-key"),
            (f'"client_secret": "{RANDOM}"', "hard-coded-secret"),
            (f'key: str = x; PASSWORD: str = "{RANDOM}"', "hard-coded-secret"),
            ("postgres://shop:hunter22" + "@db.internal/shop", "password-in-address"),
            (f'blob = "{RANDOM}mNcGdFjKqWe9uVa1"', "random-text"),
        ]:
            with self.subTest(line=line):
                self.commit({"a.txt": line + "\n"})
                self.assertIn(rule, [one["type"] for one in self.secrets()[1]])

    def test_a_checkout_says_what_changed(self):
        self.commit({"b c.py": "", "notes.txt": "x\n"})
        into, done = self.checkout()
        answer = json.loads(done.stdout)
        self.assertEqual(answer["files_changed"], ["b c.py", "notes.txt"])
        self.assertEqual(answer["python_files"], ["b c.py"])
        self.assertEqual(
            [answer["base"], answer["head"]],
            [self.git("rev-parse", name) for name in ("base", "HEAD")],
        )
        self.assertEqual(os.listdir(os.path.dirname(into)), ["change"])
        # Goal: a second try of the same agent finds the work done.
        self.assertEqual(self.checkout()[1].stdout, done.stdout)

    def test_a_checkout_without_a_change_has_no_answer(self):
        self.commit({"a.py": ""})
        for head, reason in [
            ("base", "nothing to review"),
            ("nowhere", "no branch, tag or commit"),
        ]:
            with self.subTest(head=head):
                done = self.checkout(head, into=f"made-{head}")[1]
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(reason, done.stderr)

    def test_imports_across_layers_are_found_however_they_are_written(self):
        done = self.layers(
            {
                "app/top.py": "from app.middle import x\nimport json\nimport app.top_two\n",
                "app/middle.py": "import app.bottom\n\ndef f():\n    from . import bottom\n    from .bottom.deep import y\n",
                "app/bottom/__init__.py": "from ..top import x\n",
            }
        )
        found = [
            (one["file"], one["line"], one["severity"])
            for one in json.loads(done.stdout)["violations"]
        ]
        expected = [
            ("app/bottom/__init__.py", 1),
            ("app/middle.py", 1),
            ("app/middle.py", 4),
            ("app/middle.py", 5),
        ]
        self.assertEqual(found, [(file, line, "HIGH") for file, line in expected])
        self.assertEqual(done.returncode, 1)

    def test_a_module_without_layer_is_told(self):
        done = self.layers({"app/new.py": "", "app/__init__.py": ""})
        found = [(one["file"], one["type"]) for one in json.loads(done.stdout)["violations"]]
        self.assertEqual(found, [("app/new.py", "module-without-layer")])

    def test_what_cannot_be_checked_is_no_pass(self):
        broken = self.layers({"app/top.py": "import (\n"})
        self.assertEqual((broken.returncode, broken.stdout), (2, ""))
        self.assertIn("cannot parse app/top.py", broken.stderr)
        rules = {"layers": {"a": {"modules": [], "may_import": ["b"]}}}
        self.assertIn("`b`, which is no layer", self.layers({"a.py": ""}, rules).stderr)

    def test_the_worth_of_a_test_run(self):
        case = "import unittest\nclass T(unittest.TestCase):\n    {}\n    def test_x(self): {}\n"
        for name, text, code in [
            ("passes", case.format("", "pass"), 0),
            ("fails", case.format("", "self.fail()"), 1),
            ("cannot be imported", "import no_such_module\n", 1),
            ("has no tests", "", 5),
            ("skips all", case.format("@unittest.skip('later')", "pass"), 5),
            ("leaves early", "import os\nos._exit(0)\n", 5),
            ("crashes", "import os\nos._exit(7)\n", 2),
        ]:
            with self.subTest(name), tempfile.TemporaryDirectory() as directory:
                with open(os.path.join(directory, "test_it.py"), "w", encoding="utf-8") as file:
                    file.write(text)
                done = self.run_script("run_tests.py", directory)
                self.assertEqual(done.returncode, code, done.stderr)


if __name__ == "__main__":
    unittest.main()
