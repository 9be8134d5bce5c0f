//! The event log as JSON: stable keys, names in the place of indices.

use crate::plans::gated;
use crate::world::{Try, World};
use stagewright_core::event::Verdict;
use stagewright_report::history::entry;

/// Goal: each event is one object with the same keys; nothing of the context is in it.
#[test]
fn entries() {
    let mut world = World::new(gated(), |submission| {
        submission.context = serde_json::json!({"hidden": "in-the-context"});
    })
    .script("tests", [Try::judged(900, Verdict::Pass, "128 passed")])
    .play();
    world.answer(60_000, "sign_off", true, "ann");
    world.play_on();
    let lines: Vec<String> = world
        .events
        .iter()
        .map(|recorded| serde_json::to_string(&entry(world.run(), recorded)).unwrap())
        .collect();
    assert_eq!(lines.len(), world.events.len());
    for line in &lines {
        assert!(
            line.starts_with(r#"{"v":1,"run_id":"run_7f3a","seq":"#),
            "{line}"
        );
        assert!(!line.contains("in-the-context"), "{line}");
    }
    insta::assert_snapshot!(lines[..3].join("\n"), @r#"
    {"v":1,"run_id":"run_7f3a","seq":0,"at":"2026-01-28T10:30:00.000Z","event":"submitted","stage":null,"node":null,"data":{"mode":"hybrid","parent":null,"pipeline_id":"pr-123-review","plan_hash":"64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525","source":"review.yaml"}}
    {"v":1,"run_id":"run_7f3a","seq":1,"at":"2026-01-28T10:30:00.000Z","event":"claimed","stage":null,"node":null,"data":{"fence":1}}
    {"v":1,"run_id":"run_7f3a","seq":2,"at":"2026-01-28T10:30:00.000Z","event":"stage_started","stage":"build","node":null,"data":{}}
    "#);
    insta::assert_snapshot!(lines[5..7].join("\n"), @r#"
    {"v":1,"run_id":"run_7f3a","seq":5,"at":"2026-01-28T10:30:01.000Z","event":"attempt_started","stage":"build","node":"tests","data":{"launch":2,"request_hash":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","timeout_ms":600000,"try":1}}
    {"v":1,"run_id":"run_7f3a","seq":6,"at":"2026-01-28T10:30:01.900Z","event":"attempt_finished","stage":"build","node":"tests","data":{"cost_usd":null,"findings":{"critical":0,"high":0,"low":0,"medium":0},"launch":2,"message":"128 passed","result":"judged","result_hash":"a789cefad2402101c747a42d1cbef14db3a63727bb6ce3e95c5a9422747b7607","retry_at":null,"try":1,"verdict":"pass"}}
    "#);
    insta::assert_snapshot!(lines[9..12].join("\n"), @r#"
    {"v":1,"run_id":"run_7f3a","seq":9,"at":"2026-01-28T10:30:01.900Z","event":"parked","stage":"release","node":"sign_off","data":{"deadline":null,"digest":"7e2acfbb1375b2fa410a41f98cc21e46aa0ee1a38210df0489c9daf758e2486d","question":"Release version 2.0?","reason":"approval"}}
    {"v":1,"run_id":"run_7f3a","seq":10,"at":"2026-01-28T10:31:01.900Z","event":"answered","stage":"release","node":"sign_off","data":{"approved":true,"by":"ann","choice":"approve","digest":"7e2acfbb1375b2fa410a41f98cc21e46aa0ee1a38210df0489c9daf758e2486d","note":"looks right"}}
    {"v":1,"run_id":"run_7f3a","seq":11,"at":"2026-01-28T10:31:01.900Z","event":"attempt_finished","stage":"release","node":"sign_off","data":{"cost_usd":null,"findings":{"critical":0,"high":0,"low":0,"medium":0},"launch":0,"result":"succeeded","result_hash":"d30d7f1d5c88b2a39c4bc19d6f9871a1b414fdcfa6aa296796c61772c672be51","retry_at":null,"try":1}}
    "#);
}
