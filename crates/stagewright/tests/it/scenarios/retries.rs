//! Scenario 6: re-runs with growing waits.

use crate::world::{World, agent, counts, outcome};
use serde_json::json;

/// Goal: an agent that fails twice succeeds with two re-runs, after waits of at least
/// 200 and 400 ms.
#[test]
fn scenario_06_flaky_twice() {
    let mut world = World::scenario("fails_twice.json");
    world.set("STAGEWRIGHT_RETRIES_BASE", "200ms");
    let call = ["run", "pr_review_pipeline.yaml", "--id", "flaky", "--json"];
    let output = world.call(&call).leaves(0).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&output), [5, 3, 3, 0, 2]);
    let flaky = agent(&output, "code_best_practises");
    assert_eq!(flaky["status"], "SUCCESS");
    assert_eq!(flaky["retry_count"], 2);
    assert_eq!(flaky["error"], json!(null));

    let times = |event| -> Vec<i64> {
        let notes = world.noted("code_best_practises", event);
        notes
            .iter()
            .map(|note| note["at_ns"].as_i64().unwrap())
            .collect()
    };
    let (starts, ends) = (times("start"), times("end"));
    assert_eq!((starts.len(), ends.len()), (3, 3));
    for (wait_ms, index) in [(200, 0), (400, 1)] {
        let waited_ms = (starts[index + 1] - ends[index]) / 1_000_000;
        assert!(waited_ms >= wait_ms, "waited {waited_ms} of {wait_ms} ms");
        // Far from the next longer wait, on however slow a machine.
        assert!(
            waited_ms < wait_ms + 5_000,
            "waited {waited_ms} instead of {wait_ms} ms"
        );
    }
    let tries: Vec<i64> = world
        .noted("code_best_practises", "start")
        .iter()
        .map(|note| note["try"].as_i64().unwrap())
        .collect();
    assert_eq!(tries, [1, 2, 3], "the agent is told which try it is");
}

/// Goal: how often an agent is run again depends on its kind and on what the file and
/// the settings say (rule A5).
#[test]
fn scenario_06_how_often() {
    let lambda = "lambda_function_arn: 'arn:aws:lambda:test'";
    let run = "run: 'python3 agents/scripted_agent.py'";
    for (head, agent_keys, settings, starts) in [
        ("", lambda.to_owned(), None, 3),
        ("", run.to_owned(), None, 1),
        ("", format!("{run}, retries: 1"), None, 2),
        ("", format!("{lambda}, retries: 0"), None, 1),
        ("defaults: {retries: 1}", lambda.to_owned(), None, 2),
        ("max_retries_per_agent: 1", lambda.to_owned(), None, 2),
        ("retry_failed_agents: false", lambda.to_owned(), None, 1),
        // The class of the failure has a cap of its own: 3 for executions.
        ("", format!("{lambda}, retries: 9"), None, 4),
        (
            "",
            lambda.to_owned(),
            Some(("STAGEWRIGHT_RETRIES_LIMIT", "1")),
            2,
        ),
        (
            "",
            lambda.to_owned(),
            Some(("STAGEWRIGHT_RETRIES_ENABLED", "false")),
            1,
        ),
    ] {
        let mut world = World::scripted(&json!({"agents": {"flaky": {"fail_times": 99}}}));
        if let Some((name, value)) = settings {
            world.set(name, value);
        }
        world.write(
            "own.yaml",
            format!("name: Own\n{head}\nstages:\n  - id: s\n    agents:\n      - {{id: flaky, {agent_keys}}}\n"),
        );
        let output = world.call(&["run", "own.yaml", "--json"]).leaves(1).json();
        let what = format!("{head} {agent_keys} {settings:?}");
        assert_eq!(world.noted("flaky", "start").len(), starts, "{what}");
        assert_eq!(agent(&output, "flaky")["retry_count"], starts - 1, "{what}");
    }
}
