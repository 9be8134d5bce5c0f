//! The block that is redrawn while a run goes on.

use super::{WIDTH, shown, waiting};
use crate::plans::{Draft, review};
use crate::world::{Try, World};
use jiff::tz::TimeZone;
use stagewright_core::plan::StageMode;
use stagewright_report::terminal::Progress;

/// Goal: the redrawn block shows what runs, with time and limit, and how far it is.
#[test]
fn live_block() {
    let world = World::new(review(), |_| {})
        .script("code", [Try::ok(60_000)])
        .script("architect", [Try::ok(2_000)])
        .play_for(12_300);
    let progress = Progress::new(world.run().plan(), TimeZone::UTC);
    insta::assert_snapshot!(shown(&progress.live(world.run(), world.now, WIDTH)), @r"
      [####....................] 1/5  12.3 s  code_quality
        code  12.3 s of 10 min 00 s
    .   3 to come
    ");
    let waiting = waiting();
    let progress = Progress::new(waiting.run().plan(), TimeZone::UTC);
    insta::assert_snapshot!(shown(&progress.live(waiting.run(), waiting.now, WIDTH)), @r"
      [########................] 1/3  1.9 s  release
    ?   sign_off  waits for an answer: stagewright approve run_7f3a sign_off
    .   1 to come
    ");
}

/// Goal: many agents at once do not fill the screen.
#[test]
fn live_block_of_many() {
    let mut draft = Draft::new("Many").stage("all", "All", StageMode::Parallel);
    for number in 0..40 {
        draft = draft.agent(&format!("agent_{number}"), "Agent");
    }
    let world = World::new(draft.plan(), |submission| {
        submission.max_parallelism = None;
        submission.concurrency_cap = 12;
    })
    .play_for(500);
    let progress = Progress::new(world.run().plan(), TimeZone::UTC);
    let lines = progress.live(world.run(), world.now, WIDTH);
    assert_eq!(lines.len(), 11);
    insta::assert_snapshot!(shown(&lines[8..]), @r"
        agent_7  500 ms of 10 min 00 s
    .   … and 4 more
    .   28 to come
    ");
}
