//! What is said to a run goes down to the runs of its steps: cancels, limits, interrupts.

use super::{agent, report, world};
use crate::world::{Going, World, eventually, is_alive};
use serde_json::Value;

const ABOVE: &str = "
name: Above
decision: none
stages:
  - id: s
    agents:
      - {id: sub, pipeline: sub.yaml}
";

const SLOW: &str = "
name: Sub
decision: none
stages:
  - id: s
    agents:
      - {id: slow, run: 'echo $$ >> pid; while [ ! -e go ]; do sleep 0.02; done; echo slow >> log'}
      - {id: later, run: echo later >> log}
";

fn going(above: &str, sub: &str) -> (World, Going, i64) {
    let world = world(above);
    world.write("sub.yaml", sub);
    let going = world.start(&["run", "p.yaml", "--id", "p"]);
    let pid = eventually("the slow agent runs", || {
        world.lines("pid").pop()?.parse().ok()
    });
    (world, going, pid)
}

/// How the one run that is a step stands: its status, or its state.
fn below(world: &World) -> String {
    let all = world.call(&["list", "--steps", "--json"]).leaves(0).json();
    let runs: Vec<Value> = all.as_array().unwrap().clone();
    let found: Vec<&Value> = runs.iter().filter(|run| run["name"] == "Sub").collect();
    assert_eq!(found.len(), 1, "{runs:#?}");
    let status = found[0]["status"].as_str().or(found[0]["state"].as_str());
    status.unwrap().to_owned()
}

/// Goal: a forced cancel ends the step's run and its processes.
#[test]
fn a_forced_cancel_goes_down() {
    let (world, going, pid) = going(ABOVE, SLOW);
    world
        .call(&["cancel", "p", "--reason", "enough", "--force"])
        .leaves(0);
    going.end().leaves(130);
    assert!(!is_alive(pid));
    assert_eq!(below(&world), "CANCELLED");
    assert!(world.lines("log").is_empty());
}

/// Goal: after a graceful cancel what runs below may finish, and nothing more starts.
#[test]
fn a_graceful_cancel_goes_down() {
    let (world, going, _) = going(ABOVE, SLOW);
    world.call(&["cancel", "p", "--reason", "enough"]).leaves(0);
    world.write("go", "");
    going.end().leaves(130);
    assert_eq!(world.lines("log"), ["slow"]);
    assert_eq!(below(&world), "CANCELLED");
}

/// Goal: the time limit of the run above ends the run below, which never has more time.
#[test]
fn a_time_limit_goes_down() {
    let above = ABOVE.replace("decision: none", "decision: none\nlimits: {timeout: 1}");
    let (world, going, pid) = going(&above, SLOW);
    going.end().leaves(124);
    assert!(!is_alive(pid));
    assert_ne!(below(&world), "running");
    assert!(world.lines("log").is_empty());
}

/// Goal: the step's own limit is that of its run, and passing it is a timeout.
#[test]
fn a_step_has_its_own_limit() {
    let above = ABOVE.replace("pipeline: sub.yaml", "pipeline: sub.yaml, timeout: 0.5");
    let (world, going, pid) = going(&above, SLOW);
    going.end();
    assert!(!is_alive(pid));
    let report = report(&world);
    assert_eq!(agent(&report, "sub")["error_type"], "timeout");
    assert_eq!(below(&world), "FAILURE");
}

/// Goal: Ctrl-C is no cancel below either: both runs stay resumable, and `resume` of the
/// one above goes on with the other.
#[test]
fn an_interrupt_goes_down() {
    let (world, going, pid) = going(ABOVE, SLOW);
    going.interrupt();
    going.end().leaves(130);
    assert!(!is_alive(pid));
    assert_eq!(below(&world), "running");
    world.write("go", "");
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["slow", "later"]);
    assert_eq!(below(&world), "SUCCESS");
}

const ASKS: &str = "
name: Sub
decision: none
stages: [{id: s, agents: [{id: sign, human: {ask: 'Really?'}}]}]
";

/// Goal: a cancel while the run below waits for a person cancels that one too, though
/// nobody drives it, and the runs below it.
#[test]
fn a_cancel_reaches_a_waiting_run() {
    let world = world(&ABOVE.replace("sub.yaml", "middle.yaml"));
    world.write("middle.yaml", ABOVE.replace("name: Above", "name: Middle"));
    world.write("sub.yaml", ASKS);
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(43);
    assert_eq!(below(&world), "waiting");
    world.call(&["cancel", "p", "--reason", "enough"]).leaves(0);
    assert_eq!(below(&world), "CANCELLED");
    let all = world.call(&["list", "--steps", "--json"]).leaves(0).json();
    for run in all.as_array().unwrap() {
        assert_eq!(run["status"], "CANCELLED", "{run:#}");
    }
}

/// Goal: when the process that drove both runs is gone, a cancel ends both, and what it
/// left running.
#[test]
fn a_cancel_after_a_crash_reaches_below() {
    let (world, going, pid) = going(ABOVE, SLOW);
    going.kill();
    world
        .call(&["cancel", "p", "--reason", "enough", "--force"])
        .leaves(0);
    assert_eq!(below(&world), "CANCELLED");
    eventually("what the crash left is gone", || {
        (!is_alive(pid)).then_some(())
    });
    assert!(world.lines("log").is_empty());
}
