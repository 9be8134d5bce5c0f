//! A row for every generation of every agent's document.

use crate::{agent, lines, of_type};
use serde_json::{Value, json};
use stagewright_core::finding::FindingKind;
use stagewright_evidence::{AgentStatus, Answer, Format, Options, read};

const CODE: &str = "code_best_practises";
const ARCHITECT: &str = "architect_best_practises";
const LLD: &str = "lld_alignment";
const PATTERN: &str = "pattern_matching";
const PEER_REVIEW: &str = "peer_review_documentation";
const JIRA: &str = "jira_integration";

fn answer(agent_type: &str, document: &Value) -> Answer {
    agent(agent_type, document).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// The fields that the reader added to an agent's document; checks that it changed
/// none of the agent's own.
fn added(document: &Value, answer: &Answer) -> Value {
    let mut output = answer.output.as_object().unwrap().clone();
    for (key, value) in document.as_object().unwrap() {
        assert_eq!(output.remove(key).as_ref(), Some(value), "{key}");
    }
    Value::Object(output)
}

/// Goal: every status word of every generation means what the specification says,
/// with what conditions need beside it.
#[test]
fn statuses_without_findings() {
    let detected = |value: bool| json!({"new_pattern_detected": value});
    let cases = [
        (
            CODE,
            json!({"status": "SUCCESS", "violations_count": 0}),
            json!({}),
        ),
        (
            CODE,
            json!({"status": "PASS"}),
            json!({"violations_count": 0}),
        ),
        (
            CODE,
            json!({"agent": "code", "version": "1.0", "pr_number": 7, "repository": "a/b",
                   "execution_time_ms": 12, "status": "PASSED", "violations": [],
                   "violations_count": 0, "patterns_checked": ["naming"], "summary": "fine",
                   "timestamp": "2026-01-28T10:00:00Z"}),
            json!({}),
        ),
        (
            CODE,
            json!({"status": "pass", "patterns_checked": 12, "violations_count": null}),
            json!({}),
        ),
        (
            ARCHITECT,
            json!({"status": "NO_NEW_PATTERN"}),
            detected(false),
        ),
        (
            ARCHITECT,
            json!({"status": "NO_NEW_PATTERN", "new_pattern_detected": false}),
            json!({}),
        ),
        (
            ARCHITECT,
            json!({"status": "NEW_PATTERN_DETECTED"}),
            detected(true),
        ),
        (
            ARCHITECT,
            json!({"status": "NEW_PATTERN_FOUND", "new_pattern_found": true}),
            detected(true),
        ),
        (
            ARCHITECT,
            json!({"status": "SUCCESS", "new_pattern_found": false, "patterns": []}),
            detected(false),
        ),
        (
            ARCHITECT,
            json!({"status": "NEW_PATTERN_DETECTED", "new_pattern_detected": true,
                   "pattern_data": {"pattern_name": "saga", "similarity_score": 0.4}}),
            json!({}),
        ),
        (
            ARCHITECT,
            json!({"status": "NEW_PATTERN_FOUND", "new_pattern_found": true,
                   "patterns": [{"name": "saga", "file": "a.py", "confidence": 0.9}]}),
            json!({"new_pattern_detected": true, "pattern_data":
                   {"name": "saga", "pattern_name": "saga", "file": "a.py", "confidence": 0.9}}),
        ),
        (
            LLD,
            json!({"status": "LLD_COMPLIANT", "lld_document": "x", "constraints_validated": []}),
            json!({"lld_compliant": true, "deviations_count": 0}),
        ),
        (
            LLD,
            json!({"status": "LLD_COMPLIANT", "lld_compliant": true, "deviations": [],
                   "deviation_count": 0}),
            json!({"deviations_count": 0}),
        ),
        (
            PATTERN,
            json!({"status": "SUCCESS", "pattern_id": "PTN-PY-001", "version": 2}),
            json!({}),
        ),
        (PATTERN, json!({"status": "STORED"}), json!({})),
        (
            PATTERN,
            json!({"status": "SUCCESS", "new_pattern_detected": true}),
            json!({}),
        ),
        (
            PEER_REVIEW,
            json!({"status": "REVIEWERS_ASSIGNED", "reviewers_assigned": ["a"],
                   "reviewer_count": 1, "review_sla_hours": 4}),
            json!({}),
        ),
        (PEER_REVIEW, json!({"status": "APPROVED"}), json!({})),
        (
            JIRA,
            json!({"status": "SUCCESS", "ticket_key": "A-1", "pr_linked": true}),
            json!({}),
        ),
    ];
    for (agent_type, document, expected) in cases {
        let answer = answer(agent_type, &document);
        assert_eq!(answer.status, AgentStatus::Passed, "{document}");
        assert!(answer.findings.is_empty() && answer.warnings.is_empty());
        if document["violations_count"].is_null() && document.get("violations_count").is_some() {
            // Null is absent: the one case in which a field gets a value.
            assert_eq!(answer.output["violations_count"], 0);
            continue;
        }
        assert_eq!(added(&document, &answer), expected, "{document}");
    }
}

/// Goal: both generations of violations become findings, with the words of both
/// severity vocabularies, and HIGH where there is none.
#[test]
fn violations() {
    let document = json!({"status": "FAIL", "violations": [
        {"file": "./src/a.py", "line": 3, "type": "NAMING", "severity": "MINOR",
         "description": "Bad name", "suggestion": "Rename it"},
        {"file": "src\\b.py", "line": "14-16", "pattern": "layering", "severity": "MAJOR",
         "found": "SQL in a view", "expected": "a repository"},
        {"file": "/srv/project/src/c.py", "type": "SECRET", "severity": "CRITICAL"},
        {"type": "LOGGING", "description": "No logs", "severity": null},
        {"description": "Something odd", "severity": "weird"},
    ]});
    for status in ["FAIL", "FAILED", "FAILURE"] {
        let mut document = document.clone();
        document["status"] = json!(status);
        let answer = answer(CODE, &document);
        assert_eq!(answer.status, AgentStatus::Failed);
        assert_eq!(
            lines(&answer),
            [
                "LOW NAMING src/a.py:3",
                "HIGH layering src/b.py:14",
                "CRITICAL SECRET src/c.py:0",
                "HIGH? LOGGING -:0",
                "HIGH? unspecified -:0",
            ]
        );
        assert_eq!(
            answer.findings[1].message,
            "expected a repository, found SQL in a view"
        );
        assert_eq!(answer.findings[0].suggestion.as_deref(), Some("Rename it"));
        assert_eq!(answer.findings[2].message, "SECRET");
        assert_eq!(
            answer.warnings,
            ["`$.violations[4].severity` is `weird`, a word that the severity table does not know"]
        );
        assert_eq!(added(&document, &answer), json!({"violations_count": 5}));
    }
}

/// Goal: an architect may list violations beside its patterns, and a passing agent
/// may list findings: they count all the same.
#[test]
fn findings_beside_other_news() {
    let document = json!({"status": "NEW_PATTERN_FOUND", "new_pattern_found": true,
        "violations": [{"type": "CYCLE", "severity": "HIGH", "file": "a.py", "line": 1}]});
    let architect = answer(ARCHITECT, &document);
    assert_eq!(architect.status, AgentStatus::Passed);
    assert_eq!(lines(&architect), ["HIGH CYCLE a.py:1"]);
    assert_eq!(architect.output["violations_count"], 1);

    let document = json!({"status": "PASS", "findings_count": 1,
        "findings": [{"rule": "tone", "severity": "LOW", "message": "Too terse"}]});
    let untyped = agent("a_type_of_our_own", &document).unwrap();
    assert_eq!(lines(&untyped), ["LOW tone -:0"]);
    assert_eq!(untyped.output["violations_count"], 1);
}

/// Goal: deviations of both generations are of the kind that blocks by its switch.
#[test]
fn deviations() {
    let new = json!({"status": "LLD_DEVIATION_FOUND", "lld_compliant": false,
        "deviations": [{"lld_section": "3.2", "expected": "REST", "actual": "gRPC",
                        "file": "api.py", "severity": "MAJOR"}],
        "deviations_count": 1});
    let found = answer(LLD, &new);
    assert_eq!(found.status, AgentStatus::Failed);
    assert_eq!(lines(&found), ["HIGH 3.2 api.py:0"]);
    assert_eq!(found.findings[0].message, "3.2: expected REST, found gRPC");
    assert_eq!(found.findings[0].kind, FindingKind::Deviation);
    assert_eq!(added(&new, &found), json!({}));

    let old = json!({"status": "LLD_DEVIATION", "deviation_count": 2, "deviations": [
        {"type": "TRANSPORT", "description": "gRPC instead of REST"},
        {"description": "No cache"},
    ]});
    let found = answer(LLD, &old);
    assert_eq!(
        lines(&found),
        ["HIGH? TRANSPORT -:0", "HIGH? lld-deviation -:0"]
    );
    assert_eq!(
        added(&old, &found),
        json!({"lld_compliant": false, "deviations_count": 2})
    );

    let torn = json!({"status": "LLD_COMPLIANT", "deviations": [{"type": "TRANSPORT"}]});
    let found = answer(LLD, &torn);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(
        found.warnings,
        ["the document calls the change compliant, but lists deviations (1), which count"]
    );
}

/// Goal: an agent that failed is an error with its reason, whatever else it says.
#[test]
fn errors() {
    let cases = [
        (
            CODE,
            json!({"status": "ERROR", "error": "no tokens left"}),
            "no tokens left",
        ),
        (
            CODE,
            json!({"status": "ERROR", "error": {"message": "rate limited", "code": 429}}),
            "rate limited",
        ),
        (
            LLD,
            json!({"status": "ERROR"}),
            "the agent reports ERROR without a reason",
        ),
        (
            PATTERN,
            json!({"status": "FAILURE", "message": "store unreachable"}),
            "store unreachable",
        ),
        (
            JIRA,
            json!({"status": "FAILURE"}),
            "the agent reports FAILURE without a reason",
        ),
        (
            CODE,
            json!({"errorMessage": "Agent failed"}),
            "Agent failed",
        ),
        (
            CODE,
            json!({"statusCode": 500, "body": "{\"error\": \"boom\"}"}),
            "the agent answered with status 500: boom",
        ),
        // Its shape is broken too, but the reason is what matters.
        (
            CODE,
            json!({"status": "ERROR", "error": "gave up", "violations": "none",
                   "new_pattern_found": "no"}),
            "gave up",
        ),
    ];
    for (agent_type, document, reason) in cases {
        let answer = answer(agent_type, &document);
        assert_eq!(answer.status, AgentStatus::Error(reason.to_owned()));
        assert!(answer.findings.is_empty());
    }
    let with_findings = json!({"status": "ERROR", "error": "stopped half way",
        "violations": [{"type": "a", "severity": "LOW"}]});
    assert_eq!(answer(CODE, &with_findings).findings.len(), 1);
}

/// Goal: people who are asked are waited for, and their no cannot be overlooked.
#[test]
fn human_review() {
    let pending = answer(PEER_REVIEW, &json!({"status": "PENDING_REVIEW"}));
    assert_eq!(pending.status, AgentStatus::Pending);

    let rejected = json!({"status": "REJECTED", "reason": "wrong approach"});
    let no = answer(PEER_REVIEW, &rejected);
    assert_eq!(no.status, AgentStatus::Failed);
    assert_eq!(lines(&no), ["CRITICAL review-rejected -:0"]);
    assert_eq!(no.findings[0].message, "wrong approach");
}

/// Goal: a ticket without its link is a success with warnings.
#[test]
fn partial_success() {
    let document = json!({"status": "PARTIAL_SUCCESS", "ticket_key": "A-1",
                          "pr_linked": false, "warnings": ["the link failed"]});
    let answer = answer(JIRA, &document);
    assert_eq!(answer.status, AgentStatus::Passed);
    assert_eq!(
        answer.warnings,
        ["the link failed", "the agent reports PARTIAL_SUCCESS"]
    );
}

/// Goal: cost is what the agent states, and unknown is not zero.
#[test]
fn cost() {
    let cases = [
        (json!({"status": "PASS"}), None, 0),
        (json!({"status": "PASS", "cost_usd": null}), None, 0),
        (json!({"status": "PASS", "cost_usd": 0.042}), Some(0.042), 0),
        (json!({"status": "PASS", "cost_usd": 0}), Some(0.0), 0),
        (json!({"status": "PASS", "cost_usd": "0.1"}), None, 1),
        (json!({"status": "PASS", "cost_usd": -1}), None, 1),
    ];
    for (document, expected, warnings) in cases {
        let answer = answer(CODE, &document);
        assert_eq!(answer.cost_usd, expected, "{document}");
        assert_eq!(answer.warnings.len(), warnings, "{document}");
    }
}

/// Goal: what an invocation and a model put around a document comes off, and the
/// agent's accounting and compensations stay in it.
#[test]
fn envelopes() {
    let document = json!({"status": "SUCCESS", "input_tokens": 10, "output_tokens": 2,
        "model_used": "m", "compensations": [{"type": "remove_label"}],
        "violations_count": 0});
    let body = document.to_string();
    let texts = [
        body.clone(),
        json!({"statusCode": 200, "body": body}).to_string(),
        json!(body).to_string(),
        format!("Done.\n```json\n{body}\n```\n"),
    ];
    for text in texts {
        let answer = read(Format::AgentDocument, text.as_bytes(), &of_type(CODE)).unwrap();
        assert_eq!(answer.output, document, "{text}");
    }
}

/// Goal: an agent without a known type may use every word that is known.
#[test]
fn untyped_agents() {
    for (word, expected) in [
        ("LLD_COMPLIANT", AgentStatus::Passed),
        ("STORED", AgentStatus::Passed),
        ("PENDING_REVIEW", AgentStatus::Pending),
    ] {
        let text = json!({"status": word}).to_string();
        for options in [Options::default(), of_type("my_reviewer")] {
            let answer = read(Format::AgentDocument, text.as_bytes(), &options).unwrap();
            assert_eq!(answer.status, expected);
        }
    }
}
