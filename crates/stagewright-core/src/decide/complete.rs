//! A launch ended: its result counts only while it is the running one.

use crate::event::{AttemptOutcome, AttemptResult, Event, HaltCause, Launch, Verdict};
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::{NodePhase, Phase, Run, RunningLaunch};
use crate::settle::ends_everything;
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
    stopped(run, now, node, launch)
}

pub(super) fn stopped(run: &Run, now: Timestamp, node: NodeIx, launch: Launch) -> Vec<Event> {
    let Some(running) = current(run, node, launch) else {
        return Vec::new();
    };
    match &running.stopping {
        Some(cause) => {
            let (class, message) = stop_words(run, cause);
            end(
                run,
                now,
                node,
                launch,
                AttemptOutcome::failed(class, message),
            )
        }
        None => vec![Event::AttemptLost {
            node,
            launch,
            crashed: !run.interrupted,
        }],
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

fn stop_words(run: &Run, cause: &HaltCause) -> (ErrorClass, String) {
    let id = |node: &NodeIx| run.graph.plan.node(*node).id.clone();
    match cause {
        HaltCause::FailFast { node } => (
            ErrorClass::Cancelled,
            format!("stopped by fail_fast after `{}` failed", id(node)),
        ),
        HaltCause::CriticalFinding { node } => (
            ErrorClass::Cancelled,
            format!(
                "stopped by fail_fast_on_critical after `{}` reported a critical finding",
                id(node)
            ),
        ),
        HaltCause::RequiredFailure { node } => (
            ErrorClass::Cancelled,
            format!("stopped after `{}` failed", id(node)),
        ),
        HaltCause::StageTimeout { .. } => (
            ErrorClass::Timeout,
            "stopped when the stage's time limit passed".to_owned(),
        ),
        HaltCause::RunTimeout => (
            ErrorClass::Timeout,
            "stopped when the run's time limit passed".to_owned(),
        ),
        HaltCause::Cancelled => (
            ErrorClass::Cancelled,
            "stopped by a forced cancel".to_owned(),
        ),
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
    let stopping = run.halt.as_ref().is_some_and(ends_everything) || run.due_halt.is_some();
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
        .fold(u64::from(node.0), |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01B3) ^ u64::from(byte)
        })
}
