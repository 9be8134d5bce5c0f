//! Where a node of the current stage stands: idle, ready, doomed, running, resting,
//! parked, or over. The sets are kept here and nowhere else, so that a node is never
//! in two that exclude each other.

use super::{Iteration, NodePhase, Run, StagePhase};
use crate::event::Asker;
use crate::plan::{NodeIx, Repeated, Role, StageIx};
use crate::time::Timestamp;

impl Run {
    pub(super) fn start_stage(&mut self, stage: StageIx, at: Timestamp) {
        let state = &mut self.stages[stage.index()];
        state.phase = StagePhase::Active;
        state.started_at.get_or_insert(at);
        let graph = self.graph.clone();
        let planned = graph.plan.stage(stage);
        if self.repetitions.contains_key(&Repeated::Stage(stage)) {
            for node in planned.all_nodes() {
                let state = self.node_mut(node);
                state.started_at.get_or_insert(at);
                state.phase = NodePhase::Repeating;
            }
            self.take_up(Repeated::Stage(stage));
            return;
        }
        for node in planned.all_nodes() {
            if self.node(node).phase == NodePhase::Repeating {
                self.take_up(Repeated::Node(node));
            } else if !self.is_over(node) {
                self.idle.insert(node);
            }
        }
        for node in planned.agent_nodes() {
            self.make_ready(node);
        }
        if let Some(first) = planned.all_nodes().next() {
            self.open_gates(first);
        }
    }

    /// Lets the gates beside this node go, once no agent is left there: in its stage, or
    /// in its iteration of it.
    pub(super) fn open_gates(&mut self, beside: NodeIx) {
        let graph = self.graph.clone();
        let stage = graph.plan.node(beside).stage;
        let is_active = self.stages[stage.index()].phase == StagePhase::Active;
        if !is_active || self.agents_left(beside) > 0 {
            return;
        }
        for gate in graph.plan.stage(stage).gate_nodes() {
            let gate = match graph.plan.stage(stage).repeat {
                Some(_) => beside.sibling(gate),
                None => gate,
            };
            self.make_ready(gate);
        }
    }

    /// How many agents have not ended where this node stands.
    fn agents_left(&self, node: NodeIx) -> u32 {
        match self.iteration(node) {
            Some(iteration) => iteration.agents_left,
            None => self.stages[self.graph.plan.node(node).stage.index()].agents_left,
        }
    }

    /// The iteration of its stage that an instance belongs to.
    fn iteration(&self, node: NodeIx) -> Option<&Iteration> {
        let instance = node.instance()?;
        let stage = self.graph.plan.node(node).stage;
        let repetition = self.repetitions.get(&Repeated::Stage(stage))?;
        repetition.iterations.get(instance as usize)
    }

    fn iteration_mut(&mut self, node: NodeIx) -> Option<&mut Iteration> {
        let instance = node.instance()?;
        let stage = self.graph.plan.node(node).stage;
        let repetition = self.repetitions.get_mut(&Repeated::Stage(stage))?;
        repetition.iterations.get_mut(instance as usize)
    }

    /// Nodes that began and have not ended, besides this one, where one at a time goes.
    pub(crate) fn begun_beside(&self, node: NodeIx) -> u32 {
        let stage = self.graph.plan.node(node).stage;
        let own = u32::from(self.node(node).begun);
        let all = self.stages[stage.index()].begun;
        match (node.instance(), self.iteration(node)) {
            (_, Some(iteration)) => iteration.begun - own,
            // The whole of a repeated agent begins for all of its instances.
            (Some(_), None) => all - u32::from(self.node(node.whole()).begun),
            (None, None) => all - own,
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
        planned.role == Role::Agent || self.agents_left(node) == 0
    }

    pub(super) fn begin(&mut self, node: NodeIx) {
        if self.node(node).begun {
            return;
        }
        self.node_mut(node).begun = true;
        let stage = self.graph.plan.node(node).stage;
        if let Some(iteration) = self.iteration_mut(node) {
            iteration.begun += 1;
        } else if node.instance().is_some() {
            return self.begin(node.whole());
        }
        self.stages[stage.index()].begun += 1;
    }

    /// A node that ends has no longer begun.
    pub(super) fn leave_begun(&mut self, node: NodeIx) {
        if !self.node(node).begun {
            return;
        }
        self.node_mut(node).begun = false;
        let stage = self.graph.plan.node(node).stage;
        if let Some(iteration) = self.iteration_mut(node) {
            iteration.begun -= 1;
        } else if node.instance().is_some() {
            return;
        }
        self.stages[stage.index()].begun -= 1;
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
        self.asking_inputs.remove(&node);
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
