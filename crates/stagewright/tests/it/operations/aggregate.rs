//! `aggregate`: many results, one picture.

use super::operate;
use crate::world::World;
use serde_json::{Value, json};

/// Goal: results of all kinds become one picture, a finding that two report counts once
/// in the totals (decision 27), and the picture can be decided over.
#[test]
fn aggregate_then_decide() {
    let world = World::new();
    let finding =
        json!({"file": "a.py", "line": 3, "type": "E1", "severity": "HIGH", "description": "x"});
    let code = json!({"status": "FAIL", "violations": [finding], "violations_count": 1});
    let agent = |id: &str, kind: &str, status: &str, output: Value| json!({"agent_id": id, "agent_type": kind, "status": status, "output": output});
    let input = json!({
        "agent_results": [
            agent("code", "code_best_practises", "SUCCESS", code.clone()),
            agent("again", "code_best_practises", "SUCCESS", code),
            agent("architect", "architect_best_practises", "SUCCESS", json!({
                "status": "NEW_PATTERN_DETECTED", "new_pattern_detected": true,
                "pattern_data": {"pattern_name": "Saga"},
            })),
            agent("tool", "command", "SUCCESS", json!({
                "tool": "ruff", "status": "FAIL", "violations_count": 2, "critical_violations": 0,
                "high_violations": 0, "medium_violations": 1, "low_violations": 1,
            })),
            agent("text", "command", "SUCCESS", json!({"text": "done"})),
            agent("late", "lld_alignment", "TIMEOUT", Value::Null),
            agent("never", "lld_alignment", "SKIPPED", Value::Null),
        ],
        "context": {},
    });
    let ended = operate(&world, &["aggregate"], &input)
        .leaves(0)
        .says("`late` ended with TIMEOUT");
    assert!(!ended.err.contains("never"), "{ended}");
    let output = ended.json();
    assert_eq!(output["status"], "SUCCESS");
    assert_eq!(output["total_violations"], 3);
    assert_eq!(output["total_agents_analyzed"], 5);
    let picture = &output["aggregated_result"];
    for (field, value) in [
        ("overall_severity", json!("HIGH")),
        ("high_violations", json!(1)),
        ("medium_violations", json!(1)),
        ("low_violations", json!(1)),
        ("code_violations_found", json!(true)),
        ("code_violations_count", json!(2)),
        ("new_pattern_detected", json!(true)),
        ("pattern_details", json!({"pattern_name": "Saga"})),
        ("pattern_rejected", json!(false)),
        ("blocking_issues_found", json!(true)),
    ] {
        assert_eq!(picture[field], value, "{field}: {picture:#}");
    }
    let policy = json!({"max_high_violations": 0});
    let input = json!({"aggregated_result": picture, "policy": policy, "context": {}});
    operate(&world, &["decide"], &input).leaves(1);
}

/// Goal: the two methods and the threshold (rules A12 and A28).
#[test]
fn aggregate_methods() {
    let world = World::new();
    let low = |line: u64| json!({"file": "a", "line": line, "type": "L", "severity": "LOW", "description": "x"});
    let findings: Vec<Value> = (1..=5).map(low).collect();
    let results = json!([{
        "agent_id": "a", "agent_type": "code_best_practises", "status": "SUCCESS",
        "output": {"status": "FAIL", "violations": findings},
    }]);
    for (options, overall, blocking) in [
        (json!({}), "LOW", false),
        (
            json!({"severity_calculation_method": "max", "blocking_threshold": "LOW"}),
            "LOW",
            true,
        ),
        // Five times 1 is a score of 5, which is HIGH.
        (
            json!({"severity_calculation_method": "weighted_sum"}),
            "HIGH",
            false,
        ),
    ] {
        let mut input = json!({"agent_results": results, "context": {}});
        for (name, value) in options.as_object().unwrap() {
            input[name] = value.clone();
        }
        let output = operate(&world, &["aggregate"], &input).leaves(0).json();
        assert_eq!(output["aggregated_result"]["overall_severity"], overall);
        assert_eq!(
            output["aggregated_result"]["blocking_issues_found"],
            blocking
        );
    }
}

/// Goal: a successful agent whose document cannot be read is no agent without findings.
#[test]
fn aggregate_refuses_unreadable_documents() {
    let world = World::new();
    let result = |output: Value| json!({"agent_id": "a", "agent_type": "code_best_practises", "status": "SUCCESS", "output": output});
    for (agent, code, what) in [
        (result(Value::Null), "SW0226", "it has none"),
        (
            result(json!({"status": "FAIL", "violations": []})),
            "SW0226",
            "no finding is listed",
        ),
        (
            result(json!({"status": "PASS", "violations": [], "violations_count": 2})),
            "SW0226",
            "`$.agent_results[0].output`",
        ),
        (
            json!({"agent_id": "a", "agent_type": "x", "status": "DONE"}),
            "SW0223",
            "one of SUCCESS, FAILURE",
        ),
        (
            json!({"agent_type": "x", "status": "SUCCESS"}),
            "SW0223",
            "`$.agent_results[0].agent_id` is missing",
        ),
    ] {
        operate(&world, &["aggregate"], &json!({"agent_results": [agent]}))
            .leaves(2)
            .says(code)
            .says(what);
    }
    // What the agent itself calls an error has found nothing out.
    let error = result(json!({"status": "ERROR", "error": "no network"}));
    let ended = operate(&world, &["aggregate"], &json!({"agent_results": [error]})).leaves(0);
    assert_eq!(ended.json()["total_agents_analyzed"], 0);
    assert!(
        ended.err.contains("what it would have found is unknown"),
        "{ended}"
    );
}
