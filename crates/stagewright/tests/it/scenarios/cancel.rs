//! Scenario 9: a run is watched and cancelled from another process.

use crate::world::{Going, World, agent, counts, eventually, is_alive, outcome};
use serde_json::{Value, json};

const PIPELINE: &str = "
name: Cancel me
stages:
  - id: first
    agents:
      - {id: quick, run: echo done}
  - id: second
    agents:
      - {id: slow, run: 'echo $$ > pid; while [ ! -e go-on ]; do sleep 0.02; done'}
      - {id: later, run: echo done}
";

/// A run whose second stage is going on.
fn going() -> (World, Going, i64) {
    let world = World::new();
    world.write("pipeline.yaml", PIPELINE);
    let going = world.start(&["run", "pipeline.yaml", "--id", "c", "--json"]);
    let pid = eventually("the slow agent runs", || {
        world.lines("pid").pop()?.parse().ok()
    });
    (world, going, pid)
}

fn cancel(world: &World, force: bool) -> Value {
    let mut call = vec!["cancel", "c", "--reason", "no longer needed", "--json"];
    if force {
        call.push("--force");
    }
    world.call(&call).leaves(0).json()
}

/// Goal: the status of a run that is going on says where it is and how far.
#[test]
fn scenario_09_status_meanwhile() {
    let (world, going, _) = going();
    let status = world.status("c");
    assert_eq!(status["status"], "RUNNING");
    assert_eq!(status["current_stage"], "second");
    assert_eq!(status["current_agent"], "slow");
    let counters = [
        "total_agents",
        "agents_completed",
        "agents_in_progress",
        "agents_pending",
    ];
    assert_eq!(
        counters.map(|name| status[name].clone()),
        [3, 1, 1, 1].map(Value::from)
    );
    assert!(status["elapsed_time_ms"].is_u64());
    assert_eq!(status["final_result"], json!(null));
    let states: Vec<_> = status["agent_statuses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| &agent["status"])
        .collect();
    assert_eq!(states, ["SUCCESS", "RUNNING", "PENDING"]);

    world.write("go-on", "");
    let output = going.end().leaves(0).json();
    let status = world.status("c");
    assert_eq!(status["status"], "SUCCESS");
    assert_eq!(status["final_result"], output);
    assert_eq!(status["current_stage"], json!(null));
}

/// Goal: a graceful cancel lets the running agent finish and starts no other.
#[test]
fn scenario_09_graceful() {
    let (world, going, pid) = going();
    let cancelled = cancel(&world, false);
    assert_eq!(cancelled["status"], "SUCCESS");
    assert_eq!(cancelled["pipeline_id"], "c");
    assert_eq!(cancelled["agents_cancelled"], 1);
    assert_eq!(cancelled["agents_completed_before_cancel"], 1);
    assert_eq!(
        cancelled["cleanup_performed"], false,
        "something may still run"
    );
    assert_eq!(cancelled["error"], json!(null));
    assert!(is_alive(pid), "the running agent goes on");

    world.write("go-on", "");
    let output = going.end().leaves(130).json();
    assert_eq!(outcome(&output), json!(["CANCELLED", "BLOCK"]));
    assert_eq!(counts(&output), [3, 2, 2, 0, 1]);
    assert_eq!(agent(&output, "slow")["status"], "SUCCESS");
    assert_eq!(agent(&output, "later")["status"], "SKIPPED");
    assert!(output["warnings"].to_string().contains("no longer needed"));
}

/// Goal: a forced cancel ends the running agent, and is over when it returns.
#[test]
fn scenario_09_forced() {
    let (world, going, pid) = going();
    let cancelled = cancel(&world, true);
    assert_eq!(cancelled["status"], "SUCCESS");
    assert_eq!(cancelled["agents_cancelled"], 2);
    assert_eq!(cancelled["agents_completed_before_cancel"], 1);
    assert_eq!(cancelled["cleanup_performed"], true);
    assert!(!is_alive(pid));
    let output = going.end().leaves(130).json();
    assert_eq!(outcome(&output), json!(["CANCELLED", "BLOCK"]));
    assert_eq!(counts(&output), [3, 2, 1, 1, 1]);
    assert_eq!(world.status("c")["status"], "CANCELLED");
}

/// Goal: graceful first and forced afterwards works, as a person does it who loses
/// patience.
#[test]
fn scenario_09_graceful_then_forced() {
    let (world, going, pid) = going();
    cancel(&world, false);
    assert_eq!(cancel(&world, true)["cleanup_performed"], true);
    assert!(!is_alive(pid));
    going.end().leaves(130);
}

/// Goal: a run that no process drives is cancelled by the command itself, and what its
/// driver left behind is ended (decision 12).
#[test]
fn scenario_09_without_a_driver() {
    let (world, going, pid) = going();
    going.kill();
    let cancelled = cancel(&world, true);
    assert_eq!(cancelled["status"], "SUCCESS");
    assert_eq!(cancelled["cleanup_performed"], true);
    assert!(!is_alive(pid), "the orphan was ended");
    assert_eq!(world.status("c")["status"], "CANCELLED");
}

/// Goal: an unknown and an ended run cannot be cancelled: FAILURE with an error.
#[test]
fn scenario_09_unknown_and_ended() {
    let (world, going, _) = going();
    world.write("go-on", "");
    going.end().leaves(0);
    for run in ["c", "nobody"] {
        let call = ["cancel", run, "--reason", "why", "--json"];
        let refused = world.call(&call).leaves(2).json();
        assert_eq!(refused["status"], "FAILURE", "{run}");
        assert_eq!(refused["pipeline_id"], run);
        assert!(!refused["error"].as_str().unwrap().is_empty(), "{run}");
    }
    assert_eq!(world.status("c")["status"], "SUCCESS");
    let unknown = world.call(&["status", "nobody", "--json"]).leaves(2).json();
    assert_eq!(unknown["status"], "NOT_FOUND");
}

/// Goal: a cancelled run is final (decision 31).
#[test]
fn scenario_09_cancelled_is_final() {
    let (world, going, _) = going();
    cancel(&world, true);
    going.end().leaves(130);
    world.write("go-on", "");
    let output = world.call(&["resume", "c", "--json"]).leaves(130).json();
    assert_eq!(outcome(&output), json!(["CANCELLED", "BLOCK"]));
    assert_eq!(agent(&output, "later")["status"], "SKIPPED");
}
