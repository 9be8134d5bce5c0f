//! Reopening an ended run: what failed, and what was skipped because of it, is
//! tried again; what succeeded is kept (decision 31, rule A19).

use super::apply::is_failure;
use super::{NodePhase, NodeState, Phase, Run, StagePhase, StageState};
use crate::condition::Condition;
use crate::event::SkipReason;
use crate::plan::{NodeIx, Role, Stage};
use std::collections::BTreeSet;

impl Run {
    /// Puts the state back to where the run can go on.
    pub(super) fn reopen(&mut self) {
        self.phase = Phase::Running;
        self.ended_at = None;
        self.halt = None;
        self.limit_passed = false;
        self.limit_from_ms = self.clock.elapsed_ms(self.last_event_at);
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

    /// The nodes that did not succeed, those skipped in their wake, those whose own
    /// result followed from one of them, and every gate that judged after one of them.
    /// Conditions may read nodes further down the list, so the question is asked until
    /// no node joins.
    fn nodes_to_repeat(&self) -> BTreeSet<NodeIx> {
        let mut again = BTreeSet::new();
        loop {
            let before = again.len();
            for stage in &self.graph.plan.stages {
                for node in stage.all_nodes() {
                    if !again.contains(&node) && self.is_to_repeat(node, stage, &again) {
                        again.insert(node);
                    }
                }
            }
            if again.len() == before {
                return again;
            }
        }
    }

    fn is_to_repeat(&self, node: NodeIx, stage: &Stage, again: &BTreeSet<NodeIx>) -> bool {
        let planned = self.graph.plan.node(node);
        match &self.node(node).phase {
            NodePhase::Done(outcome) => {
                is_failure(outcome)
                    || planned.role == Role::Gate && self.judged_after_any(stage, again)
                    || planned
                        .depends_on
                        .iter()
                        .chain(&planned.after)
                        .any(|other| again.contains(other))
                    || self.reads_any(planned.condition.as_ref(), again)
            }
            NodePhase::Skipped(reason) => match reason {
                SkipReason::ConditionFalse => self.reads_any(planned.condition.as_ref(), again),
                SkipReason::StageSkipped => self.reads_any(stage.condition.as_ref(), again),
                SkipReason::ConditionError { .. }
                | SkipReason::StageConditionError { .. }
                | SkipReason::DependencyFailed { .. }
                | SkipReason::Halted { .. } => true,
            },
            NodePhase::Waiting
            | NodePhase::Running(_)
            | NodePhase::Backoff { .. }
            | NodePhase::Parked(_) => true,
        }
    }

    /// Whether an agent among these nodes belongs to this stage or an earlier one: it may
    /// have changed what the stage's gates judged.
    fn judged_after_any(&self, stage: &Stage, nodes: &BTreeSet<NodeIx>) -> bool {
        let end = stage.first.number() + stage.agents;
        nodes
            .range(..NodeIx::new(end))
            .any(|node| self.graph.plan.node(*node).role == Role::Agent)
    }

    /// Whether a condition reads the result of one of these nodes, or the status of a
    /// stage that one of them belongs to.
    fn reads_any(&self, condition: Option<&Condition>, nodes: &BTreeSet<NodeIx>) -> bool {
        let Some(condition) = condition else {
            return false;
        };
        match condition {
            Condition::IfResult { agent, .. } => self.is_one_of(agent, nodes),
            Condition::Expression { source } => {
                let mut reads = self.graph.expression(source).reads().iter();
                reads.any(|name| self.leads_to(name, nodes))
            }
            Condition::Custom { .. } => !nodes.is_empty(),
            Condition::All { of } | Condition::Any { of } => {
                of.iter().any(|part| self.reads_any(Some(part), nodes))
            }
            Condition::Not { of } => self.reads_any(Some(of), nodes),
            Condition::Always | Condition::Never | Condition::IfField { .. } => false,
        }
    }

    /// Whether a dotted name of the scope leads to one of these nodes.
    fn leads_to(&self, name: &str, nodes: &BTreeSet<NodeIx>) -> bool {
        let mut parts = name.split('.');
        match (parts.next(), parts.next()) {
            (Some("results"), Some(id)) => self.is_one_of(id, nodes),
            (Some("stages"), Some(id)) => self.graph.stages_by_id.get(id).is_some_and(|stage| {
                let mut members = self.graph.plan.stage(*stage).all_nodes();
                members.any(|node| nodes.contains(&node))
            }),
            (Some("results" | "stages"), None) => !nodes.is_empty(),
            _ => false,
        }
    }

    fn is_one_of(&self, id: &str, nodes: &BTreeSet<NodeIx>) -> bool {
        let node = self.graph.by_id.get(id);
        node.is_some_and(|node| nodes.contains(node))
    }

    /// Brings stages, edges and counts in line with the nodes that start over.
    fn recount(&mut self, again: &BTreeSet<NodeIx>) {
        let graph = self.graph.clone();
        self.ready.clear();
        self.idle.clear();
        self.resting.clear();
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
