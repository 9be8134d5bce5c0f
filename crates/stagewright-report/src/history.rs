//! The event log as programs read it: one object an event, with names in the place
//! of indices.
//!
//! The form is stable and versioned: under the same `v`, fields may be added, none
//! changes its meaning. It is a reader's form, not the journal's own, which is free
//! to store the same facts in another way.

use crate::moment::iso;
use crate::words::{id, stage_id};
use serde::Serialize;
use serde_json::{Map, Value, json};
use stagewright_core::event::{
    AttemptOutcome, AttemptResult, HaltCause, RepetitionEnd, SkipReason, Submission, WaitReason,
};
use stagewright_core::{Event, Recorded, Run};

/// The version of [`HistoryEntry`].
pub const HISTORY_VERSION: u32 = 1;

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryEntry {
    /// [`HISTORY_VERSION`].
    pub v: u32,
    /// The run.
    pub run_id: String,
    /// The event's position, from 0, without gaps.
    pub seq: u64,
    /// When, in ISO 8601.
    pub at: String,
    /// What, such as `attempt_finished`.
    pub event: &'static str,
    /// The stage that it is about.
    pub stage: Option<String>,
    /// The agent or gate that it is about.
    pub node: Option<String>,
    /// What else the event says; its keys depend on the event.
    pub data: Map<String, Value>,
}

/// The entry of one event of a run. `run` serves the names, and may be in any later
/// state.
pub fn entry(run: &Run, recorded: &Recorded) -> HistoryEntry {
    let (stage, node) = recorded.event.subject();
    let stage = stage.or_else(|| node.map(|node| run.plan().node(node).stage));
    HistoryEntry {
        v: HISTORY_VERSION,
        run_id: run.submission().run_id.clone(),
        seq: recorded.seq,
        at: iso(recorded.at),
        event: word(&recorded.event),
        stage: stage.map(|stage| stage_id(run, stage).to_owned()),
        node: node.map(|node| id(run, node)),
        data: match data(run, &recorded.event) {
            Value::Object(entries) => entries,
            _ => Map::new(),
        },
    }
}

/// The word for an event.
pub(crate) fn word(event: &Event) -> &'static str {
    match event {
        Event::Submitted { .. } => "submitted",
        Event::Claimed { .. } => "claimed",
        Event::ResultAdopted { .. } => "result_adopted",
        Event::StageStarted { .. } => "stage_started",
        Event::StageSkipped { .. } => "stage_skipped",
        Event::StageFinished { .. } => "stage_finished",
        Event::ConditionAsked { .. } => "condition_asked",
        Event::ConditionAnswered { .. } => "condition_answered",
        Event::NodeSkipped { .. } => "node_skipped",
        Event::AttemptStarted { .. } => "attempt_started",
        Event::AttemptLost { .. } => "attempt_lost",
        Event::AttemptFinished { .. } => "attempt_finished",
        Event::RetryDue { .. } => "retry_due",
        Event::Parked { .. } => "parked",
        Event::Answered { .. } => "answered",
        Event::Halted { .. } => "halted",
        Event::CancelRequested { .. } => "cancel_requested",
        Event::Interrupted => "interrupted",
        Event::Stuck { .. } => "stuck",
        Event::Ended { .. } => "ended",
        Event::Reopened => "reopened",
        Event::WaitEnded { .. } => "wait_ended",
        Event::InputAsked { .. } => "input_asked",
        Event::InputAnswered { .. } => "input_answered",
        Event::Expanded { .. } => "expanded",
        Event::RepetitionFinished { .. } => "repetition_finished",
        Event::FellBack { .. } => "fell_back",
    }
}

fn repetition_end(end: &RepetitionEnd) -> Value {
    match end {
        RepetitionEnd::Complete => json!({"end": "complete"}),
        RepetitionEnd::Cut => json!({"end": "cut"}),
        RepetitionEnd::Exhausted => json!({"end": "exhausted"}),
        RepetitionEnd::ConditionError { message } => {
            json!({"end": "condition_error", "error": message})
        }
    }
}

fn data(run: &Run, event: &Event) -> Value {
    match event {
        Event::Submitted { submission } => submitted(submission),
        Event::Claimed { fence } => json!({"fence": fence}),
        Event::ResultAdopted { outcome, .. } => outcome_data(outcome),
        Event::StageSkipped { reason, .. } | Event::NodeSkipped { reason, .. } => {
            skip_data(run, reason)
        }
        Event::StageFinished { status, .. } => json!({"status": status.as_str()}),
        Event::ConditionAsked { number, .. } => json!({"number": number}),
        Event::ConditionAnswered { number, answer, .. } => match answer {
            Ok(holds) => json!({"number": number, "holds": holds}),
            Err(message) => json!({"number": number, "error": message}),
        },
        Event::AttemptStarted {
            try_number,
            launch,
            request,
            timeout_ms,
            ..
        } => json!({
            "try": try_number,
            "launch": launch.serial,
            "request_hash": request.as_ref().map(|blob| &blob.hash),
            "timeout_ms": timeout_ms,
        }),
        Event::AttemptLost {
            launch, crashed, ..
        } => json!({"launch": launch.serial, "crashed": crashed}),
        Event::AttemptFinished {
            try_number,
            launch,
            outcome,
            retry_at,
            ..
        } => {
            let mut data = outcome_data(outcome);
            data["try"] = json!(try_number);
            data["launch"] = json!(launch.serial);
            data["retry_at"] = json!(retry_at.map(iso));
            data
        }
        Event::Parked {
            reason,
            question,
            digest,
            deadline,
            ..
        } => json!({
            "reason": match reason {
                WaitReason::Approval => "approval",
                WaitReason::Interrupted => "interrupted",
                WaitReason::Pipeline => "pipeline",
            },
            "question": question,
            "digest": digest,
            "deadline": deadline.map(iso),
        }),
        Event::Expanded { items, count, .. } => json!({
            "count": count,
            "items_hash": items.as_ref().map(|blob| &blob.hash),
        }),
        Event::RepetitionFinished { end, .. } => repetition_end(end),
        Event::InputAnswered { answer, .. } => match answer {
            Ok(input) => json!({"input_hash": input.hash}),
            Err(message) => json!({"error": message}),
        },
        Event::FellBack { to, .. } => json!({"to": to}),
        Event::Answered { digest, answer, .. } => json!({
            "approved": answer.approved,
            "choice": answer.choice,
            "by": answer.by,
            "note": answer.note,
            "digest": digest,
        }),
        Event::Halted {
            cause,
            stop_running,
        } => halt_data(run, cause, *stop_running),
        Event::CancelRequested { reason, force } => json!({"reason": reason, "force": force}),
        Event::Stuck { reason } => json!({"reason": reason}),
        Event::Ended { status, decision } => json!({
            "status": status.as_str(),
            "decision": decision.as_ref().map(|record| record.decision.as_str()),
            "decision_reason": decision.as_ref().map(|record| &record.reason),
        }),
        Event::StageStarted { .. }
        | Event::RetryDue { .. }
        | Event::WaitEnded { .. }
        | Event::InputAsked { .. }
        | Event::Interrupted
        | Event::Reopened => Value::Null,
    }
}

/// The context may be large and hold what was never meant for a log: left out.
fn submitted(submission: &Submission) -> Value {
    json!({
        "pipeline_id": submission.pipeline_id,
        "plan_hash": submission.plan.hash,
        "mode": submission.mode,
        "source": submission.source,
        "parent": submission.parent,
    })
}

fn skip_data(run: &Run, reason: &SkipReason) -> Value {
    json!({
        "reason": reason.word(),
        "message": crate::words::skip_reason(run, reason),
    })
}

fn halt_data(run: &Run, cause: &HaltCause, stop_running: bool) -> Value {
    json!({
        "cause": cause.word(),
        "message": crate::words::halt_cause(run, cause),
        "stop_running": stop_running,
    })
}

fn outcome_data(outcome: &AttemptOutcome) -> Value {
    let mut data = json!({
        "result": match &outcome.result {
            AttemptResult::Succeeded => "succeeded",
            AttemptResult::Judged { .. } => "judged",
            AttemptResult::Failed { .. } => "failed",
        },
        "findings": outcome.findings.counts,
        "cost_usd": outcome.cost_usd,
        "result_hash": outcome.output.as_ref().map(|blob| &blob.hash),
    });
    match &outcome.result {
        AttemptResult::Succeeded => {}
        AttemptResult::Judged { verdict, message } => {
            data["verdict"] = json!(verdict.as_str());
            data["message"] = json!(message);
        }
        AttemptResult::Failed { class, message } => {
            data["error"] = json!(message);
            data["error_type"] = json!(class.as_str());
        }
    }
    data
}
