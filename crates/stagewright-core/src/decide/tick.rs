//! Time has passed: limits, retries and deadlines that are due.

use super::complete::failed_for_good;
use crate::event::{AttemptOutcome, Event, HaltCause};
use crate::plan::NodeIx;
use crate::retry::ErrorClass;
use crate::run::{Phase, Run};
use crate::time::Timestamp;
use crate::wanted::{run_limit_due, stage_limit_due};

pub(super) fn tick(run: &Run, now: Timestamp) -> Vec<Event> {
    if run.phase != Phase::Running {
        return Vec::new();
    }
    if run_limit_due(run).is_some_and(|due| due <= now) {
        return vec![Event::Halted {
            cause: HaltCause::RunTimeout,
            stop_running: true,
        }];
    }
    if let Some(stage) = run.stage_ix()
        && stage_limit_due(run).is_some_and(|due| due <= now)
    {
        return vec![Event::Halted {
            cause: HaltCause::StageTimeout { stage },
            stop_running: true,
        }];
    }
    let retries = run
        .backoff
        .iter()
        .take_while(|(due, _)| *due <= now)
        .map(|(_, node)| Event::RetryDue { node: *node });
    retries.chain(passed_deadlines(run, now)).collect()
}

/// The ends of the waits whose deadlines have passed.
pub(super) fn passed_deadlines(run: &Run, now: Timestamp) -> impl Iterator<Item = Event> + '_ {
    run.deadlines
        .iter()
        .take_while(move |(due, _)| run.phase == Phase::Running && *due <= now)
        .flat_map(move |(_, node)| deadline_passed(run, now, *node))
}

/// Nobody answered in time.
pub(super) fn deadline_passed(run: &Run, now: Timestamp, node: NodeIx) -> Vec<Event> {
    let outcome =
        AttemptOutcome::failed(ErrorClass::Timeout, "nobody answered before the deadline");
    let try_number = run.node_state(node).tries.max(1);
    failed_for_good(run, now, node, try_number, outcome)
}
