//! The oracle: its own picture of the run, from committed events alone, and the rules
//! that every event must keep.
//!
//! It shares no code with the core's state: it reads the plan, what the plan was drawn to
//! mean, and the events, and what the simulated world knows to be true. It must never ask
//! the core what is right.
//!
//! `starts` is what must hold when something begins, with `turns` and `conditions`; `ends`
//! when a try ends, `verdicts` when the run does. `repetitions` and `alternatives` hold the
//! rules of decision 34 and of fallbacks, `reopening` says what starts over.

mod alternatives;
mod conditions;
mod ends;
mod invariant;
mod picture;
mod reopening;
mod repetitions;
mod starts;
mod turns;
mod verdicts;

pub(crate) use invariant::{Check, hold};
pub use invariant::{Invariant, Violation};

use crate::case::Case;
use crate::conditions::{Says, Truth};
use picture::{At, Picture};
use stagewright_core::event::{Answer, Asker, HaltCause, Launch, WaitReason};
use stagewright_core::plan::Repeated;
use stagewright_core::{Event, NodeIx, Recorded};
use std::collections::{BTreeMap, BTreeSet};

/// The oracle of one run.
#[derive(Debug)]
pub struct Oracle<'a> {
    case: &'a Case,
    picture: Picture,
    /// Launches whose process has reported, as the world saw it, each with how long it
    /// asked to be left alone.
    reported: BTreeMap<Launch, u64>,
    /// Launches that said that they wait for somebody.
    suspended: BTreeSet<Launch>,
    last_at_ms: u64,
}

impl<'a> Oracle<'a> {
    /// Before the first event.
    pub fn new(case: &'a Case) -> Self {
        Self {
            case,
            picture: Picture::of(&case.plan),
            reported: BTreeMap::new(),
            suspended: BTreeSet::new(),
            last_at_ms: 0,
        }
    }

    /// The process of a launch has reported, and asked to be left alone for so long.
    pub fn saw_report(&mut self, launch: Launch, patience_ms: Option<u64>) {
        self.reported.insert(launch, patience_ms.unwrap_or(0));
    }

    /// The process of a launch has said that it waits for somebody.
    pub fn saw_wait(&mut self, launch: Launch) {
        self.suspended.insert(launch);
    }

    /// Whether this launch is the running one of its node, by committed events.
    pub fn is_running(&self, launch: Launch) -> bool {
        let mut all = self.picture.all();
        all.any(
            |(_, node)| matches!(node.at, At::Running { launch: running, .. } if running == launch),
        )
    }

    /// Whether a cancel was committed.
    pub fn is_cancelled(&self) -> bool {
        self.picture.cancelled
    }

    /// Whether the run has ended, by committed events.
    pub fn has_ended(&self) -> bool {
        self.picture.ended
    }

    /// Checks a committed event and takes it into the picture.
    ///
    /// # Errors
    /// When the event breaks a rule.
    pub fn observe(&mut self, recorded: &Recorded, clock_ms: u64) -> Check {
        let at_ms = recorded.at.0;
        hold(at_ms >= self.last_at_ms, Invariant::TimeIsTrue, || {
            format!("{:?} lies before the event before it", recorded.event)
        })?;
        hold(at_ms <= clock_ms, Invariant::TimeIsTrue, || {
            format!("{:?} lies in the future", recorded.event)
        })?;
        self.last_at_ms = at_ms;
        self.names_what_there_is(&recorded.event)?;
        self.take_in(&recorded.event, at_ms)
    }

    fn take_in(&mut self, event: &Event, at_ms: u64) -> Check {
        match event {
            Event::AttemptStarted {
                node,
                try_number,
                launch,
                ..
            } => self.started(*node, *try_number, *launch, at_ms),
            Event::AttemptFinished {
                node,
                try_number,
                launch,
                outcome,
                retry_at,
            } => {
                let state = self.picture.node_mut(*node);
                state.last_try = state.last_try.max(*try_number);
                self.finished(*node, *launch, outcome, *retry_at, at_ms)
            }
            Event::AttemptLost { node, crashed, .. } => self.lost(*node, *crashed),
            Event::Parked {
                node,
                reason,
                deadline,
                ..
            } => self.parked(*node, *reason, deadline.map(|at| at.0)),
            Event::WaitEnded { node } => self.wait_ended(*node),
            Event::Answered { node, answer, .. } => self.answered(*node, answer, at_ms),
            Event::NodeSkipped { node, reason } => self.skipped(*node, reason),
            Event::StageSkipped { stage, reason } => self.stage_skipped(*stage, reason),
            Event::StageStarted { stage } => self.stage_started(*stage),
            Event::Expanded { of, count, .. } => self.expanded(*of, *count),
            Event::RepetitionFinished { of, end } => self.repetition_finished(*of, end),
            Event::InputAsked { node } => self.input_asked(*node),
            Event::InputAnswered { node, answer } => self.input_answered(*node, answer.is_ok()),
            Event::FellBack { node, to } => self.fell_back(*node, *to),
            Event::Ended { status, decision } => self.ended(*status, decision.as_deref()),
            Event::RetryDue { node } => self.due(*node, at_ms),
            Event::ResultAdopted { node, .. } => self.adopted(*node),
            Event::Halted { cause, .. } => {
                self.halted(cause);
                Ok(())
            }
            Event::CancelRequested { .. } => {
                self.picture.cancelled = true;
                Ok(())
            }
            Event::Interrupted => {
                self.picture.interrupted = true;
                Ok(())
            }
            Event::Claimed { .. } => {
                self.picture.interrupted = false;
                self.picture.claims += 1;
                Ok(())
            }
            Event::Reopened => {
                self.reopen();
                Ok(())
            }
            Event::StageFinished { stage, .. } => {
                self.picture.end_stage_halt(*stage);
                Ok(())
            }
            Event::ConditionAsked { asker, .. } => self.condition_asked(*asker),
            Event::Submitted { .. } | Event::ConditionAnswered { .. } | Event::Stuck { .. } => {
                Ok(())
            }
        }
    }

    /// No event is about an instance that there is not.
    fn names_what_there_is(&self, event: &Event) -> Check {
        let named = match event {
            Event::AttemptStarted { node, .. }
            | Event::AttemptFinished { node, .. }
            | Event::AttemptLost { node, .. }
            | Event::Parked { node, .. }
            | Event::WaitEnded { node }
            | Event::Answered { node, .. }
            | Event::NodeSkipped { node, .. }
            | Event::FellBack { node, .. }
            | Event::InputAsked { node }
            | Event::InputAnswered { node, .. }
            | Event::RetryDue { node }
            | Event::ConditionAsked {
                asker: Asker::Node(node),
                ..
            } => *node,
            _ => return Ok(()),
        };
        let is_there = self.picture.find(named).is_some();
        hold(is_there, Invariant::InstancesHold, || {
            format!("{named:?} is none of the instances that there are")
        })
    }

    fn halted(&mut self, cause: &HaltCause) {
        self.picture.halt_is_due = false;
        match cause {
            HaltCause::StageTimeout { stage } => self.picture.stage_halt = Some(*stage),
            HaltCause::RunTimeout => {
                self.picture.run_timed_out = true;
                self.picture.stopped = true;
            }
            HaltCause::FailFast { .. }
            | HaltCause::CriticalFinding { .. }
            | HaltCause::Cancelled => self.picture.stopped = true,
            HaltCause::RequiredFailure { .. } | HaltCause::LoopExhausted { .. } => {
                self.picture.only_tried = true;
            }
        }
    }

    fn answered(&mut self, node: NodeIx, answer: &Answer, at_ms: u64) -> Check {
        let state = self.picture.node_mut(node);
        let At::Parked {
            reason,
            deadline_ms,
        } = state.at
        else {
            return hold(false, Invariant::AnsweredOnce, || {
                format!("{node:?} was answered and had not asked")
            });
        };
        hold(
            reason != WaitReason::Pipeline && deadline_ms.is_none_or(|due| at_ms < due),
            Invariant::AnsweredOnce,
            || format!("{node:?} was answered after its deadline, or by the wrong one"),
        )?;
        state.objects = !answer.approved;
        if reason == WaitReason::Interrupted && answer.approved {
            state.at = At::Resting { due_ms: None };
            state.launches_of_try = 0;
        }
        Ok(())
    }

    /// What a condition says as seen from an instance of something repeated, or from
    /// outside: inside a repetition a sibling means the same instance (decision 34).
    fn says(&self, says: &Says, from: Option<(Repeated, u32)>) -> Truth {
        self.says_with(says, from, from.map(|(_, instance)| instance))
    }

    /// The same, where the number of the instance is not that of the one looked from.
    fn says_with(&self, says: &Says, from: Option<(Repeated, u32)>, index: Option<u32>) -> Truth {
        let success = |node: NodeIx| {
            let node = self.seen_from(node, from);
            match self.picture.find(node)?.at {
                At::Done { success } => Some(success),
                At::Skipped { .. } => Some(false),
                At::Idle
                | At::Running { .. }
                | At::Resting { .. }
                | At::Parked { .. }
                | At::Repeating => None,
            }
        };
        says.at(index, &success)
    }

    /// What the name of a node means from there.
    fn seen_from(&self, node: NodeIx, from: Option<(Repeated, u32)>) -> NodeIx {
        match from {
            Some((Repeated::Node(body), instance)) if body == node => node.at(instance),
            Some((Repeated::Stage(stage), instance))
                if self.case.plan.node(node).stage == stage =>
            {
                node.at(instance)
            }
            _ => node,
        }
    }

    /// The instance of a repetition that a node is, if it is one.
    fn place(&self, node: NodeIx) -> Option<(Repeated, u32)> {
        let of = self.case.plan.repeated_by(node)?;
        Some((of, node.instance()?))
    }
}
