//! What the run of a step is asked to do.
//!
//! One rule: what the pipeline itself leaves open is as in the run above, but that a
//! failed required agent always fails it. Its time is never more than what is left there.
//!
//! A further try of a step, after its run has failed, takes over what succeeded in that
//! one: neither a retry nor a `resume` of the run above repeats finished work. What judges
//! is no such work: the run above has gone on in between, and a verdict is about the files
//! as they are.

use super::conduct::SubOrder;
use super::id;
use crate::engine::{Engine, NewSubmission};
use crate::error::EngineError;
use crate::reuse::reuse_of_agents;
use stagewright_core::Run;
use stagewright_core::event::ParentStep;
use stagewright_journal::RunState;
use std::path::PathBuf;

/// How many runs may stand above one another (decision 35).
pub(super) const MAX_NESTING: u32 = 10;

impl Engine {
    /// The submission of a step's run.
    ///
    /// # Errors
    /// When the run of the try before cannot be read.
    pub(super) fn submission_of(&self, order: &SubOrder) -> Result<NewSubmission, EngineError> {
        let mut new = of(order);
        if let Some(before) = self.run_of_try_before(&order.step)? {
            new.adopted = reuse_of_agents(self, &before, &new.plan, &new.context)?.adopted;
            new.parent = Some(before.submission().run_id.clone());
        }
        Ok(new)
    }

    /// The run of the step's try before this one, if there is one that has ended.
    fn run_of_try_before(&self, step: &ParentStep) -> Result<Option<Run>, EngineError> {
        if step.try_number < 2 {
            return Ok(None);
        }
        let before = ParentStep {
            try_number: step.try_number - 1,
            ..step.clone()
        };
        let run_id = id::run_id(&before);
        match self.journal().summary(&run_id)? {
            Some(known) if known.state == RunState::Ended => self.load(&run_id).map(Some),
            Some(_) | None => Ok(None),
        }
    }
}

fn of(order: &SubOrder) -> NewSubmission {
    let above = &order.above;
    let plan = order.pipeline.plan.as_ref().clone();
    let limits = [plan.limits.timeout_ms, order.timeout_ms, order.time_left_ms];
    NewSubmission {
        context: order.context.clone(),
        pipeline_id: id::pipeline_id(&above.pipeline_id, &order.step),
        mode: above.mode,
        max_parallelism: plan.limits.max_parallelism.or(above.max_parallelism),
        concurrency_cap: above.concurrency_cap,
        timeout_ms: limits.into_iter().flatten().min(),
        max_agent_ms: above.max_agent_ms,
        fail_fast: plan.fail_fast.unwrap_or(above.fail_fast),
        fail_fast_on_critical: plan
            .fail_fast_on_critical
            .unwrap_or(above.fail_fast_on_critical),
        // What the run above forgives is its own: a step whose required agent failed has
        // failed (rule A1).
        partial_success_allowed: false,
        trace_id: above.trace_id.clone(),
        source: Some(order.pipeline.source.clone()),
        work_dir: PathBuf::from(&above.work_dir),
        parent: None,
        adopted: Vec::new(),
        policy_changed: above.policy_changed.clone(),
        plan,
    }
}
