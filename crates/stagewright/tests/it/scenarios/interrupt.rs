//! Ctrl-C is neither cancel nor failure (decision 13).

use crate::world::{Going, World, agent, counts, eventually, is_alive, outcome};
use serde_json::json;

const PIPELINE: &str = "
name: Interrupt me
stages:
  - id: s
    agents:
      - {id: quick, run: echo quick >> log}
      - id: slow
        run: |
          echo slow >> log
          echo $$ > pid
          while [ ! -e go-on ]; do sleep 0.02 || true; done
      - {id: later, run: echo later >> log}
";

fn going(world: &World, pipeline: &str) -> (Going, i64) {
    world.write("pipeline.yaml", pipeline);
    let going = world.start(&["run", "pipeline.yaml", "--id", "i", "--json"]);
    let pid = eventually("the slow agent runs", || {
        world.lines("pid").pop()?.parse().ok()
    });
    (going, pid)
}

/// Goal: the first Ctrl-C ends the agents and leaves with 130; `resume` goes on and comes
/// to the right result without repeating what was done.
#[test]
fn the_first_ends_gently_and_resume_goes_on() {
    let world = World::new();
    let (going, pid) = going(&world, PIPELINE);
    going.interrupt();
    let document = going.end().leaves(130).says("interrupted").json();
    assert_eq!(
        document["status"], "RUNNING",
        "the run has not ended: {document}"
    );
    assert!(!is_alive(pid), "the agent was ended");
    let status = world.status("i");
    assert_eq!(status["status"], "RUNNING");
    assert_eq!(status["waiting_for"][0]["reason"], "resume");
    assert_eq!(status["agents_completed"], 1);

    world.write("go-on", "");
    let output = world.call(&["resume", "i", "--json"]).leaves(0).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&output), [3, 3, 3, 0, 0]);
    assert_eq!(
        agent(&output, "slow")["retry_count"],
        0,
        "an interrupt is no failure"
    );
    assert_eq!(world.lines("log"), ["quick", "slow", "slow", "later"]);
}

/// Goal: the second Ctrl-C leaves at once, however long the agents take; what they left is
/// ended by the next process.
#[test]
fn the_second_leaves_at_once() {
    let mut world = World::new();
    world.set("STAGEWRIGHT_AGENTS_GRACE", "10m");
    let stubborn = PIPELINE.replace(
        "echo $$ > pid",
        "trap 'echo term >> terms' TERM; echo $$ > pid",
    );
    let (going, pid) = going(&world, &stubborn);
    going.interrupt();
    eventually("the agent was asked to end", || world.lines("terms").pop());
    assert!(is_alive(pid));
    going.interrupt();
    going.end().leaves(130);

    world.write("go-on", "");
    world.set("STAGEWRIGHT_AGENTS_GRACE", "100ms");
    let output = world.call(&["resume", "i", "--json"]).leaves(0).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert!(!is_alive(pid));
    assert_eq!(world.lines("log").last().unwrap(), "later");
}
