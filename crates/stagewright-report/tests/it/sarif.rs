//! The findings as SARIF: what our own reader makes of it, and what the standard asks.

use crate::gallery::{blocked, merged};
use crate::hostile::hostile;
use crate::plans::{finding, gated, review};
use crate::world::{Try, World};
use serde_json::{Value, json};
use stagewright_core::event::Verdict;
use stagewright_core::finding::FindingKind;
use stagewright_core::{ErrorClass, Finding, Severity};
use stagewright_evidence::{AgentStatus, Answer, Format, Options, read};
use stagewright_report::sarif;

fn log(world: &World) -> Value {
    sarif(world.run(), &world.results())
}

fn read_again(log: &Value) -> Answer {
    read(
        Format::Sarif,
        log.to_string().as_bytes(),
        &Options::default(),
    )
    .unwrap()
}

/// Findings of all severities and with all kinds of places.
fn findings() -> Vec<Finding> {
    let without = |severity, rule: &str, file: Option<&str>, message: &str| Finding {
        file: file.map(str::to_owned),
        line: None,
        ..finding(severity, rule, "x:1", message)
    };
    vec![
        finding(
            Severity::Critical,
            "B602",
            "src/app.py:12",
            "shell=True is dangerous",
        ),
        finding(Severity::High, "S301", "a b/%41#?.py:7", "pickle"),
        finding(
            Severity::Medium,
            "E501",
            "C:/x:y.py:80",
            "line too long\n(142 > 100)",
        ),
        finding(
            Severity::Low,
            "F401",
            "ünï/漢.rs:3",
            "`os` imported but unused",
        ),
        without(Severity::Low, "layout", Some("docs"), "no index"),
        without(Severity::High, "process", None, "nobody has reviewed this"),
    ]
}

/// Goal: our own reader finds the very findings that were written, each known again by
/// its digest; only who reported them is the one tool that wrote the log.
#[test]
fn round_trip() {
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(5).findings(&findings())])
        .play();
    let log = log(&world);
    let answer = read_again(&log);
    let sorted = |mut findings: Vec<Finding>| {
        findings.sort_by_key(Finding::digest);
        findings
    };
    let expected = findings().into_iter().map(|finding| Finding {
        tool: Some("stagewright".to_owned()),
        ..finding
    });
    let found = sorted(answer.findings);
    assert_eq!(found, sorted(expected.collect()));
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let digest = result["partialFingerprints"]["findingDigest/v1"]
            .as_str()
            .unwrap();
        let digest = u64::from_str_radix(digest, 16).unwrap();
        assert!(found.iter().any(|finding| finding.digest().0 == digest));
    }
    assert_eq!(answer.warnings, Vec::<String>::new());
}

/// Goal: what a level cannot say stands in the properties: that a severity was assumed,
/// that it is a deviation, who reported it and what is proposed.
#[test]
fn properties() {
    let mut deviation = finding(Severity::High, "layers", "src/a.py:1", "calls upwards");
    deviation.severity_assumed = true;
    deviation.kind = FindingKind::Deviation;
    deviation.suggestion = Some("turn it around".to_owned());
    deviation.tool = Some("archer".to_owned());
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(5).findings(&[deviation.clone()])])
        .script("architect", [Try::ok(5).findings(&[deviation])])
        .play();
    assert_eq!(
        log(&world)["runs"][0]["results"][0]["properties"],
        json!({
            "severity": "HIGH",
            "severityAssumed": true,
            "kind": "deviation",
            "reporters": ["code", "architect"],
            "tools": ["archer"],
            "suggestion": "turn it around",
        })
    );
}

/// Goal: a log without results is never taken for a clean tree when evidence is missing.
#[test]
fn missing_evidence_is_an_error() {
    let failing = |required: bool| {
        let mut plan = review();
        plan.nodes[0].required = required;
        World::new(plan, |_| {})
            .script(
                "code",
                [Try::fails(5, ErrorClass::Timeout, "no answer within 10 s")],
            )
            .play()
    };
    let gate = |verdict| {
        World::new(gated(), |_| {})
            .script("tests", [Try::judged(5, verdict, "as the script says")])
            .play()
    };
    for (world, error) in [
        (merged(), None),
        (failing(false), None),
        (
            failing(true),
            Some("`code` failed (timeout): no answer within 10 s"),
        ),
        (
            gate(Verdict::NoEvidence),
            Some("gate `tests` did not pass: no_evidence, as the script says"),
        ),
        (
            gate(Verdict::Pass),
            Some("`sign_off` has not ended: WAITING"),
        ),
    ] {
        let answer = read_again(&log(&world));
        assert!(answer.findings.is_empty());
        match error {
            None => assert_eq!(answer.status, AgentStatus::Passed),
            Some(error) => match answer.status {
                AgentStatus::Error(message) => assert!(message.contains(error), "{message}"),
                other => panic!("{error} is not {other:?}"),
            },
        }
    }
}

/// Goal: a skip that leaves no evidence is said even of an agent that is not required,
/// and one by a false condition is not.
#[test]
fn skips() {
    let log = log(&merged());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], json!(true));
    let texts: Vec<(&str, &str)> = invocation["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["level"].as_str().unwrap(),
                one["message"]["text"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        texts,
        [(
            "warning",
            "`docs` was not run: stage condition could not be evaluated: \
             `context.pr.approved` does not exist; there is: number"
        )]
    );
}

/// Goal: a result that can no longer be read is missing evidence too.
#[test]
fn lost_results() {
    let mut world = blocked();
    world.blobs.clear();
    let log = log(&world);
    assert_eq!(log["runs"][0]["results"], json!([]));
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], json!(false));
    assert!(
        invocation
            .to_string()
            .contains("2 findings cannot be listed")
    );
}

/// Goal: the fields that code hosts go by, as the standard has them.
#[test]
fn structure() {
    let log = log(&blocked());
    assert_eq!(log["version"], json!("2.1.0"));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], json!("stagewright"));
    assert_eq!(
        run["automationDetails"]["id"],
        json!("pr-123-review/run_7f3a")
    );
    assert_eq!(run["properties"]["decision"], json!("BLOCK"));
    let invocation = &run["invocations"][0];
    assert_eq!(
        invocation["startTimeUtc"],
        json!("2026-01-28T10:30:00.000Z")
    );
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(
        rules,
        &[
            json!({"id": "B602", "defaultConfiguration": {"level": "error"}}),
            json!({"id": "E501", "defaultConfiguration": {"level": "note"}}),
        ]
    );
    let results = run["results"].as_array().unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    assert_eq!(
        results[0]["locations"],
        json!([{"physicalLocation": {
            "artifactLocation": {"uri": "src/app.py"},
            "region": {"startLine": 12},
        }}])
    );
}

/// Goal: hostile texts change nothing but texts, and no address has a scheme of theirs.
#[test]
fn hostile_texts() {
    for text in [
        "javascript:alert(1)",
        "//evil.test/x",
        "\u{0}\u{1b}[31m\"}]",
        "",
    ] {
        let log = log(&hostile(text));
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1, "{text:?}");
        assert!(!results[0]["ruleId"].as_str().unwrap().is_empty());
        assert!(!results[0]["message"]["text"].as_str().unwrap().is_empty());
        let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = uri.as_str().unwrap();
        let has_scheme = uri.contains(':') && !uri.starts_with("file:///");
        assert!(
            !has_scheme && !uri.starts_with("//"),
            "{text:?} became {uri}"
        );
    }
}
