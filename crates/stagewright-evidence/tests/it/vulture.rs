//! Vulture's lines, as vulture printed them for `fixtures/prices.py`.

use crate::{ended, in_project, lines, with_severities};
use stagewright_evidence::{AgentStatus, Format, ReadError, read};

const TEXT: &[u8] = include_bytes!("../fixtures/vulture.txt");

/// Goal: the kind of dead code is the rule; an unused import has ruff's name, since it
/// is ruff's problem too.
#[test]
fn findings() {
    let answer = read(Format::Vulture, TEXT, &ended(3)).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "LOW F401 src/prices.py:3",
            "LOW unused-function src/prices.py:6",
            "LOW unused-function src/prices.py:10",
            "LOW unused-function src/prices.py:14",
            "LOW unused-variable src/prices.py:14",
            "MEDIUM unreachable-code src/prices.py:16",
            "LOW unused-class src/prices.py:19",
            "LOW unused-method src/prices.py:20",
        ]
    );
    assert_eq!(answer.findings[0].message, "unused import 'decimal'");
    assert_eq!(answer.status, AgentStatus::Failed);
}

/// Goal: a pipeline grades by the reported and by the neutral name.
#[test]
fn overridden_severities() {
    for name in ["vulture:unused-import", "F401", "vulture:"] {
        let answer = read(Format::Vulture, TEXT, &with_severities(&[(name, "HIGH")])).unwrap();
        assert_eq!(lines(&answer)[0], "HIGH F401 src/prices.py:3", "{name}");
    }
}

/// Goal: vulture says nothing about a clean tree, so that only its exit code proves it.
#[test]
fn nothing_printed() {
    for bytes in [b"".as_slice(), b"\n"] {
        let answer = read(Format::Vulture, bytes, &ended(0)).unwrap();
        assert_eq!(answer.status, AgentStatus::Passed);
        for options in [in_project(), ended(3)] {
            let error = read(Format::Vulture, bytes, &options).unwrap_err();
            assert_eq!(error, ReadError::Empty);
        }
    }
}

/// Goal: where both streams are one, a file that vulture could not read makes the report
/// an error, whatever it found elsewhere.
#[test]
fn unread_files() {
    let bytes = include_bytes!("../fixtures/vulture-unread.txt");
    let answer = read(Format::Vulture, bytes, &ended(3)).unwrap();
    assert_eq!(answer.findings.len(), 8);
    assert_eq!(
        answer.status,
        AgentStatus::Error(
            "vulture could not scan everything: \
             src/broken.py:1: invalid syntax at \"def broken(:\""
                .to_owned()
        )
    );
    let missing = b"Error: /srv/project/src/nowhere.py could not be found.\n";
    let answer = read(Format::Vulture, missing, &ended(0)).unwrap();
    assert!(matches!(answer.status, AgentStatus::Error(_)));
}

/// Goal: every form of vulture's line is understood, and no other line is passed over.
#[test]
fn other_lines() {
    let sorted = b"a b.py:7: unsatisfiable 'if' condition (100% confidence, 12 lines)\n\
        C:\\src\\a.py:0: unused import 'x' (90% confidence, 1 line)\n";
    let answer = read(Format::Vulture, sorted, &in_project()).unwrap();
    assert_eq!(
        lines(&answer),
        ["MEDIUM unreachable-code a b.py:7", "LOW F401 C:/src/a.py:0"]
    );
    for (text, line) in [
        (
            "a.py:1: unused import 'x' (90% confidence)\nTraceback:\n",
            2,
        ),
        ("a.py:1: unused import 'x' (90% conf", 1),
        ("decimal  # unused import (src/prices.py:3)\n", 1),
    ] {
        match read(Format::Vulture, text.as_bytes(), &ended(3)).unwrap_err() {
            ReadError::UnknownLine { line: at, .. } => assert_eq!(at, line, "{text}"),
            other => panic!("{text}: {other}"),
        }
    }
}
