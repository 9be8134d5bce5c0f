//! The oracle: its own picture of the run, from committed events alone, and the rules
//! that every event must keep.
//!
//! It shares no code with the core's state: it reads the plan and the events, and what
//! the simulated world knows to be true. It must never ask the core what is right.

mod ends;
mod picture;
mod starts;

use crate::case::Case;
use picture::{At, Picture};
use stagewright_core::event::{Answer, HaltCause, Launch, Verdict, WaitReason};
use stagewright_core::{Event, Recorded};
use std::collections::BTreeSet;

/// A rule that holds for every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// No effect is released before its event is committed (decision 1).
    CommitBeforeEffect,
    /// A launch is started once.
    LaunchedOnce,
    /// A result belongs to a launch that reported it, and that was the running one.
    ReportOfItsOwnLaunch,
    /// What has finished does not start again, unless the run is reopened.
    FinishedStaysFinished,
    /// At most as many agents run as there are slots (rule A16).
    SlotsHold,
    /// Agents of a one-at-a-time stage, and gates, go one at a time (rule A15).
    OneAtATime,
    /// Stages go in order, gates after the agents (rule A15, decision 37).
    StagesInOrder,
    /// A node starts after what it depends on, and only if that let it (decision 33).
    DependenciesHold,
    /// A node starts only if its condition holds, and is skipped for it only if not.
    ConditionsHold,
    /// Tries, waits and caps are the policy's (rules A5 to A8).
    RetriesFollowThePolicy,
    /// A try is launched at most three times (decision 3).
    ThreeLaunches,
    /// After a halt, a cancel or an interrupt nothing new starts (rules A4, A24).
    HaltsHold,
    /// Events are in the order of time, and not ahead of it; waits are waited for.
    TimeIsTrue,
    /// An open question is answered once, and not after its deadline.
    AnsweredOnce,
    /// All agents are executed or skipped, all executed succeeded or failed (rule A17).
    CountsAddUp,
    /// The status follows from the results (rule A1).
    StatusFollows,
    /// No MERGE while something required lacks success (decision 29).
    NoMergeWithoutEvidence,
    /// A cancel that was confirmed ends the run as CANCELLED (rule A24).
    ConfirmedCancelHolds,
    /// Folding the journal gives the live state.
    FoldEqualsLive,
    /// Reports of lost or finished launches change nothing.
    StaleReportsChangeNothing,
    /// Every run ends, waits for a person, or is stuck, in bounded time.
    ComesToAnEnd,
    /// A run whose end is determined ends the same with and without faults.
    SameEndWithoutFaults,
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// How.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.message)
    }
}

/// A verdict on one event.
pub(crate) type Check = Result<(), Violation>;

/// Holds when `condition` does.
pub(crate) fn hold(
    condition: bool,
    invariant: Invariant,
    message: impl FnOnce() -> String,
) -> Check {
    if condition {
        return Ok(());
    }
    let message = message();
    Err(Violation { invariant, message })
}

/// The oracle of one run.
#[derive(Debug)]
pub struct Oracle<'a> {
    case: &'a Case,
    picture: Picture,
    /// Launches whose process has reported, as the world saw it.
    reported: BTreeSet<Launch>,
    last_at_ms: u64,
}

impl<'a> Oracle<'a> {
    /// Before the first event.
    pub fn new(case: &'a Case) -> Self {
        Self {
            case,
            picture: Picture::of(&case.plan),
            reported: BTreeSet::new(),
            last_at_ms: 0,
        }
    }

    /// The process of a launch has reported.
    pub fn saw_report(&mut self, launch: Launch) {
        self.reported.insert(launch);
    }

    /// Whether this launch is the running one of its node, by committed events.
    pub fn is_running(&self, launch: Launch) -> bool {
        let mut nodes = self.picture.nodes.iter();
        nodes
            .any(|node| matches!(node.at, At::Running { launch: running, .. } if running == launch))
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
        match &recorded.event {
            Event::AttemptStarted {
                node,
                try_number,
                launch,
                ..
            } => self.started(*node, *try_number, *launch, at_ms),
            Event::AttemptFinished {
                node,
                launch,
                outcome,
                retry_at,
                ..
            } => self.finished(*node, *launch, outcome, *retry_at, at_ms),
            Event::AttemptLost { node, crashed, .. } => {
                self.picture.lost(*node, *crashed);
                Ok(())
            }
            Event::Parked {
                node,
                reason,
                deadline,
                ..
            } => self.parked(*node, *reason, deadline.map(|at| at.0)),
            Event::Answered { node, answer, .. } => self.answered(*node, answer, at_ms),
            Event::NodeSkipped { node, reason } => self.skipped(*node, reason),
            Event::StageSkipped { stage, reason } => {
                self.picture.skip_stage(&self.case.plan, *stage, reason);
                Ok(())
            }
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
                Ok(())
            }
            Event::Reopened => {
                self.picture.reopen(&self.case.plan);
                Ok(())
            }
            Event::Ended { status, decision } => self.ended(*status, decision.as_deref()),
            Event::ResultAdopted { node, .. } => {
                self.picture.nodes[node.index()].at = At::Done { success: true };
                Ok(())
            }
            Event::RetryDue { node } => self.picture.due(*node, at_ms),
            Event::StageFinished { stage, .. } => {
                self.picture.end_stage_halt(*stage);
                Ok(())
            }
            Event::WaitEnded { .. }
            | Event::Expanded { .. }
            | Event::RepetitionFinished { .. }
            | Event::FellBack { .. } => hold(false, Invariant::TimeIsTrue, || {
                format!("{:?} belongs to nothing in the pipeline", recorded.event)
            }),
            Event::Submitted { .. }
            | Event::StageStarted { .. }
            | Event::ConditionAsked { .. }
            | Event::ConditionAnswered { .. }
            | Event::Stuck { .. } => Ok(()),
        }
    }

    fn halted(&mut self, cause: &HaltCause) {
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

    fn answered(&mut self, node: stagewright_core::NodeIx, answer: &Answer, at_ms: u64) -> Check {
        let state = &mut self.picture.nodes[node.index()];
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
            deadline_ms.is_none_or(|due| at_ms < due),
            Invariant::AnsweredOnce,
            || format!("{node:?} was answered after its deadline"),
        )?;
        if reason == WaitReason::Interrupted && answer.approved {
            state.at = At::Resting { due_ms: None };
            state.launches_of_try = 0;
        }
        Ok(())
    }
}

/// Whether a verdict lets dependents go.
fn passes(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Pass => true,
        Verdict::Fail | Verdict::Error | Verdict::NoEvidence => false,
    }
}
