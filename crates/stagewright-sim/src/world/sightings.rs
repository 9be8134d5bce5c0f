//! Words for what happens in a run, so that a test can prove that it does happen.

use stagewright_core::decision::Choice;
use stagewright_core::event::{AttemptResult, Launch, RunStatus, SkipReason, Verdict, WaitReason};
use stagewright_core::{ErrorClass, Event};

/// The words for one event.
pub(super) fn sightings(event: &Event) -> Vec<&'static str> {
    match event {
        Event::ResultAdopted { .. } => vec!["adopted"],
        Event::StageSkipped { reason, .. } => match reason {
            SkipReason::ConditionFalse => vec!["stage_skipped"],
            SkipReason::ConditionError { .. } => vec!["stage_condition_error"],
            other => vec![other.word()],
        },
        Event::ConditionAsked { .. } => vec!["asked"],
        Event::ConditionAnswered { .. } => vec!["condition_answered"],
        Event::NodeSkipped { reason, .. } => vec![reason.word()],
        Event::AttemptStarted { try_number, .. } if *try_number > 1 => vec!["launched_again"],
        Event::AttemptLost { crashed: true, .. } => vec!["lost_by_crash"],
        Event::AttemptLost { crashed: false, .. } => vec!["lost_by_interrupt"],
        Event::AttemptFinished {
            retry_at: Some(_), ..
        } => vec!["retry"],
        Event::AttemptFinished {
            launch,
            try_number,
            outcome,
            ..
        } => finished(*launch, *try_number, &outcome.result),
        Event::RetryDue { .. } => vec!["retry_due"],
        Event::Parked { reason, .. } => match reason {
            WaitReason::Approval => vec!["parked"],
            WaitReason::Interrupted => vec!["interrupted_and_asked"],
            WaitReason::Pipeline => vec!["waits_for_a_pipeline"],
        },
        Event::Answered { answer, .. } if answer.approved => vec!["answered", "approved"],
        Event::Answered { .. } => vec!["answered", "rejected"],
        Event::Halted { cause, .. } => vec![cause.word()],
        Event::CancelRequested { force: true, .. } => vec!["cancelled_by_force"],
        Event::CancelRequested { force: false, .. } => vec!["cancelled"],
        Event::Interrupted => vec!["interrupted"],
        Event::Stuck { .. } => vec!["stuck"],
        Event::Reopened => vec!["reopened"],
        Event::Ended { status, decision } => {
            let decision = decision.as_ref().map(|record| match record.decision {
                Choice::Merge if record.override_applied => "merge_by_override",
                Choice::Merge => "merge",
                Choice::Block => "block",
            });
            let status = match status {
                RunStatus::Success => "ended_success",
                RunStatus::PartialSuccess => "ended_partial_success",
                RunStatus::Failure => "ended_failure",
                RunStatus::Cancelled => "ended_cancelled",
            };
            decision.into_iter().chain([status]).collect()
        }
        Event::WaitEnded { .. } => vec!["wait_ended"],
        Event::Expanded { .. } => vec!["expanded"],
        Event::RepetitionFinished { .. } => vec!["repetition_finished"],
        Event::FellBack { .. } => vec!["fell_back"],
        Event::Submitted { .. }
        | Event::Claimed { .. }
        | Event::StageStarted { .. }
        | Event::StageFinished { .. }
        | Event::AttemptStarted { .. } => Vec::new(),
    }
}

fn finished(launch: Launch, try_number: u32, result: &AttemptResult) -> Vec<&'static str> {
    match result {
        AttemptResult::Judged {
            verdict: Verdict::Pass,
            ..
        } => vec!["gate_passed"],
        AttemptResult::Judged { .. } => vec!["gate_not_passed"],
        AttemptResult::Failed {
            class: ErrorClass::Interrupted,
            ..
        } => vec!["interrupted_and_failed"],
        AttemptResult::Failed { .. } if launch != Launch::default() && try_number > 1 => {
            vec!["failed_after_all_tries"]
        }
        AttemptResult::Failed { .. } | AttemptResult::Succeeded => Vec::new(),
    }
}
