//! A launch ended: its result counts only while it is the running one.

use super::lost::lost;
use crate::event::{AttemptOutcome, AttemptResult, Event, Launch, Verdict};
use crate::halt::ends_everything;
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::{NodePhase, Phase, Run, RunningLaunch};
use crate::time::Timestamp;

pub(super) fn completed(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    launch: Launch,
    outcome: AttemptOutcome,
) -> Vec<Event> {
    let Some(running) = current(run, node, launch) else {
        return Vec::new();
    };
    // An answer that arrives while its launch is being stopped is still an answer:
    // finished work is not thrown away.
    let answered = !matches!(outcome.result, AttemptResult::Failed { .. });
    if answered || (running.stopping.is_none() && !run.interrupted) {
        return end(run, now, node, launch, outcome);
    }
    lost(run, now, node, running, !run.interrupted)
}

pub(super) fn stopped(run: &Run, now: Timestamp, node: NodeIx, launch: Launch) -> Vec<Event> {
    match current(run, node, launch) {
        Some(running) => lost(run, now, node, running, !run.interrupted),
        None => Vec::new(),
    }
}

/// The running launch of a node, if `launch` is it.
fn current(run: &Run, node: NodeIx, launch: Launch) -> Option<&RunningLaunch> {
    if run.phase != Phase::Running || node.index() >= run.nodes.len() {
        return None;
    }
    match &run.node_state(node).phase {
        NodePhase::Running(running) if running.launch == launch => Some(running),
        NodePhase::Running(_)
        | NodePhase::Waiting
        | NodePhase::Backoff { .. }
        | NodePhase::Parked(_)
        | NodePhase::Done(_)
        | NodePhase::Skipped(_) => None,
    }
}

/// The end of a try, and the next one if the retry policy allows it.
fn end(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    launch: Launch,
    outcome: AttemptOutcome,
) -> Vec<Event> {
    match retry_class(&outcome) {
        Some(_) => failed_attempt(run, now, node, launch, outcome),
        None => vec![Event::AttemptFinished {
            node,
            try_number: run.node_state(node).tries,
            launch,
            outcome: Box::new(outcome),
            retry_at: None,
        }],
    }
}

/// A failed try, with its follow-up.
pub(super) fn failed_attempt(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    launch: Launch,
    outcome: AttemptOutcome,
) -> Vec<Event> {
    let state = run.node_state(node);
    let policy = &run.graph.plan.node(node).retry;
    let stopping = run.halting().as_ref().is_some_and(ends_everything)
        || matches!(&state.phase, NodePhase::Running(running) if running.stopping.is_some());
    let delay_ms = retry_class(&outcome)
        .filter(|class| !stopping && policy.allows(*class, state.retries))
        .map(|class| policy.delay_ms(class, state.retries + 1, jitter_seed(run, node)));
    let retry_at = delay_ms.map(|ms| now.plus_ms(ms));
    let mut events = vec![Event::AttemptFinished {
        node,
        try_number: state.tries.max(1),
        launch,
        outcome: Box::new(outcome),
        retry_at,
    }];
    if delay_ms == Some(0) {
        events.push(Event::RetryDue { node });
    }
    events
}

/// The class under which a failure may be repeated. A gate that did not pass, or could
/// not be checked, is repeated like an execution failure, by its own `retries` only.
fn retry_class(outcome: &AttemptOutcome) -> Option<ErrorClass> {
    match &outcome.result {
        AttemptResult::Failed { class, .. } => Some(*class),
        AttemptResult::Judged {
            verdict: Verdict::Fail | Verdict::Error,
            ..
        } => Some(ErrorClass::Execution),
        AttemptResult::Judged {
            verdict: Verdict::Pass | Verdict::NoEvidence,
            ..
        }
        | AttemptResult::Succeeded => None,
    }
}

/// The same wait in every replay: drawn from the run's id and the node.
fn jitter_seed(run: &Run, node: NodeIx) -> u64 {
    run.submission()
        .run_id
        .bytes()
        .fold(u64::from(node.number()), |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01B3) ^ u64::from(byte)
        })
}
