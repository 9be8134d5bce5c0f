//! Several processes that want one run, or one database.

use super::effects::{Effects, events};
use super::process::{has_ended, signal};
use crate::world::{Ended, Going, World, eventually};
use rustix::process::Signal;

/// An agent that has its effect and ends once the file `go` is there.
const PATIENT: &str = "
name: patient
stages:
  - id: only
    agents:
      - {id: waits, run: [sh, waits.sh]}
      - {id: follows, run: [sh, effect.sh]}
";

fn patient() -> World {
    let world = World::new();
    Effects::provide(&world);
    world.write(
        "waits.sh",
        "sh effect.sh; until [ -e go ] || [ ! -e waits.sh ]; do sleep 0.01; done",
    );
    world.write("pipeline.yaml", PATIENT);
    world
}

/// Goal: of two processes that resume one run at once, one drives it, and the other
/// leaves with a message that names it.
#[test]
fn one_of_two_drives() {
    let world = patient();
    let first = world.start(&["run", "pipeline.yaml"]);
    Effects::at_least(1, &world);
    first.kill();

    let contenders = [
        world.start(&["resume", "latest"]),
        world.start(&["resume", "latest"]),
    ];
    Effects::at_least(2, &world);
    let first_lost = eventually("one of the two leaves", || {
        let ended = contenders.iter().position(has_ended);
        ended.map(|index| index == 0)
    });
    let [one, other] = contenders;
    let (winner, loser) = if first_lost {
        (other, one)
    } else {
        (one, other)
    };
    assert_refused(loser.end(), &winner);
    world.write("go", "");
    winner.end().leaves(0);

    let effects = Effects::of(&world);
    assert_eq!(effects.agents(), ["waits", "waits", "follows"]);
    assert_eq!(effects.keys().len(), 2);
    let history = world.history("latest");
    assert_eq!(
        events(&history, "claimed").len(),
        2,
        "the loser left no trace"
    );
    effects.assert_agree_with(&history);
}

/// Goal: a holder that does not answer still holds; nobody takes its run away, and
/// when it goes on, nothing has been driven twice.
#[test]
fn a_stopped_holder_keeps_its_run() {
    let world = patient();
    let holder = world.start(&["run", "pipeline.yaml"]);
    Effects::at_least(1, &world);
    signal(&holder, Signal::STOP);
    world.write("go", "");

    assert_refused(world.call(&["resume", "latest"]), &holder);
    assert_refused(world.call(&["resume", "latest", "--json"]), &holder);
    assert!(!has_ended(&holder));
    signal(&holder, Signal::CONT);
    holder.end().leaves(0);

    let effects = Effects::of(&world);
    assert_eq!(effects.agents(), ["waits", "follows"]);
    let history = world.history("latest");
    assert_eq!(events(&history, "claimed").len(), 1);
    assert_eq!(events(&history, "attempt_lost").len(), 0);
    effects.assert_agree_with(&history);
}

/// Goal: two runs share a database and do not notice it.
#[test]
fn two_runs_in_one_database() {
    let world = World::new();
    Effects::provide(&world);
    let agents: String = (0..30)
        .map(|agent| format!("      - {{id: n{agent}, run: [sh, effect.sh]}}\n"))
        .collect();
    world.write(
        "pipeline.yaml",
        format!("name: twins\nstages:\n  - id: only\n    mode: parallel\n    agents:\n{agents}"),
    );
    let ids = ["left", "right"];
    let going = ids.map(|id| world.start(&["run", "pipeline.yaml", "--id", id]));
    for going in going {
        going.end().leaves(0);
    }
    let effects = Effects::of(&world).0;
    assert_eq!(effects.len(), 60);
    for id in ids {
        let history = world.history(id);
        let run_id = history[0]["run_id"].as_str().unwrap();
        let own = effects
            .iter()
            .filter(|effect| effect.idempotency_key.starts_with(run_id))
            .cloned()
            .collect();
        let own = Effects(own);
        assert_eq!(own.keys().len(), 30);
        own.assert_agree_with(&history);
    }
}

/// Refused as a matter of usage, with the process that holds the run.
#[track_caller]
fn assert_refused(ended: Ended, holder: &Going) {
    ended
        .leaves(2)
        .says("SW0304")
        .says(&format!("process {} on ", holder.pid));
}
