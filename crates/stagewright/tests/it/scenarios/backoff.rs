//! A run that only waits, for its next try or for a person, listens all the same.

use crate::world::{Going, World, agent, eventually, outcome};
use serde_json::json;

/// Fails at once, and would be tried again in ten minutes.
fn in_backoff(arguments: &[&str]) -> (World, Going) {
    let mut world = World::new();
    world.set("STAGEWRIGHT_RETRIES_BASE", "10m");
    world.set("STAGEWRIGHT_RETRIES_MAX", "10m");
    world.write(
        "flaky.yaml",
        "
name: Flaky
stages:
  - id: s
    agents:
      - {id: flaky, retries: 1, run: 'echo tried >> log; test -e repaired'}
      - {id: later, run: echo done}
",
    );
    let mut call = vec!["run", "flaky.yaml", "--id", "b", "--json"];
    call.extend(arguments);
    let going = world.start(&call);
    eventually("the agent waits for its next try", || {
        let status = world.call(&["status", "b", "--json"]);
        let waits =
            status.code == Some(0) && status.json()["agent_statuses"][0]["status"] == "RETRYING";
        waits.then_some(())
    });
    (world, going)
}

/// Goal: a graceful cancel does not wait for the next try, and does not start it.
#[test]
fn cancel_during_a_backoff() {
    let (world, going) = in_backoff(&[]);
    let call = ["cancel", "b", "--reason", "enough", "--json"];
    assert_eq!(world.call(&call).leaves(0).json()["status"], "SUCCESS");
    let output = going.end().leaves(130).json();
    assert_eq!(outcome(&output), json!(["CANCELLED", "BLOCK"]));
    assert_eq!(world.lines("log").len(), 1);
}

/// Goal: Ctrl-C leaves at once; the tries that were used stay used.
#[test]
fn interrupt_during_a_backoff() {
    let (mut world, going) = in_backoff(&[]);
    going.interrupt();
    going.end().leaves(130);
    world.set("STAGEWRIGHT_AGENTS_GRACE", "100ms");
    let resumed = world.start(&["resume", "b", "--json"]);
    eventually("the run goes on", || {
        world.status("b")["waiting_for"].is_null().then_some(())
    });
    assert_eq!(world.status("b")["agent_statuses"][0]["status"], "RETRYING");
    assert_eq!(world.lines("log").len(), 1, "its next try is not yet due");
    drop(resumed);
}

/// Goal: the run's time passes during the wait.
#[test]
fn time_passes_during_a_backoff() {
    let (world, going) = in_backoff(&["--timeout", "1s"]);
    let output = going.end().leaves(124).json();
    assert_eq!(outcome(&output), json!(["FAILURE", "BLOCK"]));
    assert_eq!(agent(&output, "flaky")["status"], "FAILURE");
    assert_eq!(agent(&output, "later")["status"], "SKIPPED");
    assert_eq!(world.lines("log").len(), 1);
}

/// Goal: a run that waits for a person and has no process is cancelled by the command.
#[test]
fn cancel_of_a_waiting_run() {
    let world = World::new();
    world.write(
        "ask.yaml",
        "name: Ask\nstages: [{id: s, agents: [{id: sign, human: {ask: 'Yes?'}}]}]\n",
    );
    world.call(&["run", "ask.yaml", "--id", "b"]).leaves(43);
    let call = ["cancel", "b", "--reason", "nobody cares", "--json"];
    let cancelled = world.call(&call).leaves(0).json();
    assert_eq!(cancelled["agents_cancelled"], 1);
    assert_eq!(cancelled["cleanup_performed"], true);
    assert_eq!(world.status("b")["status"], "CANCELLED");
    world.call(&["approve", "b"]).leaves(2);
}
