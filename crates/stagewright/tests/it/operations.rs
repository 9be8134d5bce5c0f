//! The single operations, JSON in and JSON out, from outside.

use crate::world::{Ended, World};
use serde_json::{Value, json};

/// Calls an operation with a document.
fn operate(world: &World, operation: &[&str], input: &Value) -> Ended {
    world.write("input.json", input.to_string());
    world.call(&[operation, &["input.json"]].concat())
}

/// An aggregated result with these counts by severity, all of them found by one type.
fn result(counts: [u64; 4], found_by: &str) -> Value {
    let [critical, high, medium, low] = counts;
    let total: u64 = counts.iter().sum();
    let words = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
    let worst = counts
        .iter()
        .position(|count| *count > 0)
        .map(|at| words[at]);
    let mut result = json!({
        "overall_severity": worst.unwrap_or("NONE"),
        "critical_violations": critical,
        "high_violations": high,
        "medium_violations": medium,
        "low_violations": low,
        "total_issues_found": total,
    });
    if !found_by.is_empty() {
        result[format!("{found_by}_found")] = (total > 0).into();
        result[format!("{found_by}_count")] = total.into();
    }
    result
}

const CODE: &str = "code_violations";
const ARCHITECT: &str = "architect_violations";
const LLD: &str = "lld_deviations";

/// Goal: scenario 10, row by row: limits by severity, switches by type of agent, and
/// labels that override (rule A12, decision 26).
#[test]
fn scenario_10_policy_matrix() {
    let world = World::new();
    let usual = json!({});
    let rows: Vec<(&str, Value, Value, Value, &str)> = vec![
        // The default limits: 0 critical, 5 high; medium and low do not block.
        (
            "nothing",
            result([0, 0, 0, 0], ""),
            usual.clone(),
            json!({}),
            "MERGE",
        ),
        (
            "1 critical",
            result([1, 0, 0, 0], CODE),
            usual.clone(),
            json!({}),
            "BLOCK",
        ),
        (
            "5 high",
            result([0, 5, 0, 0], CODE),
            usual.clone(),
            json!({}),
            "MERGE",
        ),
        (
            "6 high",
            result([0, 6, 0, 0], CODE),
            usual.clone(),
            json!({}),
            "BLOCK",
        ),
        (
            "21 medium",
            result([0, 0, 21, 0], CODE),
            usual.clone(),
            json!({}),
            "MERGE",
        ),
        (
            "101 low",
            result([0, 0, 0, 101], CODE),
            usual.clone(),
            json!({}),
            "MERGE",
        ),
        // Switched on, their limits hold.
        (
            "20 medium, on",
            result([0, 0, 20, 0], CODE),
            json!({"block_on_medium": true}),
            json!({}),
            "MERGE",
        ),
        (
            "21 medium, on",
            result([0, 0, 21, 0], CODE),
            json!({"block_on_medium": true}),
            json!({}),
            "BLOCK",
        ),
        (
            "100 low, on",
            result([0, 0, 0, 100], CODE),
            json!({"block_on_low": true}),
            json!({}),
            "MERGE",
        ),
        (
            "101 low, on",
            result([0, 0, 0, 101], CODE),
            json!({"block_on_low": true}),
            json!({}),
            "BLOCK",
        ),
        // Other limits, and severities switched off.
        (
            "2 critical of 2",
            result([2, 0, 0, 0], CODE),
            json!({"max_critical_violations": 2}),
            json!({}),
            "MERGE",
        ),
        (
            "3 critical of 2",
            result([3, 0, 0, 0], CODE),
            json!({"max_critical_violations": 2}),
            json!({}),
            "BLOCK",
        ),
        (
            "critical, off",
            result([9, 0, 0, 0], CODE),
            json!({"block_on_critical": false}),
            json!({}),
            "MERGE",
        ),
        (
            "6 high, off",
            result([0, 6, 0, 0], CODE),
            json!({"block_on_high": false}),
            json!({}),
            "MERGE",
        ),
        (
            "1 high of 0",
            result([0, 1, 0, 0], CODE),
            json!({"max_high_violations": 0}),
            json!({}),
            "BLOCK",
        ),
        // Each type of agent with its switch off: only its own findings stop counting.
        (
            "code off",
            result([1, 0, 0, 0], CODE),
            json!({"block_on_code_violations": false}),
            json!({}),
            "MERGE",
        ),
        (
            "code off, of architect",
            result([1, 0, 0, 0], ARCHITECT),
            json!({"block_on_code_violations": false}),
            json!({}),
            "BLOCK",
        ),
        (
            "architect off",
            result([0, 6, 0, 0], ARCHITECT),
            json!({"block_on_architect_violations": false}),
            json!({}),
            "MERGE",
        ),
        (
            "architect off, of code",
            result([0, 6, 0, 0], CODE),
            json!({"block_on_architect_violations": false}),
            json!({}),
            "BLOCK",
        ),
        // A finding of a type without a switch always counts.
        (
            "code off, of nobody",
            result([1, 0, 0, 0], ""),
            json!({"block_on_code_violations": false}),
            json!({}),
            "BLOCK",
        ),
        // Any deviation blocks, with a severity or without one.
        (
            "1 deviation",
            result([0, 1, 0, 0], LLD),
            usual.clone(),
            json!({}),
            "BLOCK",
        ),
        (
            "1 deviation, off",
            result([0, 1, 0, 0], LLD),
            json!({"block_on_lld_deviations": false}),
            json!({}),
            "MERGE",
        ),
        (
            "1 deviation without a severity",
            json!({"overall_severity": "NONE", "lld_deviations_found": true, "lld_deviations_count": 1}),
            usual.clone(),
            json!({}),
            "BLOCK",
        ),
        // Labels.
        (
            "override",
            result([1, 0, 0, 0], CODE),
            usual.clone(),
            json!({"pr": {"labels": ["x", "emergency-deploy"]}}),
            "MERGE",
        ),
        (
            "named labels",
            result([1, 0, 0, 0], CODE),
            usual.clone(),
            json!({"pr": {"labels": [{"name": "skip-validation"}]}}),
            "MERGE",
        ),
        (
            "another label",
            result([1, 0, 0, 0], CODE),
            usual.clone(),
            json!({"pr": {"labels": ["skip-validations"]}}),
            "BLOCK",
        ),
        (
            "labels off",
            result([1, 0, 0, 0], CODE),
            json!({"allow_override_by_label": false}),
            json!({"pr": {"labels": ["skip-validation"]}}),
            "BLOCK",
        ),
        (
            "own labels",
            result([1, 0, 0, 0], CODE),
            json!({"override_labels": ["go"]}),
            json!({"pr": {"labels": ["skip-validation"]}}),
            "BLOCK",
        ),
        (
            "own label",
            result([1, 0, 0, 0], CODE),
            json!({"override_labels": ["go"]}),
            json!({"pr": {"labels": ["go"]}}),
            "MERGE",
        ),
    ];
    for (name, aggregated, policy, context, decision) in rows {
        let input = json!({"aggregated_result": aggregated, "policy": policy, "context": context});
        let code = if decision == "MERGE" { 0 } else { 1 };
        let output = operate(&world, &["decide"], &input).leaves(code).json();
        assert_eq!(output["decision"], decision, "{name}: {output:#}");
        assert_eq!(output["status"], "SUCCESS", "{name}");
        let blocking = output["decision_factors"].as_array().unwrap().iter();
        let blocks = blocking.filter(|factor| factor["blocking"] == true).count() > 0;
        let overridden = output["override_applied"] == true;
        assert_eq!(
            blocks && !overridden,
            decision == "BLOCK",
            "{name}: {output:#}"
        );
    }
}

/// Goal: when a switch is off and findings of both sides are mixed, the totals count
/// unless the document says how many do (failing closed).
#[test]
fn mixed_findings_count_unless_told() {
    let world = World::new();
    let mut mixed = result([0, 8, 0, 0], CODE);
    mixed["code_violations_count"] = 6.into();
    mixed["architect_violations_count"] = 2.into();
    let decide = |aggregated: &Value| {
        let policy = json!({"block_on_code_violations": false});
        let input = json!({"aggregated_result": aggregated, "policy": policy, "context": {}});
        operate(&world, &["decide"], &input)
    };
    decide(&mixed).leaves(1);
    mixed["counted_violations"] = json!({"high": 2});
    let told = decide(&mixed).leaves(0).json();
    let factors = told["decision_factors"].to_string();
    assert!(
        factors.contains("6 of 8 findings come only from agent types"),
        "{factors}"
    );
    mixed["counted_violations"] = json!({"high": 9});
    decide(&mixed).leaves(2).says("SW0225");
}

/// Goal: a new pattern of which nobody says whether it was rejected is missing
/// evidence while rejections block, and only then.
#[test]
fn patterns_that_may_be_rejected() {
    let world = World::new();
    for (rejected, blocks, code) in [
        (Value::Null, false, 0),
        (Value::Null, true, 1),
        (json!(false), true, 0),
        (json!(true), true, 1),
        (json!(true), false, 0),
    ] {
        let input = json!({
            "aggregated_result": {
                "overall_severity": "NONE", "new_pattern_detected": true, "pattern_rejected": rejected,
            },
            "policy": {"block_on_pattern_rejection": blocks},
            "context": {},
        });
        operate(&world, &["decide"], &input).leaves(code);
    }
}

/// Goal: bad input is refused with its place, and never becomes a decision.
#[test]
fn decide_refuses_bad_input() {
    let world = World::new();
    let with = |aggregated: Value| json!({"aggregated_result": aggregated});
    let policy = |policy: Value| json!({"aggregated_result": result([0; 4], ""), "policy": policy});
    for (input, code, what) in [
        (json!([]), "SW0223", "`$` must be an object, not a list"),
        (json!({}), "SW0223", "`$.aggregated_result` is missing"),
        (
            with(json!({})),
            "SW0223",
            "`$.aggregated_result.overall_severity` is missing",
        ),
        (
            with(json!({"overall_severity": "BAD"})),
            "SW0223",
            "must be one of CRITICAL, HIGH",
        ),
        (
            with(json!({"overall_severity": "CRITICAL"})),
            "SW0225",
            "violations by severity are 0",
        ),
        (
            with(json!({"overall_severity": "NONE", "low_violations": 1})),
            "SW0225",
            "are 1",
        ),
        (
            with(json!({"overall_severity": "NONE", "code_violations_found": true})),
            "SW0225",
            "is true, but",
        ),
        (
            with(json!({"overall_severity": "NONE", "code_violations_count": 3})),
            "SW0225",
            "3 violations",
        ),
        (
            with(json!({"overall_severity": "NONE", "total_issues_found": 3})),
            "SW0225",
            "3 violations",
        ),
        (
            with(json!({"overall_severity": "LOW", "low_violations": -1})),
            "SW0223",
            "low_violations` must be",
        ),
        (
            policy(json!({"block_on_hihg": true})),
            "SW0224",
            "did you mean `block_on_high`?",
        ),
        (
            policy(json!({"max_high_violations": "5"})),
            "SW0223",
            "`$.policy.max_high_violations`",
        ),
        (
            policy(json!({"override_labels": "x"})),
            "SW0223",
            "a list of texts",
        ),
        (
            json!({"aggregated_result": result([0; 4], ""), "polcy": {}}),
            "SW0224",
            "did you mean `policy`?",
        ),
    ] {
        let ended = operate(&world, &["decide"], &input)
            .leaves(2)
            .says(code)
            .says(what);
        assert_eq!(ended.out, "", "{input}");
    }
    world.write("input.json", "{no json");
    world
        .call(&["decide", "input.json"])
        .leaves(2)
        .says("SW0222")
        .says("line 1 column 2");
    // Without a file it is standard input, which is empty here.
    world.call(&["decide"]).leaves(2).says("SW0222");
}

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

/// A world in which functions are shell texts that get their input on standard input.
fn functions(programs: &[(&str, &str)]) -> World {
    let world = World::new();
    let sections: String = programs
        .iter()
        .map(|(arn, text)| format!("[lambda.\"{arn}\"]\nrun = [\"sh\", \"-c\", '''{text}''']\n"))
        .collect();
    world.write("stagewright.toml", sections);
    world
}

/// An order to run a function.
fn order(arn: &str) -> Value {
    json!({
        "agent_id": "code-agent",
        "agent_name": "Code Agent",
        "agent_type": "code_best_practises",
        "lambda_function_arn": arn,
        "agent_input": {"pr_number": 123},
        "trace_id": "trace-123",
    })
}

/// Goal: outcomes of all kinds, with their exit codes: a finding is a success, a flaky
/// agent is repeated, a slow one is stopped, an unknown function is a failure.
#[test]
fn agents_run_one_at_a_time() {
    let pass = "cat > seen.json; echo '{\"status\": \"PASS\", \"violations\": []}'";
    let fail = "echo '{\"status\": \"FAIL\", \"violations\": [{\"file\": \"a\", \"line\": 1, \
                \"severity\": \"HIGH\", \"description\": \"x\"}]}'; exit 1";
    let flaky = format!("if [ -e tried ]; then {pass}; else touch tried; exit 3; fi");
    let world = functions(&[
        ("arn:pass", pass),
        ("arn:fail", fail),
        ("arn:flaky", &flaky),
        ("arn:slow", "sleep 600"),
    ]);
    let run = |order: &Value| operate(&world, &["agent", "run"], order);

    let output = run(&order("arn:pass")).leaves(0).json();
    assert_eq!(output["status"], "SUCCESS");
    assert_eq!(output["agent_id"], "code-agent");
    assert_eq!(output["agent_name"], "Code Agent");
    assert_eq!(output["output"]["violations"], json!([]));
    assert_eq!(output["retry_count"], 0);
    assert_eq!(output["error"], Value::Null);
    let seen: Value = serde_json::from_str(&world.lines("seen.json").concat()).unwrap();
    assert_eq!(seen, json!({"pr_number": 123}));

    let output = run(&order("arn:fail")).leaves(0).json();
    assert_eq!(output["status"], "SUCCESS");
    assert_eq!(output["output"]["violations"].as_array().unwrap().len(), 1);

    let output = run(&order("arn:flaky")).leaves(0).json();
    assert_eq!(
        (&output["status"], &output["retry_count"]),
        (&json!("SUCCESS"), &json!(1))
    );

    let mut slow = order("arn:slow");
    slow["timeout_seconds"] = 1.into();
    slow["max_retries"] = 0.into();
    let output = run(&slow).leaves(3).json();
    assert_eq!(
        (&output["status"], &output["error_type"]),
        (&json!("TIMEOUT"), &json!("timeout"))
    );

    let mut unknown = order("arn:unknown");
    unknown["max_retries"] = 0.into();
    let output = run(&unknown).leaves(3).json();
    assert_eq!(output["status"], "FAILURE");
    assert!(
        output["error"].as_str().unwrap().contains("arn:unknown"),
        "{output:#}"
    );
    assert!(
        !world.path("../state").exists(),
        "nothing of it is remembered"
    );
}

/// Goal: orders that cannot be carried out are refused before anything starts.
#[test]
fn agent_orders_are_checked() {
    let world = functions(&[("arn:pass", "touch started")]);
    for (field, value, code, what) in [
        (
            "agent_id",
            json!("../../etc"),
            "SW0223",
            "`$.agent_id` must be",
        ),
        (
            "timeout_seconds",
            json!(0),
            "SW0223",
            "`$.timeout_seconds` must be 1 to",
        ),
        (
            "max_retries",
            json!(1001),
            "SW0223",
            "`$.max_retries` must be 0 to 1000",
        ),
        (
            "agent_input",
            json!("x"),
            "SW0223",
            "`$.agent_input` must be an object",
        ),
        (
            "agent_input",
            json!({"github_token": "abc"}),
            "SW0206",
            "`github_token`",
        ),
        (
            "max_retry",
            json!(1),
            "SW0224",
            "did you mean `max_retries`?",
        ),
    ] {
        let mut order = order("arn:pass");
        order[field] = value;
        operate(&world, &["agent", "run"], &order)
            .leaves(2)
            .says(code)
            .says(what);
    }
    assert!(!world.path("started").exists());
}

/// Goal: Ctrl-C ends the agent, and nothing of it stays behind.
#[test]
fn an_interrupt_ends_the_agent() {
    let world = functions(&[("arn:slow", "echo $$ > pid; exec sleep 600")]);
    world.write("input.json", order("arn:slow").to_string());
    let going = world.start(&["agent", "run", "input.json"]);
    let pid: i64 = crate::world::eventually("the agent has started", || {
        world.lines("pid").first()?.parse().ok()
    });
    going.interrupt();
    let ended = going.end().leaves(130);
    assert_eq!(ended.json()["error_type"], "cancelled", "{ended}");
    crate::world::eventually("the agent is gone", || {
        (!crate::world::is_alive(pid)).then_some(())
    });
}
