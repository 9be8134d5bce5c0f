//! Mypy's text and JSON lines, as mypy printed them for `fixtures/prices.py`.

use crate::{ended, in_project, lines, with_severities};
use stagewright_evidence::{AgentStatus, Format, ReadError, read};

const JSON: &[u8] = include_bytes!("../fixtures/mypy.jsonl");
const TEXT: &[u8] = include_bytes!("../fixtures/mypy.txt");

/// Goal: both forms give the same findings, hints included; undefined names have ruff's
/// name, since they are ruff's problem too.
#[test]
fn text_and_json_agree() {
    let from_json = read(Format::Mypy, JSON, &ended(1)).unwrap();
    let from_text = read(Format::Mypy, TEXT, &ended(1)).unwrap();
    assert_eq!(from_json, from_text);
    assert_eq!(
        lines(&from_json),
        [
            "HIGH assignment src/prices.py:6",
            "HIGH operator src/prices.py:7",
            "HIGH attr-defined src/prices.py:11",
            "HIGH F821 src/prices.py:20",
            "HIGH attr-defined src/prices.py:21",
        ]
    );
    let hint = from_json.findings[0].suggestion.as_deref().unwrap();
    assert!(hint.starts_with("PEP 484 prohibits implicit Optional."));
    assert_eq!(hint.lines().count(), 2);
    assert_eq!(from_json.findings[1].suggestion, None);
    assert_eq!(from_json.status, AgentStatus::Failed);
}

/// Goal: every combination of mypy's options for places is read, and messages about a
/// whole file or program too.
#[test]
fn places() {
    let text = b"a.py:3: error: m  [arg-type]\n\
        a.py:4:7: error: Value of type \"dict[str, int]\" is not indexable  [index]\n\
        a.py:5:7:5:9: error: no code here\n\
        C:\\b.py:6: error: m  [no-untyped-def]\n\
        a.py:8: note: Revealed type is \"int\"\n\
        mypy.ini: error: odd setting  [misc]\n\
        mypy.ini: warning: and another\n\
        Found 5 errors in 2 files (checked 3 source files)\n";
    let answer = read(Format::Mypy, text, &ended(1)).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "HIGH arg-type a.py:3",
            "HIGH index a.py:4",
            "HIGH misc a.py:5",
            "LOW no-untyped-def C:/b.py:6",
            "HIGH misc mypy.ini:0",
            "MEDIUM misc mypy.ini:0",
        ]
    );
    assert_eq!(
        answer.findings[1].message,
        "Value of type \"dict[str, int]\" is not indexable"
    );
    assert!(
        answer
            .findings
            .iter()
            .all(|finding| finding.suggestion.is_none())
    );
}

/// Goal: a pipeline grades by mypy's code, by the neutral name and by word.
#[test]
fn overridden_severities() {
    let options = with_severities(&[
        ("mypy:attr-defined", "CRITICAL"),
        ("mypy:name-defined", "MEDIUM"),
        ("mypy:error", "LOW"),
    ]);
    let answer = read(Format::Mypy, JSON, &options).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "LOW assignment src/prices.py:6",
            "LOW operator src/prices.py:7",
            "CRITICAL attr-defined src/prices.py:11",
            "MEDIUM F821 src/prices.py:20",
            "CRITICAL attr-defined src/prices.py:21",
        ]
    );
}

/// Goal: clean is what mypy says in words, or with an empty output and exit code 0.
#[test]
fn clean() {
    let words = include_bytes!("../fixtures/mypy-clean.txt");
    let nothing = include_bytes!("../fixtures/mypy-clean.jsonl");
    for (bytes, options) in [
        (words.as_slice(), in_project()),
        (words.as_slice(), ended(0)),
        (nothing.as_slice(), ended(0)),
    ] {
        let answer = read(Format::Mypy, bytes, &options).unwrap();
        assert_eq!(answer.status, AgentStatus::Passed);
        assert!(answer.findings.is_empty() && answer.warnings.is_empty());
    }
    for options in [in_project(), ended(1)] {
        let error = read(Format::Mypy, nothing, &options).unwrap_err();
        assert_eq!(error, ReadError::Empty);
    }
}

/// Goal: a syntax error is a finding, and the report an error, since mypy checked
/// nothing else. Mypy ends with 2 then, which is no answer unless a pipeline says so.
#[test]
fn syntax_errors() {
    let text = include_bytes!("../fixtures/mypy-syntax-error.txt");
    let json = include_bytes!("../fixtures/mypy-syntax-error.jsonl");
    for bytes in [text.as_slice(), json.as_slice()] {
        let answer = read(Format::Mypy, bytes, &ended(2)).unwrap();
        assert_eq!(
            lines(&answer),
            [
                "HIGH invalid-syntax src/broken.py:1",
                "HIGH invalid-syntax src/broken.py:2"
            ]
        );
        let AgentStatus::Error(reason) = answer.status else {
            panic!("{:?}", answer.status);
        };
        assert!(
            reason.contains("src/broken.py has a syntax error"),
            "{reason}"
        );
    }
}

/// Goal: text that was cut off, disagrees with its own count, or holds lines that nobody
/// understands is refused.
#[test]
fn refusals() {
    let error = "a.py:1: error: m  [misc]\n";
    let cases = [
        (
            error.to_owned(),
            "the output was cut off: mypy's last line, `Found … errors` or `Success` is missing",
        ),
        (
            format!("{error}Found 2 errors in 1 file (checked 1 source file)\n"),
            "`Found … errors` is 2, but `the output` lists 1",
        ),
        (
            format!("{error}Success: no issues found in 1 source file\n"),
            "`Found … errors` is 0, but `the output` lists 1",
        ),
        (
            format!("{error}    x = 1\nFound 1 error in 1 file (checked 1 source file)\n"),
            "line 2 is none that mypy prints: `    x = 1`",
        ),
        (
            "{\"file\": \"a.py\"}\n".to_owned(),
            "`line 1: $.severity` is missing",
        ),
        (
            "\n{\"file\": \"a.py\", \"file\": \"b.py\"}\n".to_owned(),
            "the key `file` is repeated in one object (line 2, column 23)",
        ),
    ];
    for (text, expected) in cases {
        let error = read(Format::Mypy, text.as_bytes(), &ended(1)).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!error.hint().is_empty());
    }
    let pretty = include_bytes!("../fixtures/mypy-pretty.txt");
    let error = read(Format::Mypy, pretty, &ended(1)).unwrap_err();
    assert!(
        matches!(error, ReadError::UnknownLine { line: 2, .. }),
        "{error}"
    );
}
