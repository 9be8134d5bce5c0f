//! What is repeated: which instances there are, which of them are under way, and what
//! the whole of them came to (decisions 4 and 34).
//!
//! Instances are opened one after the other, no more at once than the repetition may
//! have under way, so that a long list costs what is going on and not its length.

use super::sum_up::Summary;
use super::{NodePhase, NodeState, Run, StagePhase};
use crate::event::{BlobRef, RepetitionEnd};
use crate::plan::{NodeIx, Repeated, Role, RunMode, StageIx};
use crate::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One repetition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Repetition {
    /// How many instances there are; of a loop, so far.
    pub(crate) count: u32,
    /// How many of them were opened.
    pub(crate) opened: u32,
    /// How many of those are under way.
    pub(crate) open: u32,
    /// Instances that had begun before the run was reopened, have not ended, and go on as
    /// soon as there is room.
    pub(crate) waiting: BTreeSet<u32>,
    /// The list beside the journal.
    pub(crate) items: Option<BlobRef>,
    /// Its elements, where conditions read them.
    pub(crate) values: Arc<[Value]>,
    /// Of a repeated stage, each opened instance.
    pub(crate) iterations: Vec<Iteration>,
    /// Whether a required agent or gate of it has failed.
    pub(crate) required_failure: bool,
    /// How it came to its end.
    pub(crate) end: Option<RepetitionEnd>,
}

/// One instance of a repeated stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Iteration {
    /// Agents that have not ended.
    pub(crate) agents_left: u32,
    /// Gates that have not ended.
    pub(crate) gates_left: u32,
    /// Nodes that began and have not ended.
    pub(crate) begun: u32,
}

/// From where a condition looks at results: inside a repetition a sibling means the same
/// instance (decision 34).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewpoint {
    inside: Option<(Repeated, u32)>,
    /// The number of an iteration that is about to begin, after the one looked at.
    upcoming: Option<u32>,
}

impl Viewpoint {
    /// Outside of every repetition.
    pub const OUTSIDE: Self = Self {
        inside: None,
        upcoming: None,
    };

    /// Inside an instance of this repetition.
    pub(crate) fn inside(of: Repeated, instance: u32) -> Self {
        Self {
            inside: Some((of, instance)),
            upcoming: None,
        }
    }

    /// Between two iterations: results are those of the one before, `index` is that of the
    /// one that would come.
    pub(crate) fn before(of: Repeated, iteration: u32) -> Self {
        Self {
            inside: Some((of, iteration.saturating_sub(1))),
            upcoming: Some(iteration),
        }
    }

    /// `index`: the number of the instance looked from.
    pub(crate) fn index(self) -> Option<u32> {
        self.upcoming
            .or_else(|| self.inside.map(|(_, instance)| instance))
    }

    /// The repetition and the instance.
    pub(crate) fn instance(self) -> Option<(Repeated, u32)> {
        self.inside
    }
}

impl Run {
    /// From where a node looks at results.
    pub fn viewpoint(&self, node: NodeIx) -> Viewpoint {
        match (node.instance(), self.plan().repeated_by(node)) {
            (Some(instance), Some(of)) => Viewpoint::inside(of, instance),
            (None, _) | (_, None) => Viewpoint::OUTSIDE,
        }
    }

    /// What a node's name means from there.
    pub fn seen_from(&self, node: NodeIx, from: Viewpoint) -> NodeIx {
        match from.inside {
            Some((Repeated::Node(body), instance)) if body == node => node.at(instance),
            Some((Repeated::Stage(stage), instance)) if self.plan().node(node).stage == stage => {
                node.at(instance)
            }
            Some(_) | None => node,
        }
    }

    /// The repetition that an instance belongs to.
    pub(crate) fn repetition_of(&self, node: NodeIx) -> Option<Repeated> {
        node.instance().and_then(|_| self.plan().repeated_by(node))
    }

    /// Takes up the instances that there are.
    pub(super) fn expand(
        &mut self,
        of: Repeated,
        items: Option<&BlobRef>,
        count: u32,
        values: &[Value],
        at: Timestamp,
    ) {
        let before = self
            .repetitions
            .get(&of)
            .map_or(1, |known| known.count.max(1));
        let repetition = self.repetitions.entry(of).or_insert_with(|| Repetition {
            count,
            opened: 0,
            open: 0,
            waiting: BTreeSet::new(),
            items: items.cloned(),
            values: values.into(),
            iterations: Vec::new(),
            required_failure: false,
            end: None,
        });
        repetition.count = count;
        self.tally.total += (count.max(1) - before) * self.agents_of(of);
        match of {
            Repeated::Node(node) => {
                self.begin(node);
                self.leave_waiting(node);
                let state = self.node_mut(node);
                state.admitted = true;
                state.started_at.get_or_insert(at);
                state.phase = NodePhase::Repeating;
                self.between.insert(of);
                self.open_instances(of);
            }
            Repeated::Stage(stage) if self.stages[stage.index()].phase == StagePhase::Active => {
                self.open_instances(of);
            }
            // They are opened when the stage starts.
            Repeated::Stage(_) => {}
        }
    }

    fn agents_of(&self, of: Repeated) -> u32 {
        match of {
            Repeated::Node(_) => 1,
            Repeated::Stage(stage) => self.plan().stage(stage).agents,
        }
    }

    /// The most instances that may be under way at once.
    fn room(&self, of: Repeated) -> u32 {
        let plan = self.plan();
        let (stage, own) = match of {
            Repeated::Node(node) => (
                plan.node(node).stage,
                plan.repeat(of).and_then(|repeat| repeat.max_parallelism),
            ),
            Repeated::Stage(stage) => (stage, plan.stage(stage).max_parallelism),
        };
        let usual = match of {
            _ if self.is_one_at_a_time(stage) => 1,
            Repeated::Node(_) => u32::MAX,
            Repeated::Stage(stage) => u32::try_from(self.slots(stage)).unwrap_or(u32::MAX),
        };
        match self.submission().mode {
            RunMode::Sequential => 1,
            RunMode::Parallel | RunMode::Hybrid => own.unwrap_or(usual).max(1),
        }
    }

    /// Lets as many instances go on, then opens as many, as there is room for. After a halt
    /// none is.
    pub(super) fn open_instances(&mut self, of: Repeated) {
        if self.due_halt.is_some() || self.halting().is_some() {
            return;
        }
        let room = self.room(of);
        while let Some(repetition) = self.repetitions.get_mut(&of)
            && repetition.open < room
        {
            if let Some(instance) = repetition.waiting.pop_first() {
                repetition.open += 1;
                self.between.remove(&of);
                self.let_go(of, instance);
            } else if repetition.opened < repetition.count {
                let instance = repetition.opened;
                repetition.opened += 1;
                repetition.open += 1;
                self.between.remove(&of);
                match of {
                    Repeated::Node(node) => self.open_node(node, instance),
                    Repeated::Stage(stage) => self.open_iteration(stage, instance),
                }
            } else {
                return;
            }
        }
    }

    fn open_node(&mut self, node: NodeIx, instance: u32) {
        let admitted = self.is_admitted_with_its_whole(node.at(instance));
        let tries = self.tries_of_forgotten(node.at(instance));
        self.instances[node.index()].push(NodeState {
            admitted,
            tries,
            ..NodeState::new(0)
        });
        self.idle.insert(node.at(instance));
        self.let_go(Repeated::Node(node), instance);
    }

    /// Whether an instance's condition was asked for the whole of its agent.
    pub(super) fn is_admitted_with_its_whole(&self, node: NodeIx) -> bool {
        let own = self.plan().node(node).repeat.is_some() && node.instance().is_some();
        own && !self.graph.asks_each_instance(node)
    }

    /// How often an instance was tried that a reopening has made the run forget: no try
    /// number is used twice, for it tells one order from another (decision 3).
    fn tries_of_forgotten(&mut self, node: NodeIx) -> u32 {
        self.forgotten_tries.remove(&node).unwrap_or_default()
    }

    /// An iteration waits for what its stage waited for: edges to siblings are left, and
    /// a dependency of before that failed dooms every iteration.
    fn open_iteration(&mut self, stage: StageIx, instance: u32) {
        let graph = Arc::clone(&self.graph);
        let planned = graph.plan.stage(stage);
        if let Some(repetition) = self.repetitions.get_mut(&Repeated::Stage(stage)) {
            repetition.iterations.push(Iteration {
                agents_left: planned.agents,
                gates_left: planned.gates,
                begun: 0,
            });
        }
        for node in planned.all_nodes() {
            let tries = self.tries_of_forgotten(node.at(instance));
            let whole = self.node(node);
            let state = NodeState {
                doom: whole.doom,
                tries,
                ..NodeState::new(whole.blockers)
            };
            self.instances[node.index()].push(state);
        }
        for node in planned.all_nodes() {
            self.idle.insert(node.at(instance));
        }
        self.let_go(Repeated::Stage(stage), instance);
    }

    /// Makes ready what can start of an instance.
    fn let_go(&mut self, of: Repeated, instance: u32) {
        match of {
            Repeated::Node(node) => self.make_ready(node.at(instance)),
            Repeated::Stage(stage) => {
                let graph = Arc::clone(&self.graph);
                let planned = graph.plan.stage(stage);
                for node in planned.agent_nodes() {
                    self.make_ready(node.at(instance));
                }
                self.open_gates(planned.first.at(instance));
            }
        }
    }

    /// Puts what has not ended of a repetition back to work, after its stage was entered
    /// again: a halt would end all of it, and as much as there is room for goes on.
    pub(super) fn take_up(&mut self, of: Repeated) {
        let graph = Arc::clone(&self.graph);
        let opened = self.repetitions.get(&of).map_or(0, |known| known.opened);
        let members: Vec<NodeIx> = match of {
            Repeated::Node(node) => vec![node],
            Repeated::Stage(stage) => graph.plan.stage(stage).all_nodes().collect(),
        };
        for instance in 0..opened {
            for node in &members {
                if !self.is_over(node.at(instance)) {
                    self.idle.insert(node.at(instance));
                }
            }
        }
        self.between.insert(of);
        self.open_instances(of);
    }

    /// An instance, or one node of it, has ended.
    pub(super) fn count_instance(&mut self, node: NodeIx, required_failure: bool) {
        let Some(of) = self.repetition_of(node) else {
            return;
        };
        let role = self.plan().node(node).role;
        let instance = node.instance().unwrap_or_default();
        let Some(repetition) = self.repetitions.get_mut(&of) else {
            return;
        };
        repetition.required_failure |= required_failure;
        let ended = match repetition.iterations.get_mut(instance as usize) {
            None => true,
            Some(iteration) => {
                match role {
                    Role::Agent => iteration.agents_left -= 1,
                    Role::Gate => iteration.gates_left -= 1,
                }
                iteration.agents_left == 0 && iteration.gates_left == 0
            }
        };
        // What a halt ends before it could go on was not under way.
        if ended && !repetition.waiting.remove(&instance) {
            repetition.open -= 1;
        }
        if ended && repetition.open == 0 {
            self.between.insert(of);
        }
    }

    /// Ends the whole of what was repeated.
    pub(super) fn finish_repetition(&mut self, of: Repeated, end: &RepetitionEnd, at: Timestamp) {
        self.between.remove(&of);
        let members: Vec<NodeIx> = match of {
            Repeated::Node(node) => vec![node],
            Repeated::Stage(stage) => self.plan().stage(stage).all_nodes().collect(),
        };
        for node in &members {
            self.skip_unopened(*node);
        }
        let Some(repetition) = self.repetitions.get_mut(&of) else {
            return;
        };
        repetition.end = Some(end.clone());
        for node in members {
            self.finish_whole(node, at);
        }
        if end.is_failure() {
            self.note_exhausted(of);
        }
    }

    /// Counts the instances of an agent that never opened, besides the one that the whole
    /// stands for while there is none.
    pub(super) fn skip_unopened(&mut self, node: NodeIx) {
        let of = self.plan().repeated_by(node);
        let Some(known) = of.and_then(|of| self.repetitions.get(&of)) else {
            return;
        };
        if self.plan().node(node).role == Role::Agent && known.end.is_none() {
            self.tally.skipped += known.count.max(1) - known.opened.max(1);
        }
    }

    fn finish_whole(&mut self, node: NodeIx, at: Timestamp) {
        match self.sum_up(node) {
            Summary::Outcome(outcome) => self.finish(node, &outcome, at),
            Summary::Skipped(reason) => self.skip(node, &reason, at),
        }
    }
}
