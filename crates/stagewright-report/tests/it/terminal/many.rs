//! Many runs, for people and for programs.

use super::{WIDTH, shown};
use crate::world::START;
use serde_json::json;
use stagewright_core::Timestamp;
use stagewright_report::documents::RunEntry;
use stagewright_report::terminal::{RunRow, dashboard, list_table};

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
        RunRow {
            agents_completed: 2,
            agents_running: 1,
            state_detail: Some(RunRow::INTERRUPTED.to_owned()),
            current_stage: Some("build".to_owned()),
            ..row("run_7f36", "nightly", "running")
        },
        RunRow {
            state_detail: Some("three launches of `build` were lost".to_owned()),
            ..row("run_7f35", "nightly", "stuck")
        },
    ];
    let now = Timestamp(START.0 + 125_000);
    insta::assert_snapshot!(shown(&list_table(&rows, now, WIDTH)), @r"
    . RUN       PIPELINE       STATUS              DONE  DECISION  ELAPSED     STAGE
      run_7f3a  pr-123-review  running             1/5   -         2 min 05 s  code_quality / code
    ? run_7f39  release-漢字   waiting (approval)  3/5   -         2 min 05 s  release
    ! run_7f38  pr-122-review  PARTIAL_SUCCESS     5/5   BLOCK     17.4 s      -
      run_7f37  nightly        pending             0/5   -         -           -
    ? run_7f36  nightly        interrupted         2/5   -         2 min 05 s  build
    ! run_7f35  nightly        stuck               0/5   -         2 min 05 s  -
    ");
    insta::assert_snapshot!(shown(&list_table(&[], now, WIDTH)), @r"
      No runs.
    . stagewright run FILE starts one.
    ");
}

/// Goal: on a narrow terminal pipeline ids are cut, then run ids, each in its middle, and
/// only then the stage; on a low one the last runs are counted.
#[test]
fn narrow_and_low_terminals() {
    let row = |number: u32| RunRow {
        run_id: format!("run_{number:016}"),
        pipeline_id: format!("nightly-build-of-the-main-branch-{number}"),
        state: "running".to_owned(),
        agents_total: 5,
        current_stage: Some("code_quality".to_owned()),
        ..RunRow::default()
    };
    let rows: Vec<RunRow> = (0..5).map(row).collect();
    let one = |width: usize| shown(&list_table(&rows[..1], START, width));
    insta::assert_snapshot!(one(110), @r"
    . RUN                   PIPELINE                            STATUS   DONE  DECISION  ELAPSED  STAGE
      run_0000000000000000  nightly-build-of-the-main-branch-0  running  0/5   -         -        code_quality
    ");
    insta::assert_snapshot!(one(100), @r"
    . RUN                   PIPELINE              STATUS   DONE  DECISION  ELAPSED  STAGE
      run_0000000000000000  nightly-bu…-branch-0  running  0/5   -         -        code_quality
    ");
    insta::assert_snapshot!(one(88), @r"
    . RUN               PIPELINE              STATUS   DONE  DECISION  ELAPSED  STAGE
      run_0000…0000000  nightly-bu…-branch-0  running  0/5   -         -        code_quality
    ");
    insta::assert_snapshot!(one(70), @r"
    . RUN               PIPELINE              STATUS   DONE  DECISION  ELAP…
      run_0000…0000000  nightly-bu…-branch-0  running  0/5   -         -   …
    ");
    let fits = shown(&dashboard(&rows, START, 200, 7));
    assert_eq!(fits.lines().count(), 6, "{fits}");
    let low = shown(&dashboard(&rows, START, 200, 6));
    assert_eq!(low.lines().count(), 5, "{low}");
    assert!(low.ends_with("… and 2 more"), "{low}");
}

/// Goal: programs read every field of an entry whatever the run, times as everywhere in
/// ISO 8601, and counts that add up as in a report.
#[test]
fn entries() {
    let row = RunRow {
        run_id: "run_7f3a".to_owned(),
        pipeline_id: "pr-123".to_owned(),
        name: "Review".to_owned(),
        state: "ended".to_owned(),
        status: Some("PARTIAL_SUCCESS".to_owned()),
        decision: Some("BLOCK".to_owned()),
        agents_total: 5,
        agents_completed: 3,
        agents_failed: 1,
        agents_skipped: 2,
        created_at: START.0,
        started_at: Some(START.0 + 20),
        ended_at: Some(START.0 + 17_420),
        updated_at: START.0 + 17_420,
        active_ms: 17_000,
        parent: Some("run_7f00".to_owned()),
        ..RunRow::default()
    };
    let now = Timestamp(START.0 + 125_000);
    assert_eq!(
        serde_json::to_value(RunEntry::of(&row, now)).unwrap(),
        json!({
            "run_id": "run_7f3a",
            "pipeline_id": "pr-123",
            "name": "Review",
            "state": "ended",
            "state_detail": null,
            "status": "PARTIAL_SUCCESS",
            "decision": "BLOCK",
            "current_stage": null,
            "current_agent": null,
            "timing": {
                "created_at": "2026-01-28T10:30:00.000Z",
                "started_at": "2026-01-28T10:30:00.020Z",
                "ended_at": "2026-01-28T10:30:17.420Z",
                "elapsed_ms": 17_400,
                "active_ms": 17_000,
            },
            "updated_at": "2026-01-28T10:30:17.420Z",
            "agents": {"total": 5, "executed": 3, "succeeded": 2, "failed": 1, "skipped": 2},
            "running": 0,
            "parent": "run_7f00",
        })
    );
    let begun = RunRow {
        agents_total: 5,
        created_at: START.0,
        started_at: Some(START.0),
        ..RunRow::default()
    };
    let entry = RunEntry::of(&begun, now);
    assert_eq!(entry.timing.ended_at, None);
    assert_eq!(entry.timing.elapsed_ms, Some(125_000), "until now");
}
