//! What people want: cancel, answer, go on.

use super::tick::deadline_passed;
use crate::event::{Answer, AttemptOutcome, Event, Launch, RunStatus, Said, WaitReason};
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::{NodePhase, Phase, Run};
use crate::time::Timestamp;

/// A cancel counts once; a forced one may follow a graceful one (rule A24). A run
/// that nobody drives yet, or that is stuck, can be cancelled too.
pub(super) fn cancel(run: &Run, reason: String, force: bool) -> Vec<Event> {
    let live = match run.phase {
        Phase::Pending => run.submission.is_some(),
        Phase::Running | Phase::Stuck { .. } => true,
        Phase::Ended { .. } => false,
    };
    let news = match &run.cancel {
        None => true,
        Some(before) => force && !before.force,
    };
    (live && news)
        .then_some(Event::CancelRequested { reason, force })
        .into_iter()
        .collect()
}

/// An answer counts while its question is open. One that comes after the deadline is
/// too late, even when nobody was there to note that it passed (decision 9).
pub(super) fn answer(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    digest: &str,
    answer: Answer,
    mut outcome: Box<AttemptOutcome>,
) -> Vec<Event> {
    let Some(state) = run.find_node(node).filter(|_| run.phase == Phase::Running) else {
        return Vec::new();
    };
    let NodePhase::Parked(parked) = &state.phase else {
        return Vec::new();
    };
    if parked.digest != digest {
        return Vec::new();
    }
    if parked.deadline.is_some_and(|due| due <= now) {
        return deadline_passed(run, now, node);
    }
    let approved = answer.approved;
    // The decision reads what was said here, whatever the output makes of it.
    outcome.facts.said = Some(Said {
        approved,
        note: answer.note.clone(),
    });
    let answered = Event::Answered {
        node,
        digest: parked.digest.clone(),
        answer,
    };
    let ended = |outcome: Box<AttemptOutcome>| Event::AttemptFinished {
        node,
        try_number: state.tries.max(1),
        launch: Launch::default(),
        outcome,
        retry_at: None,
    };
    match (parked.reason, approved) {
        (WaitReason::Approval, _) => vec![answered, ended(outcome)],
        // Who waits is in another run, and is answered there.
        (WaitReason::Pipeline, _) => Vec::new(),
        (WaitReason::Interrupted, true) => vec![answered],
        (WaitReason::Interrupted, false) => {
            let outcome = AttemptOutcome::failed(
                ErrorClass::Interrupted,
                "it was interrupted, and a person decided not to run it again",
            );
            vec![answered, ended(Box::new(outcome))]
        }
    }
}

/// FAILURE and PARTIAL_SUCCESS can be reopened, and so can a stuck run; CANCELLED is
/// final (decision 31). Any other run goes on by itself once it is claimed.
pub(super) fn resume(run: &Run) -> Vec<Event> {
    let can_reopen = match &run.phase {
        Phase::Ended { status, .. } => match status {
            RunStatus::Failure | RunStatus::PartialSuccess => true,
            RunStatus::Success | RunStatus::Cancelled => false,
        },
        Phase::Stuck { .. } => true,
        Phase::Pending | Phase::Running => false,
    };
    can_reopen.then_some(Event::Reopened).into_iter().collect()
}
