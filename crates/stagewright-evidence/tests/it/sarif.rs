//! SARIF features that ruff's reports do not show.

use crate::{in_project, lines, with_severities};
use serde_json::{Value, json};
use stagewright_evidence::{AgentStatus, Answer, Format, Options, read};

fn read_runs(runs: &Value, options: &Options) -> Answer {
    let log = json!({"version": "2.1.0", "runs": runs}).to_string();
    read(Format::Sarif, log.as_bytes(), options).unwrap()
}

/// A run of a tool whose rules cover levels and scores, with these results.
fn run(results: &Value) -> Value {
    json!({
        "tool": {
            "driver": {"name": "Code Scan", "rules": [
                {"id": "plain"},
                {"id": "noted", "defaultConfiguration": {"level": "note"}},
                {"id": "scored", "defaultConfiguration": {"level": "note"},
                 "properties": {"security-severity": "9.8"}},
                {"id": "worded", "messageStrings":
                    {"found": {"text": "found {0} in {1}, {{kept}}, {9}"}}},
            ]},
            "extensions": [{"name": "pack", "rules": [
                {"id": "extra", "defaultConfiguration": {"level": "error"}},
            ]}],
        },
        "results": results,
    })
}

fn read_results(results: &Value) -> Answer {
    read_runs(&json!([run(results)]), &in_project())
}

/// Goal: level, kind and score grade a result as the module's docs say.
#[test]
fn grades() {
    let cases = [
        (json!({"ruleId": "plain"}), "MEDIUM plain"),
        (json!({"ruleId": "plain", "level": "error"}), "HIGH plain"),
        (json!({"ruleId": "plain", "level": "note"}), "LOW plain"),
        (json!({"ruleId": "plain", "level": "none"}), "LOW plain"),
        (json!({"ruleId": "noted"}), "LOW noted"),
        (json!({"ruleId": "noted", "level": "error"}), "HIGH noted"),
        (json!({"ruleId": "noted/part"}), "LOW noted/part"),
        (json!({"ruleIndex": 1}), "LOW noted"),
        (json!({"ruleId": "noted", "ruleIndex": -1}), "LOW noted"),
        // An index that points at another rule than the id says is not followed.
        (json!({"ruleId": "noted", "ruleIndex": 2}), "LOW noted"),
        (
            json!({"rule": {"index": 0, "toolComponent": {"index": 0}}}),
            "HIGH extra",
        ),
        (json!({"ruleId": "extra"}), "HIGH extra"),
        (json!({"ruleId": "unknown"}), "MEDIUM unknown"),
        (json!({"ruleId": "scored"}), "CRITICAL scored"),
        (
            json!({"ruleId": "scored", "properties": {"security-severity": 4.0}}),
            "MEDIUM scored",
        ),
        (
            json!({"ruleId": "scored", "properties": {"security-severity": "0.0"}}),
            "LOW scored",
        ),
        (json!({"ruleId": "plain", "kind": "fail"}), "MEDIUM plain"),
        (json!({"ruleId": "plain", "kind": "review"}), "HIGH? plain"),
        (
            json!({"ruleId": "plain", "kind": "open", "level": "none"}),
            "HIGH? plain",
        ),
        (
            json!({"ruleId": "plain", "baselineState": "unchanged"}),
            "MEDIUM plain",
        ),
    ];
    for (mut result, expected) in cases {
        result["message"] = json!({"text": "m"});
        let answer = read_results(&json!([result]));
        assert_eq!(lines(&answer), [format!("{expected} -:0")], "{result}");
        assert_eq!(answer.status, AgentStatus::Failed);
    }
}

/// Goal: what is no problem, gone or suppressed is no finding, and is counted.
#[test]
fn left_out() {
    let result = |fields: Value| {
        let mut result = json!({"ruleId": "plain", "message": {"text": "m"}});
        let own = result.as_object_mut().unwrap();
        own.extend(fields.as_object().unwrap().clone());
        result
    };
    let answer = read_results(&json!([
        result(json!({"kind": "pass"})),
        result(json!({"kind": "notApplicable"})),
        result(json!({"kind": "informational"})),
        result(json!({"baselineState": "absent"})),
        result(json!({"suppressions": [{"kind": "inSource"}]})),
        result(json!({"suppressions": [{"kind": "external", "status": "accepted"}]})),
    ]));
    assert_eq!(answer.status, AgentStatus::Passed);
    assert_eq!(
        answer.output,
        json!({
            "tool": "code-scan", "status": "PASS", "violations_count": 0,
            "critical_violations": 0, "high_violations": 0, "medium_violations": 0,
            "low_violations": 0, "suppressed": 2, "gone_since_baseline": 1, "not_problems": 3,
        })
    );
    assert_eq!(
        answer.warnings,
        ["results suppressed in the source or by the tool's settings: 2"]
    );
    let answer = read_results(&json!([
        result(json!({"suppressions": []})),
        result(json!({"suppressions": [{"kind": "external", "status": "underReview"}]})),
        result(json!({"suppressions": [
            {"kind": "inSource"}, {"kind": "external", "status": "rejected"}]})),
    ]));
    assert_eq!(answer.findings.len(), 3);
}

/// Goal: a tool that failed, or scanned nothing, is an error and no clean pass.
#[test]
fn failed_runs() {
    let with = |invocations: Value, results: Value| {
        let mut run = run(&results);
        run["invocations"] = invocations;
        read_runs(&json!([run]), &in_project())
    };
    let failed = json!([{"executionSuccessful": false, "toolExecutionNotifications": [
        {"level": "error", "message": {"text": "out of memory"}},
        {"level": "note", "message": {"text": "hello"}},
    ]}]);
    let cases = [
        (with(failed, json!([])), "out of memory"),
        (
            with(json!([{"executionSuccessful": false}]), json!([])),
            "code-scan says that its execution failed",
        ),
        (
            with(json!([]), Value::Null),
            "a run of code-scan carries no results",
        ),
    ];
    for (answer, reason) in cases {
        let expected = format!("code-scan could not scan everything: {reason}");
        assert_eq!(answer.status, AgentStatus::Error(expected));
    }
    let noisy = json!([{"executionSuccessful": true, "toolConfigurationNotifications": [
        {"level": "error", "message": {"text": "unknown rule"}},
    ]}]);
    let answer = with(noisy, json!([]));
    assert_eq!(answer.status, AgentStatus::Passed);
    assert_eq!(answer.warnings, ["code-scan: unknown rule"]);
}

/// Goal: every way in which SARIF names a file comes out relative to the root.
#[test]
fn files() {
    let cases = [
        json!({"uri": "src/my%20file.py"}),
        json!({"uri": "file:///srv/project/src/my%20file.py"}),
        json!({"uri": "src/my%20file.py", "uriBaseId": "UNKNOWN"}),
        json!({"uri": "my%20file.py", "uriBaseId": "SOURCES"}),
        json!({"uri": "file:///srv/project/src/my%20file.py", "uriBaseId": "SOURCES"}),
        json!({"index": 1}),
    ];
    for artifact in cases {
        let mut run = run(
            &json!([{"ruleId": "plain", "message": {"text": "m"}, "locations": [
                {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 4}}},
                {"physicalLocation": {"artifactLocation": {"uri": "elsewhere.py"}}},
            ]}]),
        );
        run["originalUriBaseIds"] = json!({
            "ROOT": {"uri": "file:///srv/project"},
            "SOURCES": {"uri": "src/", "uriBaseId": "ROOT"},
        });
        run["artifacts"] = json!([
            {"location": {"uri": "other.py"}},
            {"location": {"uri": "my%20file.py", "uriBaseId": "SOURCES"}},
        ]);
        let answer = read_runs(&json!([run]), &in_project());
        assert_eq!(
            lines(&answer),
            ["MEDIUM plain src/my file.py:4"],
            "{artifact}"
        );
    }
}

/// Goal: base ids that refer to each other in a circle come to an end.
#[test]
fn circular_bases() {
    let mut run = run(
        &json!([{"ruleId": "plain", "message": {"text": "m"}, "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": "a.py", "uriBaseId": "LOOP"}}},
        ]}]),
    );
    run["originalUriBaseIds"] = json!({"LOOP": {"uri": "x/", "uriBaseId": "LOOP"}});
    let answer = read_runs(&json!([run]), &in_project());
    let file = answer.findings[0].file.as_deref().unwrap();
    assert!(file.starts_with("x/") && file.ends_with("x/a.py"), "{file}");
}

/// Goal: messages come from the result or from its rule, with arguments put in once.
#[test]
fn messages() {
    let answer = read_results(&json!([
        {"ruleId": "worded", "message": {"id": "found", "arguments": ["{1}", "here"]}},
        {"ruleId": "plain", "message": {"text": "see {0}", "arguments": ["this"]}},
        {"ruleId": "plain", "message": {"id": "nowhere"}},
    ]));
    let messages: Vec<&str> = answer.findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(
        messages,
        ["found {1} in here, {{kept}}, {9}", "see this", "plain"]
    );
}

/// Goal: levels and rules of SARIF tools can be graded anew, and an unreadable score
/// leaves the level in charge.
#[test]
fn overrides_and_bad_scores() {
    let options = with_severities(&[
        ("warning", "LOW"),
        ("code-scan:error", "CRITICAL"),
        ("Code Scan:noted", "HIGH"),
    ]);
    let results = json!([
        {"ruleId": "plain", "message": {"text": "m"}},
        {"ruleId": "plain", "message": {"text": "m"}, "level": "error"},
        {"ruleId": "noted", "message": {"text": "m"}},
        {"ruleId": "plain", "message": {"text": "m"}, "properties": {"security-severity": "high"}},
    ]);
    let answer = read_runs(&json!([run(&results)]), &options);
    assert_eq!(
        lines(&answer),
        [
            "LOW plain -:0",
            "CRITICAL plain -:0",
            "HIGH noted -:0",
            "LOW plain -:0"
        ]
    );
    assert_eq!(
        answer.warnings,
        [
            "`$.runs[0].results[3]`: security-severity \"high\" is no number from 0 to 10, \
          the level decides"
        ]
    );
}

/// Goal: several runs in one log are one report of several tools.
#[test]
fn several_runs() {
    let mut other = run(&json!([]));
    other["tool"]["driver"]["name"] = json!("Other");
    let first = run(&json!([{"ruleId": "plain", "message": {"text": "m"}}]));
    let answer = read_runs(&json!([other, first]), &in_project());
    assert_eq!(answer.output["tool"], "code-scan, other");
    assert_eq!(answer.findings[0].tool.as_deref(), Some("code-scan"));
}
