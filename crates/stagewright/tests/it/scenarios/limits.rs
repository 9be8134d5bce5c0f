//! The run's own time, partial success as an exit code, and runs without a decision.

use crate::world::{World, agent, is_alive, outcome};
use serde_json::json;

/// Goal: the run's time limit ends its agents, is a FAILURE that blocks, and leaves with
/// 124 (rule A1).
#[test]
fn the_time_of_a_run_passes() {
    let world = World::new();
    world.write(
        "slow.yaml",
        "
name: Slow
stages:
  - id: s
    agents:
      - {id: slow, run: 'echo $$ > pid; sleep 60'}
      - {id: later, run: echo done}
",
    );
    let call = ["run", "slow.yaml", "--timeout", "700ms", "--json"];
    let output = world.call(&call).leaves(124).json();
    assert_eq!(outcome(&output), json!(["FAILURE", "BLOCK"]));
    assert_eq!(output["errors"][0]["error_type"], "run_timeout");
    assert_eq!(agent(&output, "later")["status"], "SKIPPED");
    let pid = world.lines("pid")[0].parse().unwrap();
    assert!(!is_alive(pid), "the agent was ended");
    let active_ms = output["duration_ms"].as_u64().unwrap();
    assert!((700..30_000).contains(&active_ms), "{active_ms}");
}

fn partial(required: bool, decision: &str) -> World {
    let world = World::new();
    world.write(
        "partial.yaml",
        format!(
            "
name: Partial
{decision}
stages:
  - id: s
    on_failure: continue
    agents:
      - {{id: bad, required: {required}, run: exit 1}}
      - {{id: good, run: echo done}}
"
        ),
    );
    world
}

/// Goal: partial success is told apart only on demand, and BLOCK goes before it.
#[test]
fn partial_success_as_an_exit_code() {
    for (required, flag, code) in [
        (false, None, 0),
        (false, Some("--exit-partial"), 5),
        (true, None, 1),
        (true, Some("--exit-partial"), 1),
    ] {
        let world = partial(required, "");
        let mut call = vec!["run", "partial.yaml", "--json"];
        call.extend(flag);
        let output = world.call(&call).leaves(code).json();
        assert_eq!(output["status"], "PARTIAL_SUCCESS", "{required} {flag:?}");
    }
}

/// Goal: `decision: none` asks for no decision and gets none; a gate that fails blocks the
/// way of the exit code all the same.
#[test]
fn runs_without_a_decision() {
    let world = partial(true, "decision: none");
    let output = world
        .call(&["run", "partial.yaml", "--json"])
        .leaves(0)
        .json();
    assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", null]));

    let world = World::new();
    world.write(
        "gate.yaml",
        "
name: Gate
decision: none
stages:
  - id: s
    agents: [{id: a, run: echo done}]
    gates: [{id: g, run: test -e proof}]
",
    );
    world.call(&["run", "gate.yaml"]).leaves(1);
    world.write("proof", "");
    world.call(&["run", "gate.yaml"]).leaves(0);
}
