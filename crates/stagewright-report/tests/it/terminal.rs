//! What a terminal shows, from start to end.

use crate::plans::{Draft, finding, gated, review};
use crate::world::{START, Try, World};
use jiff::tz::TimeZone;
use stagewright_core::condition::{Condition, Evaluator};
use stagewright_core::event::Verdict;
use stagewright_core::plan::StageMode;
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{ErrorClass, Input, Run, Severity, Timestamp};
use stagewright_report::Places;
use stagewright_report::terminal::{
    Line, Progress, RunRow, Tone, history_lines, list_table, status_text, summary,
};
use std::sync::Arc;

const WIDTH: usize = 100;

/// Lines with a letter for their tone, as a reader of the test can check it.
fn shown(lines: &[Line]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let tone = match line.tone {
                Tone::Plain => ' ',
                Tone::Good => '+',
                Tone::Bad => '!',
                Tone::Warn => '?',
                Tone::Dim => '.',
            };
            format!("{tone} {}", line.text).trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

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

fn summarised(world: &World) -> String {
    let reports = [("markdown".to_owned(), "out/review.md".to_owned())];
    let places = Places {
        run_dir: Some(".stagewright/runs/run_7f3a"),
        reports: &reports,
        ..Places::default()
    };
    shown(&summary(
        world.run(),
        &world.results(),
        world.now,
        places,
        WIDTH,
    ))
}

/// A review that finds, fails, retries and skips.
fn troubled() -> World {
    let mut plan = review();
    plan.nodes[2].retry = RetryPolicy {
        limit: 2,
        ..RetryPolicy::default()
    };
    World::new(plan, |_| {})
        .script(
            "code",
            [Try::ok(4_200).findings(&[
                finding(Severity::Low, "E501", "src/app.py:80", "line too long"),
                finding(
                    Severity::Critical,
                    "B602",
                    "src/app.py:12",
                    "subprocess call with shell=True, security issue",
                ),
            ])],
        )
        .script(
            "architect",
            [Try::ok(2_000)
                .findings(&[finding(
                    Severity::High,
                    "B602",
                    "src/app.py:12",
                    "shell=True",
                )])
                .warns("the document has no version")],
        )
        .script(
            "pattern",
            [
                Try::fails(10_000, ErrorClass::Timeout, "no end after 10 s"),
                Try::fails(300, ErrorClass::Execution, "left with 3"),
                Try::fails(200, ErrorClass::Execution, "left with 3").logs(
                    3,
                    "logs/pattern.3.5.out",
                    "logs/pattern.3.5.err",
                ),
            ],
        )
        .play()
}

/// A release that waits for a person.
fn waiting() -> World {
    World::new(gated(), |_| {})
        .script("tests", [Try::judged(900, Verdict::Pass, "128 passed")])
        .play()
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
      [10:30:05] run_7f3a: resumed, 1 of 5 agents done
    ? [10:30:05] Step 1/5 code: its launch was lost; the same try starts again
      [10:30:05] Step 1/5 code: started again
    ? [10:30:05] cancel: superseded by a newer commit (what runs is stopped)
    ! [10:30:05] Step 1/5 code: stopped by a cancel
    ? [10:30:05] Stage 2/4 Pattern Analysis: skipped: the run was cancelled
    ? [10:30:05] Stage 3/4 LLD Alignment Check: skipped: the run was cancelled
    ? [10:30:05] Stage 4/4 Documentation: skipped: the run was cancelled
    ! [10:30:05] ended: CANCELLED, BLOCK
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

/// Goal: the decision stands first, then what is wrong, the worst first, with the
/// place of the log; the end says what to do.
#[test]
fn summary_of_a_block() {
    insta::assert_snapshot!(summarised(&troubled()), @r"
    ! BLOCK
      1 CRITICAL finding, 0 allowed

      Findings (2):
    !   CRITICAL  src/app.py:12  B602  code, architect  subprocess call with shell=True, security issue
        LOW       src/app.py:80  E501  code             line too long

      Failed (1):
    ?   pattern (not required): execution, left with 3
    .     log: .stagewright/runs/run_7f3a/logs/pattern.3.5.err

      Warnings (2):
    ?   - Stage `documentation` was skipped, its condition could not be evaluated: `context.pr.approved`
    ?     does not exist; there is: number
    ?   - `architect`: the document has no version

      PARTIAL_SUCCESS: 5 agents (2 succeeded, 1 failed, 2 skipped) in 26.7 s
      markdown report: out/review.md
    . logs: .stagewright/runs/run_7f3a

      Next:
        stagewright resume run_7f3a                    tries again what failed, keeps what succeeded
        stagewright logs run_7f3a pattern              its output
        stagewright report run_7f3a --format markdown  the whole picture
    ");
}

/// Goal: a clean run is a short summary.
#[test]
fn summary_of_a_merge() {
    let world = World::new(review(), |submission| {
        submission.context = serde_json::json!({"pr": {"number": 1, "approved": false}});
    })
    .play();
    insta::assert_snapshot!(summarised(&world), @r"
    + MERGE
      No findings, and no evidence is missing

      SUCCESS: 5 agents (3 succeeded, 2 skipped) in 2 s
      markdown report: out/review.md
    . logs: .stagewright/runs/run_7f3a

      Next:
        stagewright report run_7f3a --format markdown  the whole picture
    ");
}

/// Goal: a waiting run leads with the wait and ends with the commands that answer.
#[test]
fn summary_of_a_wait() {
    insta::assert_snapshot!(summarised(&waiting()), @r"
    ? WAITING for an answer
      sign_off: Release version 2.0? (for ann, bob to answer)

      3 agents (1 succeeded, 2 left) in 1.9 s
      markdown report: out/review.md
    . logs: .stagewright/runs/run_7f3a

      Next:
        stagewright approve run_7f3a sign_off
        stagewright reject run_7f3a sign_off
        stagewright status run_7f3a            where it stands
    ");
}

/// Goal: an override is no ordinary MERGE: what it overrode stays in sight.
#[test]
fn summary_of_an_override() {
    let world = World::new(gated(), |submission| {
        submission.context = serde_json::json!({"pr": {"labels": ["emergency-deploy"]}});
    })
    .script(
        "compile",
        [Try::fails(700, ErrorClass::Execution, "left with 1")],
    )
    .script(
        "tests",
        [Try::judged(900, Verdict::Fail, "3 of 128 failed").logs(
            1,
            "logs/tests.1.2.out",
            "logs/tests.1.2.err",
        )],
    );
    let mut world = world.play();
    world.answer(60_000, "sign_off", true, "bob");
    world.play_on();
    insta::assert_snapshot!(summarised(&world), @r"
    ? MERGE (by override)
      label `emergency-deploy` overrides 2 blocking factors

      Overridden:
    ?   - `compile` has no result: execution, left with 1
    ?   - gate `tests`: fail, 3 of 128 failed

      Failed (1):
    !   compile: execution, left with 1

      Gates not passed (1):
    !   tests: fail, 3 of 128 failed
    .     log: .stagewright/runs/run_7f3a/logs/tests.1.2.err

      PARTIAL_SUCCESS: 3 agents (2 succeeded, 1 failed) in 1 min 02 s (2.6 s of it active)
      markdown report: out/review.md
    . logs: .stagewright/runs/run_7f3a

      Next:
        stagewright resume run_7f3a                    tries again what failed, keeps what succeeded
        stagewright logs run_7f3a compile              its output
        stagewright report run_7f3a --format markdown  the whole picture
    ");
}

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

/// Goal: the status shows every stage and agent, and what is waited for.
#[test]
fn status() {
    let world = troubled();
    insta::assert_snapshot!(shown(&status_text(world.run(), world.now, None, WIDTH)), @r"
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
    insta::assert_snapshot!(shown(&status_text(world.run(), world.now, None, WIDTH)), @r"
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
    insta::assert_snapshot!(shown(&status_text(world.run(), world.now, ends_at, WIDTH)), @r"
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

/// Goal: runs line up in columns, whatever their names; none is no empty table.
#[test]
fn list() {
    let row = |run_id: &str, pipeline_id: &str, state: &str| RunRow {
        run_id: run_id.to_owned(),
        pipeline_id: pipeline_id.to_owned(),
        state: state.to_owned(),
        agents_total: 5,
        started_at: Some(START.0),
        ..RunRow::default()
    };
    let rows = [
        RunRow {
            agents_completed: 1,
            agents_running: 2,
            current_stage: Some("code_quality".to_owned()),
            current_agent: Some("code".to_owned()),
            ..row("run_7f3a", "pr-123-review", "running")
        },
        RunRow {
            agents_completed: 3,
            state_detail: Some("approval".to_owned()),
            current_stage: Some("release".to_owned()),
            ..row("run_7f39", "release-漢字", "waiting")
        },
        RunRow {
            agents_completed: 3,
            agents_skipped: 2,
            agents_failed: 1,
            status: Some("PARTIAL_SUCCESS".to_owned()),
            decision: Some("BLOCK".to_owned()),
            ended_at: Some(START.0 + 17_400),
            ..row("run_7f38", "pr-122\u{1b}[2J-review", "ended")
        },
        RunRow {
            started_at: None,
            ..row("run_7f37", "nightly", "pending")
        },
    ];
    let now = Timestamp(START.0 + 125_000);
    insta::assert_snapshot!(shown(&list_table(&rows, now, WIDTH)), @r"
    . RUN       PIPELINE       STATUS              DONE  DECISION  ELAPSED     STAGE
      run_7f3a  pr-123-review  running             1/5   -         2 min 05 s  code_quality / code
    ? run_7f39  release-漢字   waiting (approval)  3/5   -         2 min 05 s  release
    ! run_7f38  pr-122-review  PARTIAL_SUCCESS     5/5   BLOCK     17.4 s      -
      run_7f37  nightly        pending             0/5   -         -           -
    ");
    insta::assert_snapshot!(shown(&list_table(&[], now, WIDTH)), @r"
      No runs.
    . stagewright run FILE starts one.
    ");
}
