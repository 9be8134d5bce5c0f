//! The end of a run, or of this process's part in it.

use super::{WIDTH, shown, troubled, waiting};
use crate::plans::{gated, review};
use crate::world::{Try, World};
use stagewright_core::ErrorClass;
use stagewright_core::event::Verdict;
use stagewright_report::Places;
use stagewright_report::terminal::summary;

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
