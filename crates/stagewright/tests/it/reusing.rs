//! `resume`: what stands and what runs again, and why; under the plan that the run began
//! with, and under the pipeline file as it is now (decision 31).

use crate::world::World;

/// Everything that runs writes its name. `check` fails until there is `mended`.
const CHAIN: &str = "
name: Chain
context: {depth: 1}
stages:
  - id: make
    mode: parallel
    agents:
      - {id: lint, run: echo lint >> log}
      - {id: scan, run: echo scan >> log}
      - {id: sum, depends_on: [scan], run: echo sum >> log}
    gates:
      - {id: made, run: echo made >> log}
  - id: end
    agents:
      - {id: check, run: 'echo check >> log; test -e mended'}
      - {id: tell, run: echo tell >> log}
";

fn ran(world: &World) -> Vec<String> {
    let mut lines = world.lines("log");
    world.write("log", "");
    lines.sort();
    lines
}

fn failed_chain() -> World {
    let world = World::new();
    world.write("chain.yaml", CHAIN);
    world
        .call(&["run", "chain.yaml", "--id", "chain"])
        .leaves(1);
    assert_eq!(ran(&world), ["check", "lint", "made", "scan", "sum"]);
    world
}

/// Goal: whoever goes on is told of every agent and gate whether its result stands; a dry
/// run tells the same and starts nothing.
#[test]
fn resume_says_what_stands_and_what_runs_again() {
    let world = failed_chain();
    for arguments in [
        ["resume", "chain", "--dry-run"].as_slice(),
        &["resume", "chain"],
    ] {
        let ended = world.call(arguments);
        let ended = if arguments.len() == 3 {
            let ended = ended.leaves(0).says("dry run: nothing was started");
            assert_eq!(ran(&world), [""; 0]);
            world.write("mended", "");
            ended
        } else {
            ended.leaves(0)
        };
        ended
            .says("reuse   lint   it succeeded")
            .says("reuse   made   it succeeded")
            .says("re-run  check  it failed (execution)")
            .says("re-run  tell   it was skipped: halted");
    }
    assert_eq!(ran(&world), ["check", "tell"]);
}

/// Goal: a changed agent runs again with what follows from it and the gates that judge
/// after it; what the change does not touch is taken over, and the new run names the old.
#[test]
fn the_current_file_starts_over_what_the_change_touches() {
    let world = failed_chain();
    world.write("mended", "");
    let changed = CHAIN
        .replace("run: echo scan >> log", "run: 'echo scan2 >> log'")
        .replace("- {id: tell,", "- {id: shout,");
    world.write("chain.yaml", &changed);
    world
        .call(&["resume", "chain", "--dry-run"])
        .leaves(0)
        .says("--use-current");
    let expected = [
        "reuse   lint   unchanged, and it succeeded",
        "re-run  scan   changed: action",
        "re-run  sum    it follows from `scan`, which runs again",
        "re-run  made   it judges what `scan` leaves, which runs again",
        "re-run  check  it failed (execution)",
        "re-run  shout  it is new in the pipeline",
        "re-run  tell   the pipeline has it no more",
    ];
    let dry = ["resume", "chain", "--use-current", "--dry-run"];
    let dry = world.call(&dry).leaves(0).says("nothing was started");
    let ended = expected.iter().fold(dry, |ended, line| ended.says(line));
    drop(ended);
    assert_eq!(ran(&world), [""; 0]);
    let before = world.status("chain")["run_id"].clone();
    let ended = world
        .call(&["resume", "chain", "--use-current", "--json"])
        .leaves(0);
    let document = ended.json();
    assert_eq!(document["agents_succeeded"], 5);
    assert_eq!(ran(&world), ["check", "made", "scan2", "sum", "tell"]);
    let submitted = &world.history("chain")[0];
    assert_eq!(submitted["data"]["parent"], before);
}

/// Goal: a default that the file changed reaches the new run, what was given stays; nothing
/// is taken over under another context, since any agent may read all of it.
#[test]
fn another_context_takes_nothing_over() {
    let world = failed_chain();
    world.write("mended", "");
    world.write("chain.yaml", CHAIN.replace("{depth: 1}", "{depth: 2}"));
    world
        .call(&["resume", "chain", "--use-current"])
        .leaves(0)
        .says("re-run  lint   the context changed");
    assert_eq!(
        ran(&world),
        ["check", "lint", "made", "scan", "sum", "tell"]
    );
}

/// Goal: a run that stood still, here for an answer, gives way to the new one; its
/// finished work is kept.
#[test]
fn a_waiting_run_gives_way() {
    let world = World::new();
    let text = "
name: Wait
stages:
  - id: s
    agents:
      - {id: work, run: echo work >> log}
      - {id: ask, human: {ask: Go on?}}
";
    world.write("wait.yaml", text);
    world.call(&["run", "wait.yaml", "--id", "wait"]).leaves(43);
    let old = world.status("wait")["run_id"].clone();
    world.write(
        "wait.yaml",
        text.replace("human: {ask: Go on?}", "run: echo went >> log"),
    );
    world
        .call(&["resume", "wait", "--use-current"])
        .leaves(0)
        .says("reuse   work  unchanged, and it succeeded")
        .says("in favour of the new one");
    assert_eq!(ran(&world), ["went", "work"]);
    let old = old.as_str().unwrap();
    assert_eq!(world.status(old)["status"], "CANCELLED");
}

/// Goal: a file that has become invalid is shown with its problems, and nothing happens to
/// the run.
#[test]
fn a_broken_file_harms_nothing() {
    let world = failed_chain();
    world.write(
        "chain.yaml",
        CHAIN.replace("depends_on: [scan]", "depends_on: [scam]"),
    );
    world
        .call(&["resume", "chain", "--use-current"])
        .leaves(2)
        .says("scam");
    world.write("chain.yaml", CHAIN);
    world.write("mended", "");
    world.call(&["resume", "chain"]).leaves(0);
    assert_eq!(ran(&world), ["check", "tell"]);
}
