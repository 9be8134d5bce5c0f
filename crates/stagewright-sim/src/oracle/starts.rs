//! What must hold when a node or an instance starts, asks, waits, or is skipped.

use super::picture::{At, Input, may_break, may_fail, may_hold};
use super::{Check, Invariant, Oracle, hold};
use crate::conditions::Truth;
use stagewright_core::event::{Asker, Launch, SkipReason, WaitReason};
use stagewright_core::plan::{Action, OnInterrupt, Repeated, Role};
use stagewright_core::{NodeIx, StageIx};

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

    pub(super) fn skipped(&mut self, node: NodeIx, reason: &SkipReason) -> Check {
        let state = self.picture.node(node);
        hold(!state.is_over(), Invariant::FinishedStaysFinished, || {
            format!("{node:?} is skipped and was over")
        })?;
        hold(
            !matches!(
                state.at,
                At::Running { .. } | At::Resting { .. } | At::Repeating
            ),
            Invariant::CountsAddUp,
            || format!("{node:?} is skipped and was tried"),
        )?;
        let truth = self.truth(node);
        let explained = match reason {
            SkipReason::ConditionFalse => may_fail(truth),
            SkipReason::ConditionError { .. } => may_break(truth),
            SkipReason::DependencyFailed { node: cause } => {
                let place = self.place(node);
                let edges = &self.case.plan.node(node).depends_on;
                let mut named = edges.iter().map(|other| self.seen_from(*other, place));
                named.any(|other| other == *cause) && !self.picture.node(*cause).satisfies()
            }
            SkipReason::Halted { .. } => {
                let stage = self.case.plan.node(node).stage;
                self.picture.is_halted(stage) || self.picture.only_tried
            }
            SkipReason::StageSkipped
            | SkipReason::NoItems
            | SkipReason::StageConditionError { .. } => false,
        };
        hold(explained, Invariant::ConditionsHold, || {
            format!("{node:?} is skipped as {} without reason", reason.word())
        })?;
        let fine = *reason == SkipReason::ConditionFalse;
        let state = self.picture.node_mut(node);
        state.at = At::Skipped { fine };
        state.with_its_stage = false;
        self.goes_on(node);
        Ok(())
    }

    pub(super) fn stage_started(&self, stage: StageIx) -> Check {
        let says = &self.case.meaning.stages[stage.index()];
        let truth = self.says(says, None);
        hold(may_hold(truth), Invariant::ConditionsHold, || {
            format!("{stage:?} starts and its condition does not hold")
        })
    }

    pub(super) fn stage_skipped(&mut self, stage: StageIx, reason: &SkipReason) -> Check {
        let of = Repeated::Stage(stage);
        let says = &self.case.meaning.stages[stage.index()];
        let truth = self.says(says, None);
        let known = self.picture.repetitions.get(&of);
        let explained = match reason {
            SkipReason::ConditionFalse => may_fail(truth),
            SkipReason::ConditionError { .. } => may_break(truth) || self.cannot_begin(of),
            SkipReason::NoItems => known.is_some_and(|known| known.count == 0),
            SkipReason::Halted { .. } => self.picture.is_halted(stage) || self.picture.only_tried,
            SkipReason::DependencyFailed { .. }
            | SkipReason::StageSkipped
            | SkipReason::StageConditionError { .. } => false,
        };
        hold(explained, Invariant::ConditionsHold, || {
            format!("{stage:?} is skipped as {} without reason", reason.word())
        })?;
        let fine = matches!(reason, SkipReason::ConditionFalse | SkipReason::NoItems);
        for node in self.case.plan.stage(stage).all_nodes() {
            let state = self.picture.node_mut(node);
            if !state.is_over() {
                state.at = At::Skipped { fine };
                state.with_its_stage = true;
            }
        }
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

    /// What the condition of a node says; it holds where it is not asked.
    fn truth(&self, node: NodeIx) -> Truth {
        let says = &self.case.meaning.nodes[node.index()];
        match (self.case.plan.repeated_by(node), node.instance()) {
            (Some(Repeated::Node(_)), None) if says.is_of_each() => Truth::Holds,
            (Some(Repeated::Node(_)), Some(_)) if !says.is_of_each() => self.says(says, None),
            _ => self.says(says, self.place(node)),
        }
    }

    /// Whether the condition of a node is asked for this instance, or for the whole of it:
    /// of a repeated agent once for all, unless it is about the single instance.
    pub(super) fn is_asked_here(&self, node: NodeIx) -> bool {
        let of_each = self.case.meaning.nodes[node.index()].is_of_each();
        match self.case.plan.repeated_by(node) {
            None => true,
            Some(Repeated::Node(_)) => of_each == node.instance().is_some(),
            Some(Repeated::Stage(_)) => node.instance().is_some(),
        }
    }

    /// A condition is asked where it belongs, when its node could start.
    pub(super) fn condition_asked(&mut self, asker: Asker) -> Check {
        let Asker::Node(node) = asker else {
            return Ok(());
        };
        let here = self.is_asked_here(node);
        hold(here, Invariant::ConditionsHold, || {
            format!("{node:?} is asked for, and its condition is not about that")
        })?;
        self.is_its_turn(node)?;
        self.has_room(node)?;
        self.dependencies_hold(node)?;
        self.goes_on(node);
        Ok(())
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

    /// Stages in order, gates after agents, one at a time where that is said.
    fn is_its_turn(&self, node: NodeIx) -> Check {
        let plan = &self.case.plan;
        let planned = plan.node(node);
        let stage = plan.stage(planned.stage);
        for earlier in (0..stage.first.number()).map(NodeIx::new) {
            hold(
                self.picture.node(earlier).is_over(),
                Invariant::StagesInOrder,
                || format!("{node:?} starts before {earlier:?} of an earlier stage is over"),
            )?;
        }
        if planned.role == Role::Gate {
            for agent in stage.agent_nodes() {
                let agent = node.sibling(agent);
                hold(
                    self.picture.node(agent).is_over(),
                    Invariant::StagesInOrder,
                    || format!("gate {node:?} starts before agent {agent:?} is over"),
                )?;
            }
        }
        let others = |others: Box<dyn Iterator<Item = NodeIx> + '_>| {
            let mut others = others;
            others.find(|other| *other != node && self.picture.node(*other).is_begun())
        };
        let wholes = stage.all_nodes().filter(|other| *other != node.whole());
        let parts = stage
            .all_nodes()
            .flat_map(|other| self.picture.parts(other));
        let busy = match (planned.role, plan.repeated_by(node)) {
            (Role::Gate, _) => others(Box::new(stage.all_nodes().chain(parts))),
            (Role::Agent, _) if !self.case.is_one_at_a_time(planned.stage) => None,
            (Role::Agent, Some(Repeated::Stage(_))) => {
                others(Box::new(stage.all_nodes().map(|other| node.sibling(other))))
            }
            (Role::Agent, _) => others(Box::new(wholes)),
        };
        hold(busy.is_none(), Invariant::OneAtATime, || {
            format!("{node:?} starts beside {busy:?}")
        })?;
        let gates = stage.gate_nodes().flat_map(|gate| {
            let parts = self.picture.parts(gate);
            std::iter::once(gate).chain(parts)
        });
        let mut judging = gates.filter(|gate| *gate != node);
        let judging = judging.find(|gate| matches!(self.picture.at(*gate), At::Running { .. }));
        hold(judging.is_none(), Invariant::OneAtATime, || {
            format!("{node:?} starts while {judging:?} judges the tree")
        })
    }

    fn dependencies_hold(&self, node: NodeIx) -> Check {
        let planned = self.case.plan.node(node);
        let place = self.place(node);
        for other in &planned.depends_on {
            let other = self.seen_from(*other, place);
            let satisfied = self.picture.node(other).satisfies();
            hold(satisfied, Invariant::DependenciesHold, || {
                format!("{node:?} starts and {other:?} has not succeeded")
            })?;
        }
        for other in &planned.after {
            let other = self.seen_from(*other, place);
            let over = self.picture.node(other).is_over();
            hold(over, Invariant::DependenciesHold, || {
                format!("{node:?} starts and {other:?} is not over")
            })?;
        }
        Ok(())
    }

    fn has_a_slot(&self, node: NodeIx) -> Check {
        let stage = self.case.plan.node(node).stage;
        let running = self
            .picture
            .all()
            .filter(|(_, other)| matches!(other.at, At::Running { .. }))
            .count();
        let slots = self.case.slots(stage);
        hold(running < slots, Invariant::SlotsHold, || {
            format!("{node:?} starts beside {running} others with {slots} slots")
        })
    }
}
