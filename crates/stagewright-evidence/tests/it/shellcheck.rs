//! ShellCheck's two JSON formats, as ShellCheck printed them for `fixtures/deploy.sh`.

use crate::{in_project, lines, with_severities};
use stagewright_evidence::{AgentStatus, Format, read};

const JSON: &[u8] = include_bytes!("../fixtures/shellcheck.json");
const JSON1: &[u8] = include_bytes!("../fixtures/shellcheck.json1");

/// Goal: both formats give the same findings, with the names of ShellCheck's wiki.
#[test]
fn both_formats_agree() {
    for bytes in [JSON, JSON1] {
        let answer = read(Format::Shellcheck, bytes, &in_project()).unwrap();
        assert_eq!(
            lines(&answer),
            [
                "MEDIUM SC2164 src/deploy.sh:3",
                "LOW SC2086 src/deploy.sh:3",
                "HIGH SC2045 src/deploy.sh:4",
                "LOW SC2035 src/deploy.sh:4",
                "MEDIUM SC2115 src/deploy.sh:5",
                "LOW SC2006 src/deploy.sh:7",
                "LOW SC2086 src/deploy.sh:8",
            ]
        );
        assert_eq!(answer.status, AgentStatus::Failed);
        assert_eq!(answer.output["tool"], "shellcheck");
        assert_eq!(
            answer.findings[2].message,
            "Iterating over ls output is fragile. Use globs."
        );
    }
}

/// Goal: a pipeline grades by word, by rule and by a family of rules.
#[test]
fn overridden_severities() {
    let options = with_severities(&[
        ("shellcheck:style", "MEDIUM"),
        ("SC2086", "HIGH"),
        ("shellcheck:SC211*", "CRITICAL"),
    ]);
    let answer = read(Format::Shellcheck, JSON, &options).unwrap();
    assert_eq!(lines(&answer)[1], "HIGH SC2086 src/deploy.sh:3");
    assert_eq!(lines(&answer)[4], "CRITICAL SC2115 src/deploy.sh:5");
    assert_eq!(lines(&answer)[5], "MEDIUM SC2006 src/deploy.sh:7");
}

/// Goal: a script that cannot be parsed has findings, and a person learns that the
/// checks did not run.
#[test]
fn broken_script() {
    let bytes = include_bytes!("../fixtures/shellcheck-broken.json1");
    let answer = read(Format::Shellcheck, bytes, &in_project()).unwrap();
    assert_eq!(answer.status, AgentStatus::Failed);
    assert!(
        answer
            .findings
            .iter()
            .all(|finding| finding.severity.as_str() == "HIGH")
    );
    assert_eq!(
        answer.warnings,
        ["src/broken.sh cannot be parsed: shellcheck ran only part of its checks on it"]
    );
}

/// Goal: clean is clean in both formats.
#[test]
fn clean() {
    let json1: &[u8] = include_bytes!("../fixtures/shellcheck-clean.json1");
    for bytes in [json1, b"[]"] {
        let answer = read(Format::Shellcheck, bytes, &in_project()).unwrap();
        assert_eq!(answer.status, AgentStatus::Passed);
        assert!(answer.findings.is_empty() && answer.warnings.is_empty());
    }
}
