//! Runs whose step has ended without them: the step was cancelled while its run waited,
//! or a crash came in between. Nobody drives such a run any more, and its state has to
//! say so.

use super::id;
use crate::engine::Engine;
use crate::error::EngineError;
use stagewright_core::event::{AttemptResult, ParentStep};
use stagewright_core::plan::{Action, Node};
use stagewright_core::{Input, NodeIx, NodeView, Run};
use stagewright_journal::{InboxMessage, LeaseError, RunState};

impl Engine {
    /// Cancels the runs of this run's steps that the steps no longer wait for, and
    /// theirs. Doing so again changes nothing.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn end_abandoned(&self, run: &Run) -> Result<(), EngineError> {
        let submission = run.submission();
        for step in abandoned_steps(run) {
            let run_id = id::run_id(&step);
            let known = self.journal().summary(&run_id)?;
            if known.is_some_and(|known| known.state != RunState::Ended) {
                let reason = format!("the step of run {} has ended", submission.run_id);
                self.end_run(&run_id, reason)?;
            }
        }
        Ok(())
    }

    /// Cancels a run without starting anything.
    fn end_run(&self, run_id: &str, reason: String) -> Result<(), EngineError> {
        let mut live = match self.take(run_id) {
            Ok(live) => live,
            Err(EngineError::Lease(LeaseError::Held { .. })) => {
                let message = InboxMessage::Cancel {
                    reason,
                    force: true,
                    by: None,
                };
                self.journal().post(run_id, &message)?;
                crate::wake::wake(self.state_dir(), run_id);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        live.hold();
        live.begin_with(vec![Input::Cancel {
            reason,
            force: true,
        }])?;
        live.commit()?;
        self.end_abandoned(live.run())
    }
}

/// The tries of pipeline steps that may have left a run behind.
fn abandoned_steps(run: &Run) -> impl Iterator<Item = ParentStep> + '_ {
    let nodes = run
        .plan()
        .agents()
        .filter(|(_, planned)| may_be_pipeline(planned));
    let addresses = nodes.flat_map(|(node, _)| std::iter::once(node).chain(run.instances(node)));
    addresses.flat_map(move |node| {
        let (tries, _) = run.tries(node);
        let last = if gave_up(run, node) {
            tries
        } else {
            tries.saturating_sub(1)
        };
        (1..=last).map(move |try_number| step_of(run, node, try_number))
    })
}

/// The step that a node's try is.
pub(crate) fn step_of(run: &Run, node: NodeIx, try_number: u32) -> ParentStep {
    let submission = run.submission();
    let above = submission.parent_step.as_ref().map_or(0, |step| step.depth);
    ParentStep {
        run_id: submission.run_id.clone(),
        node: run.label(node),
        try_number,
        depth: above + 1,
    }
}

fn may_be_pipeline(planned: &Node) -> bool {
    std::iter::once(&planned.action)
        .chain(&planned.fallbacks)
        .any(|action| matches!(action, Action::Pipeline(_)))
}

/// Whether a node has ended without a success.
fn gave_up(run: &Run, node: NodeIx) -> bool {
    match run.view(node) {
        NodeView::Done(outcome) => matches!(outcome.result, AttemptResult::Failed { .. }),
        NodeView::Skipped(_) => true,
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => false,
    }
}
