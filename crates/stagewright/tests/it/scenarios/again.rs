//! The same order twice, and what `resume` and `retry` run again (decision 31).

use crate::world::{World, agent, counts, eventually, is_alive, outcome};
use serde_json::json;

const WAITS: &str = "
name: Waits
stages:
  - id: s
    agents:
      - {id: slow, run: 'echo slow >> log; while [ ! -e go-on ]; do sleep 0.02; done'}
";

/// Goal: an id that is running is not run again: ALREADY_PROCESSED, the same run, and never 0, since nothing is decided.
/// Once it has ended, the id gets a new run, and the old one stays (rule A22).
#[test]
fn an_id_that_is_running() {
    let world = World::new();
    world.write("waits.yaml", WAITS);
    let call = ["run", "waits.yaml", "--id", "pr-1", "--json"];
    let going = world.start(&call);
    eventually("it runs", || world.lines("log").pop());
    let again = world.call(&call).leaves(2).says("ALREADY_PROCESSED").json();
    assert_eq!(again["result"], "ALREADY_PROCESSED");
    assert_eq!(again["pipeline_id"], "pr-1");
    world.write("go-on", "");
    let first = going.end().leaves(0).json();
    assert_eq!(again["run_id"], first["run_id"]);
    assert_eq!(world.lines("log").len(), 1);

    let second = world.call(&call).leaves(0).json();
    assert_ne!(second["run_id"], first["run_id"]);
    let runs = world
        .call(&["list", "--id", "pr-1", "--json"])
        .leaves(0)
        .json();
    let ids: Vec<_> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["run_id"])
        .collect();
    assert_eq!(
        ids,
        [&second["run_id"], &first["run_id"]],
        "the latest first"
    );
    let latest = world.status("pr-1");
    assert_eq!(
        latest["run_id"], second["run_id"],
        "the id means its latest run"
    );
}

/// Goal: an id whose process died is no reason to begin a second run beside it; the error
/// says how to go on.
#[test]
fn an_id_whose_process_died() {
    let world = World::new();
    world.write("waits.yaml", WAITS);
    let going = world.start(&["run", "waits.yaml", "--id", "pr-1"]);
    eventually("it runs", || world.lines("log").pop());
    going.kill();
    world.write("go-on", "");
    world
        .call(&["run", "waits.yaml", "--id", "pr-1"])
        .leaves(2)
        .says("stagewright resume run_");
    world.call(&["resume", "pr-1"]).leaves(0);
}

/// Goal: without `--id` the same pipeline with the same context is the same order, and
/// with another context another.
#[test]
fn without_an_id_the_context_is_the_key() {
    let world = World::new();
    world.write("go-on", "");
    world.write("waits.yaml", WAITS);
    let id = |context: &str| {
        let call = ["run", "waits.yaml", "--json", "--context", context];
        world.call(&call).leaves(0).json()["pipeline_id"].clone()
    };
    assert_eq!(id("pr.number:=1"), id("pr.number:=1"));
    assert_ne!(id("pr.number:=1"), id("pr.number:=2"));
}

const FLAKY: &str = "
name: Flaky
stages:
  - id: s
    mode: parallel
    agents:
      - {id: good, run: echo good >> log}
      - {id: bad, run: 'echo bad >> log; test -e repaired'}
  - id: t
    agents:
      - {id: after, depends_on: [good], run: echo after >> log}
";

fn ran(world: &World, agent: &str) -> usize {
    world
        .lines("log")
        .iter()
        .filter(|line| *line == agent)
        .count()
}

/// Goal: `resume` of a partial success runs what failed and what was skipped because of
/// it, and keeps what succeeded.
#[test]
fn resume_repeats_only_what_failed() {
    let world = World::new();
    world.write("flaky.yaml", FLAKY);
    let output = world
        .call(&["run", "flaky.yaml", "--id", "f", "--json"])
        .leaves(1)
        .json();
    assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", "BLOCK"]));
    assert_eq!(
        ["good", "bad", "after"].map(|id| ran(&world, id)),
        [1, 1, 0]
    );
    // It fails again, and nothing else is repeated.
    world.call(&["resume", "f"]).leaves(1);
    assert_eq!(
        ["good", "bad", "after"].map(|id| ran(&world, id)),
        [1, 2, 0]
    );
    world.write("repaired", "");
    let resumed = world.call(&["resume", "f", "--json"]).leaves(0).json();
    assert_eq!(outcome(&resumed), json!(["SUCCESS", "MERGE"]));
    assert_eq!(resumed["run_id"], output["run_id"]);
    assert_eq!(counts(&resumed), [3, 3, 3, 0, 0]);
    assert_eq!(
        ["good", "bad", "after"].map(|id| ran(&world, id)),
        [1, 3, 1]
    );
    assert_eq!(resumed["warnings"], json!(null));
}

/// Goal: `resume` uses the plan that the run began with, and says that the file has
/// changed.
#[test]
fn resume_uses_the_stored_plan() {
    let world = World::new();
    world.write("flaky.yaml", FLAKY);
    world.call(&["run", "flaky.yaml", "--id", "f"]).leaves(1);
    world.write(
        "flaky.yaml",
        FLAKY.replace("echo after >> log", "echo changed >> log"),
    );
    world.write("repaired", "");
    world.call(&["resume", "f"]).leaves(0).says("has changed");
    assert_eq!((ran(&world, "after"), ran(&world, "changed")), (1, 0));
}

/// Goal: `retry --from` makes a new run that names its parent, takes over what came
/// before, and runs the rest again.
#[test]
fn retry_from_an_agent() {
    let world = World::new();
    world.write("repaired", "");
    world.write("flaky.yaml", FLAKY);
    let first = world
        .call(&["run", "flaky.yaml", "--id", "f", "--json"])
        .leaves(0)
        .json();
    let second = world
        .call(&["retry", "f", "--from", "after", "--json"])
        .leaves(0)
        .json();
    assert_ne!(second["run_id"], first["run_id"]);
    assert_eq!(outcome(&second), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&second), [3, 3, 3, 0, 0]);
    assert_eq!(
        ["good", "bad", "after"].map(|id| ran(&world, id)),
        [1, 1, 2]
    );
    assert_eq!(
        agent(&second, "good")["output"],
        agent(&first, "good")["output"]
    );
    let runs = world.call(&["list", "--json"]).leaves(0).json();
    assert_eq!(runs[0]["parent"], first["run_id"]);
    world
        .call(&["retry", "f", "--from", "nobody"])
        .leaves(2)
        .says("good, bad, after");
}

/// Goal: of four that send the same order at once one runs it.
#[test]
fn the_same_order_four_times_at_once() {
    let world = World::new();
    world.write("waits.yaml", WAITS);
    let call = ["run", "waits.yaml", "--id", "pr-1", "--json"];
    let orders = [(); 4].map(|()| world.start(&call));
    eventually("it runs", || world.lines("log").pop());
    eventually("three were answered", || {
        (orders_left(&orders) == 1).then_some(())
    });
    world.write("go-on", "");
    let ended = orders.map(crate::world::Going::end);
    let finished = ended.iter().filter(|end| end.code == Some(0));
    assert_eq!(finished.count(), 1);
    let ended = ended.map(|end| end.json());
    let answered = ended
        .iter()
        .filter(|end| end["result"] == "ALREADY_PROCESSED");
    assert_eq!(answered.count(), 3);
    assert_eq!(world.lines("log").len(), 1);
    assert!(ended.iter().all(|end| end["run_id"] == ended[0]["run_id"]));
}

fn orders_left(orders: &[crate::world::Going]) -> usize {
    orders
        .iter()
        .filter(|order| is_alive(order.pid.into()))
        .count()
}
