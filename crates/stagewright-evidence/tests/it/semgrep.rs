//! Semgrep's JSON and SARIF, as Semgrep 1.182 printed them for `fixtures/runner.py` with
//! the rules of `fixtures/semgrep-rules.yaml`. Its package is too large for the tests
//! to install, so that no test runs it.

use crate::{in_project, lines};
use serde_json::{Value, json};
use stagewright_evidence::{AgentStatus, Format, read};

const JSON: &[u8] = include_bytes!("../fixtures/semgrep.json");
const SARIF: &[u8] = include_bytes!("../fixtures/semgrep.sarif");

/// Goal: the severities of the rules are kept, CRITICAL included, with the fix.
#[test]
fn findings() {
    let answer = read(Format::Semgrep, JSON, &in_project()).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "MEDIUM no-shell src/runner.py:8",
            "CRITICAL unpickled src/runner.py:10",
            "HIGH no-eval src/runner.py:14",
            "LOW no-bare-except src/runner.py:16",
        ]
    );
    assert_eq!(answer.status, AgentStatus::Failed);
    assert_eq!(
        answer.findings[1].suggestion.as_deref(),
        Some("write: json.loads(...)")
    );
}

/// Goal: its SARIF gives the same problems under the same tool, so that the two count
/// once. SARIF has no level above `error`, and names what a comment suppresses.
#[test]
fn json_and_sarif_agree() {
    let from_json = read(Format::Semgrep, JSON, &in_project()).unwrap();
    let from_sarif = read(Format::Sarif, SARIF, &in_project()).unwrap();
    let digests = |answer: &stagewright_evidence::Answer| -> Vec<_> {
        answer
            .findings
            .iter()
            .map(stagewright_core::finding::Finding::digest)
            .collect()
    };
    assert_eq!(digests(&from_json), digests(&from_sarif));
    assert_eq!(lines(&from_sarif)[1], "HIGH unpickled src/runner.py:10");
    assert_eq!(from_sarif.output["tool"], "semgrep");
    assert_eq!(from_sarif.output["suppressed"], 1);
}

/// Goal: what could not be scanned makes the report an error although Semgrep lists
/// it beside no findings; a file parsed in part is a warning.
#[test]
fn unscanned() {
    let missing = include_bytes!("../fixtures/semgrep-missing-file.json");
    let answer = read(Format::Semgrep, missing, &in_project()).unwrap();
    assert_eq!(
        answer.status,
        AgentStatus::Error(
            "semgrep could not scan everything: Invalid scanning root: src/nowhere.py".to_owned()
        )
    );
    let partly = include_bytes!("../fixtures/semgrep-partly.json");
    let answer = read(Format::Semgrep, partly, &in_project()).unwrap();
    assert_eq!(answer.status, AgentStatus::Passed);
    assert_eq!(
        answer.warnings,
        ["src/partly.py was parsed in part: semgrep looked only at that part of it"]
    );
    let timeout = json!({"results": [], "paths": {"scanned": ["a.py"]}, "errors": [
        {"level": "warn", "type": "Timeout", "path": "./a.py", "message": "Timeout when running x\non a.py"},
        {"level": "warn", "type": [1], "message": "odd"},
        {"level": "error"},
    ]});
    let answer = read(
        Format::Semgrep,
        timeout.to_string().as_bytes(),
        &in_project(),
    )
    .unwrap();
    assert_eq!(
        answer.output["errors"],
        json!([
            "a.py: Timeout when running x",
            "odd",
            "an error without a message"
        ])
    );
}

/// Goal: clean is clean; a run over no file is said; ignored results are counted.
#[test]
fn clean_and_ignored() {
    let clean = include_bytes!("../fixtures/semgrep-clean.json");
    let answer = read(Format::Semgrep, clean, &in_project()).unwrap();
    assert_eq!(answer.status, AgentStatus::Passed);
    assert!(answer.warnings.is_empty());

    let mut ignored: Value = serde_json::from_slice(JSON).unwrap();
    for result in ignored["results"].as_array_mut().unwrap() {
        result["extra"]["is_ignored"] = json!(true);
    }
    ignored["paths"]["scanned"] = json!([]);
    let answer = read(
        Format::Semgrep,
        ignored.to_string().as_bytes(),
        &in_project(),
    )
    .unwrap();
    assert!(answer.findings.is_empty());
    assert_eq!(answer.output["suppressed"], 4);
    assert_eq!(
        answer.warnings,
        [
            "semgrep scanned no file",
            "results of semgrep suppressed by `nosemgrep`: 4"
        ]
    );
}
