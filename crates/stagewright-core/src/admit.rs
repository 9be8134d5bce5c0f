//! `admit`: which node may start next, if any.
//!
//! A node is looked at when there is room for it, and its condition is evaluated
//! once. The driver renders the request of an admitted node and hands it in as
//! [`crate::Input::Start`], so that the end of one agent and the start of the next are
//! one batch (decision 1).

use crate::evaluate::Answer;
use crate::event::{Asker, AttemptOutcome, Event, Launch, SkipReason};
use crate::halt::ends_everything;
use crate::plan::{Action, NodeIx, Repeated, Role, StageIx};
use crate::repetition;
use crate::retry::ErrorClass;
use crate::run::{Phase, Run, StagePhase, Viewpoint};

/// What follows for the next node in line.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// It may start: render its request.
    Start(NodeIx),
    /// It may be repeated: make its list.
    Expand(Repeated),
    /// It does not start; this event says why.
    Event(Box<Event>),
}

/// The next node in line, when there is room for one.
pub fn admit(run: &Run) -> Option<Admission> {
    if let Some(stage) = run.stage_to_expand() {
        return Some(Admission::Expand(Repeated::Stage(stage)));
    }
    let node = run.candidate()?;
    if run.node_state(node).admitted {
        return Some(start(run, node));
    }
    let condition = run.graph.plan.node(node).condition.as_ref();
    let later = run.graph.asks_each_instance(node) && node.instance().is_none();
    let Some(condition) = condition.filter(|_| !later) else {
        return Some(start(run, node));
    };
    let instead = |event| Some(Admission::Event(Box::new(event)));
    let skip = |reason| instead(Event::NodeSkipped { node, reason });
    match run.evaluate(condition, Asker::Node(node), run.viewpoint(node)) {
        Answer::True => Some(start(run, node)),
        Answer::False => skip(SkipReason::ConditionFalse),
        Answer::Error(message) => skip(SkipReason::ConditionError { message }),
        Answer::Unasked(number) => instead(Event::ConditionAsked {
            asker: Asker::Node(node),
            number,
        }),
    }
}

/// A node whose condition holds: it starts, or its instances do.
fn start(run: &Run, node: NodeIx) -> Admission {
    let planned = run.graph.plan.node(node);
    if let (Some(repeat), None) = (&planned.repeat, node.instance()) {
        let of = Repeated::Node(node);
        return match repetition::first(run, of, &repeat.over) {
            Some(event) => Admission::Event(Box::new(event)),
            None => Admission::Expand(of),
        };
    }
    let instead = |event| Admission::Event(Box::new(event));
    match run.first_alternative(node) {
        Ok(None) => {}
        Ok(Some(to)) => return instead(Event::FellBack { node, to }),
        Err(message) => return instead(refused(node, format!("strategy: {message}"))),
    }
    match (&planned.transformer, &run.node_state(node).input) {
        (Some(_), None) => instead(Event::InputAsked { node }),
        (Some(_), Some(Err(message))) => {
            instead(refused(node, format!("input_transformer: {message}")))
        }
        (None, _) | (Some(_), Some(Ok(_))) => Admission::Start(node),
    }
}

/// The end of a node that cannot start as asked.
fn refused(node: NodeIx, message: String) -> Event {
    Event::AttemptFinished {
        node,
        try_number: 1,
        launch: Launch::default(),
        outcome: Box::new(AttemptOutcome::failed(ErrorClass::InvalidInput, message)),
        retry_at: None,
    }
}

impl Run {
    /// The stage that comes next, if its list is to be made before it can start.
    fn stage_to_expand(&self) -> Option<StageIx> {
        let stage = self.stage_ix()?;
        let planned = self.graph.plan.stage(stage);
        let is_list = matches!(&planned.repeat, Some(repeat) if !repeat.over.is_loop());
        let waits = self.stages[stage.index()].phase == StagePhase::Waiting;
        let known = self.repetitions.contains_key(&Repeated::Stage(stage));
        let stopped = self.phase != Phase::Running
            || self.interrupted
            || self.due_halt.is_some()
            || self.halt.is_some();
        let state = &self.stages[stage.index()];
        let all_taken_over = state.agents_left == 0 && state.gates_left == 0;
        if !is_list || !waits || known || stopped || all_taken_over {
            return None;
        }
        let holds = planned.condition.as_ref().is_none_or(|condition| {
            let asker = Asker::Stage(stage);
            self.evaluate(condition, asker, Viewpoint::OUTSIDE) == Answer::True
        });
        holds.then_some(stage)
    }

    /// The first ready node that the run and the limits let go now.
    pub(crate) fn candidate(&self) -> Option<NodeIx> {
        if self.phase != Phase::Running || self.interrupted || self.due_halt.is_some() {
            return None;
        }
        let stage = self.stage_ix()?;
        // Iterations of a stage that go one step at a time do not wait for each other;
        // there are never more of them than may be under way at once.
        let several = self.graph.plan.stage(stage).repeat.is_some();
        let mut ready = self.ready.iter().copied();
        if several {
            ready.find(|node| self.may_go(*node, stage))
        } else {
            ready.next().filter(|node| self.may_go(*node, stage))
        }
    }

    fn may_go(&self, node: NodeIx, stage: StageIx) -> bool {
        // After a required failure, what was tried may finish and nothing else starts.
        let stopped = |cause| ends_everything(&cause) || !self.resting.contains(&node);
        if self.halting().is_some_and(stopped) {
            return false;
        }
        let planned = self.graph.plan.node(node);
        // Gates share the tree with nobody, so they go one at a time (decision 37).
        if planned.role == Role::Gate {
            let own = u32::from(self.node_state(node).begun);
            return self.stages[stage.index()].begun == own;
        }
        let beside_a_gate = self
            .running
            .last()
            .is_some_and(|last| self.graph.plan.node(*last).role == Role::Gate);
        if beside_a_gate || self.is_one_at_a_time(stage) && self.begun_beside(node) > 0 {
            return false;
        }
        let takes_a_slot = match (&planned.repeat, node.instance()) {
            (Some(_), None) => false,
            (None, _) | (Some(_), Some(_)) => !matches!(
                planned.action_at(self.node_state(node).alternative),
                Action::Human(_) | Action::Set { .. }
            ),
        };
        !takes_a_slot || self.running.len() < self.slots(stage)
    }
}
