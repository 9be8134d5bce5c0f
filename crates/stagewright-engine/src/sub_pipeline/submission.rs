//! What the run of a step is asked to do.
//!
//! One rule: what the pipeline itself leaves open is as in the run above. Its time is
//! never more than what is left there.

use super::conduct::SubOrder;
use super::id;
use crate::engine::NewSubmission;
use std::path::PathBuf;

/// How many runs may stand above one another (decision 35).
pub(super) const MAX_NESTING: u32 = 10;

/// The submission of a step's run.
pub(super) fn of(order: &SubOrder) -> NewSubmission {
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
        partial_success_allowed: above.partial_success_allowed,
        trace_id: above.trace_id.clone(),
        source: Some(order.pipeline.source.clone()),
        work_dir: PathBuf::from(&above.work_dir),
        parent: None,
        adopted: Vec::new(),
        policy_changed: above.policy_changed.clone(),
        plan,
    }
}
