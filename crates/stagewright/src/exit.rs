//! Exit codes: documented, tested, the same everywhere.

use stagewright_core::decision::Choice;
use stagewright_core::event::{AttemptResult, RunStatus, Verdict};
use stagewright_core::plan::Role;
use stagewright_core::{NodeView, Run, Standing};
use std::process::ExitCode;

/// What the process leaves with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Completed and allowed.
    Done,
    /// Completed and blocked.
    Blocked,
    /// Usage or invalid configuration.
    Usage,
    /// The run failed.
    Failed,
    /// The journal or its database cannot be read or written.
    Infrastructure,
    /// Partial success, only when asked for.
    Partial,
    /// Waiting for a person, or stuck.
    Waiting,
    /// The run's own time limit.
    TimedOut,
    /// Interrupted or cancelled; state kept.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Blocked => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Infrastructure => 4,
            Self::Partial => 5,
            Self::Waiting => 43,
            Self::TimedOut => 124,
            Self::Interrupted => 130,
        }
    }

    /// What a run's state leaves with. Of several that apply the first in the order
    /// 130, 124, 3, 43, 1, 5, 0 counts.
    pub(crate) fn of_run(run: &Run, partial_is_an_exit: bool) -> Self {
        match run.standing() {
            Standing::Interrupted | Standing::Pending | Standing::Going => {
                return Self::Interrupted;
            }
            Standing::Waiting | Standing::Stuck => return Self::Waiting,
            Standing::Ended => {}
        }
        let Some((status, decision)) = run.end() else {
            return Self::Interrupted;
        };
        let blocked = match decision {
            Some(record) => record.decision == Choice::Block,
            None => a_gate_failed(run),
        };
        match status {
            RunStatus::Cancelled => Self::Interrupted,
            RunStatus::Failure if run.timed_out() => Self::TimedOut,
            RunStatus::Failure => Self::Failed,
            RunStatus::Success | RunStatus::PartialSuccess if blocked => Self::Blocked,
            RunStatus::PartialSuccess if partial_is_an_exit => Self::Partial,
            RunStatus::Success | RunStatus::PartialSuccess => Self::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

fn a_gate_failed(run: &Run) -> bool {
    run.plan()
        .indexed()
        .map(|(node, _)| node)
        .filter(|node| run.plan().is_required(*node))
        .any(|node| match run.view(node) {
            NodeView::Done(outcome) => matches!(
                outcome.result,
                AttemptResult::Judged { verdict, .. } if verdict != Verdict::Pass
            ),
            NodeView::Skipped(reason) => {
                run.plan().node(node).role == Role::Gate && reason.leaves_no_evidence()
            }
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. } => false,
        })
}
