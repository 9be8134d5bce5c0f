//! The oracle's picture: where each node stands, as the events say.

use super::{Check, Invariant, hold};
use stagewright_core::event::{Launch, SkipReason, WaitReason};
use stagewright_core::plan::Role;
use stagewright_core::{NodeIx, Plan, StageIx};

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// Not begun.
    Idle,
    /// A launch runs.
    Running { launch: Launch },
    /// Tried, and waiting for its next try or launch; not before `due_ms`.
    Resting { due_ms: Option<u64> },
    /// Waiting for a person.
    Parked {
        reason: WaitReason,
        deadline_ms: Option<u64>,
    },
    /// It has a result.
    Done { success: bool },
    /// It was not run; `fine` when a false condition explains it.
    Skipped { fine: bool },
}

/// One node.
#[derive(Debug, Clone)]
pub(super) struct NodePicture {
    pub(super) at: At,
    /// The number of its last try.
    pub(super) last_try: u32,
    /// Tries since the run was last reopened.
    pub(super) tries: u32,
    /// Launches of the last try that were not ended by an interrupt.
    pub(super) launches_of_try: u32,
    /// Whether it may start although it has a result: the run was reopened, and
    /// whether it is looked at again depends on others.
    pub(super) may_repeat: bool,
}

/// The whole run.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) nodes: Vec<NodePicture>,
    pub(super) cancelled: bool,
    pub(super) interrupted: bool,
    /// Nothing starts any more.
    pub(super) stopped: bool,
    /// Only what was tried before starts any more.
    pub(super) only_tried: bool,
    /// Nothing starts any more in this stage.
    pub(super) stage_halt: Option<StageIx>,
    pub(super) run_timed_out: bool,
    pub(super) ended: bool,
}

impl Picture {
    pub(super) fn of(plan: &Plan) -> Self {
        let node = NodePicture {
            at: At::Idle,
            last_try: 0,
            tries: 0,
            launches_of_try: 0,
            may_repeat: false,
        };
        Self {
            nodes: vec![node; plan.nodes.len()],
            cancelled: false,
            interrupted: false,
            stopped: false,
            only_tried: false,
            stage_halt: None,
            run_timed_out: false,
            ended: false,
        }
    }

    pub(super) fn at(&self, node: NodeIx) -> At {
        self.nodes[node.index()].at
    }

    pub(super) fn is_over(&self, node: NodeIx) -> bool {
        matches!(self.at(node), At::Done { .. } | At::Skipped { .. })
    }

    /// Whether a node has begun and not ended.
    pub(super) fn is_begun(&self, node: NodeIx) -> bool {
        match self.at(node) {
            At::Running { .. } | At::Resting { .. } | At::Parked { .. } => true,
            At::Idle | At::Done { .. } | At::Skipped { .. } => false,
        }
    }

    pub(super) fn lost(&mut self, node: NodeIx, crashed: bool) {
        let state = &mut self.nodes[node.index()];
        state.at = At::Resting { due_ms: None };
        if !crashed {
            state.launches_of_try = state.launches_of_try.saturating_sub(1);
        }
    }

    /// The wait before a re-run is over.
    pub(super) fn due(&mut self, node: NodeIx, at_ms: u64) -> Check {
        let state = &mut self.nodes[node.index()];
        let At::Resting {
            due_ms: Some(due_ms),
        } = state.at
        else {
            return Ok(());
        };
        hold(at_ms >= due_ms, Invariant::TimeIsTrue, || {
            format!("{node:?} is due at {due_ms} and was called at {at_ms}")
        })?;
        state.at = At::Resting { due_ms: None };
        Ok(())
    }

    pub(super) fn skip_stage(&mut self, plan: &Plan, stage: StageIx, reason: &SkipReason) {
        let fine = *reason == SkipReason::ConditionFalse;
        for node in plan.stage(stage).all_nodes() {
            if !self.is_over(node) {
                self.nodes[node.index()].at = At::Skipped { fine };
            }
        }
    }

    pub(super) fn end_stage_halt(&mut self, stage: StageIx) {
        if self.stage_halt == Some(stage) {
            self.stage_halt = None;
        }
    }

    /// What succeeded stays unless it followed from something that starts over; what
    /// failed starts over; the rest may go either way.
    pub(super) fn reopen(&mut self, plan: &Plan) {
        self.ended = false;
        self.stopped = false;
        self.only_tried = false;
        self.stage_halt = None;
        self.run_timed_out = false;
        self.interrupted = false;
        for (node, planned) in self.nodes.iter_mut().zip(&plan.nodes) {
            node.tries = 0;
            node.launches_of_try = 0;
            node.may_repeat = false;
            match node.at {
                At::Done { success: true } => {
                    // Whether what it followed from starts over is left open here.
                    node.may_repeat = planned.role == Role::Gate
                        || planned.condition.is_some()
                        || !planned.depends_on.is_empty()
                        || !planned.after.is_empty();
                }
                At::Skipped { fine: true } => node.may_repeat = true,
                At::Done { success: false }
                | At::Skipped { fine: false }
                | At::Idle
                | At::Running { .. }
                | At::Resting { .. }
                | At::Parked { .. } => node.at = At::Idle,
            }
        }
    }
}
