//! Scenario 7: the orchestrator dies, and the run goes on.

use crate::world::{World, agent, eventually, is_alive};
use serde_json::Value;

const ID: &str = "pr-7";
const CALL: [&str; 5] = ["run", "pr_review_pipeline.yaml", "--id", ID, "--json"];

/// Without what differs between any two runs: ids and times.
fn timeless(document: &Value) -> Value {
    match document {
        Value::Object(entries) => entries
            .iter()
            .filter(|(key, _)| {
                let varies = [
                    "run_id",
                    "started_at",
                    "completed_at",
                    "duration_ms",
                    "execution_logs_url",
                ];
                !varies.contains(&key.as_str())
            })
            .map(|(key, value)| (key.clone(), timeless(value)))
            .collect(),
        Value::Array(items) => items.iter().map(timeless).collect(),
        other => other.clone(),
    }
}

/// Goal: after `kill -9` in stage 2, `resume` ends the orphan, runs the interrupted agent
/// once more and stage 1 not at all; the output is that of a run that nothing disturbed.
#[test]
fn scenario_07_kill_and_resume() {
    let world = World::scenario("waits_in_stage_2.json");
    let going = world.start(&CALL);
    let first = eventually("stage 2 runs", || {
        world.noted("pattern_matching", "start").pop()
    });
    going.kill();
    let orphan = first["pid"].as_i64().unwrap();
    assert!(is_alive(orphan), "nobody was there to end the agent");
    let status = world.status(ID);
    assert_eq!(status["status"], "RUNNING");
    assert_eq!(status["current_stage"], "pattern_analysis");

    let resumed = world.start(&["resume", ID, "--json"]);
    eventually("the agent runs again", || {
        world.noted("pattern_matching", "start").get(1).cloned()
    });
    assert!(
        !is_alive(orphan),
        "the orphan was ended before its successor began"
    );
    world.write("scenarios/go-on", "");
    let output = resumed.end().leaves(0).json();

    for (id, starts) in [
        ("code_best_practises", 1),
        ("architect_best_practises", 1),
        ("pattern_matching", 2),
    ] {
        assert_eq!(world.noted(id, "start").len(), starts, "{id}");
        assert_eq!(world.noted(id, "end").len(), 1, "{id}");
    }
    // The same try was launched again: a crash is no failure of the agent.
    assert_eq!(agent(&output, "pattern_matching")["retry_count"], 0);
    let second = &world.noted("pattern_matching", "start")[1];
    assert_eq!(second["try"], first["try"]);

    let undisturbed = World::scenario("waits_in_stage_2.json");
    undisturbed.write("scenarios/go-on", "");
    let expected = undisturbed.call(&CALL).leaves(0).json();
    assert_eq!(timeless(&output), timeless(&expected));
}

/// Goal: a run that ended is not begun again by `resume`; its result is shown.
#[test]
fn scenario_07_resume_of_a_success_does_nothing() {
    let world = World::seed();
    let first = world.call(&CALL).leaves(0).json();
    let again = world.call(&["resume", ID, "--json"]).leaves(0).json();
    assert_eq!(again, first);
    assert_eq!(world.noted("code_best_practises", "start").len(), 1);
}

/// Goal: an agent with `on_interrupt: fail` is not run again after a crash, one with
/// `ask` waits for a person (decision 3).
#[test]
fn scenario_07_agents_that_must_not_run_twice() {
    for (on_interrupt, code) in [("fail", 1), ("ask", 43)] {
        let world = World::new();
        world.write(
            "own.yaml",
            format!(
                "name: Own\nstages:\n  - id: s\n    agents:\n      - id: pay\n        \
                 on_interrupt: {on_interrupt}\n        \
                 run: echo paid >> paid; while [ ! -e go-on ]; do sleep 0.02; done\n"
            ),
        );
        let going = world.start(&["run", "own.yaml", "--id", "pay"]);
        eventually("the agent runs", || world.lines("paid").pop());
        going.kill();
        world.write("go-on", "");
        world.call(&["resume", "pay"]).leaves(code);
        assert_eq!(world.lines("paid").len(), 1, "{on_interrupt}");
        if on_interrupt == "ask" {
            let waits = &world.status("pay")["waiting_for"];
            assert_eq!(waits[0]["reason"], "interrupted", "{waits}");
            world.call(&["approve", "pay"]).leaves(0);
            assert_eq!(
                world.lines("paid").len(),
                2,
                "a person said that it may run again"
            );
        }
    }
}

/// Goal: an agent that takes its orchestrator down three times makes the run stuck, which
/// leaves with 43 and says how to go on; a person may let it try again (decision 3).
#[test]
fn scenario_07_three_crashes_of_one_try() {
    let world = World::new();
    world.write(
        "own.yaml",
        "name: Own\nstages:\n  - id: s\n    agents:\n      - id: poison\n        \
         run: echo launched >> log; while [ ! -e go-on ]; do sleep 0.02; done\n",
    );
    for (launches, call) in [
        (1, &["run", "own.yaml", "--id", "p"][..]),
        (2, &["resume", "p"]),
        (3, &["resume", "p"]),
    ] {
        let going = world.start(call);
        eventually("the agent is launched", || {
            (world.lines("log").len() == launches).then_some(())
        });
        going.kill();
    }
    world.call(&["resume", "p"]).leaves(43).says("stuck");
    assert_eq!(world.lines("log").len(), 3, "there was no fourth launch");
    let status = world.status("p");
    assert_eq!(status["status"], "RUNNING");
    assert_eq!(status["waiting_for"][0]["reason"], "stuck");
    let command = status["waiting_for"][0]["commands"][0].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    world.write("go-on", "");
    world.call(&words).leaves(0);
    assert_eq!(world.lines("log").len(), 4);
}

/// Goal: of two that resume at once one drives the run, and the other is told so.
#[test]
fn scenario_07_two_resume_at_once() {
    let world = World::scenario("waits_in_stage_2.json");
    let going = world.start(&CALL);
    eventually("stage 2 runs", || {
        world.noted("pattern_matching", "start").pop()
    });
    // Neither a second driver nor a new run of what has not ended.
    for call in [
        &["resume", ID][..],
        &["retry", ID, "--from", "lld_alignment"],
    ] {
        world.call(call).leaves(2).says("is driven by process");
    }
    going.kill();
    let drivers = [world.start(&["resume", ID]), world.start(&["resume", ID])];
    eventually("the agent runs again", || {
        world.noted("pattern_matching", "start").get(1).cloned()
    });
    world.write("scenarios/go-on", "");
    let mut codes = drivers.map(|driver| driver.end().code.unwrap());
    codes.sort_unstable();
    // The second one may come when the first has already ended the run.
    assert!(codes == [0, 2] || codes == [0, 0], "{codes:?}");
    assert_eq!(world.noted("pattern_matching", "start").len(), 2);
}
