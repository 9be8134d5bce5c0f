//! A launch ended: its result counts only while it is the running one.

use super::lost::lost;
use crate::event::{AttemptOutcome, AttemptResult, Event, Launch, Verdict, WaitReason};
use crate::halt::ends_everything;
use crate::hash::sha256_hex;
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::{NodePhase, Phase, Run, RunningLaunch};
use crate::time::Timestamp;

/// The longest wait that a `Retry-After` gets: an hour.
const MAX_RETRY_AFTER_MS: u64 = 3_600_000;

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

/// What a launch drives waits for somebody; so does its node. A launch that is being
/// stopped has nothing to wait for.
pub(super) fn suspended(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    launch: Launch,
    question: String,
) -> Vec<Event> {
    match current(run, node, launch) {
        Some(running) if running.stopping.is_some() || run.interrupted => {
            lost(run, now, node, running, !run.interrupted)
        }
        Some(_) => vec![Event::Parked {
            node,
            reason: WaitReason::Pipeline,
            digest: sha256_hex(question.as_bytes()),
            question,
            deadline: None,
        }],
        None => Vec::new(),
    }
}

/// The running launch of a node, if `launch` is it.
fn current(run: &Run, node: NodeIx, launch: Launch) -> Option<&RunningLaunch> {
    if run.phase != Phase::Running {
        return None;
    }
    match &run.find_node(node)?.phase {
        NodePhase::Running(running) if running.launch == launch => Some(running),
        NodePhase::Running(_)
        | NodePhase::Waiting
        | NodePhase::Backoff { .. }
        | NodePhase::Parked(_)
        | NodePhase::Repeating
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
    let class = retry_class(&outcome).filter(|_| !stopping);
    let retries = state.retries - state.retries_before;
    let delay_ms = class
        .filter(|class| policy.allows(*class, retries))
        .map(|class| policy.delay_ms(class, retries + 1, jitter_seed(run, node)))
        .map(|ms| ms.max(asked_patience_ms(&outcome)));
    let fallback = match (class, delay_ms) {
        (Some(class), None) => run.fallback_after(node, class),
        (_, Some(_)) | (None, None) => None,
    };
    let retry_at = delay_ms
        .or_else(|| fallback.map(|_| 0))
        .map(|ms| now.plus_ms(ms));
    let mut events = vec![Event::AttemptFinished {
        node,
        try_number: state.tries.max(1),
        launch,
        outcome: Box::new(outcome),
        retry_at,
    }];
    if let Some(to) = fallback {
        events.push(Event::FellBack { node, to });
    } else if delay_ms == Some(0) {
        events.push(Event::RetryDue { node });
    }
    events
}

/// A failure that no further try can mend: the end, unless somebody else takes over.
pub(super) fn failed_for_good(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    try_number: u32,
    outcome: AttemptOutcome,
) -> Vec<Event> {
    let stopping = run.halting().as_ref().is_some_and(ends_everything);
    let class = retry_class(&outcome).filter(|_| !stopping);
    let fallback = class.and_then(|class| run.fallback_after(node, class));
    let mut events = vec![Event::AttemptFinished {
        node,
        try_number,
        launch: Launch::default(),
        outcome: Box::new(outcome),
        retry_at: fallback.map(|_| now),
    }];
    events.extend(fallback.map(|to| Event::FellBack { node, to }));
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

/// How long whoever failed asks to be left alone, within reason.
fn asked_patience_ms(outcome: &AttemptOutcome) -> u64 {
    outcome.retry_after_ms.unwrap_or(0).min(MAX_RETRY_AFTER_MS)
}

/// The same wait in every replay: drawn from the run's id and the node.
fn jitter_seed(run: &Run, node: NodeIx) -> u64 {
    let instance = node
        .instance()
        .map_or(0, |instance| u64::from(instance) + 1);
    let own = u64::from(node.number()) ^ (instance << 32);
    run.submission().run_id.bytes().fold(own, |seed, byte| {
        seed.wrapping_mul(0x0100_0000_01B3) ^ u64::from(byte)
    })
}
