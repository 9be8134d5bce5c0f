//! A journal that can no longer be written (decision 40).

use super::effects::{Effects, events};
use crate::world::World;
use std::process::Command;

/// What the write-ahead log may still grow by, in KiB: some steps, not all of them.
const ROOM_KIB: u64 = 100;

/// Short agents, beside the one that goes on until it may end.
const AGENTS: usize = 40;

/// Goal: when the journal cannot be written, agents are stopped, the process leaves
/// with 4 and says what stands; when it can again, `resume` ends the run, and no
/// effect is lost or counted twice.
#[test]
fn agents_are_stopped_and_the_last_commit_stands() {
    let world = World::new();
    Effects::provide(&world);
    world.write(
        "waits.sh",
        "echo $$ > pid; until [ -e go ] || [ ! -e waits.sh ]; do sleep 0.01; done; sh effect.sh",
    );
    let agents: String = (0..AGENTS)
        .map(|agent| format!("      - {{id: n{agent}, run: [sh, effect.sh]}}\n"))
        .collect();
    world.write(
        "pipeline.yaml",
        format!(
            "name: full\nstages:\n  - id: only\n    mode: parallel\n    agents:\n      \
             - {{id: waits, run: [sh, waits.sh]}}\n{agents}"
        ),
    );
    world.write(
        "first.yaml",
        "name: first\nstages: [{id: only, agents: [{id: one, run: [\"true\"]}]}]\n",
    );
    // The database is there and has a log, so that only steps are left to be written.
    world.call(&["run", "first.yaml"]).leaves(0);

    let run = ["run", "pipeline.yaml", "--max-parallelism", "2"];
    let ended = limited(&world, &run);
    assert_eq!(ended.code, Some(4), "{ended}");
    let ended = ended
        .says("journal.db")
        .says("the last committed state stands");
    assert!(!ended.err.contains("panicked"), "{ended}");
    let pid = world.lines("pid")[0].parse().unwrap();
    assert!(
        !crate::world::is_alive(pid),
        "the waiting agent was stopped"
    );

    let history = world.history("latest");
    let effects = Effects::of(&world);
    effects.assert_agree_with(&history);
    let finished = events(&history, "attempt_finished").len();
    assert!((1..AGENTS).contains(&finished), "{finished} had finished");
    assert_eq!(events(&history, "ended").len(), 0);

    world.write("go", "");
    world.call(&["resume", "latest"]).leaves(0);
    let effects = Effects::of(&world);
    effects.assert_agree_with(&world.history("latest"));
    assert_eq!(effects.keys().len(), AGENTS + 1);
    let again = effects.0.len() - effects.keys().len();
    assert!(
        again <= 1,
        "only what was in flight may come again: {again}"
    );
}

/// Calls the program with no room for files that are larger than the log is now and a
/// little more. A file that reaches the limit is an error of its writer, as on a full
/// disk, since the signal that usually ends it is ignored.
fn limited(world: &World, arguments: &[&str]) -> crate::world::Ended {
    let state = world.work().parent().unwrap().join("state");
    let log = std::fs::metadata(state.join("journal.db-wal"))
        .unwrap()
        .len();
    let limit = log.div_ceil(1024) + ROOM_KIB;
    let plain = world.command(arguments);
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\""
        ))
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(plain.get_current_dir().unwrap())
        .env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap());
    }
    let output = command.output().unwrap();
    crate::world::Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
