//! A run that takes results over decides as one that has made them itself (decision 31).

use crate::world::{Seen, World, drive, plan};
use serde_json::json;
use stagewright_core::Run;
use stagewright_core::decision::Choice;
use stagewright_engine::{Reuse, reuse};

/// `guard` fails when it runs; the conditions say whether it does.
fn pipeline(condition: &str) -> String {
    format!(
        r#"
name: Pipeline
stages:
  - id: s
    agents:
      - {{id: scan, run: "echo scan >> log; echo '{{\"count\": 3}}'"}}
      - {{id: each, for_each: "[1, 2]", run: "echo each >> log; echo '{{\"count\": 3}}'"}}
  - id: t
    agents:
      - {{id: guard, if: "{condition}", run: "echo guard >> log; exit 1"}}
"#
    )
}

fn reused(stored: &World, run: &Run, condition: &str) -> Reuse {
    reuse(
        &stored.engine(),
        run,
        &plan(&pipeline(condition)),
        &json!({}),
    )
    .unwrap()
}

fn decision(run: &Run) -> Choice {
    run.end().unwrap().1.unwrap().decision
}

/// Goal: a condition that is new reads the values of results that are taken over, of
/// instances too, as if they had been made for it; nothing runs twice for that.
#[test]
fn a_new_condition_reads_what_is_taken_over() {
    for condition in [
        "results.scan.output.count | default(0) > 0",
        "results.each.items | length == 2 and results.each.output | length == 2",
    ] {
        let world = World::new();
        let old = world.run(&pipeline("false"), json!({}));
        assert_eq!(decision(&old), Choice::Merge);
        let reuse = reused(&world, &old, condition);
        let kept = |id: &str| {
            reuse
                .fates
                .iter()
                .any(|fate| fate.node == id && fate.reused)
        };
        assert!(kept("scan") && kept("each"), "{:?}", reuse.fates);
        let engine = world.engine();
        let mut new = world.submission(&pipeline(condition), json!({}));
        new.adopted = reuse.adopted;
        let run = drive(&engine, engine.submit(new).unwrap(), &mut Seen::default()).unwrap();
        assert_eq!(decision(&run), Choice::Block, "{condition}");
        let log = std::fs::read_to_string(world.path("log")).unwrap();
        assert_eq!(log, "scan\neach\neach\nguard\n", "{condition}");
    }
}

/// Goal: what is no longer stored cannot be read anew, so it is made again; what no new
/// condition reads stands without its document.
#[test]
fn what_is_no_longer_stored_runs_again() {
    let world = World::new();
    let old = world.run(&pipeline("false"), json!({}));
    let elsewhere = World::new();
    let reuse = reused(&elsewhere, &old, "results.scan.output.count > 0");
    let fate = |id: &str| reuse.fates.iter().find(|fate| fate.node == id).unwrap();
    assert_eq!(fate("scan").why, "its result is no longer stored");
    assert!(!fate("scan").reused);
    assert!(fate("each").reused, "{}", fate("each").why);
}
