//! Ruff's JSON and SARIF, as ruff printed them.

use crate::{in_project, lines, with_severities};
use serde_json::json;
use stagewright_evidence::{AgentStatus, Format, Options, read};

const JSON: &[u8] = include_bytes!("../fixtures/ruff.json");
const SARIF: &[u8] = include_bytes!("../fixtures/ruff.sarif");

/// What ruff reports for `runner.py`, graded by the table in the docs of
/// `SeverityTable`, with bandit's names for the security rules.
const EXPECTED: [&str; 14] = [
    "LOW I001 src/runner.py:1",
    "LOW F401 src/runner.py:1",
    "HIGH B105 src/runner.py:7",
    "HIGH B602 src/runner.py:8",
    "LOW B101 src/runner.py:9",
    "MEDIUM B301 src/runner.py:10",
    "MEDIUM B006 src/runner.py:13",
    "MEDIUM B307 src/runner.py:14",
    "LOW E741 src/runner.py:15",
    "LOW F841 src/runner.py:15",
    "HIGH F821 src/runner.py:17",
    "MEDIUM E722 src/runner.py:18",
    "LOW B110 src/runner.py:18",
    "HIGH B608 src/runner.py:20",
];

/// Goal: both of ruff's formats give the same findings, although its SARIF calls
/// every result an error.
#[test]
fn json_and_sarif_agree() {
    let from_json = read(Format::Ruff, JSON, &in_project()).unwrap();
    let from_sarif = read(Format::Sarif, SARIF, &in_project()).unwrap();
    assert_eq!(lines(&from_json), EXPECTED);
    assert_eq!(lines(&from_sarif), EXPECTED);
    assert_eq!(from_json.status, AgentStatus::Failed);
    assert_eq!(from_sarif.status, AgentStatus::Failed);
    assert_eq!(
        from_json.output,
        json!({
            "tool": "ruff", "status": "FAIL", "violations_count": 14,
            "critical_violations": 0, "high_violations": 4,
            "medium_violations": 4, "low_violations": 6,
        })
    );
    let unused = &from_json.findings[1];
    assert_eq!(unused.message, "`os` imported but unused");
    assert_eq!(
        unused.suggestion.as_deref(),
        Some("Remove unused import: `os`")
    );
    assert_eq!(unused.tool.as_deref(), Some("ruff"));
}

/// Goal: a clean run passes with zero counts, which conditions can read.
#[test]
fn clean() {
    let json: &[u8] = include_bytes!("../fixtures/ruff-clean.json");
    let sarif: &[u8] = include_bytes!("../fixtures/ruff-clean.sarif");
    for (format, bytes) in [(Format::Ruff, json), (Format::Sarif, sarif)] {
        let answer = read(format, bytes, &in_project()).unwrap();
        assert_eq!(answer.status, AgentStatus::Passed, "{format}");
        assert!(answer.findings.is_empty() && answer.warnings.is_empty());
        assert_eq!(answer.output["violations_count"], 0);
        assert_eq!(answer.output["status"], "PASS");
    }
}

/// Goal: a syntax error is a finding, with a warning that the scan was partial; older
/// versions write the code as null.
#[test]
fn syntax_error() {
    let bytes: &[u8] = include_bytes!("../fixtures/ruff-syntax-error.json");
    let old = br#"[{"code": null, "filename": "src/broken.py",
        "location": {"row": 1, "column": 12}, "message": "SyntaxError: Expected ')'"}]"#;
    for (bytes, count) in [(bytes, 2), (old.as_slice(), 1)] {
        let answer = read(Format::Ruff, bytes, &in_project()).unwrap();
        assert_eq!(answer.status, AgentStatus::Failed);
        assert_eq!(answer.findings.len(), count);
        assert_eq!(lines(&answer)[0], "HIGH invalid-syntax src/broken.py:1");
        assert_eq!(
            answer.warnings,
            ["src/broken.py has syntax errors: ruff ran only part of its rules on it"]
        );
    }
}

/// Goal: a file that could not be read is an error, although ruff ends with 1 as for
/// any finding: nothing was shown about the file.
#[test]
fn missing_file() {
    let bytes = include_bytes!("../fixtures/ruff-missing-file.json");
    let answer = read(Format::Ruff, bytes, &in_project()).unwrap();
    assert_eq!(
        answer.status,
        AgentStatus::Error(
            "ruff could not scan everything: \
             src/nowhere.py: No such file or directory (os error 2)"
                .to_owned()
        )
    );
    assert_eq!(answer.output["status"], "ERROR");
}

/// Goal: a pipeline's table reaches rules under the reported and the neutral name.
#[test]
fn overridden_severities() {
    let options = with_severities(&[
        ("ruff:S", "CRITICAL"),
        ("B608", "LOW"),
        ("F401", "HIGH"),
        ("ruff:E7", "HIGH"),
    ]);
    for (format, bytes) in [(Format::Ruff, JSON), (Format::Sarif, SARIF)] {
        let answer = read(format, bytes, &options).unwrap();
        let lines = lines(&answer);
        assert_eq!(lines[1], "HIGH F401 src/runner.py:1");
        assert_eq!(lines[3], "CRITICAL B602 src/runner.py:8");
        assert_eq!(lines[4], "CRITICAL B101 src/runner.py:9");
        assert_eq!(lines[8], "HIGH E741 src/runner.py:15");
        assert_eq!(lines[13], "LOW B608 src/runner.py:20");
    }
}

/// Goal: the same rule on the same line of two notebook cells is two findings.
#[test]
fn notebook_cells() {
    let item = |cell: u64| {
        json!({"code": "F821", "filename": "a.ipynb", "cell": cell,
               "location": {"row": 1, "column": 1}, "message": "Undefined name `x`"})
    };
    let bytes = json!([item(1), item(2)]).to_string();
    let answer = read(Format::Ruff, bytes.as_bytes(), &Options::default()).unwrap();
    assert_ne!(answer.findings[0].digest(), answer.findings[1].digest());
    assert_eq!(
        answer.findings[1].message,
        "cell 2, line 1: Undefined name `x`"
    );
}
