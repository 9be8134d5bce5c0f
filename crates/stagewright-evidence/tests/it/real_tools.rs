//! The tools themselves, over the sources of the fixtures: what they print today, and
//! the code with which they end, is what the readers were written for.
//!
//! `./test` installs them in the versions whose reports the fixtures hold, so that each
//! test compares with what is read from its fixture.

use crate::lines;
use stagewright_evidence::{AgentStatus, Answer, Format, Options, read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The directory of the installed tools.
fn tools() -> PathBuf {
    let tools = std::env::var("STAGEWRIGHT_TEST_TOOLS")
        .expect("STAGEWRIGHT_TEST_TOOLS names the directory of the tools; `./test` sets it");
    PathBuf::from(tools)
}

fn fixture(name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(fixtures.join(name)).unwrap()
}

/// A directory with the fixtures' sources in it, under the names that they had.
struct Project(tempfile::TempDir);

impl Project {
    fn with(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (path, name) in files {
            project.write(path, &fixture(name));
        }
        project
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path());
        command
    }

    /// What a tool prints, and its exit code.
    fn run(&self, tool: &str, arguments: &[&str]) -> Output {
        let program = tools().join(tool);
        let output = self.command(&program, arguments).output();
        output.unwrap_or_else(|error| panic!("{}: {error}", program.display()))
    }

    /// What is read of a tool's output; it has to have answered.
    fn answer(&self, format: Format, output: &Output) -> Answer {
        self.answer_in(format, output, &output.stdout)
    }

    /// The same for a report in a file.
    fn answer_in(&self, format: Format, output: &Output, report: &[u8]) -> Answer {
        let code = output.status.code().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(format.is_answer(code), "{format}: {code}: {complaint}");
        let root = self.0.path().canonicalize().unwrap();
        let options = Options {
            root: Some(root.to_str().unwrap().to_owned()),
            exit_code: Some(code),
            ..Options::default()
        };
        let answer = read(format, report, &options);
        let answer = answer.unwrap_or_else(|error| panic!("{format}: {error}: {complaint}"));
        // What the caller holds against each other: the code and the findings.
        assert!(
            code == 0 || !answer.found_nothing(format),
            "{format}: {code}"
        );
        answer
    }
}

/// What the fixture of a tool that ended with this code says.
fn recorded(format: Format, name: &str, code: i32) -> Vec<String> {
    let options = Options {
        root: Some("/srv/project".to_owned()),
        exit_code: Some(code),
        ..Options::default()
    };
    lines(&read(format, &fixture(name), &options).unwrap())
}

/// Goal: ruff's and bandit's reports are those of the fixtures.
#[test]
fn ruff_and_bandit() {
    let project = Project::with(&[("src/runner.py", "runner.py")]);
    let select = "--select=E,F,I,S,B";
    let output = project.run(
        "ruff",
        &[
            "check",
            "--isolated",
            "--no-cache",
            "--output-format=json",
            select,
            "src",
        ],
    );
    let found = lines(&project.answer(Format::Ruff, &output));
    assert_eq!(found, recorded(Format::Ruff, "ruff.json", 1));
    let output = project.run("bandit", &["-q", "-f", "json", "-r", "src"]);
    let found = lines(&project.answer(Format::Bandit, &output));
    assert_eq!(found, recorded(Format::Bandit, "bandit.json", 1));
}

/// Goal: mypy's two forms, its clean ones too, are those of the fixtures; a syntax error
/// ends it with a code that is no answer.
#[test]
fn mypy() {
    let project = Project::with(&[("src/prices.py", "prices.py")]);
    project.write("src/clean.py", b"def ok() -> int:\n    return 1\n");
    project.write("src/broken.py", b"def broken(:\n");
    let mypy = |arguments: &[&str]| {
        let cache = ["--cache-dir=cache", "--config-file="];
        project.run("mypy", &[&cache, arguments].concat())
    };
    let expected = recorded(Format::Mypy, "mypy.jsonl", 1);
    for form in ["--output=json", "--show-error-end"] {
        let output = mypy(&[form, "src/prices.py"]);
        assert_eq!(
            lines(&project.answer(Format::Mypy, &output)),
            expected,
            "{form}"
        );
        let output = mypy(&[form, "src/clean.py"]);
        assert_eq!(
            project.answer(Format::Mypy, &output).status,
            AgentStatus::Passed
        );
        for file in ["src/broken.py", "src/nowhere.py"] {
            let code = mypy(&[form, file]).status.code().unwrap();
            assert!(!Format::Mypy.is_answer(code), "{file}: {code}");
        }
    }
}

/// Goal: vulture prints what the fixture holds, and nothing about a clean file; a file
/// that is missing ends it with a code that is no answer.
#[test]
fn vulture() {
    let project = Project::with(&[("src/prices.py", "prices.py")]);
    project.write("src/clean.py", b"print(1)\n");
    let expected = recorded(Format::Vulture, "vulture.txt", 3);
    let output = project.run("vulture", &["src/prices.py"]);
    assert_eq!(lines(&project.answer(Format::Vulture, &output)), expected);
    let sorted = project.run("vulture", &["--sort-by-size", "src/prices.py"]);
    let mut found = lines(&project.answer(Format::Vulture, &sorted));
    let mut all = expected.clone();
    found.sort();
    all.sort();
    assert_eq!(found, all);
    let output = project.run("vulture", &["src/clean.py"]);
    assert_eq!(output.stdout, b"");
    assert_eq!(
        project.answer(Format::Vulture, &output).status,
        AgentStatus::Passed
    );
    let output = project.run("vulture", &["src/nowhere.py"]);
    assert!(!Format::Vulture.is_answer(output.status.code().unwrap()));
}

/// Goal: ShellCheck's two forms are those of the fixtures, its exit codes those of its
/// format.
#[test]
fn shellcheck() {
    let project = Project::with(&[("src/deploy.sh", "deploy.sh")]);
    project.write("src/clean.sh", b"#!/bin/sh\necho fine\n");
    let expected = recorded(Format::Shellcheck, "shellcheck.json", 1);
    for form in ["json", "json1"] {
        let run = |file| project.run("shellcheck", &["--norc", "-f", form, file]);
        let found = project.answer(Format::Shellcheck, &run("src/deploy.sh"));
        assert_eq!(lines(&found), expected, "{form}");
        let clean = project.answer(Format::Shellcheck, &run("src/clean.sh"));
        assert_eq!(clean.status, AgentStatus::Passed);
        // It prints an empty list about a file that it could not read.
        let code = run("src/nowhere.sh").status.code().unwrap();
        assert!(!Format::Shellcheck.is_answer(code));
    }
}

/// Goal: ESLint's report is that of the fixture, its exit codes those of its format.
#[test]
fn eslint() {
    let project = Project::with(&[
        ("src/cart.js", "cart.js"),
        ("eslint.config.mjs", "eslint.config.mjs"),
        ("src/runner.py", "runner.py"),
    ]);
    project.write("src/clean.js", b"export const one = 1;\n");
    let run = |arguments: &[&str]| project.run("eslint", &[&["-f", "json"], arguments].concat());
    let found = project.answer(Format::Eslint, &run(&["src/cart.js"]));
    assert_eq!(lines(&found), recorded(Format::Eslint, "eslint.json", 1));
    let clean = project.answer(Format::Eslint, &run(&["src/clean.js"]));
    assert_eq!(clean.status, AgentStatus::Passed);
    // An ignored file is a warning to ESLint, which may not have any here.
    let ignored = run(&["--max-warnings=0", "src/runner.py"]);
    let ignored = project.answer(Format::Eslint, &ignored);
    assert_eq!(ignored.output["not_linted"], 1);
    let missing = run(&["src/nowhere.js"]);
    assert!(!Format::Eslint.is_answer(missing.status.code().unwrap()));
}

/// Goal: what pytest writes is that of the fixtures, in both of its families, and a run
/// without tests ends with a code that is no answer.
#[test]
fn pytest() {
    let project = Project::with(&[
        ("src/prices.py", "prices.py"),
        ("tests/test_prices.py", "test_prices.py"),
    ]);
    project.write("src/__init__.py", b"");
    project.write("empty/nothing.py", b"");
    let run = |arguments: &[&str]| {
        let mut usual = vec![
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--junitxml=j.xml",
        ];
        usual.extend(arguments);
        project.run("python", &usual)
    };
    for (family, name) in [("xunit2", "pytest.xml"), ("xunit1", "pytest-xunit1.xml")] {
        let output = run(&["-o", &format!("junit_family={family}"), "tests"]);
        let report = std::fs::read(project.0.path().join("j.xml")).unwrap();
        let answer = project.answer_in(Format::Junit, &output, &report);
        assert_eq!(lines(&answer), recorded(Format::Junit, name, 1));
        assert_eq!(answer.output["tests"], 5);
    }
    let output = run(&["empty"]);
    assert!(!Format::Junit.is_answer(output.status.code().unwrap()));
}

/// Goal: what cargo prints of clippy's lints and of a compiler's error is that of the
/// fixtures, and both codes with which it ends are answers.
#[test]
fn clippy() {
    let project = Project::with(&[("src/lib.rs", "shop.rs")]);
    project.write(
        "Cargo.toml",
        b"[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
          [lints.clippy]\nunwrap_used = \"warn\"\n",
    );
    project.write(
        "examples/wrong.rs",
        b"fn main() {\n    let n: u64 = \"x\";\n    println!(\"{n}\");\n}\n",
    );
    for (target, name, code) in [
        (["--lib"].as_slice(), "clippy.jsonl", 0),
        (&["--example", "wrong"], "clippy-wrong.jsonl", 101),
    ] {
        let arguments = ["clippy", "--quiet", "--offline", "--message-format=json"];
        let mut command = project.command("cargo", &[&arguments, target].concat());
        // The flags and wrappers of the build that runs this test are not meant for it.
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
        ] {
            command.env_remove(name);
        }
        let output = command.env("CARGO_TARGET_DIR", "target").output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        let mut found = lines(&project.answer(Format::Clippy, &output));
        let mut expected = recorded(Format::Clippy, name, code);
        // Lints of one crate come in no fixed order.
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
}
