//! One run: where it stands, and its event log.

use super::{WIDTH, shown, troubled, waiting};
use crate::plans::review;
use crate::world::World;
use jiff::tz::TimeZone;
use stagewright_core::Input;
use stagewright_report::terminal::{history_lines, status_text};

/// Goal: the status shows every stage and agent, and what is waited for.
#[test]
fn status() {
    let world = troubled();
    insta::assert_snapshot!(shown(&status_text(world.run(), world.now, false, None, WIDTH)), @r"
      run_7f3a  pr-123-review  PR Review Pipeline
      PARTIAL_SUCCESS in 26.7 s, BLOCK: 1 CRITICAL finding, 0 allowed

    + Code Quality Analysis  SUCCESS
    +   code                 SUCCESS          4.2 s   2 findings (1 CRITICAL, 1 LOW)
    +   architect            SUCCESS          2 s     1 finding (1 HIGH)
    ? Pattern Analysis       PARTIAL_SUCCESS
    !   pattern              FAILURE          22.5 s  execution: left with 3
    . LLD Alignment Check    SKIPPED                  condition is false
    . Documentation          SKIPPED                  condition could not be evaluated: `context.pr.appro…
    ");
    let world = waiting();
    insta::assert_snapshot!(shown(&status_text(world.run(), world.now, false, None, WIDTH)), @r"
      run_7f3a  pr-123-review  Release
    ? waiting for an answer, 1 of 3 agents done, started 1.9 s ago

    + Build         SUCCESS
    +   compile     SUCCESS  1 s
    +   gate tests  SUCCESS  900 ms  pass, 128 passed
      Release       RUNNING
    ?   sign_off    WAITING
    .   publish     PENDING

    ? sign_off: Release version 2.0?
        stagewright approve run_7f3a sign_off
        stagewright reject run_7f3a sign_off
    ");
    let world = World::new(review(), |_| {}).play_for(400);
    let ends_at = Some(world.now.plus_ms(125_000));
    insta::assert_snapshot!(shown(&status_text(world.run(), world.now, true, ends_at, WIDTH)), @r"
      run_7f3a  pr-123-review  PR Review Pipeline
      running for 400 ms, 0 of 5 agents done, about 2 min 05 s left

      Code Quality Analysis  RUNNING
        code                 RUNNING  400 ms
        architect            RUNNING  400 ms
    . Pattern Analysis       PENDING
    .   pattern              PENDING
    . LLD Alignment Check    PENDING
    .   lld                  PENDING
    . Documentation          PENDING
    .   docs                 PENDING
    ");
}

/// Goal: what nobody drives does not go on, and is not said to: neither a run whose
/// process died, nor one that was interrupted. A wait needs no process.
#[test]
fn status_without_a_process() {
    let first_line = |world: &World, driven: bool| {
        let ends_at = Some(world.now.plus_ms(125_000));
        let lines = status_text(world.run(), world.now, driven, ends_at, WIDTH);
        shown(&lines[1..2])
    };
    let mut going = World::new(review(), |_| {}).play_for(400);
    assert_eq!(
        first_line(&going, true),
        "  running for 400 ms, 0 of 5 agents done, about 2 min 05 s left"
    );
    let interrupted = "? interrupted, 0 of 5 agents done";
    assert_eq!(first_line(&going, false), interrupted);
    going.input(Input::Interrupt);
    going.play_on();
    assert_eq!(first_line(&going, true), interrupted);
    assert_eq!(
        first_line(&waiting(), false),
        "? waiting for an answer, 1 of 3 agents done, started 1.9 s ago"
    );
}

/// Goal: the event log has one line an event, with names, and time in the zone.
#[test]
fn history() {
    let mut world = waiting();
    world.answer(60_000, "sign_off", false, "bob");
    world.play_on();
    let zone = TimeZone::fixed(jiff::tz::offset(1));
    let lines = history_lines(world.run(), &world.events, &zone, WIDTH);
    assert_eq!(lines.len(), world.events.len());
    insta::assert_snapshot!(shown(&lines), @r"
      0   2026-01-28 11:30:00  submitted                   run_7f3a as pr-123-review
    . 1   2026-01-28 11:30:00  claimed                     lease 1
      2   2026-01-28 11:30:00  stage started     build
      3   2026-01-28 11:30:00  attempt started   compile   try 1, launch 1, limit 10 min 00 s
    + 4   2026-01-28 11:30:01  attempt finished  compile   try 1: ok
      5   2026-01-28 11:30:01  attempt started   tests     try 1, launch 2, limit 10 min 00 s
    + 6   2026-01-28 11:30:01  attempt finished  tests     try 1: pass, 128 passed
      7   2026-01-28 11:30:01  stage finished    build     SUCCESS
      8   2026-01-28 11:30:01  stage started     release
    ? 9   2026-01-28 11:30:01  parked            sign_off  Release version 2.0?
      10  2026-01-28 11:31:01  answered          sign_off  reject by bob: looks right
    + 11  2026-01-28 11:31:01  attempt finished  sign_off  try 1: ok
      12  2026-01-28 11:31:01  attempt started   publish   try 1, launch 3, limit 10 min 00 s
    + 13  2026-01-28 11:31:02  attempt finished  publish   try 1: ok
      14  2026-01-28 11:31:02  stage finished    release   SUCCESS
    + 15  2026-01-28 11:31:02  ended                       SUCCESS, BLOCK
    ");
}
