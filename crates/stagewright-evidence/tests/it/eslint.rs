//! ESLint's JSON, as ESLint printed it for `fixtures/cart.js`.

use crate::{ended, in_project, lines, with_severities};
use serde_json::json;
use stagewright_evidence::{AgentStatus, Format, read};

const JSON: &[u8] = include_bytes!("../fixtures/eslint.json");

/// Goal: errors are HIGH and warnings MEDIUM; paths are those of the work tree; what a
/// comment suppresses for nothing has a rule although ESLint gives it none.
#[test]
fn findings() {
    let answer = read(Format::Eslint, JSON, &in_project()).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "MEDIUM no-unused-vars src/cart.js:1",
            "MEDIUM no-unused-vars src/cart.js:4",
            "HIGH eqeqeq src/cart.js:5",
            "HIGH no-undef src/cart.js:5",
            "MEDIUM unused-disable-directive src/cart.js:6",
            "MEDIUM unused-disable-directive src/cart.js:8",
        ]
    );
    assert_eq!(answer.status, AgentStatus::Failed);
    assert_eq!(
        answer.output,
        json!({
            "tool": "eslint", "status": "FAIL", "violations_count": 6,
            "critical_violations": 0, "high_violations": 2,
            "medium_violations": 4, "low_violations": 0,
            "suppressed": 0, "not_linted": 0,
        })
    );
    let loose = &answer.findings[2];
    assert_eq!(loose.message, "Expected '===' and instead saw '=='.");
    assert_eq!(
        loose.suggestion.as_deref(),
        Some("Use '===' instead of '=='.")
    );
    assert_eq!(loose.tool.as_deref(), Some("eslint"));
}

/// Goal: a pipeline grades by rule, and by the words that stand for ESLint's numbers.
#[test]
fn overridden_severities() {
    let options = with_severities(&[("eslint:warning", "LOW"), ("eqeqeq", "CRITICAL")]);
    let answer = read(Format::Eslint, JSON, &options).unwrap();
    assert_eq!(lines(&answer)[0], "LOW no-unused-vars src/cart.js:1");
    assert_eq!(lines(&answer)[2], "CRITICAL eqeqeq src/cart.js:5");
    assert_eq!(lines(&answer)[3], "HIGH no-undef src/cart.js:5");
}

/// Goal: a syntax error is a finding, and a person learns that no rule ran.
#[test]
fn syntax_error() {
    let bytes = include_bytes!("../fixtures/eslint-syntax-error.json");
    let answer = read(Format::Eslint, bytes, &in_project()).unwrap();
    assert_eq!(lines(&answer), ["HIGH invalid-syntax src/broken.js:1"]);
    assert_eq!(
        answer.warnings,
        ["src/broken.js has a syntax error: eslint ran no rule on it"]
    );
}

/// Goal: clean is clean; a file that ESLint did not look at, or no file at all, is said.
#[test]
fn clean_and_ignored() {
    let cases: [(&[u8], Option<&str>); 3] = [
        (include_bytes!("../fixtures/eslint-clean.json"), None),
        (
            include_bytes!("../fixtures/eslint-ignored.json"),
            Some("src/runner.py: File ignored because no matching configuration was supplied."),
        ),
        (b"[]", Some("eslint looked at no file")),
    ];
    for (bytes, warning) in cases {
        let answer = read(Format::Eslint, bytes, &ended(0)).unwrap();
        assert_eq!(answer.status, AgentStatus::Passed);
        assert!(answer.findings.is_empty());
        assert_eq!(answer.warnings.first().map(String::as_str), warning);
    }
    // With `--max-warnings 0` ESLint ends with 1 for an ignored file: it has said why.
    let ignored = read(Format::Eslint, cases[1].0, &ended(1)).unwrap();
    assert!(!ignored.found_nothing(Format::Eslint));
    let clean = read(Format::Eslint, cases[0].0, &ended(1)).unwrap();
    assert!(clean.found_nothing(Format::Eslint));
}

/// Goal: what comments suppress is counted and shown.
#[test]
fn suppressed_messages() {
    let bytes = json!([{
        "filePath": "/srv/project/a.js", "messages": [], "errorCount": 0, "warningCount": 0,
        "suppressedMessages": [{"ruleId": "eqeqeq"}, {"ruleId": "no-eval"}],
    }]);
    let answer = read(Format::Eslint, bytes.to_string().as_bytes(), &in_project()).unwrap();
    assert_eq!(answer.output["suppressed"], 2);
    assert_eq!(
        answer.warnings,
        ["problems of eslint suppressed by comments: 2"]
    );
}

/// Goal: a list that is shorter than its counts is refused; a severity that ESLint does
/// not have counts as HIGH, assumed.
#[test]
fn counts_and_severities() {
    let file = |errors: u64, severity: u64| {
        json!([{"filePath": "a.js", "errorCount": errors, "warningCount": 0, "messages": [
            {"ruleId": "x", "severity": severity, "message": "m", "line": 2}]}])
        .to_string()
    };
    let error = read(Format::Eslint, file(2, 2).as_bytes(), &in_project()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`$[0].errorCount + warningCount` is 2, but `$[0].messages` lists 1"
    );
    let answer = read(Format::Eslint, file(1, 3).as_bytes(), &in_project()).unwrap();
    assert_eq!(lines(&answer), ["HIGH? x a.js:2"]);
}
