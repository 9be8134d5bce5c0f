//! `retry --from`: what a new run repeats, and what it takes over from its parent.

use crate::world::World;
use std::collections::BTreeSet;

/// Everything that runs writes its name. `report` reads `scan` in its command although it
/// stands before it, `judge` in its condition; `summary` depends on `report` alone.
const WEB: &str = "
name: Web
stages:
  - id: base
    agents:
      - {id: prepare, run: echo prepare >> log}
    gates:
      - {id: prepared, run: echo prepared >> log}
  - id: work
    mode: parallel
    agents:
      - {id: early, run: echo early >> log}
      - {id: report, run: 'echo report {{ results.scan.status }} >> log'}
      - {id: scan, run: echo scan >> log}
      - {id: lint, run: echo lint >> log}
      - {id: summary, depends_on: [report], run: echo summary >> log}
      - {id: judge, if: results.scan.status == 'SUCCESS', run: echo judge >> log}
    gates:
      - {id: worked, run: echo worked >> log}
  - id: ship
    agents:
      - {id: ship, run: echo ship >> log}
";

/// The names in the log, each once, and the log is empty again.
fn ran(world: &World) -> BTreeSet<String> {
    let lines = world.lines("log");
    let names: BTreeSet<String> = lines
        .iter()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(names.len(), lines.len(), "nothing runs twice: {lines:?}");
    world.write("log", "");
    names
}

fn names(list: &str) -> BTreeSet<String> {
    list.split(' ').map(str::to_owned).collect()
}

/// Goal: what depends on the repeated agent, or reads it, is repeated wherever it stands
/// in the file, and so are gates that judge after it and later stages; independent
/// siblings and earlier stages are taken over, and the new run has all their results.
#[test]
fn what_follows_is_repeated_and_the_rest_is_not() {
    let world = World::new();
    world.write("web.yaml", WEB);
    world.call(&["run", "web.yaml", "--id", "web"]).leaves(0);
    assert_eq!(ran(&world).len(), 10);
    for (from, again) in [
        ("scan", "scan report summary judge worked ship"),
        ("report", "report summary worked ship"),
        ("lint", "lint worked ship"),
        ("worked", "worked ship"),
        ("ship", "ship"),
        (
            "prepared",
            "prepared early report scan lint summary judge worked ship",
        ),
        (
            "prepare",
            "prepare prepared early report scan lint summary judge worked ship",
        ),
    ] {
        let again = names(again);
        let taken_over = match 10 - again.len() {
            1 => "takes over 1 result of".to_owned(),
            count => format!("takes over {count} results of"),
        };
        let ended = world
            .call(&["retry", "web", "--from", from, "--json"])
            .leaves(0)
            .says(&taken_over);
        assert_eq!(ran(&world), again, "from {from}");
        assert_eq!(ended.json()["agents_succeeded"], 8, "from {from}");
    }
}

/// Goal: where agents go one at a time, those after the repeated one found the files as
/// it left them, so they are repeated; those before it did not.
#[test]
fn in_a_sequence_what_came_later_is_repeated() {
    let world = World::new();
    world.write("web.yaml", WEB);
    world
        .call(&["run", "web.yaml", "--id", "web", "--mode", "sequential"])
        .leaves(0);
    ran(&world);
    for (from, again) in [
        ("scan", "scan report lint summary judge worked ship"),
        ("lint", "lint summary judge worked ship"),
        ("worked", "worked ship"),
    ] {
        world.call(&["retry", "web", "--from", from]).leaves(0);
        assert_eq!(ran(&world), names(again), "from {from}");
    }
}

/// Goal: what failed in an earlier stage is no success to take over: it runs again, with
/// what followed from it and the gate that judged after it; what a false condition left
/// out stays out, and those that stand behind it are still taken over.
#[test]
fn failures_of_earlier_stages_run_again() {
    let world = World::new();
    world.write(
        "p.yaml",
        "
name: Failed before
stages:
  - id: quiet
    mode: parallel
    agents:
      - {id: never, if: 'false', run: echo never >> log}
      - {id: behind, depends_on: [never], run: echo behind >> log}
    gates:
      - {id: calm, run: echo calm >> log}
  - id: loud
    mode: parallel
    agents:
      - {id: good, run: echo good >> log}
      - {id: bad, required: false, run: 'echo bad >> log; test -e repaired'}
      - {id: heeds, depends_on: [{id: bad, when: any}], run: echo heeds >> log}
    gates:
      - {id: checked, run: echo checked >> log}
  - id: end
    agents:
      - {id: last, run: echo last >> log}
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(
        ran(&world),
        names("behind calm good bad heeds checked last")
    );
    world.write("repaired", "");
    let ended = world
        .call(&["retry", "p", "--from", "last", "--json"])
        .leaves(0);
    assert_eq!(ran(&world), names("bad heeds checked last"));
    assert_eq!(ended.json()["status"], "SUCCESS");
}
