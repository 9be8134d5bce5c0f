//! Reopening an ended run: what failed, and what was skipped because of it, is
//! tried again; what succeeded is kept (decision 31, rule A19).

use super::apply::is_failure;
use super::{NodePhase, NodeState, Phase, Run, StagePhase, StageState};
use crate::condition::Condition;
use crate::event::SkipReason;
use crate::plan::{NodeIx, Role};
use std::collections::BTreeSet;

impl Run {
    /// Puts the state back to where the run can go on.
    pub(super) fn reopen(&mut self) {
        self.phase = Phase::Running;
        self.ended_at = None;
        self.halt = None;
        self.due_halt = None;
        self.interrupted = false;
        self.reopened += 1;
        let again = self.nodes_to_repeat();
        for node in &again {
            let old = self.node(*node);
            let fresh = NodeState {
                tries: old.tries,
                started_at: None,
                ..NodeState::new(0)
            };
            *self.node_mut(*node) = fresh;
        }
        self.recount(&again);
    }

    /// The nodes that did not succeed, those skipped in their wake, and the gates of
    /// stages in which an agent runs again.
    fn nodes_to_repeat(&self) -> BTreeSet<NodeIx> {
        let graph = self.graph.clone();
        let mut again = BTreeSet::new();
        for stage in &graph.plan.stages {
            for node in stage.all_nodes() {
                let planned = graph.plan.node(node);
                let repeat = match &self.node(node).phase {
                    NodePhase::Done(outcome) => {
                        is_failure(outcome)
                            || planned.role == Role::Gate
                                && stage.agent_nodes().any(|agent| again.contains(&agent))
                    }
                    NodePhase::Skipped(reason) => match reason {
                        SkipReason::ConditionFalse => {
                            self.reads_any(planned.condition.as_ref(), &again)
                        }
                        SkipReason::StageSkipped => {
                            self.reads_any(stage.condition.as_ref(), &again)
                        }
                        SkipReason::ConditionError { .. }
                        | SkipReason::StageConditionError { .. }
                        | SkipReason::DependencyFailed { .. }
                        | SkipReason::Halted { .. } => true,
                    },
                    NodePhase::Waiting
                    | NodePhase::Running(_)
                    | NodePhase::Backoff { .. }
                    | NodePhase::Parked(_) => true,
                };
                if repeat {
                    again.insert(node);
                }
            }
        }
        again
    }

    /// Whether a condition reads the result of one of these nodes.
    fn reads_any(&self, condition: Option<&Condition>, nodes: &BTreeSet<NodeIx>) -> bool {
        let Some(condition) = condition else {
            return false;
        };
        let is_one = |id: &str| {
            self.graph
                .by_id
                .get(id)
                .is_some_and(|node| nodes.contains(node))
        };
        match condition {
            Condition::IfResult { agent, .. } => is_one(agent),
            Condition::Expression { source } => self
                .graph
                .expression(source)
                .reads()
                .iter()
                .filter_map(|name| name.strip_prefix("results."))
                .any(|rest| is_one(rest.split('.').next().unwrap_or(rest))),
            Condition::Custom { .. } => !nodes.is_empty(),
            Condition::All { of } | Condition::Any { of } => {
                of.iter().any(|part| self.reads_any(Some(part), nodes))
            }
            Condition::Not { of } => self.reads_any(Some(of), nodes),
            Condition::Always | Condition::Never | Condition::IfField { .. } => false,
        }
    }

    /// Brings stages, edges and counts in line with the nodes that start over.
    fn recount(&mut self, again: &BTreeSet<NodeIx>) {
        let graph = self.graph.clone();
        self.ready.clear();
        self.idle.clear();
        self.doomed.clear();
        self.running.clear();
        self.backoff.clear();
        self.parked.clear();
        self.deadlines.clear();
        self.asking.clear();
        self.answers.retain(|(asker, _), _| match asker {
            crate::event::Asker::Node(node) => !again.contains(node),
            crate::event::Asker::Stage(stage) => !graph
                .plan
                .stage(*stage)
                .all_nodes()
                .any(|node| again.contains(&node)),
        });
        for node in again {
            for (dependent, _) in &graph.dependents[node.index()] {
                if again.contains(dependent) {
                    self.node_mut(*dependent).blockers += 1;
                }
            }
        }
        self.tally.succeeded = 0;
        self.tally.failed = 0;
        self.tally.skipped = 0;
        for (stage, state) in graph.plan.stages.iter().zip(&mut self.stages) {
            let left = |nodes: &mut dyn Iterator<Item = NodeIx>| {
                u32::try_from(nodes.filter(|node| again.contains(node)).count()).unwrap_or(u32::MAX)
            };
            let agents = left(&mut stage.agent_nodes());
            let gates = left(&mut stage.gate_nodes());
            if agents + gates > 0 {
                let started_at = state.started_at;
                *state = StageState::new(agents, gates);
                state.started_at = started_at;
                state.phase = StagePhase::Waiting;
            }
        }
        for (node, _) in graph.plan.agents() {
            match &self.node(node).phase {
                NodePhase::Done(outcome) if is_failure(outcome) => self.tally.failed += 1,
                NodePhase::Done(_) => self.tally.succeeded += 1,
                NodePhase::Skipped(_) => self.tally.skipped += 1,
                NodePhase::Waiting
                | NodePhase::Running(_)
                | NodePhase::Backoff { .. }
                | NodePhase::Parked(_) => {}
            }
        }
        self.cursor = 0;
        self.skip_ended_stages();
    }
}
