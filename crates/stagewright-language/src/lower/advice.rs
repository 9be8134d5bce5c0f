//! Warnings about a pipeline as a whole: nothing is wrong with any single part.

use super::names::child;
use super::{Lowering, show_ms};
use crate::diagnostic::{Code, Problem};
use crate::syntax::Node;
use stagewright_core::Condition;
use stagewright_core::plan::{
    Action, Items, Node as PlanNode, Over, Plan, Repeat, Stage, StageMode,
};

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
    let sum = |parts: &[u64]| parts.iter().copied().fold(0, u64::saturating_add);
    let at_once = matches!(stage.mode, StageMode::Parallel);
    let agents: Vec<u64> = stage
        .agent_nodes()
        .map(|node| agent_ms(plan, plan.node(node), at_once))
        .collect();
    let gates: Vec<u64> = stage
        .gate_nodes()
        .map(|node| limit_ms(plan.node(node)))
        .collect();
    let agents = if at_once {
        agents.iter().copied().max().unwrap_or(0)
    } else {
        sum(&agents)
    };
    let once = agents.saturating_add(sum(&gates));
    let room = match stage.mode {
        StageMode::Sequential => Some(1),
        StageMode::Parallel => stage.max_parallelism.or(plan.limits.max_parallelism),
    };
    let whole = once.saturating_mul(rounds(stage.repeat.as_ref(), room));
    stage.timeout_ms.map_or(whole, |limit| whole.min(limit))
}

fn agent_ms(plan: &Plan, node: &PlanNode, at_once: bool) -> u64 {
    let repeat = node.repeat.as_ref();
    let own = repeat.and_then(|repeat| repeat.max_parallelism);
    let usual = if at_once {
        plan.limits.max_parallelism
    } else {
        Some(1)
    };
    limit_ms(node).saturating_mul(rounds(repeat, own.or(usual)))
}

/// How often something is certain to be run, one after the other. A list that is computed
/// may be empty, and a loop usually ends long before its bound.
fn rounds(repeat: Option<&Repeat>, room: Option<u32>) -> u64 {
    match repeat.map(|repeat| &repeat.over) {
        Some(Over::Items {
            items: Items::List(list),
        }) => match room {
            Some(room) => (list.len() as u64).div_ceil(u64::from(room.max(1))),
            None => u64::from(!list.is_empty()),
        },
        Some(_) | None => 1,
    }
}

/// A waiting person does not use up the run's active time (decision 9). A pipeline has
/// its own limit where the agent has none.
fn limit_ms(node: &PlanNode) -> u64 {
    let inner = match &node.action {
        Action::Human(_) => return 0,
        Action::Pipeline(sub) => sub.plan.limits.timeout_ms,
        Action::Command(_) | Action::Lambda { .. } | Action::Set { .. } | Action::Http(_) => None,
    };
    if node.condition == Some(Condition::Never) {
        return 0;
    }
    node.limits.total_ms.or(inner).unwrap_or(0)
}
