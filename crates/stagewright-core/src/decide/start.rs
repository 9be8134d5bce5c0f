//! An admitted node starts: with a launch, with a value, or with a question.

use super::complete::failed_for_good;
use crate::admit::{Admission, admit};
use crate::event::{AttemptOutcome, Event, Launch, WaitReason};
use crate::hash::sha256_hex;
use crate::input::StartRequest;
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::Run;
use crate::time::Timestamp;

pub(super) fn start(run: &Run, now: Timestamp, node: NodeIx, request: StartRequest) -> Vec<Event> {
    if admit(run) != Some(Admission::Start(node)) {
        return Vec::new();
    }
    let state = run.node_state(node);
    let try_number = if state.relaunch {
        state.tries
    } else {
        state.tries + 1
    };
    match request {
        StartRequest::Launch { request } => vec![Event::AttemptStarted {
            node,
            try_number,
            launch: Launch {
                fence: run.fence,
                serial: run.launches + 1,
            },
            request: Some(request),
            timeout_ms: time_limit(run, now, node),
        }],
        StartRequest::Settled { outcome } => vec![ended(node, try_number, outcome)],
        StartRequest::Ask { question } => vec![Event::Parked {
            node,
            reason: WaitReason::Approval,
            digest: sha256_hex(question.as_bytes()),
            question,
            deadline: run
                .graph
                .plan
                .node(node)
                .limits
                .total_ms
                .map(|ms| now.plus_ms(ms)),
        }],
        StartRequest::Failed { message } => {
            let outcome = AttemptOutcome::failed(ErrorClass::InvalidInput, message);
            failed_for_good(run, now, node, try_number, outcome)
        }
    }
}

fn ended(node: NodeIx, try_number: u32, outcome: Box<AttemptOutcome>) -> Event {
    Event::AttemptFinished {
        node,
        try_number,
        launch: Launch::default(),
        outcome,
        retry_at: None,
    }
}

/// The try's limit: its own, grown after timeouts, never beyond what is left of the
/// run's time unless its own limit is (rule A7).
fn time_limit(run: &Run, now: Timestamp, node: NodeIx) -> Option<u64> {
    let planned = run.graph.plan.node(node);
    let own_ms = planned.limits.total_ms?;
    let submission = run.submission();
    let left_ms = submission.timeout_ms.map_or(u64::MAX, |limit_ms| {
        limit_ms.saturating_sub(run.limit_used_ms(now))
    });
    let maximum_ms = submission.max_agent_ms.min(left_ms);
    let timeouts = run.node_state(node).timeouts;
    Some(planned.retry.grown_limit_ms(own_ms, timeouts, maximum_ms))
}
