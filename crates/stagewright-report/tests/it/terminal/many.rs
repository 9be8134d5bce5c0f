//! Many runs, for people and for programs.

use super::{WIDTH, shown};
use crate::world::START;
use stagewright_core::Timestamp;
use stagewright_report::terminal::{RunRow, list_table};

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
