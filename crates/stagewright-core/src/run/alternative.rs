//! Who does an agent's work: its own action, or a fallback (rule D5).

use super::{NodePhase, Run};
use crate::expression::Expression;
use crate::plan::{Action, NodeIx, Strategy};
use crate::retry::ErrorClass;
use crate::run::Viewpoint;
use crate::scope;

impl Run {
    /// Who does it now: its own action at 0, then its fallbacks.
    pub fn alternative(&self, node: NodeIx) -> u32 {
        self.find_node(node).map_or(0, |state| state.alternative)
    }

    /// The action that a node's next or present try is made with.
    pub fn action(&self, node: NodeIx) -> &Action {
        let alternative = self.alternative(node);
        self.graph.plan.node(node).action_at(alternative)
    }

    /// The word for who did it, where there was a choice: `ai` for the agent's own
    /// action, `static` for a fallback.
    pub fn strategy_used(&self, node: NodeIx) -> Option<&'static str> {
        let planned = self.graph.plan.node(node);
        let state = self.find_node(node)?;
        let began = state.tries > 0 || matches!(state.phase, NodePhase::Done(_));
        let had_a_choice = !planned.fallbacks.is_empty() && began;
        let word = match state.alternative {
            0 => "ai",
            _ => "static",
        };
        had_a_choice.then_some(word)
    }

    /// Who takes over from the agent's own action before its first try, if somebody does.
    ///
    /// # Errors
    /// When the expression that chooses the strategy cannot be evaluated, or gives
    /// another word.
    pub(crate) fn first_alternative(&self, node: NodeIx) -> Result<Option<u32>, String> {
        let state = self.node(node);
        let fallbacks = &self.graph.plan.node(node).fallbacks;
        // Tries are counted on over a reopening, re-runs are not.
        let was_tried = state.relaunch || state.retries > 0;
        if fallbacks.is_empty() || was_tried || state.alternative > 0 {
            return Ok(None);
        }
        Ok((self.strategy(node)? == Strategy::Static).then_some(1))
    }

    /// Who takes over after a try that failed for good. What was stopped, or may not run
    /// again, is not done by somebody else: only failures fall back (rule D5).
    pub(crate) fn fallback_after(&self, node: NodeIx, class: ErrorClass) -> Option<u32> {
        let fell = match class {
            ErrorClass::Timeout
            | ErrorClass::Execution
            | ErrorClass::Invocation
            | ErrorClass::Network
            | ErrorClass::InvalidOutput
            | ErrorClass::InvalidInput => true,
            ErrorClass::Cancelled | ErrorClass::Interrupted => false,
        };
        let planned = self.graph.plan.node(node);
        let next = self.node(node).alternative + 1;
        let there_is = (next as usize) <= planned.fallbacks.len();
        let allowed = || {
            self.strategy(node)
                .is_ok_and(|strategy| strategy != Strategy::Ai)
        };
        (fell && there_is && allowed()).then_some(next)
    }

    fn strategy(&self, node: NodeIx) -> Result<Strategy, String> {
        let source = match &self.graph.plan.node(node).strategy {
            None => return Ok(Strategy::Hybrid),
            Some(Strategy::Chosen(source)) => source,
            Some(fixed @ (Strategy::Ai | Strategy::Static | Strategy::Hybrid)) => {
                return Ok(fixed.clone());
            }
        };
        let expression: &Expression = self.graph.expression(source);
        let from: Viewpoint = self.viewpoint(node);
        let value = scope::of_run(self, expression.reads(), from)
            .and_then(|scope| expression.evaluate(&scope))
            .map_err(|error| error.message)?;
        value.as_str().and_then(Strategy::parse).ok_or_else(|| {
            format!("`{source}` gives {value}, and a strategy is `ai`, `static` or `hybrid`")
        })
    }
}
