//! Cargo's stream of clippy's messages, as cargo printed it for `fixtures/shop.rs`.

use crate::{ended, in_project, lines, with_severities};
use serde_json::{Value, json};
use stagewright_evidence::{AgentStatus, Format, ReadError, read};

const WARNINGS: &[u8] = include_bytes!("../fixtures/clippy.jsonl");
const WRONG: &[u8] = include_bytes!("../fixtures/clippy-wrong.jsonl");

/// A stream of one message and the end of the build.
fn stream(message: &Value, success: bool) -> String {
    format!(
        "{}\n{}\n",
        json!({"reason": "compiler-message", "message": message}),
        json!({"reason": "build-finished", "success": success})
    )
}

/// Goal: clippy's and the compiler's warnings are LOW (decision 27), with what the
/// compiler proposes.
#[test]
fn warnings() {
    let answer = read(Format::Clippy, WARNINGS, &ended(0)).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "LOW unused_variables src/lib.rs:5",
            "LOW clippy::needless_return src/lib.rs:9",
            "LOW clippy::ptr_arg src/lib.rs:4",
            "LOW clippy::len_zero src/lib.rs:6",
            "LOW clippy::unwrap_used src/lib.rs:9",
            "LOW invalid_nan_comparisons src/lib.rs:14",
        ]
    );
    assert_eq!(answer.status, AgentStatus::Failed);
    let proposals: Vec<_> = answer
        .findings
        .iter()
        .map(|finding| finding.suggestion.as_deref().unwrap())
        .collect();
    assert_eq!(proposals[1], "remove `return`");
    assert_eq!(
        proposals[4],
        "consider using `expect()` to provide a better panic message"
    );
}

/// Goal: an error is HIGH, and a person learns that the rest was not checked.
#[test]
fn errors() {
    let answer = read(Format::Clippy, WRONG, &ended(101)).unwrap();
    assert_eq!(
        lines(&answer).last().unwrap(),
        "HIGH E0308 examples/wrong.rs:2"
    );
    assert_eq!(answer.findings.len(), 7);
    assert_eq!(answer.status, AgentStatus::Failed);
    assert_eq!(
        answer.warnings,
        ["the build failed: clippy did not check what depends on the broken code"]
    );
}

/// Goal: a pipeline grades by lint, by a group of names and by word.
#[test]
fn overridden_severities() {
    let options = with_severities(&[
        ("clippy::unwrap_used", "HIGH"),
        ("clippy:clippy::len*", "CRITICAL"),
        ("clippy:warning", "MEDIUM"),
    ]);
    let answer = read(Format::Clippy, WARNINGS, &options).unwrap();
    assert_eq!(lines(&answer)[0], "MEDIUM unused_variables src/lib.rs:5");
    assert_eq!(lines(&answer)[3], "CRITICAL clippy::len_zero src/lib.rs:6");
    assert_eq!(lines(&answer)[4], "HIGH clippy::unwrap_used src/lib.rs:9");
}

/// Goal: messages without a code have a rule all the same; those that only count others
/// or explain are no findings.
#[test]
fn messages_without_a_code() {
    let span = json!([{"file_name": "src/main.rs", "line_start": 2, "is_primary": true}]);
    let message = |level: &str, text: &str, spans: &Value| {
        let message = json!({"level": level, "message": text, "code": null, "spans": spans});
        let text = stream(&message, level != "error");
        let answer = read(Format::Clippy, text.as_bytes(), &in_project());
        answer.map(|answer| (lines(&answer), answer.status))
    };
    let nowhere = json!([]);
    let (found, _) = message("error", "expected `;`", &span).unwrap();
    assert_eq!(found, ["HIGH compile-error src/main.rs:2"]);
    let (found, _) = message("warning", "odd", &nowhere).unwrap();
    assert_eq!(found, ["LOW compile-warning -:0"]);
    let (found, _) = message("error", "linking with `cc` failed", &nowhere).unwrap();
    assert_eq!(found, ["HIGH compile-error -:0"]);
    for (level, text) in [
        ("warning", "2 warnings emitted"),
        ("failure-note", "For more information about this error"),
        ("note", "just saying"),
    ] {
        let (found, status) = message(level, text, &nowhere).unwrap();
        assert!(found.is_empty(), "{text}");
        assert_eq!(status, AgentStatus::Passed);
    }
    let (found, status) = message("error", "aborting due to 2 previous errors", &nowhere).unwrap();
    assert!(found.is_empty() && matches!(status, AgentStatus::Error(_)));
    let (_, status) = message("error: internal compiler error", "broken MIR", &span).unwrap();
    assert_eq!(
        status,
        AgentStatus::Error(
            "clippy could not scan everything: the compiler crashed: broken MIR".to_owned()
        )
    );
}

/// Goal: what a macro of another crate gets wrong is put where the own code calls it;
/// where nothing of the own code is named, the place stays as it is.
#[test]
fn macros() {
    let outside = "/rustc/abc/library/core/src/macros.rs";
    let span = |expansion: &Value| {
        json!([
            {"file_name": "src/other.rs", "line_start": 1, "is_primary": false},
            {"file_name": outside, "line_start": 9, "is_primary": true, "expansion": expansion},
        ])
    };
    let call = json!({"span": {"file_name": "<env expansion>", "line_start": 1,
        "expansion": {"span": {"file_name": "/srv/project/src/main.rs", "line_start": 4}}}});
    for (expansion, expected) in [
        (call, "LOW x src/main.rs:4".to_owned()),
        (json!(null), format!("LOW x {outside}:9")),
    ] {
        let message = json!({"level": "warning", "message": "m", "code": {"code": "x"},
            "spans": span(&expansion)});
        let text = stream(&message, true);
        let answer = read(Format::Clippy, text.as_bytes(), &in_project()).unwrap();
        assert_eq!(lines(&answer), [expected]);
    }
}

/// Goal: cargo's own words in the same stream do no harm; a build that failed for no
/// stated reason is an error; several builds all have to succeed.
#[test]
fn builds() {
    let failed = "{\"reason\": \"build-finished\", \"success\": false}\n";
    let passed = "{\"reason\": \"build-finished\", \"success\": true}\n";
    let text = format!("    Checking shop v0.1.0\n{{\"reason\": \"new-in-2030\"}}\n{passed}");
    let answer = read(Format::Clippy, text.as_bytes(), &ended(0)).unwrap();
    assert_eq!(answer.status, AgentStatus::Passed);
    for text in [failed.to_owned(), format!("{failed}{passed}")] {
        let answer = read(Format::Clippy, text.as_bytes(), &ended(0)).unwrap();
        assert_eq!(
            answer.status,
            AgentStatus::Error(
                "clippy could not scan everything: the build failed, and no message says why"
                    .to_owned()
            )
        );
    }
}

/// Goal: an empty stream, and one that ends before the build does, prove nothing.
#[test]
fn cut_off() {
    for code in [0, 101] {
        let error = read(Format::Clippy, b" \n", &ended(code)).unwrap_err();
        assert_eq!(error, ReadError::Empty);
    }
    let text = String::from_utf8(WARNINGS.to_vec()).unwrap();
    let without_end: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("build-finished"))
        .collect();
    let error = read(Format::Clippy, without_end.join("\n").as_bytes(), &ended(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the output was cut off: cargo's last line, `build-finished` is missing"
    );
    let error = read(
        Format::Clippy,
        b"{\"reason\": \"build-finished\"}",
        &ended(0),
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "`line 1: $.success` is missing");
}
