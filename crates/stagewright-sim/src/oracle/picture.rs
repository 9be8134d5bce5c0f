//! The oracle's picture: where each node stands, as the events say.

use super::{Check, Invariant, hold};
use stagewright_core::event::{Launch, SkipReason, WaitReason};
use stagewright_core::plan::Role;
use stagewright_core::{Condition, NodeIx, Plan, StageIx};

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
    /// Whether it was skipped because its whole stage was.
    pub(super) with_its_stage: bool,
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
            with_its_stage: false,
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
                let state = &mut self.nodes[node.index()];
                state.at = At::Skipped { fine };
                state.with_its_stage = true;
            }
        }
    }

    pub(super) fn end_stage_halt(&mut self, stage: StageIx) {
        if self.stage_halt == Some(stage) {
            self.stage_halt = None;
        }
    }

    /// What failed starts over, and what followed from it; the rest stays.
    pub(super) fn reopen(&mut self, plan: &Plan) {
        self.ended = false;
        self.stopped = false;
        self.only_tried = false;
        self.stage_halt = None;
        self.run_timed_out = false;
        self.interrupted = false;
        let again = self.starting_over(plan);
        for (node, starts_over) in self.nodes.iter_mut().zip(again) {
            node.tries = 0;
            node.launches_of_try = 0;
            if starts_over {
                node.at = At::Idle;
            }
        }
    }

    /// Which nodes start over, found by going through all of them until none joins.
    fn starting_over(&self, plan: &Plan) -> Vec<bool> {
        let mut again: Vec<bool> = self
            .nodes
            .iter()
            .map(|node| {
                !matches!(
                    node.at,
                    At::Done { success: true } | At::Skipped { fine: true }
                )
            })
            .collect();
        loop {
            let joining: Vec<usize> = (0..again.len())
                .filter(|index| !again[*index] && self.follows(plan, *index, &again))
                .collect();
            if joining.is_empty() {
                return again;
            }
            for index in joining {
                again[index] = true;
            }
        }
    }

    /// Whether a kept node's result or skip followed from one that starts over.
    fn follows(&self, plan: &Plan, index: usize, again: &[bool]) -> bool {
        let planned = &plan.nodes[index];
        let stage = plan.stage(planned.stage);
        if let At::Skipped { .. } = self.nodes[index].at {
            let condition = match self.nodes[index].with_its_stage {
                true => &stage.condition,
                false => &planned.condition,
            };
            return reads(plan, condition.as_ref(), again);
        }
        let waited_for = planned.depends_on.iter().chain(&planned.after);
        let judged_after = planned.role == Role::Gate
            && plan.nodes.iter().zip(again).any(|(other, starts_over)| {
                *starts_over && other.role == Role::Agent && other.stage <= planned.stage
            });
        judged_after
            || waited_for.into_iter().any(|other| again[other.index()])
            || reads(plan, planned.condition.as_ref(), again)
    }
}

/// Whether the text of a condition names a node that starts over. A custom one may
/// look at anything.
fn reads(plan: &Plan, condition: Option<&Condition>, again: &[bool]) -> bool {
    let Some(condition) = condition else {
        return false;
    };
    let text = serde_json::to_string(condition).unwrap_or_default();
    let mut starting = plan.nodes.iter().zip(again).filter(|(_, over)| **over);
    starting.any(|(node, _)| {
        text.contains("\"custom\"")
            || text.contains(&format!("\"agent\":\"{}\"", node.id))
            || text.contains(&format!("results.{}.", node.id))
    })
}
