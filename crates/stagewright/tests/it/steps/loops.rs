//! `while` and `until`, always bounded.

use super::{agent, report, world};
use crate::world::eventually;
use serde_json::json;

/// Goal: `until` asks after each time, with the result of that time, and its own result
/// is that of the last.
#[test]
fn until_something_is_so() {
    let world = world(
        "
name: Poll
decision: none
stages:
  - id: s
    agents:
      - id: poll
        until: results.poll.output.n >= 3
        max_iterations: 10
        run: 'echo x >> log; echo \"{\\\"n\\\": $(wc -l < log)}\"'
  - id: t
    agents:
      - {id: after, run: 'echo {{ results.poll.output | last }} > out'}
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(world.lines("log").len(), 3);
    let report = report(&world);
    assert_eq!(agent(&report, "poll")["items"]["count"], json!(3));
}

/// Goal: `while` asks before each time, so what does not hold at first never runs.
#[test]
fn while_something_is_so() {
    let world = world(
        "
name: While
decision: none
context: {times: 2, last: '1'}
stages:
  - id: s
    agents:
      - {id: never, while: context.times > 5, max_iterations: 3, run: echo never >> log}
      - {id: some, while: results.some is not defined or results.some.output != context.last, max_iterations: 5, run: 'echo {{ index }} >> log; echo {{ index }}'}
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["0", "1"]);
    let report = report(&world);
    assert_eq!(agent(&report, "never")["skip"], "no_items");
}

/// Goal: a loop that reaches its bound has failed, and says so.
#[test]
fn a_bound_that_is_reached_is_a_failure() {
    let world = world(
        "
name: Bound
stages:
  - id: s
    until: results.try_it.output == 'done'
    max_iterations: 3
    agents:
      - {id: try_it, run: 'echo {{ index }} >> log; echo again'}
  - id: t
    agents:
      - {id: after, run: echo after >> log}
",
    );
    let ended = world.call(&["run", "p.yaml", "--id", "p"]);
    assert_ne!(ended.code, Some(0), "{ended}");
    assert_eq!(world.lines("log"), ["0", "1", "2"]);
    let report = report(&world);
    assert_eq!(report["decision"]["decision"], "BLOCK", "{report:#}");
    let text = report.to_string();
    assert!(text.contains("within its 3 iterations"), "{text}");
}

const CLIMB: &str = "
name: Climb
decision: none
stages:
  - id: s
    agents:
      - id: climb
        until: index >= 2
        max_iterations: 5
        run: |
          if [ {{ index }} = 1 ]; then FAIL; fi
          echo {{ index }} >> log
";

/// Goal: a time that fails ends a loop; each follows from the one before, so `resume`
/// begins it anew.
#[test]
fn a_failed_loop_begins_anew() {
    let world = world(&CLIMB.replace("FAIL", "test -e fixed"));
    world.call(&["run", "p.yaml", "--id", "p"]);
    assert_eq!(world.lines("log"), ["0"]);
    world.write("fixed", "");
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["0", "0", "1", "2"]);
}

/// Goal: a loop that was killed goes on in the time at which it was.
#[test]
fn a_killed_loop_goes_on() {
    let fail = "echo here >> log; if [ ! -e go ]; then sleep 60; fi";
    let world = world(&CLIMB.replace("FAIL", fail));
    let going = world.start(&["run", "p.yaml", "--id", "p"]);
    eventually("the second time", || {
        (world.lines("log").len() == 2).then_some(())
    });
    going.kill();
    world.write("go", "");
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["0", "here", "here", "1", "2"]);
}
