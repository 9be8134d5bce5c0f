//! `CancelPipelineOutput`: what a cancel did (rule A24).

use crate::moment::iso;
use crate::nodes;
use crate::words;
use serde::Serialize;
use stagewright_core::event::{HaltCause, SkipReason};
use stagewright_core::run::Standing;
use stagewright_core::{ErrorClass, NodeIx, NodeView, Run, Timestamp};

/// The answer of `cancel_pipeline`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelPipelineOutput {
    /// SUCCESS, or FAILURE when there was nothing to cancel.
    pub status: &'static str,
    /// The user's key.
    pub pipeline_id: String,
    /// When the cancel took effect; of a FAILURE, when it was refused.
    pub cancelled_at: String,
    /// Agents that were stopped, or will not be started any more.
    pub agents_cancelled: u32,
    /// Agents that had ended or been skipped before.
    pub agents_completed_before_cancel: u32,
    /// Whether nothing of the run is left running.
    pub cleanup_performed: bool,
    /// Why not, when it failed.
    pub error: Option<String>,
}

impl CancelPipelineOutput {
    /// What the cancel of this run did; `None` when none was asked for.
    pub fn of(run: &Run) -> Option<Self> {
        let (_, at) = run.cancel()?;
        let count = |what: &dyn Fn(NodeIx) -> bool| {
            let count = nodes::agents(run).filter(|(node, _)| what(*node)).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Some(Self {
            status: "SUCCESS",
            pipeline_id: run.submission().pipeline_id.clone(),
            cancelled_at: iso(at),
            agents_cancelled: count(&|node| was_cancelled(run, node)),
            agents_completed_before_cancel: count(&|node| {
                let (_, ended) = run.times(node);
                ended.is_some_and(|ended| ended <= at) && !was_cancelled(run, node)
            }),
            cleanup_performed: run.standing() == Standing::Ended,
            error: None,
        })
    }

    /// The answer when there is no such run, or it has ended already.
    pub fn refused(pipeline_id: &str, now: Timestamp, error: impl Into<String>) -> Self {
        Self {
            status: "FAILURE",
            pipeline_id: pipeline_id.to_owned(),
            cancelled_at: iso(now),
            agents_cancelled: 0,
            agents_completed_before_cancel: 0,
            cleanup_performed: false,
            error: Some(error.into()),
        }
    }
}

/// Whether an agent was stopped by the cancel, or not started because of it. One that
/// runs on under a graceful cancel may still finish, and is neither.
fn was_cancelled(run: &Run, node: NodeIx) -> bool {
    match run.view(node) {
        NodeView::Skipped(reason) => {
            *reason
                == SkipReason::Halted {
                    cause: HaltCause::Cancelled,
                }
        }
        NodeView::Done(_) => {
            words::failure(run, node).is_some_and(|(class, _)| class == ErrorClass::Cancelled)
        }
        NodeView::Pending
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => true,
        NodeView::Running { .. } => false,
    }
}
