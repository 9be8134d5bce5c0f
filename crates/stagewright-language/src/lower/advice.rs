//! Warnings about a pipeline as a whole: nothing is wrong with any single part.

use super::names::child;
use super::{Lowering, show_ms};
use crate::diagnostic::{Code, Problem};
use crate::syntax::Node;
use stagewright_core::Condition;
use stagewright_core::plan::{Action, Node as PlanNode, Plan, Stage, StageMode};

impl Lowering<'_> {
    pub(super) fn advise(&mut self, plan: &Plan, root: &Node) {
        self.timeouts_add_up(plan, root);
    }

    /// That single limits allow more than the run's limit is legal (decision 9), and
    /// rarely what somebody meant (rule A7).
    fn timeouts_add_up(&mut self, plan: &Plan, root: &Node) {
        let Some(limit) = plan.limits.timeout_ms else {
            return;
        };
        let sum = plan
            .stages
            .iter()
            .map(|stage| longest_ms(plan, stage))
            .fold(0, u64::saturating_add);
        if sum <= limit {
            return;
        }
        let written = child(root, &["limits"])
            .and_then(|limits| child(&limits.value, &["timeout", "timeout_seconds"]));
        let (extent, whose) = match written {
            Some(entry) => (entry.value.extent, "the run's limit"),
            None => {
                let stages = child(root, &["stages"]);
                (
                    stages.map_or(root.extent, |entry| entry.key_extent),
                    "the run's default limit",
                )
            }
        };
        self.report(
            Problem::new(
                Code::TimeoutsAddUp,
                extent,
                format!(
                    "the time limits of agents and gates add up to {}, {whose} is {}",
                    show_ms(sum),
                    show_ms(limit)
                ),
            )
            .hint(
                "a run that needs all of them ends at its own limit; raise `limits: {timeout: …}`",
            ),
        );
    }
}

/// The longest that a stage can take without re-runs: the sum of its agents one after
/// the other, or the slowest of those that run at once, then its gates.
fn longest_ms(plan: &Plan, stage: &Stage) -> u64 {
    if stage.condition == Some(Condition::Never) {
        return 0;
    }
    let limits = |nodes: Vec<&PlanNode>| -> Vec<u64> { nodes.into_iter().map(limit_ms).collect() };
    let agents = limits(stage.agent_nodes().map(|node| plan.node(node)).collect());
    let gates = limits(stage.gate_nodes().map(|node| plan.node(node)).collect());
    let sum = |parts: &[u64]| parts.iter().copied().fold(0, u64::saturating_add);
    let agents = match stage.mode {
        StageMode::Sequential => sum(&agents),
        StageMode::Parallel => agents.iter().copied().max().unwrap_or(0),
    };
    let whole = agents.saturating_add(sum(&gates));
    stage.timeout_ms.map_or(whole, |limit| whole.min(limit))
}

/// A waiting person does not use up the run's active time (decision 9).
fn limit_ms(node: &PlanNode) -> u64 {
    let waits = matches!(node.action, Action::Human(_));
    let never = node.condition == Some(Condition::Never);
    if waits || never {
        0
    } else {
        node.limits.total_ms.unwrap_or(0)
    }
}
