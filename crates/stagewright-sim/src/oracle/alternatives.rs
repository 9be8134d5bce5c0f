//! The rules of fallbacks and strategies (rule D5): who may do a step, and when somebody
//! else takes over.

use super::picture::At;
use super::{Check, Invariant, Oracle, hold};
use crate::case::Choice;
use stagewright_core::plan::Action;
use stagewright_core::{ErrorClass, NodeIx};

impl Oracle<'_> {
    /// Who does it now.
    pub(super) fn action(&self, node: NodeIx) -> &Action {
        let alternative = self.picture.node(node).alternative;
        self.case.plan.node(node).action_at(alternative)
    }

    /// What the strategy lets be done; without fallbacks there is no choice.
    fn choice(&self, node: NodeIx) -> Choice {
        let choice = self.case.meaning.choices.get(&node.whole());
        choice.map_or(Choice::Both, |choice| choice.at(node.instance()))
    }

    /// Whether the strategy lets whoever it is do it, and it is their turn.
    pub(super) fn is_the_one_to_do_it(&self, node: NodeIx) -> Check {
        let state = self.picture.node(node);
        hold(
            state.falls_back_from.is_none(),
            Invariant::FallbacksHold,
            || format!("{node:?} is done again by who has failed for good"),
        )?;
        let allowed = match self.choice(node) {
            Choice::Own => state.alternative == 0,
            Choice::Fallbacks => state.alternative > 0,
            Choice::Both => true,
            Choice::FallbacksBelow(_) | Choice::Broken => false,
        };
        hold(allowed, Invariant::FallbacksHold, || {
            let alternative = state.alternative;
            format!("{node:?} is done by {alternative} against its strategy")
        })
    }

    /// Whether somebody takes over after a failure of this class.
    pub(super) fn can_fall_back(&self, node: NodeIx, class: ErrorClass) -> bool {
        let is_failure = match class {
            ErrorClass::Timeout
            | ErrorClass::Execution
            | ErrorClass::Invocation
            | ErrorClass::Network
            | ErrorClass::InvalidOutput
            | ErrorClass::InvalidInput => true,
            ErrorClass::Cancelled | ErrorClass::Interrupted => false,
        };
        let alternative = self.picture.node(node).alternative as usize;
        let someone = alternative < self.case.plan.node(node).fallbacks.len();
        let allowed = match self.choice(node) {
            Choice::Both | Choice::Fallbacks => true,
            Choice::Own | Choice::FallbacksBelow(_) | Choice::Broken => false,
        };
        is_failure && someone && allowed
    }

    /// Somebody else takes over: after a failure for good, or from the beginning.
    pub(super) fn fell_back(&mut self, node: NodeIx, to: u32) -> Check {
        let state = self.picture.node(node);
        let follows = to == state.alternative + 1;
        let allowed = match (state.falls_back_from, state.at) {
            (Some(class), At::Resting { .. }) => self.can_fall_back(node, class),
            (None, At::Idle) => state.alternative == 0 && self.choice(node) == Choice::Fallbacks,
            _ => false,
        };
        hold(follows && allowed, Invariant::FallbacksHold, || {
            format!("{node:?} falls back to {to}, and is {state:?}")
        })?;
        if !self.picture.halt_is_due {
            self.may_begin(node)?;
        }
        let state = self.picture.node_mut(node);
        state.alternative = to;
        state.tries = 0;
        state.falls_back_from = None;
        if let At::Resting { due_ms } = &mut state.at {
            *due_ms = None;
        }
        Ok(())
    }
}
