//! What must hold when a node or an instance starts, asks or waits.

use super::picture::{At, Input, may_hold};
use super::{Check, Invariant, Oracle, hold};
use stagewright_core::NodeIx;
use stagewright_core::event::{Launch, WaitReason};
use stagewright_core::plan::{Action, OnInterrupt};

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
        self.is_one_of_its_kind(node)?;
        self.may_begin(node)?;
        self.is_the_one_to_do_it(node)?;
        let state = self.picture.node(node);
        let made = match self.case.plan.node(node).transformer {
            Some(_) => Input::Made,
            None => Input::Unasked,
        };
        hold(state.input == made, Invariant::InputsHold, || {
            format!("{node:?} starts and its input is {:?}", state.input)
        })?;
        if let At::Resting {
            due_ms: Some(due_ms),
        } = state.at
        {
            hold(at_ms >= due_ms, Invariant::TimeIsTrue, || {
                format!("{node:?} starts at {at_ms} and is due at {due_ms}")
            })?;
        }
        let again = try_number == state.last_try && matches!(state.at, At::Resting { .. });
        let launches_of_try = if again { state.launches_of_try + 1 } else { 1 };
        // A launch of a pipeline only takes up its run, which counts its own.
        let counts = !matches!(self.action(node), Action::Pipeline(_));
        hold(
            launches_of_try <= MAX_LAUNCHES || !counts,
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
        let state = self.picture.node_mut(node);
        state.at = At::Running { launch };
        state.last_try = try_number;
        state.tries = tries;
        state.launches_of_try = launches_of_try;
        self.goes_on(node);
        Ok(())
    }

    pub(super) fn parked(
        &mut self,
        node: NodeIx,
        reason: WaitReason,
        deadline_ms: Option<u64>,
    ) -> Check {
        self.is_one_of_its_kind(node)?;
        let running = match self.picture.at(node) {
            At::Running { launch } => Some(launch),
            _ => None,
        };
        match reason {
            WaitReason::Approval => {
                self.may_begin(node)?;
                self.is_the_one_to_do_it(node)?;
                let asks = matches!(self.action(node), Action::Human(_));
                hold(asks, Invariant::FallbacksHold, || {
                    format!("{node:?} asks a person and is none")
                })?;
            }
            WaitReason::Pipeline => {
                let said_so = running.is_some_and(|launch| self.suspended.contains(&launch));
                let is_one = matches!(self.action(node), Action::Pipeline(_));
                hold(said_so && is_one, Invariant::WaitsHold, || {
                    format!("{node:?} waits for a pipeline that did not say so")
                })?;
            }
            WaitReason::Interrupted => hold(
                self.case.plan.node(node).on_interrupt == OnInterrupt::Ask && running.is_some(),
                Invariant::HaltsHold,
                || format!("{node:?} asks whether to run again and was not interrupted"),
            )?,
        }
        let claims = self.picture.claims;
        let state = self.picture.node_mut(node);
        state.claims = claims;
        state.at = At::Parked {
            reason,
            deadline_ms,
        };
        self.goes_on(node);
        Ok(())
    }

    /// Whoever goes on with the run looks at the pipeline again, and nobody before.
    pub(super) fn wait_ended(&mut self, node: NodeIx) -> Check {
        let claims = self.picture.claims;
        let state = self.picture.node_mut(node);
        let waits = matches!(
            state.at,
            At::Parked {
                reason: WaitReason::Pipeline,
                ..
            }
        );
        hold(waits && claims > state.claims, Invariant::WaitsHold, || {
            format!("{node:?} is {:?} and is looked at again", state.at)
        })?;
        state.at = At::Resting { due_ms: None };
        state.launches_of_try = 0;
        Ok(())
    }

    /// An input is asked for when its agent could start, and made once before it does.
    pub(super) fn input_asked(&mut self, node: NodeIx) -> Check {
        self.is_one_of_its_kind(node)?;
        self.may_begin(node)?;
        let wants = self.case.plan.node(node).transformer.is_some();
        let state = self.picture.node_mut(node);
        hold(
            wants && state.input == Input::Unasked,
            Invariant::InputsHold,
            || {
                format!(
                    "the input of {node:?} is asked for, and is {:?}",
                    state.input
                )
            },
        )?;
        state.input = Input::Asked;
        self.goes_on(node);
        Ok(())
    }

    pub(super) fn input_answered(&mut self, node: NodeIx, made: bool) -> Check {
        let state = self.picture.node_mut(node);
        let asked = state.input == Input::Asked;
        hold(asked, Invariant::InputsHold, || {
            format!("the input of {node:?} was made and nobody asked")
        })?;
        state.input = if made { Input::Made } else { Input::Refused };
        Ok(())
    }

    pub(super) fn lost(&mut self, node: NodeIx, crashed: bool) -> Check {
        let state = self.picture.node_mut(node);
        let ran = matches!(state.at, At::Running { .. });
        hold(ran, Invariant::ReportOfItsOwnLaunch, || {
            format!("{node:?} has lost a launch and had none")
        })?;
        state.at = At::Resting { due_ms: None };
        if !crashed {
            state.launches_of_try = state.launches_of_try.saturating_sub(1);
        }
        Ok(())
    }

    /// A result of the parent run is taken over.
    pub(super) fn adopted(&mut self, node: NodeIx) -> Check {
        if let Some(instance) = node.instance() {
            self.picture.grow(node, instance + 1);
            self.picture.node_mut(node).last_try = 1;
        }
        self.picture.node_mut(node).at = At::Done { success: true };
        Ok(())
    }

    /// Everything that must hold before a node of any kind begins or goes on.
    pub(super) fn may_begin(&self, node: NodeIx) -> Check {
        let state = self.picture.node(node);
        hold(!state.is_over(), Invariant::FinishedStaysFinished, || {
            format!("{node:?} starts again")
        })?;
        hold(
            !matches!(state.at, At::Running { .. } | At::Parked { .. }),
            Invariant::LaunchedOnce,
            || format!("{node:?} starts and has not ended"),
        )?;
        let tried = matches!(state.at, At::Resting { .. });
        let picture = &self.picture;
        let stage = self.case.plan.node(node).stage;
        let halted =
            picture.is_halted(stage) || picture.interrupted || picture.only_tried && !tried;
        hold(!halted, Invariant::HaltsHold, || {
            format!("{node:?} starts after a halt")
        })?;
        hold(
            may_hold(self.truth(node)),
            Invariant::ConditionsHold,
            || format!("{node:?} starts and its condition does not hold"),
        )?;
        self.is_its_turn(node)?;
        self.has_room(node)?;
        self.dependencies_hold(node)
    }

    /// What is repeated runs as its instances and nothing else.
    fn is_one_of_its_kind(&self, node: NodeIx) -> Check {
        let repeated = self.case.plan.repeated_by(node).is_some();
        hold(
            repeated == node.instance().is_some(),
            Invariant::InstancesHold,
            || format!("{node:?} begins as a whole and is repeated"),
        )
    }
}
