//! When something is repeated once more, and when no more (decision 34).
//!
//! A list has all its instances at once; a loop gets one after the other, and its
//! condition is asked in between, with the results of the iteration before: `while` before
//! an iteration, where `index` is its number, `until` after it. A required failure ends a loop; one that is not
//! required leaves it to the condition.

use crate::evaluate::Answer;
use crate::event::{Asker, AttemptOutcome, Event, Launch, RepetitionEnd, SkipReason};
use crate::plan::{Over, Repeated};
use crate::retry::ErrorClass;
use crate::run::{Run, Viewpoint};

/// The most instances of one repetition.
pub const MAX_INSTANCES: u32 = 10_000;

/// What begins a loop, or ends it before its first iteration; `None` for a list, which
/// the driver is asked for.
pub(crate) fn first(run: &Run, of: Repeated, over: &Over) -> Option<Event> {
    match over {
        Over::Items { .. } => None,
        Over::Until { .. } => Some(one_more(of, 1)),
        Over::While { condition, .. } => {
            let from = Viewpoint::before(of, 0);
            Some(match run.evaluate(condition, asker(of), from) {
                Answer::True => one_more(of, 1),
                Answer::False => Event::Expanded {
                    of,
                    items: None,
                    count: 0,
                    values: Vec::new(),
                },
                Answer::Error(message) => refused(of, format!("while: {message}")),
                Answer::Unasked(_) => refused(of, no_programs()),
            })
        }
    }
}

/// What follows when nothing of a repetition is under way; `None` while it is interrupted.
pub(crate) fn next(run: &Run, of: Repeated) -> Option<Event> {
    let known = run.repetitions.get(&of)?;
    let finished = |end| Some(Event::RepetitionFinished { of, end });
    let over = &run.graph.plan.repeat(of)?.over;
    if run.halting().is_some() {
        let whole = known.opened == known.count && !over.is_loop();
        return finished(if whole {
            RepetitionEnd::Complete
        } else {
            RepetitionEnd::Cut
        });
    }
    if known.opened < known.count || !known.waiting.is_empty() {
        // They are opened as soon as there is room.
        return None;
    }
    let (condition, max_iterations, goes_on) = match over {
        Over::Items { .. } => return finished(RepetitionEnd::Complete),
        Over::While {
            condition,
            max_iterations,
        } => (condition, *max_iterations, Answer::True),
        Over::Until {
            condition,
            max_iterations,
        } => (condition, *max_iterations, Answer::False),
    };
    if known.count == 0 {
        return finished(RepetitionEnd::Complete);
    }
    if known.required_failure {
        return finished(RepetitionEnd::Cut);
    }
    let from = match over {
        Over::While { .. } => Viewpoint::before(of, known.count),
        Over::Until { .. } | Over::Items { .. } => Viewpoint::inside(of, known.count - 1),
    };
    match run.evaluate(condition, asker(of), from) {
        Answer::Error(message) => finished(RepetitionEnd::ConditionError { message }),
        Answer::Unasked(_) => finished(RepetitionEnd::ConditionError {
            message: no_programs(),
        }),
        answer @ (Answer::True | Answer::False) if answer != goes_on => {
            finished(RepetitionEnd::Complete)
        }
        Answer::True | Answer::False if known.count >= max_iterations => {
            finished(RepetitionEnd::Exhausted)
        }
        Answer::True | Answer::False if run.interrupted => None,
        Answer::True | Answer::False => Some(one_more(of, known.count + 1)),
    }
}

fn one_more(of: Repeated, count: u32) -> Event {
    Event::Expanded {
        of,
        items: None,
        count,
        values: Vec::new(),
    }
}

fn asker(of: Repeated) -> Asker {
    match of {
        Repeated::Node(node) => Asker::Node(node),
        Repeated::Stage(stage) => Asker::Stage(stage),
    }
}

fn no_programs() -> String {
    "a loop's condition cannot be a custom one".to_owned()
}

/// The end of a repetition that cannot begin.
fn refused(of: Repeated, message: String) -> Event {
    match of {
        Repeated::Stage(stage) => Event::StageSkipped {
            stage,
            reason: SkipReason::ConditionError { message },
        },
        Repeated::Node(node) => Event::AttemptFinished {
            node,
            try_number: 1,
            launch: Launch::default(),
            outcome: Box::new(AttemptOutcome::failed(ErrorClass::InvalidInput, message)),
            retry_at: None,
        },
    }
}
