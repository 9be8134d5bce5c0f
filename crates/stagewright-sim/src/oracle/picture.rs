//! The oracle's picture: where each node and each instance stands, as the events say.

use crate::conditions::Truth;
use stagewright_core::event::{Launch, RepetitionEnd, WaitReason};
use stagewright_core::plan::Repeated;
use stagewright_core::{ErrorClass, NodeIx, Plan, StageIx};
use std::collections::{BTreeMap, BTreeSet};

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// Not begun.
    Idle,
    /// A launch runs.
    Running { launch: Launch },
    /// Tried, and waiting for its next try or launch; not before `due_ms`.
    Resting { due_ms: Option<u64> },
    /// Waiting for a person, or for a sub-pipeline that waits for one.
    Parked {
        reason: WaitReason,
        deadline_ms: Option<u64>,
    },
    /// Its instances are what goes on.
    Repeating,
    /// It has a result.
    Done { success: bool },
    /// It was not run; `fine` when a false condition or an empty list explains it.
    Skipped { fine: bool },
}

/// Where the input stands that somebody makes for an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// Nobody was asked.
    Unasked,
    /// Somebody was.
    Asked,
    /// It was made.
    Made,
    /// It could not be made.
    Refused,
}

/// One node, or one instance of it.
#[derive(Debug, Clone)]
pub(super) struct NodePicture {
    pub(super) at: At,
    /// The number of its last try.
    pub(super) last_try: u32,
    /// Tries by whoever does it now, since the run was last reopened.
    pub(super) tries: u32,
    /// Launches of the last try that were not ended by an interrupt.
    pub(super) launches_of_try: u32,
    /// Whether it was skipped because its whole stage was.
    pub(super) with_its_stage: bool,
    /// Who does it: itself at 0, then its fallbacks.
    pub(super) alternative: u32,
    /// How it failed, while somebody else is to take over.
    pub(super) falls_back_from: Option<ErrorClass>,
    /// The input that is made for it.
    pub(super) input: Input,
    /// How many claims there were when it began to wait.
    pub(super) claims: u64,
    /// Whether its answer is a no: a person's, or a pipeline's decision.
    pub(super) objects: bool,
}

impl NodePicture {
    fn new(last_try: u32) -> Self {
        Self {
            at: At::Idle,
            last_try,
            tries: 0,
            launches_of_try: 0,
            with_its_stage: false,
            alternative: 0,
            falls_back_from: None,
            input: Input::Unasked,
            claims: 0,
            objects: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.at, At::Done { .. } | At::Skipped { .. })
    }

    /// Whether it has begun and not ended.
    pub(super) fn is_begun(&self) -> bool {
        match self.at {
            At::Running { .. } | At::Resting { .. } | At::Parked { .. } | At::Repeating => true,
            At::Idle | At::Done { .. } | At::Skipped { .. } => false,
        }
    }

    /// Whether it lets those go that depend on its success (decision 33).
    pub(super) fn satisfies(&self) -> bool {
        matches!(
            self.at,
            At::Done { success: true } | At::Skipped { fine: true }
        )
    }

    /// It starts over, by itself; its tries are counted on.
    pub(super) fn start_over(&mut self) {
        *self = Self::new(self.last_try);
    }
}

/// One repetition whose instances are known.
#[derive(Debug, Clone)]
pub(super) struct Repetition {
    /// How many there are; of a loop, so far.
    pub(super) count: u32,
    pub(super) end: Option<RepetitionEnd>,
}

/// The whole run.
#[derive(Debug)]
pub(super) struct Picture {
    nodes: Vec<NodePicture>,
    /// Of each node, the instances that there are.
    parts: Vec<Vec<NodePicture>>,
    /// The last tries of instances that were forgotten since.
    last_tries: BTreeMap<NodeIx, u32>,
    pub(super) repetitions: BTreeMap<Repeated, Repetition>,
    /// Instances of which something was going on since the run was last reopened.
    pub(super) active: BTreeSet<(Repeated, u32)>,
    /// How often a process took the lease.
    pub(super) claims: u64,
    pub(super) cancelled: bool,
    pub(super) interrupted: bool,
    /// Nothing starts any more.
    pub(super) stopped: bool,
    /// Only what was tried before starts any more.
    pub(super) only_tried: bool,
    /// A halt follows from what happened and is not journaled yet: what was decided
    /// together with its cause may still say how it would have gone on.
    pub(super) halt_is_due: bool,
    /// Nothing starts any more in this stage.
    pub(super) stage_halt: Option<StageIx>,
    pub(super) run_timed_out: bool,
    pub(super) ended: bool,
}

impl Picture {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            nodes: vec![NodePicture::new(0); plan.nodes.len()],
            parts: vec![Vec::new(); plan.nodes.len()],
            last_tries: BTreeMap::new(),
            repetitions: BTreeMap::new(),
            active: BTreeSet::new(),
            claims: 0,
            cancelled: false,
            interrupted: false,
            stopped: false,
            only_tried: false,
            halt_is_due: false,
            stage_halt: None,
            run_timed_out: false,
            ended: false,
        }
    }

    /// A node or an instance, if there is one.
    pub(super) fn find(&self, node: NodeIx) -> Option<&NodePicture> {
        match node.instance() {
            None => self.nodes.get(node.index()),
            Some(instance) => self.parts.get(node.index())?.get(instance as usize),
        }
    }

    /// # Panics
    /// When there is none: the oracle looks before it comes here.
    pub(super) fn node(&self, node: NodeIx) -> &NodePicture {
        self.find(node).expect("the oracle has looked for it")
    }

    /// # Panics
    /// When there is none: the oracle looks before it comes here.
    pub(super) fn node_mut(&mut self, node: NodeIx) -> &mut NodePicture {
        let found = match node.instance() {
            None => self.nodes.get_mut(node.index()),
            Some(instance) => self.parts[node.index()].get_mut(instance as usize),
        };
        found.expect("the oracle has looked for it")
    }

    pub(super) fn at(&self, node: NodeIx) -> At {
        self.node(node).at
    }

    /// The instances of a node, in order.
    pub(super) fn parts(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + use<> {
        let count = u32::try_from(self.parts[node.index()].len()).unwrap_or(u32::MAX);
        (0..count).map(move |instance| node.whole().at(instance))
    }

    /// All nodes and instances.
    pub(super) fn all(&self) -> impl Iterator<Item = (NodeIx, &NodePicture)> {
        let wholes = (0_u32..).map(NodeIx::new).zip(&self.nodes);
        let parts = self.parts.iter().zip(0_u32..).flat_map(|(parts, node)| {
            let instances = (0_u32..).map(move |instance| NodeIx::new(node).at(instance));
            instances.zip(parts)
        });
        wholes.chain(parts)
    }

    /// Makes room for as many instances of a node.
    pub(super) fn grow(&mut self, node: NodeIx, count: u32) {
        for instance in self.parts[node.index()].len()..count as usize {
            let part = node.at(u32::try_from(instance).unwrap_or(u32::MAX));
            let last_try = self.last_tries.get(&part).copied().unwrap_or_default();
            self.parts[node.index()].push(NodePicture::new(last_try));
        }
    }

    /// Forgets the instances of a node, but not how often they were tried.
    pub(super) fn forget(&mut self, node: NodeIx) {
        for (part, state) in self.parts(node).zip(&self.parts[node.index()]) {
            self.last_tries.insert(part, state.last_try);
        }
        self.parts[node.index()].clear();
    }

    pub(super) fn end_stage_halt(&mut self, stage: StageIx) {
        if self.stage_halt == Some(stage) {
            self.stage_halt = None;
        }
    }

    /// Whether everything is stopped in this stage, further tries included.
    pub(super) fn is_halted(&self, stage: StageIx) -> bool {
        self.stopped || self.cancelled || self.stage_halt == Some(stage)
    }
}

/// Whether a condition that says this may have been found to hold.
pub(super) fn may_hold(truth: Truth) -> bool {
    matches!(truth, Truth::Holds | Truth::Open)
}

/// Whether a condition that says this may have been found not to hold.
pub(super) fn may_fail(truth: Truth) -> bool {
    matches!(truth, Truth::Fails | Truth::Open)
}

/// Whether a condition that says this may have been found to be broken.
pub(super) fn may_break(truth: Truth) -> bool {
    matches!(truth, Truth::Broken | Truth::Open)
}
