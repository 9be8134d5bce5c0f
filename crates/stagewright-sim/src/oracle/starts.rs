//! What must hold when a node starts, asks, or is skipped.

use super::picture::At;
use super::{Check, Invariant, Oracle, hold};
use crate::conditions::Truth;
use stagewright_core::NodeIx;
use stagewright_core::event::{Launch, SkipReason, WaitReason};
use stagewright_core::plan::{Action, OnInterrupt, Role};

/// The most launches of one try (decision 3).
const MAX_LAUNCHES: u32 = 3;

impl Oracle<'_> {
    pub(super) fn started(
        &mut self,
        node: NodeIx,
        try_number: u32,
        launch: Launch,
        at_ms: u64,
    ) -> Check {
        self.may_begin(node)?;
        let state = &self.picture.nodes[node.index()];
        if let At::Resting {
            due_ms: Some(due_ms),
        } = state.at
        {
            hold(at_ms >= due_ms, Invariant::TimeIsTrue, || {
                format!("{node:?} starts at {at_ms} and is due at {due_ms}")
            })?;
        }
        let again = try_number == state.last_try;
        let launches_of_try = if again { state.launches_of_try + 1 } else { 1 };
        hold(
            launches_of_try <= MAX_LAUNCHES,
            Invariant::ThreeLaunches,
            || format!("try {try_number} of {node:?} is launched {launches_of_try} times"),
        )?;
        hold(
            again || try_number == state.last_try + 1,
            Invariant::RetriesFollowThePolicy,
            || format!("{node:?} goes from try {} to {try_number}", state.last_try),
        )?;
        let tries = if again {
            state.tries.max(1)
        } else {
            state.tries + 1
        };
        let allowed = 1 + self.case.plan.node(node).retry.limit;
        hold(tries <= allowed, Invariant::RetriesFollowThePolicy, || {
            format!("{node:?} has {tries} tries and may have {allowed}")
        })?;
        self.has_a_slot(node)?;
        let state = &mut self.picture.nodes[node.index()];
        state.at = At::Running { launch };
        state.last_try = try_number;
        state.tries = tries;
        state.launches_of_try = launches_of_try;
        Ok(())
    }

    pub(super) fn parked(
        &mut self,
        node: NodeIx,
        reason: WaitReason,
        deadline_ms: Option<u64>,
    ) -> Check {
        match reason {
            WaitReason::Approval => self.may_begin(node)?,
            WaitReason::Pipeline => hold(false, Invariant::HaltsHold, || {
                format!("{node:?} waits for a pipeline and is none")
            })?,
            WaitReason::Interrupted => hold(
                self.case.plan.node(node).on_interrupt == OnInterrupt::Ask
                    && matches!(self.picture.at(node), At::Running { .. }),
                Invariant::HaltsHold,
                || format!("{node:?} asks whether to run again and was not interrupted"),
            )?,
        }
        let state = &mut self.picture.nodes[node.index()];
        state.at = At::Parked {
            reason,
            deadline_ms,
        };
        Ok(())
    }

    pub(super) fn skipped(&mut self, node: NodeIx, reason: &SkipReason) -> Check {
        let state = &self.picture.nodes[node.index()];
        hold(
            !self.picture.is_over(node),
            Invariant::FinishedStaysFinished,
            || format!("{node:?} is skipped and was over"),
        )?;
        hold(
            !matches!(state.at, At::Running { .. } | At::Resting { .. }),
            Invariant::CountsAddUp,
            || format!("{node:?} is skipped and was tried"),
        )?;
        let truth = self.case.truths[node.index()];
        let explained = match reason {
            SkipReason::ConditionFalse => matches!(truth, Truth::Fails | Truth::Open),
            SkipReason::ConditionError { .. } => matches!(truth, Truth::Broken | Truth::Open),
            SkipReason::DependencyFailed { node: cause } => {
                self.case.plan.node(node).depends_on.contains(cause) && !self.satisfies(*cause)
            }
            SkipReason::Halted { .. } => {
                let picture = &self.picture;
                let stage = self.case.plan.node(node).stage;
                picture.stopped
                    || picture.only_tried
                    || picture.cancelled
                    || picture.stage_halt == Some(stage)
            }
            SkipReason::StageSkipped
            | SkipReason::NoItems
            | SkipReason::StageConditionError { .. } => false,
        };
        hold(explained, Invariant::ConditionsHold, || {
            format!("{node:?} is skipped as {} without reason", reason.word())
        })?;
        let fine = *reason == SkipReason::ConditionFalse;
        let state = &mut self.picture.nodes[node.index()];
        state.at = At::Skipped { fine };
        state.with_its_stage = false;
        Ok(())
    }

    /// Everything that must hold before a node of any kind begins or goes on.
    pub(super) fn may_begin(&self, node: NodeIx) -> Check {
        let state = &self.picture.nodes[node.index()];
        hold(
            !self.picture.is_over(node),
            Invariant::FinishedStaysFinished,
            || format!("{node:?} starts again"),
        )?;
        hold(
            !matches!(state.at, At::Running { .. } | At::Parked { .. }),
            Invariant::LaunchedOnce,
            || format!("{node:?} starts and has not ended"),
        )?;
        let tried = matches!(state.at, At::Resting { .. });
        let picture = &self.picture;
        let stage = self.case.plan.node(node).stage;
        let halted = picture.stopped
            || picture.cancelled
            || picture.interrupted
            || picture.stage_halt == Some(stage)
            || picture.only_tried && !tried;
        hold(!halted, Invariant::HaltsHold, || {
            format!("{node:?} starts after a halt")
        })?;
        hold(
            matches!(self.case.truths[node.index()], Truth::Holds | Truth::Open),
            Invariant::ConditionsHold,
            || format!("{node:?} starts and its condition does not hold"),
        )?;
        self.is_its_turn(node)?;
        self.dependencies_hold(node)
    }

    /// Stages in order, gates after agents, one at a time where that is said.
    fn is_its_turn(&self, node: NodeIx) -> Check {
        let plan = &self.case.plan;
        let planned = plan.node(node);
        let stage = plan.stage(planned.stage);
        let before = (0..stage.first.number()).map(NodeIx::new);
        for earlier in before {
            hold(
                self.picture.is_over(earlier),
                Invariant::StagesInOrder,
                || format!("{node:?} starts before {earlier:?} of an earlier stage is over"),
            )?;
        }
        if planned.role == Role::Gate {
            for agent in stage.agent_nodes() {
                hold(
                    self.picture.is_over(agent),
                    Invariant::StagesInOrder,
                    || format!("gate {node:?} starts before agent {agent:?} is over"),
                )?;
            }
        }
        if planned.role == Role::Agent && !self.case.is_one_at_a_time(planned.stage) {
            return Ok(());
        }
        let mut others = stage.all_nodes().filter(|other| *other != node);
        let busy = others.find(|other| self.picture.is_begun(*other));
        hold(busy.is_none(), Invariant::OneAtATime, || {
            format!("{node:?} starts beside {busy:?}")
        })
    }

    fn dependencies_hold(&self, node: NodeIx) -> Check {
        let planned = self.case.plan.node(node);
        for other in &planned.depends_on {
            hold(self.satisfies(*other), Invariant::DependenciesHold, || {
                format!("{node:?} starts and {other:?} has not succeeded")
            })?;
        }
        for other in &planned.after {
            hold(
                self.picture.is_over(*other),
                Invariant::DependenciesHold,
                || format!("{node:?} starts and {other:?} is not over"),
            )?;
        }
        Ok(())
    }

    /// Whether a node lets those go that depend on its success (decision 33).
    fn satisfies(&self, node: NodeIx) -> bool {
        matches!(
            self.picture.at(node),
            At::Done { success: true } | At::Skipped { fine: true }
        )
    }

    fn has_a_slot(&self, node: NodeIx) -> Check {
        let plan = &self.case.plan;
        let stage = plan.node(node).stage;
        if matches!(
            plan.node(node).action,
            Action::Human(_) | Action::Set { .. }
        ) {
            return Ok(());
        }
        let running = plan
            .stage(stage)
            .all_nodes()
            .filter(|other| matches!(self.picture.at(*other), At::Running { .. }))
            .count();
        let slots = self.case.slots(stage);
        hold(running < slots, Invariant::SlotsHold, || {
            format!("{node:?} starts beside {running} others with {slots} slots")
        })
    }
}
