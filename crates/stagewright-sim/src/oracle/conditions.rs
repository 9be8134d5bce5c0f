//! What conditions say, where they are asked, and what is skipped for them or for any
//! other reason.

use super::picture::{At, may_break, may_fail, may_hold};
use super::{Check, Invariant, Oracle, hold};
use crate::conditions::Truth;
use stagewright_core::event::{Asker, SkipReason};
use stagewright_core::plan::Repeated;
use stagewright_core::{NodeIx, StageIx};

impl Oracle<'_> {
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

    /// What the condition of a node says; it holds where it is not asked.
    pub(super) fn truth(&self, node: NodeIx) -> Truth {
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
}
