//! The event log for people: one line an event.

use super::line::{Line, Row, Tone, table};
use crate::history::word;
use crate::moment::{day_and_time, duration};
use crate::words::{self, id, stage_id};
use jiff::tz::TimeZone;
use stagewright_core::event::{AttemptOutcome, AttemptResult, RunStatus};
use stagewright_core::{Event, Recorded, Run};

/// The events as lines: position, time, event, who, and what it says. Times are shown
/// in `zone`. `run` serves the names.
pub fn history_lines(run: &Run, events: &[Recorded], zone: &TimeZone, width: usize) -> Vec<Line> {
    let rows: Vec<Row> = events
        .iter()
        .map(|recorded| {
            let (stage, node) = recorded.event.subject();
            let who = node
                .map(|node| id(run, node))
                .or_else(|| stage.map(|stage| stage_id(run, stage).to_owned()))
                .unwrap_or_default();
            (
                tone(&recorded.event),
                vec![
                    recorded.seq.to_string(),
                    day_and_time(recorded.at, zone),
                    word(&recorded.event).replace('_', " "),
                    who,
                    detail(run, recorded),
                ],
            )
        })
        .collect();
    table(0, &rows, &[12, 20, 20, 32, 500], width)
}

fn tone(event: &Event) -> Tone {
    match event {
        Event::AttemptFinished {
            outcome, retry_at, ..
        } => match (&outcome.result, retry_at) {
            (AttemptResult::Succeeded, _) => Tone::Good,
            (AttemptResult::Judged { verdict, .. }, _) if verdict.as_str() == "pass" => Tone::Good,
            (AttemptResult::Judged { .. } | AttemptResult::Failed { .. }, Some(_)) => Tone::Warn,
            (AttemptResult::Judged { .. } | AttemptResult::Failed { .. }, None) => Tone::Bad,
        },
        Event::Ended { status, .. } => match status {
            RunStatus::Success => Tone::Good,
            RunStatus::PartialSuccess => Tone::Warn,
            RunStatus::Failure | RunStatus::Cancelled => Tone::Bad,
        },
        Event::Stuck { .. } => Tone::Bad,
        Event::RepetitionFinished { end, .. } if end.is_failure() => Tone::Bad,
        Event::FellBack { .. } => Tone::Warn,
        Event::AttemptLost { .. }
        | Event::Parked { .. }
        | Event::Halted { .. }
        | Event::CancelRequested { .. }
        | Event::Interrupted => Tone::Warn,
        Event::StageSkipped { reason, .. } | Event::NodeSkipped { reason, .. } => {
            if reason.leaves_no_evidence() {
                Tone::Warn
            } else {
                Tone::Dim
            }
        }
        Event::Claimed { .. }
        | Event::ConditionAsked { .. }
        | Event::WaitEnded { .. }
        | Event::InputAsked { .. }
        | Event::InputAnswered { .. }
        | Event::Expanded { .. }
        | Event::RepetitionFinished { .. }
        | Event::RetryDue { .. } => Tone::Dim,
        Event::Submitted { .. }
        | Event::ResultAdopted { .. }
        | Event::StageStarted { .. }
        | Event::StageFinished { .. }
        | Event::ConditionAnswered { .. }
        | Event::AttemptStarted { .. }
        | Event::Answered { .. }
        | Event::Reopened => Tone::Plain,
    }
}

/// What an event says besides its name; whoever shows it makes it harmless.
pub(crate) fn detail(run: &Run, recorded: &Recorded) -> String {
    match &recorded.event {
        Event::Submitted { submission } => {
            format!("{} as {}", submission.run_id, submission.pipeline_id)
        }
        Event::Claimed { fence } => format!("lease {fence}"),
        Event::ResultAdopted { outcome, .. } => outcome_words(outcome),
        Event::StageSkipped { reason, .. } | Event::NodeSkipped { reason, .. } => {
            words::skip_reason(run, reason)
        }
        Event::StageFinished { status, .. } => status.as_str().to_owned(),
        Event::ConditionAnswered { answer, .. } => match answer {
            Ok(holds) => holds.to_string(),
            Err(message) => format!("error: {message}"),
        },
        Event::AttemptStarted {
            try_number,
            launch,
            timeout_ms,
            ..
        } => {
            let limit = timeout_ms.map_or(String::new(), |ms| format!(", limit {}", duration(ms)));
            format!("try {try_number}, launch {}{limit}", launch.serial)
        }
        Event::AttemptLost {
            launch, crashed, ..
        } => {
            let how = if *crashed { "crashed" } else { "interrupted" };
            format!("launch {} {how}", launch.serial)
        }
        Event::AttemptFinished {
            try_number,
            outcome,
            retry_at,
            ..
        } => {
            let again = retry_at.map_or(String::new(), |due| {
                format!(", again in {}", duration(due.since_ms(recorded.at)))
            });
            format!("try {try_number}: {}{again}", outcome_words(outcome))
        }
        Event::Expanded { count, .. } => format!("{count} instances"),
        Event::RepetitionFinished { end, .. } => words::repetition_end(end),
        Event::FellBack { node, to } => words::fallback(run, *node, *to),
        Event::Parked { question, .. } => question.clone(),
        Event::Answered { answer, .. } => {
            let by = answer.by.as_deref().unwrap_or("somebody");
            match &answer.note {
                Some(note) => format!("{} by {by}: {note}", answer.choice),
                None => format!("{} by {by}", answer.choice),
            }
        }
        Event::Halted { cause, .. } => words::halt_cause(run, cause),
        Event::CancelRequested { reason, force } => {
            let how = if *force { "forced: " } else { "" };
            format!("{how}{reason}")
        }
        Event::Stuck { reason } => reason.clone(),
        Event::Ended { status, decision } => {
            let decision = decision.as_ref();
            let decision = decision.map_or("no decision", |record| record.decision.as_str());
            format!("{}, {decision}", status.as_str())
        }
        Event::StageStarted { .. }
        | Event::ConditionAsked { .. }
        | Event::RetryDue { .. }
        | Event::InputAsked { .. }
        | Event::InputAnswered { .. }
        | Event::WaitEnded { .. }
        | Event::Interrupted
        | Event::Reopened => String::new(),
    }
}

fn outcome_words(outcome: &AttemptOutcome) -> String {
    match &outcome.result {
        AttemptResult::Succeeded => {
            format!("ok{}", super::attempts::findings(&outcome.findings.counts))
        }
        AttemptResult::Judged { verdict, message } => words::judgement(*verdict, message),
        AttemptResult::Failed { class, message } => format!("{class}, {message}"),
    }
}
