//! `admit`: which node may start next, if any.
//!
//! A node is looked at when there is room for it, and its condition is evaluated
//! once. The driver renders the request of an admitted node and hands it in as
//! [`crate::Input::Start`], so that the end of one agent and the start of the next are
//! one batch (decision 1).

use crate::evaluate::Answer;
use crate::event::{Asker, Event, SkipReason};
use crate::halt::ends_everything;
use crate::plan::{Action, NodeIx, Role};
use crate::run::{Phase, Run};

/// What follows for the next node in line.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// It may start: render its request.
    Start(NodeIx),
    /// It does not start; this event says why.
    Event(Box<Event>),
}

/// The next node in line, when there is room for one.
pub fn admit(run: &Run) -> Option<Admission> {
    let node = run.candidate()?;
    if run.node_state(node).admitted {
        return Some(Admission::Start(node));
    }
    let Some(condition) = &run.graph.plan.node(node).condition else {
        return Some(Admission::Start(node));
    };
    let instead = |event| Some(Admission::Event(Box::new(event)));
    let skip = |reason| instead(Event::NodeSkipped { node, reason });
    match run.evaluate(condition, Asker::Node(node)) {
        Answer::True => Some(Admission::Start(node)),
        Answer::False => skip(SkipReason::ConditionFalse),
        Answer::Error(message) => skip(SkipReason::ConditionError { message }),
        Answer::Unasked(number) => instead(Event::ConditionAsked {
            asker: Asker::Node(node),
            number,
        }),
    }
}

impl Run {
    /// The first ready node, if the run and the limits let it go now.
    pub(crate) fn candidate(&self) -> Option<NodeIx> {
        if self.phase != Phase::Running || self.interrupted || self.due_halt.is_some() {
            return None;
        }
        let stage = self.stage_ix()?;
        let node = *self.ready.first()?;
        // After a required failure, what was tried may finish and nothing else starts.
        let stopped = |cause| ends_everything(&cause) || !self.resting.contains(&node);
        if self.halting().is_some_and(stopped) {
            return None;
        }
        let planned = self.graph.plan.node(node);
        // Gates share the tree with nobody, so they go one at a time (decision 37).
        if planned.role == Role::Gate || self.is_one_at_a_time(stage) {
            let others = self.stages[stage.index()].begun - u32::from(self.node_state(node).begun);
            return (others == 0).then_some(node);
        }
        let takes_a_slot = !matches!(planned.action, Action::Human(_) | Action::Set { .. });
        (!takes_a_slot || self.running.len() < self.slots(stage)).then_some(node)
    }
}
