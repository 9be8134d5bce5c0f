//! `agent run`: one agent, its outcome, its end.

use super::operate;
use crate::world::{World, eventually, is_alive};
use serde_json::{Value, json};

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
    let pid: i64 = eventually("the agent has started", || {
        world.lines("pid").first()?.parse().ok()
    });
    going.interrupt();
    let ended = going.end().leaves(130);
    assert_eq!(ended.json()["error_type"], "cancelled", "{ended}");
    eventually("the agent is gone", || (!is_alive(pid)).then_some(()));
}
