//! Progress as it happens, event by event.

use super::{shown, troubled, waiting};
use crate::plans::{gated, review};
use crate::world::{Try, World};
use jiff::tz::TimeZone;
use stagewright_core::condition::{Condition, Evaluator};
use stagewright_core::event::Verdict;
use stagewright_core::{ErrorClass, Input, Run};
use stagewright_report::terminal::Progress;
use std::sync::Arc;

/// The progress of a whole run, folded again from its events.
fn progress(world: &World) -> String {
    let mut run = Run::new(Arc::clone(world.run().graph()));
    let mut progress = Progress::new(run.plan(), TimeZone::UTC);
    let mut lines = Vec::new();
    for recorded in &world.events {
        run.apply(recorded);
        lines.extend(progress.on_event(&run, recorded));
    }
    shown(&lines)
}

/// Goal: each event that matters is one line that stands by itself: who, what, how
/// long, and what happens next.
#[test]
fn progress_of_a_troubled_review() {
    insta::assert_snapshot!(progress(&troubled()), @r"
      [10:30:00] run_7f3a: PR Review Pipeline, 5 agents in 4 stages (pipeline id pr-123-review)
      [10:30:00] Stage 1/4 Code Quality Analysis: 2 agents in parallel
      [10:30:00] Step 1/5 code: started
      [10:30:00] Step 2/5 architect: started
    ? [10:30:02] Step 2/5 architect: ok in 2 s, 1 finding (1 HIGH)
    ? [10:30:04] Step 1/5 code: ok in 4.2 s, 2 findings (1 CRITICAL, 1 LOW)
      [10:30:04] Stage 2/4 Pattern Analysis: 1 agent
      [10:30:04] Step 3/5 pattern: started
    ? [10:30:14] Step 3/5 pattern: failed (timeout after 10 s: no end after 10 s), trying again in 4 s (try 2 of 3)
      [10:30:18] Step 3/5 pattern: started (try 2 of 3)
    ? [10:30:18] Step 3/5 pattern: failed (execution: left with 3), trying again in 8 s (try 3 of 3)
      [10:30:26] Step 3/5 pattern: started (try 3 of 3)
    ? [10:30:26] Step 3/5 pattern: failed (execution: left with 3); it is not required
    . [10:30:26] Stage 3/4 LLD Alignment Check: skipped: condition is false
    ? [10:30:26] Stage 4/4 Documentation: skipped: condition could not be evaluated: `context.pr.approved` does not exist; there is: number
    ! [10:30:26] ended: PARTIAL_SUCCESS, BLOCK
    ");
}

/// Goal: a wait names the exact commands, and its answer says who gave it.
#[test]
fn progress_of_an_approval() {
    let mut world = waiting();
    world.answer(3_600_000, "sign_off", true, "ann");
    world.play_on();
    insta::assert_snapshot!(progress(&world), @r"
      [10:30:00] run_7f3a: Release, 3 agents in 2 stages (pipeline id pr-123-review)
      [10:30:00] Stage 1/2 Build: 1 agent, then 1 gate
      [10:30:00] Step 1/3 compile: started
    + [10:30:01] Step 1/3 compile: ok in 1 s
      [10:30:01] gate tests: started
    + [10:30:01] gate tests: pass in 900 ms (128 passed)
      [10:30:01] Stage 2/2 Release: 2 agents
    ? [10:30:01] Step 2/3 sign_off: waits for an answer: Release version 2.0?
                 stagewright approve run_7f3a sign_off
                 stagewright reject run_7f3a sign_off
    + [11:30:01] Step 2/3 sign_off: approved by ann: looks right
      [11:30:01] Step 3/3 publish: started
    + [11:30:02] Step 3/3 publish: ok in 1 s
    + [11:30:02] ended: SUCCESS, MERGE
    ");
}

/// Goal: a crash, a resume, a cancel: what became of the running agent is said.
#[test]
fn progress_of_a_crash_and_a_cancel() {
    let mut world = World::new(review(), |_| {})
        .script("code", [Try::ok(60_000), Try::ok(60_000)])
        .script("architect", [Try::ok(1_000)])
        .play_for(5_000);
    world.crash();
    world.claim();
    world.input(Input::Cancel {
        reason: "superseded by a newer commit".to_owned(),
        force: true,
    });
    world.play_on();
    insta::assert_snapshot!(progress(&world), @r"
      [10:30:00] run_7f3a: PR Review Pipeline, 5 agents in 4 stages (pipeline id pr-123-review)
      [10:30:00] Stage 1/4 Code Quality Analysis: 2 agents in parallel
      [10:30:00] Step 1/5 code: started
      [10:30:00] Step 2/5 architect: started
    + [10:30:01] Step 2/5 architect: ok in 1 s
      [10:30:05] run_7f3a: resumed
    ? [10:30:05] Step 1/5 code: its launch was lost with the process before
      [10:30:05] Step 1/5 code: started again
    ? [10:30:05] cancel: superseded by a newer commit (what runs is stopped)
    ! [10:30:05] Step 1/5 code: stopped by a cancel
    ? [10:30:05] Stage 2/4 Pattern Analysis: skipped: the run was cancelled
    ? [10:30:05] Stage 3/4 LLD Alignment Check: skipped: the run was cancelled
    ? [10:30:05] Stage 4/4 Documentation: skipped: the run was cancelled
    ! [10:30:05] ended: CANCELLED, BLOCK
    ");
}

/// Goal: whoever takes a run to answer it commits the answer, and what follows from it,
/// together with the claim; the claim's line says nothing that was not so before.
#[test]
fn a_claim_does_not_count_ahead() {
    let mut world = waiting();
    let before = world.events.len();
    world.claim();
    world.answer(0, "sign_off", false, "ann");
    world.play_on();
    let mut progress = Progress::new(world.run().plan(), TimeZone::UTC);
    let lines: Vec<_> = world.events[before..]
        .iter()
        .flat_map(|recorded| progress.on_event(world.run(), recorded))
        .collect();
    insta::assert_snapshot!(shown(&lines[..2]), @r"
      [10:30:01] run_7f3a: resumed
    ! [10:30:01] Step 2/3 sign_off: rejected by ann: looks right
    ");
}

/// Goal: fail_fast says what it stops and why the rest does not run.
#[test]
fn progress_of_fail_fast() {
    let world = World::new(review(), |submission| submission.fail_fast = true)
        .script(
            "code",
            [Try::fails(
                500,
                ErrorClass::InvalidOutput,
                "no JSON in the answer",
            )],
        )
        .script("architect", [Try::ok(90_000)])
        .play();
    insta::assert_snapshot!(progress(&world), @r"
      [10:30:00] run_7f3a: PR Review Pipeline, 5 agents in 4 stages (pipeline id pr-123-review)
      [10:30:00] Stage 1/4 Code Quality Analysis: 2 agents in parallel
      [10:30:00] Step 1/5 code: started
      [10:30:00] Step 2/5 architect: started
    ! [10:30:00] Step 1/5 code: failed (invalid_output: no JSON in the answer)
    ? [10:30:00] nothing more is started: fail_fast after `code`; what runs is stopped
    ! [10:30:00] Step 2/5 architect: stopped by fail_fast after `code` failed
    ? [10:30:00] Stage 2/4 Pattern Analysis: skipped: fail_fast after `code`
    ? [10:30:00] Stage 3/4 LLD Alignment Check: skipped: fail_fast after `code`
    ? [10:30:00] Stage 4/4 Documentation: skipped: fail_fast after `code`
    ! [10:30:00] ended: PARTIAL_SUCCESS, BLOCK
    ");
}

/// Goal: a gate that is repeated says so, a broken condition is said once, and a
/// refused answer is no success.
#[test]
fn progress_of_gates_and_conditions() {
    let mut plan = gated();
    plan.nodes[1].retry.limit = 1;
    plan.nodes[3].condition = Some(Condition::Custom {
        number: 0,
        evaluator: Evaluator::Named("office_hours".to_owned()),
    });
    let mut world = World::new(plan, |_| {})
        .script(
            "tests",
            [
                Try::judged(900, Verdict::Fail, "3 failed"),
                Try::judged(900, Verdict::NoEvidence, ""),
            ],
        )
        .play();
    world.answer(60_000, "sign_off", false, "bob");
    world.play_on();
    insta::assert_snapshot!(progress(&world), @r"
      [10:30:00] run_7f3a: Release, 3 agents in 2 stages (pipeline id pr-123-review)
      [10:30:00] Stage 1/2 Build: 1 agent, then 1 gate
      [10:30:00] Step 1/3 compile: started
    + [10:30:01] Step 1/3 compile: ok in 1 s
      [10:30:01] gate tests: started
    ? [10:30:01] gate tests: fail in 900 ms (3 failed), trying again in 4 s (try 2 of 2)
      [10:30:05] gate tests: started (try 2 of 2)
    ! [10:30:06] gate tests: no_evidence in 900 ms
      [10:30:06] Stage 2/2 Release: 2 agents
    ? [10:30:06] Step 2/3 sign_off: waits for an answer: Release version 2.0?
                 stagewright approve run_7f3a sign_off
                 stagewright reject run_7f3a sign_off
    ! [10:31:06] Step 2/3 sign_off: rejected by bob: looks right
    ? [10:31:06] Step 3/3 publish: skipped: condition could not be evaluated: the program left with 7
    ! [10:31:06] ended: PARTIAL_SUCCESS, BLOCK
    ");
}
