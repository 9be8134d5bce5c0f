//! What a halt means for nodes that have not ended.
//!
//! A halt ends a node in one of two ways: what was never tried is skipped, what was
//! tried has failed, so that no failed try hides behind a skip (rule A1).

use crate::event::{AttemptOutcome, Event, HaltCause, Launch, SkipReason};
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::Run;

/// Whether this cause stops everything at once, so that a failed try is not repeated.
pub(crate) fn ends_everything(cause: &HaltCause) -> bool {
    match cause {
        HaltCause::FailFast { .. }
        | HaltCause::CriticalFinding { .. }
        | HaltCause::RunTimeout
        | HaltCause::StageTimeout { .. }
        | HaltCause::Cancelled => true,
        // What runs may finish, its further tries included.
        HaltCause::RequiredFailure { .. } | HaltCause::LoopExhausted { .. } => false,
    }
}

/// Which of two causes names the halt: a cancel goes before every other one, the
/// run's time limit before its parts', what stops everything before what lets the
/// running finish; a stage's limit ends with its stage.
pub(crate) fn rank(cause: &HaltCause) -> u8 {
    match cause {
        HaltCause::Cancelled => 4,
        HaltCause::RunTimeout => 3,
        HaltCause::FailFast { .. } | HaltCause::CriticalFinding { .. } => 2,
        HaltCause::RequiredFailure { .. } | HaltCause::LoopExhausted { .. } => 1,
        HaltCause::StageTimeout { .. } => 0,
    }
}

impl Run {
    /// Why nothing more starts in the current stage: the run's halt, or the stage's own
    /// time limit, whichever stops more.
    pub(crate) fn halting(&self) -> Option<HaltCause> {
        let stage = self
            .stage_ix()
            .filter(|stage| self.stages[stage.index()].limit_passed);
        match (&self.halt, stage) {
            (Some(cause), None) => Some(cause.clone()),
            (Some(cause), Some(_)) if ends_everything(cause) => Some(cause.clone()),
            (_, Some(stage)) => Some(HaltCause::StageTimeout { stage }),
            (None, None) => None,
        }
    }
}

/// The next event by which a halt ends a node of the current stage.
pub(crate) fn next_end(run: &Run) -> Option<Event> {
    let cause = run.halting()?;
    let waiting = run.idle.first().or_else(|| run.parked.first());
    let node = match waiting {
        Some(node) => *node,
        None if ends_everything(&cause) => *run.resting.first()?,
        None => return None,
    };
    let state = run.node_state(node);
    if !state.was_tried() {
        let reason = SkipReason::Halted { cause };
        return Some(Event::NodeSkipped { node, reason });
    }
    let outcome = match &state.last_failure {
        Some(failure) if !state.relaunch => failure.clone(),
        Some(_) | None => Box::new(stopped_outcome(run, &cause)),
    };
    Some(Event::AttemptFinished {
        node,
        try_number: state.tries.max(1),
        launch: Launch::default(),
        outcome,
        retry_at: None,
    })
}

/// The end of a launch that was stopped for this cause and gave no answer.
pub(crate) fn stopped_outcome(run: &Run, cause: &HaltCause) -> AttemptOutcome {
    let id = |node: &NodeIx| node.label(&run.graph.plan.node(*node).id);
    let cancelled = |message: String| AttemptOutcome::failed(ErrorClass::Cancelled, message);
    let late = |message: &str| AttemptOutcome::failed(ErrorClass::Timeout, message);
    match cause {
        HaltCause::FailFast { node } => {
            cancelled(format!("stopped by fail_fast after `{}` failed", id(node)))
        }
        HaltCause::CriticalFinding { node } => cancelled(format!(
            "stopped by fail_fast_on_critical after `{}` reported a critical finding",
            id(node)
        )),
        HaltCause::RequiredFailure { node } => {
            cancelled(format!("stopped after `{}` failed", id(node)))
        }
        HaltCause::LoopExhausted { stage } => cancelled(format!(
            "stopped after a loop of stage `{}` reached its bound",
            run.graph.plan.stage(*stage).id
        )),
        HaltCause::StageTimeout { .. } => late("stopped when the stage's time limit passed"),
        HaltCause::RunTimeout => late("stopped when the run's time limit passed"),
        HaltCause::Cancelled => cancelled("stopped by a cancel".to_owned()),
    }
}
