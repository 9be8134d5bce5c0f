//! Where a node of the current stage stands: idle, ready, doomed, running, resting,
//! parked, or over. The sets are kept here and nowhere else, so that a node is never
//! in two that exclude each other.

use super::{NodePhase, Run, StagePhase};
use crate::event::Asker;
use crate::plan::{NodeIx, Role, StageIx};
use crate::time::Timestamp;

impl Run {
    pub(super) fn start_stage(&mut self, stage: StageIx, at: Timestamp) {
        let state = &mut self.stages[stage.index()];
        state.phase = StagePhase::Active;
        state.started_at.get_or_insert(at);
        let graph = self.graph.clone();
        for node in graph.plan.stage(stage).all_nodes() {
            if !self.is_over(node) {
                self.idle.insert(node);
            }
        }
        for node in graph.plan.stage(stage).agent_nodes() {
            self.make_ready(node);
        }
        self.open_gates(stage);
    }

    /// Lets the gates go once no agent of the stage is left.
    pub(super) fn open_gates(&mut self, stage: StageIx) {
        let state = &self.stages[stage.index()];
        if state.phase != StagePhase::Active || state.agents_left > 0 {
            return;
        }
        let graph = self.graph.clone();
        for node in graph.plan.stage(stage).gate_nodes() {
            self.make_ready(node);
        }
    }

    /// Puts a node of the active stage where it belongs: among the ready, or among
    /// the doomed.
    pub(super) fn make_ready(&mut self, node: NodeIx) {
        let listed = self.idle.contains(&node) || self.resting.contains(&node);
        let state = self.node(node);
        if !listed || state.phase != NodePhase::Waiting {
            return;
        }
        if state.doom.is_some() {
            self.ready.remove(&node);
            self.doomed.insert(node);
        } else if state.blockers == 0 && self.gate_is_open(node) {
            self.ready.insert(node);
        }
    }

    pub(super) fn gate_is_open(&self, node: NodeIx) -> bool {
        let planned = self.graph.plan.node(node);
        planned.role == Role::Agent || self.stages[planned.stage.index()].agents_left == 0
    }

    pub(super) fn begin(&mut self, node: NodeIx) {
        if !self.node(node).begun {
            self.node_mut(node).begun = true;
            let stage = self.graph.plan.node(node).stage;
            self.stages[stage.index()].begun += 1;
        }
    }

    pub(super) fn leave_waiting(&mut self, node: NodeIx) {
        self.ready.remove(&node);
        self.idle.remove(&node);
        self.resting.remove(&node);
        self.doomed.remove(&node);
    }

    /// A node that was tried waits for its next try or launch.
    pub(super) fn back_to_waiting(&mut self, node: NodeIx) {
        self.unpark(node);
        self.running.remove(&node);
        self.node_mut(node).phase = NodePhase::Waiting;
        self.resting.insert(node);
        self.make_ready(node);
    }

    /// Takes a node that ends out of all sets.
    pub(super) fn take_out(&mut self, node: NodeIx) {
        self.unpark(node);
        if let NodePhase::Backoff { due } = self.node(node).phase {
            self.backoff.remove(&(due, node));
        }
        self.running.remove(&node);
        self.forget_questions(Asker::Node(node));
        self.leave_waiting(node);
    }

    /// Nobody needs the answers that are still open.
    pub(super) fn forget_questions(&mut self, asker: Asker) {
        while let Some(open) = self.asking.range((asker, 0)..=(asker, u32::MAX)).next() {
            let open = *open;
            self.asking.remove(&open);
        }
    }

    pub(super) fn unpark(&mut self, node: NodeIx) {
        self.parked.remove(&node);
        if let NodePhase::Parked(parked) = &self.node(node).phase
            && let Some(deadline) = parked.deadline
        {
            self.deadlines.remove(&(deadline, node));
        }
    }

    /// Whether a node needs nothing more.
    pub(crate) fn is_over(&self, node: NodeIx) -> bool {
        matches!(
            self.node(node).phase,
            NodePhase::Done(_) | NodePhase::Skipped(_)
        )
    }
}
