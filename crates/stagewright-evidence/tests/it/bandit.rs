//! Bandit's JSON, as bandit printed it.

use crate::{in_project, lines, with_severities};
use serde_json::json;
use stagewright_evidence::{AgentStatus, Format, read};

const JSON: &[u8] = include_bytes!("../fixtures/bandit.json");

/// Goal: bandit's severities are taken one to one.
#[test]
fn findings() {
    let answer = read(Format::Bandit, JSON, &in_project()).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "LOW B404 src/runner.py:2",
            "LOW B403 src/runner.py:3",
            "LOW B105 src/runner.py:7",
            "HIGH B602 src/runner.py:8",
            "LOW B101 src/runner.py:9",
            "MEDIUM B301 src/runner.py:10",
            "MEDIUM B307 src/runner.py:14",
            "LOW B110 src/runner.py:18",
            "MEDIUM B608 src/runner.py:20",
        ]
    );
    assert_eq!(answer.status, AgentStatus::Failed);
    assert_eq!(
        answer.output,
        json!({
            "tool": "bandit", "status": "FAIL", "violations_count": 9,
            "critical_violations": 0, "high_violations": 1,
            "medium_violations": 3, "low_violations": 5, "suppressed": 0,
        })
    );
}

/// Goal: bandit has no CRITICAL of its own; a pipeline can say what is.
#[test]
fn overridden_severities() {
    let options = with_severities(&[("bandit:HIGH", "CRITICAL"), ("B608", "HIGH")]);
    let answer = read(Format::Bandit, JSON, &options).unwrap();
    assert_eq!(lines(&answer)[3], "CRITICAL B602 src/runner.py:8");
    assert_eq!(lines(&answer)[8], "HIGH B608 src/runner.py:20");
    assert_eq!(lines(&answer)[4], "LOW B101 src/runner.py:9");
}

/// Goal: UNDEFINED is no severity, so HIGH is assumed.
#[test]
fn undefined_severity() {
    let bytes = json!({"errors": [], "results": [{
        "test_id": "B999", "issue_text": "odd", "issue_severity": "UNDEFINED",
        "filename": "a.py", "line_number": 3,
    }]});
    let answer = read(Format::Bandit, bytes.to_string().as_bytes(), &in_project()).unwrap();
    assert_eq!(lines(&answer), ["HIGH? B999 a.py:3"]);
}

/// Goal: a clean run passes.
#[test]
fn clean() {
    let bytes = include_bytes!("../fixtures/bandit-clean.json");
    let answer = read(Format::Bandit, bytes, &in_project()).unwrap();
    assert_eq!(answer.status, AgentStatus::Passed);
    assert_eq!(answer.output["violations_count"], 0);
}

/// Goal: a file that bandit could not read or parse makes the report an error,
/// although bandit ends with 0 and lists no finding.
#[test]
fn unscanned_files() {
    let cases: [(&[u8], &str); 2] = [
        (
            include_bytes!("../fixtures/bandit-syntax-error.json"),
            "bandit could not scan everything: \
             src/broken.py: syntax error while parsing AST from file",
        ),
        (
            include_bytes!("../fixtures/bandit-missing-file.json"),
            "bandit could not scan everything: src/nowhere.py: No such file or directory",
        ),
    ];
    for (bytes, expected) in cases {
        let answer = read(Format::Bandit, bytes, &in_project()).unwrap();
        assert!(answer.findings.is_empty());
        assert_eq!(answer.status, AgentStatus::Error(expected.to_owned()));
        assert_eq!(answer.output["errors"].as_array().unwrap().len(), 1);
    }
}

/// Goal: what the author of the change hushed up is not silent here.
#[test]
fn nosec_comments() {
    let bytes = include_bytes!("../fixtures/bandit-nosec.json");
    let answer = read(Format::Bandit, bytes, &in_project()).unwrap();
    assert_eq!(answer.output["suppressed"], 2);
    assert_eq!(
        answer.warnings,
        ["findings of bandit suppressed by `# nosec`: 2"]
    );
}
