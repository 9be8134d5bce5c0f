//! Plans and submissions without a rule.

use super::Bug;
use serde_json::json;
use stagewright_core::event::Submission;
use stagewright_core::plan::{Action, Over, RunMode, StageMode};
use stagewright_core::{ErrorClass, NodeIx, Plan};

impl Bug {
    /// Takes a rule out of what the driver is given.
    pub fn tamper(self, plan: &mut Plan, submission: &mut Submission) {
        match self {
            Self::NoSlots => {
                submission.concurrency_cap = 1_000;
                submission.max_parallelism = None;
                for stage in &mut plan.stages {
                    stage.max_parallelism = None;
                }
            }
            Self::NoSequence => {
                submission.mode = RunMode::Parallel;
                for stage in &mut plan.stages {
                    stage.mode = StageMode::Parallel;
                }
            }
            Self::NoDependencies => {
                for node in &mut plan.nodes {
                    node.depends_on.clear();
                    node.after.clear();
                }
            }
            Self::NoRetryWait => {
                for node in &mut plan.nodes {
                    node.retry.base_ms = 0;
                }
            }
            Self::OneTryTooMany => {
                for node in &mut plan.nodes {
                    node.retry.limit += 1;
                }
            }
            Self::NoClassCaps => {
                for node in &mut plan.nodes {
                    node.retry.caps = ErrorClass::ALL.map(|class| (class, 3)).into();
                }
            }
            Self::SkipCountsAsSuccess => {
                for node in &mut plan.nodes {
                    node.required = false;
                }
            }
            Self::NoConditions => {
                for node in &mut plan.nodes {
                    node.condition = None;
                }
            }
            Self::NoFailFast => submission.fail_fast = false,
            Self::OneInstanceTooMany => one_more_instance(plan),
            Self::SiblingOfAnotherIteration => no_siblings(plan),
            Self::RepeatsFinishedWork => wait_for_everything(plan),
            Self::LoopBeyondItsBound => {
                let of_nodes = plan.nodes.iter_mut().map(|node| &mut node.repeat);
                let of_stages = plan.stages.iter_mut().map(|stage| &mut stage.repeat);
                for repeat in of_nodes.chain(of_stages).flatten() {
                    if let Over::While { max_iterations, .. } | Over::Until { max_iterations, .. } =
                        &mut repeat.over
                    {
                        *max_iterations += 1;
                    }
                }
            }
            Self::NoInput => {
                for node in &mut plan.nodes {
                    node.transformer = None;
                }
            }
            Self::NoStrategy => {
                for node in &mut plan.nodes {
                    node.strategy = None;
                }
            }
            Self::OneFallbackTooMany => {
                for node in plan
                    .nodes
                    .iter_mut()
                    .filter(|node| !node.fallbacks.is_empty())
                {
                    node.fallbacks.push(Action::Set { value: json!({}) });
                }
            }
            Self::InstancesCountForNothing => {
                for index in 0..plan.nodes.len() {
                    let node = NodeIx::new(u32::try_from(index).unwrap_or(u32::MAX));
                    let repeated = plan.repeated_by(node).is_some();
                    plan.nodes[index].required &= !repeated;
                }
            }
            Self::StaleReport
            | Self::EffectsBeforeCommit
            | Self::NoClaim
            | Self::LostCancel
            | Self::RepeatedEffect
            | Self::DeafToStops
            | Self::FastClock
            | Self::NoTimer
            | Self::NoFence
            | Self::LostReport
            | Self::DeafToRetryAfter
            | Self::ShortList
            | Self::ListEndsTooSoon
            | Self::UncountedInstances
            | Self::LoopBesideItself
            | Self::LoopWithoutCondition
            | Self::FallbackAfterAStop
            | Self::NoPatienceBelow => {}
        }
    }
}

fn one_more_instance(plan: &mut Plan) {
    for node in &mut plan.nodes {
        let sequential = plan.stages[node.stage.index()].mode == StageMode::Sequential;
        if let Some(repeat) = &mut node.repeat {
            repeat.max_parallelism = match repeat.max_parallelism {
                None if sequential => Some(2),
                other => other.map(|most| most + 1),
            };
        }
    }
}

/// Takes out the edges inside of repeated stages.
fn no_siblings(plan: &mut Plan) {
    let stages: Vec<_> = plan.nodes.iter().map(|node| node.stage).collect();
    for node in &mut plan.nodes {
        if plan.stages[node.stage.index()].repeat.is_some() {
            let stage = node.stage;
            node.depends_on
                .retain(|other| stages[other.index()] != stage);
            node.after.retain(|other| stages[other.index()] != stage);
        }
    }
}

/// Every node waits for all of the earlier stages: that holds up nobody, and lets
/// everything follow from everything.
fn wait_for_everything(plan: &mut Plan) {
    for node in &mut plan.nodes {
        let first = plan.stages[node.stage.index()].first.number();
        for earlier in (0..first).map(NodeIx::new) {
            if !node.after.contains(&earlier) && !node.depends_on.contains(&earlier) {
                node.after.push(earlier);
            }
        }
    }
}
