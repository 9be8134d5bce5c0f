//! `prune` and `discard` of the real program (decision 17).

use crate::world::{World, eventually};
use serde_json::{Value, json};

fn world(runs: &[&str]) -> World {
    let world = World::new();
    world.write(
        "p.yaml",
        "name: P\nstages: [{id: s, agents: [{id: a, run: 'echo $STAGEWRIGHT_PIPELINE_ID'}]}]\n",
    );
    for id in runs {
        world.call(&["run", "p.yaml", "--id", id]).leaves(0);
    }
    world
}

fn ids(world: &World) -> Vec<String> {
    let runs = world.call(&["list", "--json"]).leaves(0).json();
    let id = |run: &Value| run["pipeline_id"].as_str().unwrap().to_owned();
    runs.as_array().unwrap().iter().map(id).collect()
}

/// Goal: without `--yes` nothing goes, and what would is shown with its bytes; with it
/// exactly that goes, rows, results and files; then there is nothing left to do.
#[test]
fn prune_shows_first_and_removes_then() {
    let world = world(&["one", "two", "three"]);
    let plan = world
        .call(&["prune", "--keep", "1", "--json"])
        .leaves(0)
        .json();
    assert_eq!(plan["removed"], false);
    let planned = |key: &str| -> Vec<&Value> {
        let runs = plan["runs"].as_array().unwrap();
        runs.iter().map(|run| &run[key]).collect()
    };
    assert_eq!(planned("pipeline_id"), ["two", "one"]);
    assert_eq!(planned("status"), ["SUCCESS", "SUCCESS"]);
    assert!(plan["bytes"].as_u64().unwrap() > 1_000, "{plan:#}");
    let shown = world
        .call(&["prune", "--keep", "1"])
        .leaves(0)
        .says("`--yes` removes");
    assert_eq!(shown.out.lines().count(), 2, "{shown}");
    assert_eq!(ids(&world), ["three", "two", "one"]);

    let doomed = world.status("one")["run_id"].as_str().unwrap().to_owned();
    let directory = world.state().join("runs").join(&doomed);
    assert!(directory.is_dir());
    let done = world
        .call(&["prune", "--keep", "1", "--yes", "--json"])
        .leaves(0)
        .json();
    assert_eq!(done["removed"], true);
    assert_eq!(done["spared"], 0);
    // Each run printed its own id, so each has a result of its own.
    assert_eq!(done["values"]["count"], plan["values"]["count"]);
    assert!(done["values"]["count"].as_u64().unwrap() >= 2, "{done:#}");
    assert_eq!(ids(&world), ["three"]);
    assert!(!directory.exists());
    world
        .call(&["status", "one"])
        .leaves(2)
        .says("error[SW0301]");
    world.call(&["logs", "three"]).leaves(0);
    world.call(&["doctor"]).leaves(0);
    world
        .call(&["prune", "--keep", "1", "--yes"])
        .leaves(0)
        .says("removed nothing");
}

/// Goal: without a criterion no run goes.
#[test]
fn prune_alone_removes_no_run() {
    let world = world(&["one"]);
    let done = world.call(&["prune", "--yes", "--json"]).leaves(0).json();
    assert_eq!(done["runs"], json!([]));
    assert_eq!(ids(&world), ["one"]);
    world
        .call(&["prune", "--older-than", "long ago"])
        .leaves(2)
        .says("error[SW0211]");
    let none = world
        .call(&["prune", "--older-than", "1h", "--json"])
        .leaves(0)
        .json();
    assert_eq!(none["runs"], json!([]), "nothing is that old");
}

/// Goal: a run that goes on or waits stays, however it is asked for, and so does the run
/// that it retries; both go once it has ended.
#[test]
fn what_lives_stays() {
    let world = World::new();
    world.write(
        "w.yaml",
        "name: W
stages:
  - id: s
    agents:
      - {id: a, run: 'true'}
      - {id: ask, human: {ask: 'Go on?'}}
",
    );
    world.call(&["run", "w.yaml", "--id", "w"]).leaves(43);
    world.call(&["approve", "w"]).leaves(0);
    world.call(&["retry", "w", "--from", "ask"]).leaves(43);
    let all = ["prune", "--keep", "0", "--yes", "--json"];
    let done = world.call(&all).leaves(0).json();
    assert_eq!(
        done["runs"],
        json!([]),
        "one waits, and the other is its parent"
    );
    assert_eq!(done["tied"], 1);
    assert_eq!(ids(&world).len(), 2);

    world
        .call(&["discard", "w"])
        .leaves(2)
        .says("error[SW0314]")
        .says("it is waiting");
    world.call(&["approve", "w"]).leaves(0);
    let done = world.call(&all).leaves(0).json();
    assert_eq!(done["runs"].as_array().unwrap().len(), 2);
    assert!(ids(&world).is_empty());
}

/// Goal: one run is given up by name; one that has not ended only by force, and one that
/// somebody drives not at all.
#[test]
fn discard_removes_one_run() {
    let world = world(&["one", "two"]);
    let gone = world.call(&["discard", "one", "--json"]).leaves(0).json();
    assert_eq!(gone["pipeline_id"], "one");
    assert!(gone["events"].as_u64().unwrap() > 3);
    assert_eq!(ids(&world), ["two"]);
    world
        .call(&["discard", "one"])
        .leaves(2)
        .says("error[SW0301]");

    world.write(
        "slow.yaml",
        "name: S\nstages: [{id: s, agents: [{id: a, run: 'echo >> log; sleep 60'}]}]\n",
    );
    let going = world.start(&["run", "slow.yaml", "--id", "slow"]);
    eventually("it runs", || world.lines("log").pop());
    world
        .call(&["discard", "slow", "--force"])
        .leaves(2)
        .says("error[SW0304]");
    going.kill();
    world
        .call(&["discard", "slow"])
        .leaves(2)
        .says("error[SW0314]");
    world.call(&["discard", "slow", "--force"]).leaves(0);
    assert_eq!(ids(&world), ["two"]);
}

/// Goal: the commands of the guide do what it says: those without `--yes` remove nothing.
#[test]
fn commands_of_the_guide() {
    let world = world(&["one"]);
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let mut ran = 0;
    for line in guide.lines() {
        let Some(line) = line.strip_prefix("stagewright prune") else {
            continue;
        };
        let line = line.split('#').next().unwrap();
        let mut arguments = vec!["prune", "--json"];
        arguments.extend(line.split_whitespace());
        let done = world.call(&arguments).leaves(0).json();
        assert_eq!(done["removed"], line.contains("--yes"), "prune{line}");
        ran += 1;
    }
    assert_eq!(ran, 4);
    assert_eq!(ids(&world), ["one"], "it is young, and the only one");
}
