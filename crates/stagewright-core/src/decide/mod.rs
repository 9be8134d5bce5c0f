//! `decide`: what follows from an input. A stale or repeated input yields nothing.
//!
//! One file per family of inputs. Each function returns first-order events only;
//! cascades belong to [`crate::settle`].

mod claim;
mod complete;
mod expand;
mod lost;
mod person;
mod start;
mod tick;

use crate::event::Event;
use crate::input::Input;
use crate::run::{Phase, Run};
use crate::time::Timestamp;

/// What follows from `input` at `now`, which is the larger of the last event's time
/// and the clock (decision 9).
pub fn decide(run: &Run, now: Timestamp, input: Input) -> Vec<Event> {
    match input {
        Input::Claim { fence } => claim::claim(run, now, fence),
        Input::Start { node, request } => start::start(run, now, node, request),
        Input::Completed {
            node,
            launch,
            outcome,
        } => complete::completed(run, now, node, launch, *outcome),
        Input::Suspended {
            node,
            launch,
            question,
        } => complete::suspended(run, now, node, launch, question),
        Input::Expand { of, items } => expand::expand(run, of, items),
        Input::Stopped { node, launch } => complete::stopped(run, now, node, launch),
        Input::ConditionAnswered {
            asker,
            number,
            answer,
        } => {
            let open = run.phase == Phase::Running && run.asking.contains(&(asker, number));
            open.then_some(Event::ConditionAnswered {
                asker,
                number,
                answer,
            })
            .into_iter()
            .collect()
        }
        Input::InputAnswered { node, answer } => {
            let open = run.phase == Phase::Running && run.asking_inputs.contains(&node);
            open.then_some(Event::InputAnswered { node, answer })
                .into_iter()
                .collect()
        }
        Input::Tick => tick::tick(run, now),
        Input::Cancel { reason, force } => person::cancel(run, reason, force),
        Input::Interrupt => {
            let news = run.phase == Phase::Running && !run.interrupted;
            news.then_some(Event::Interrupted).into_iter().collect()
        }
        Input::Answer {
            node,
            digest,
            answer,
            outcome,
        } => person::answer(run, now, node, &digest, answer, outcome),
        Input::Resume => person::resume(run),
    }
}
