//! What a run was asked to do, as it is stored.

use super::address::Address;
use super::outcome::{BlobRef, Outcome};
use super::words::RunMode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stagewright_core::event as core;

/// A submission.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Submission {
    run_id: String,
    pipeline_id: String,
    plan: BlobRef,
    context: Value,
    mode: RunMode,
    max_parallelism: Option<u32>,
    concurrency_cap: u32,
    timeout_ms: Option<u64>,
    max_agent_ms: u64,
    fail_fast: bool,
    fail_fast_on_critical: bool,
    partial_success_allowed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default)]
    work_dir: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent_step: Option<ParentStep>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    adopted: Vec<Adopted>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policy_changed: Vec<String>,
}

/// The step of another run that a run does.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParentStep {
    run_id: String,
    node: String,
    #[serde(rename = "try")]
    try_number: u32,
    depth: u32,
}

/// A result taken over from the parent run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Adopted {
    node: Address,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "is_own")]
    alternative: u32,
}

/// Whether an agent's own action did it, which is not written down.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
pub(super) fn is_own(alternative: &u32) -> bool {
    *alternative == 0
}

impl From<&core::Submission> for Submission {
    fn from(submission: &core::Submission) -> Self {
        Self {
            run_id: submission.run_id.clone(),
            pipeline_id: submission.pipeline_id.clone(),
            plan: BlobRef::from(&submission.plan),
            context: submission.context.clone(),
            mode: submission.mode.into(),
            max_parallelism: submission.max_parallelism,
            concurrency_cap: submission.concurrency_cap,
            timeout_ms: submission.timeout_ms,
            max_agent_ms: submission.max_agent_ms,
            fail_fast: submission.fail_fast,
            fail_fast_on_critical: submission.fail_fast_on_critical,
            partial_success_allowed: submission.partial_success_allowed,
            trace_id: submission.trace_id.clone(),
            source: submission.source.clone(),
            work_dir: submission.work_dir.clone(),
            parent: submission.parent.clone(),
            parent_step: submission.parent_step.as_ref().map(ParentStep::from),
            adopted: submission.adopted.iter().map(Adopted::from).collect(),
            policy_changed: submission.policy_changed.clone(),
        }
    }
}

impl From<Submission> for core::Submission {
    fn from(stored: Submission) -> Self {
        Self {
            run_id: stored.run_id,
            pipeline_id: stored.pipeline_id,
            plan: stored.plan.into(),
            context: stored.context,
            mode: stored.mode.into(),
            max_parallelism: stored.max_parallelism,
            concurrency_cap: stored.concurrency_cap,
            timeout_ms: stored.timeout_ms,
            max_agent_ms: stored.max_agent_ms,
            fail_fast: stored.fail_fast,
            fail_fast_on_critical: stored.fail_fast_on_critical,
            partial_success_allowed: stored.partial_success_allowed,
            trace_id: stored.trace_id,
            source: stored.source,
            work_dir: stored.work_dir,
            parent: stored.parent,
            parent_step: stored.parent_step.map(Into::into),
            adopted: stored.adopted.into_iter().map(Into::into).collect(),
            policy_changed: stored.policy_changed,
        }
    }
}

impl From<&core::Adopted> for Adopted {
    fn from(adopted: &core::Adopted) -> Self {
        Self {
            node: adopted.node.into(),
            outcome: Outcome::from(&adopted.outcome),
            alternative: adopted.alternative,
        }
    }
}

impl From<Adopted> for core::Adopted {
    fn from(stored: Adopted) -> Self {
        Self {
            node: stored.node.into(),
            outcome: stored.outcome.into(),
            alternative: stored.alternative,
        }
    }
}

impl From<&core::ParentStep> for ParentStep {
    fn from(step: &core::ParentStep) -> Self {
        Self {
            run_id: step.run_id.clone(),
            node: step.node.clone(),
            try_number: step.try_number,
            depth: step.depth,
        }
    }
}

impl From<ParentStep> for core::ParentStep {
    fn from(stored: ParentStep) -> Self {
        Self {
            run_id: stored.run_id,
            node: stored.node,
            try_number: stored.try_number,
            depth: stored.depth,
        }
    }
}
