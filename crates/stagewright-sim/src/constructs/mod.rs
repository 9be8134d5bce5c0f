//! Everything that a plan can say and that can happen in a run, by word, so that a test
//! can prove that each of it is drawn and does happen. `words` has the words, `drawn`
//! those of a case; this file has those of events.

mod drawn;
mod words;

pub use drawn::of_case;

use stagewright_core::decision::Choice;
use stagewright_core::event::{Event, SkipReason};
use std::collections::BTreeSet;
use words::*;

/// What else has to happen: combinations that no single value shows.
const BESIDES: &[&str] = &[
    "depends_on",
    "when: any",
    "input_transformer",
    "an edge inside a repeated stage",
    "a gate in a repeated stage",
    "a person in a repeated stage",
    "a person, repeated",
    "max_parallelism of an agent",
    "max_parallelism of a repeated stage",
    "approved",
    "rejected",
    "merge",
    "merge by override",
    "block",
    "retry after",
    "a paused driver commits",
    "a paused driver is refused",
];

/// All words: what has to be drawn, and what has to happen.
pub fn all() -> impl Iterator<Item = &'static str> {
    let lists = [
        ACTIONS,
        FALLBACKS,
        PROGRAMS,
        STRATEGIES,
        REPEATS,
        CONDITIONS,
        OPERATORS,
        MODES,
        ROLES,
        INTERRUPTS,
        FAILURES,
        EVENTS,
        SKIPS,
        HALTS,
        REPETITION_ENDS,
        RESULTS,
        BESIDES,
    ];
    lists.into_iter().flatten().copied()
}

/// The words for what happened.
pub fn of_event(event: &Event) -> BTreeSet<&'static str> {
    let mut words = BTreeSet::from([event_word(event)]);
    match event {
        Event::NodeSkipped { reason, .. } => of_skip(reason, &mut words),
        Event::StageSkipped { reason, .. } => {
            of_skip(reason, &mut words);
            words.extend(of_members(reason).as_ref().map(skip_word));
        }
        Event::Halted { cause, .. } => {
            words.insert(halt_word(cause));
        }
        Event::RepetitionFinished { end, .. } => {
            words.insert(repetition_end_word(end));
        }
        Event::AttemptFinished {
            outcome, retry_at, ..
        } => {
            words.insert(result_word(&outcome.result));
            let asked = outcome.retry_after_ms.filter(|_| retry_at.is_some());
            words.extend(asked.map(|_| "retry after"));
        }
        Event::Answered { answer, .. } => {
            words.insert(match answer.approved {
                true => "approved",
                false => "rejected",
            });
        }
        Event::Ended {
            decision: Some(decision),
            ..
        } => {
            words.insert(match decision.decision {
                Choice::Merge if decision.override_applied => "merge by override",
                Choice::Merge => "merge",
                Choice::Block => "block",
            });
        }
        _ => {}
    }
    words
}

fn of_skip(reason: &SkipReason, words: &mut BTreeSet<&'static str>) {
    words.insert(skip_word(reason));
    if let SkipReason::Halted { cause } = reason {
        words.insert(halt_word(cause));
    }
}

/// What the skip of a stage means for what is in it.
fn of_members(reason: &SkipReason) -> Option<SkipReason> {
    match reason {
        SkipReason::ConditionFalse => Some(SkipReason::StageSkipped),
        SkipReason::ConditionError { message } => Some(SkipReason::StageConditionError {
            message: message.clone(),
        }),
        SkipReason::DependencyFailed { .. }
        | SkipReason::StageSkipped
        | SkipReason::StageConditionError { .. }
        | SkipReason::NoItems
        | SkipReason::Halted { .. } => None,
    }
}
