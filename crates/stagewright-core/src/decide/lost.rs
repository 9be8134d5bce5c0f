//! A launch is gone without an answer: its driver died, or it was ended on purpose.

use super::complete::failed_attempt;
use crate::event::{AttemptOutcome, Event, Launch, WaitReason};
use crate::halt::{ends_everything, stopped_outcome};
use crate::hash::sha256_hex;
use crate::plan::{Action, NodeIx, OnInterrupt};
use crate::retry::ErrorClass;
use crate::run::{Run, RunningLaunch};
use crate::time::Timestamp;

/// The most launches of one try (decision 3).
const MAX_LAUNCHES_PER_TRY: u32 = 3;

/// What follows for the running launch of a node. `crashed` is false when it was
/// ended on purpose by an interrupt; such losses do not count towards the limit.
pub(super) fn lost(
    run: &Run,
    now: Timestamp,
    node: NodeIx,
    running: &RunningLaunch,
    crashed: bool,
) -> Vec<Event> {
    let launch = running.launch;
    // What was to be stopped is not launched again only because a crash came between.
    let halted = run.halting().filter(ends_everything);
    if let Some(cause) = running.stopping.clone().or(halted) {
        return failed_attempt(run, now, node, launch, stopped_outcome(run, &cause));
    }
    match run.graph.plan.node(node).on_interrupt {
        OnInterrupt::Rerun => rerun(run, node, launch, crashed),
        OnInterrupt::Ask => vec![ask(run, node)],
        OnInterrupt::Fail => {
            let outcome = AttemptOutcome::failed(
                ErrorClass::Interrupted,
                "it was interrupted, and `on_interrupt: fail` does not let it run again",
            );
            failed_attempt(run, now, node, launch, outcome)
        }
    }
}

/// The same try is launched again, unless it was too often already. A launch of a
/// pipeline only takes up its run, which counts its own launches.
fn rerun(run: &Run, node: NodeIx, launch: Launch, crashed: bool) -> Vec<Event> {
    let mut events = vec![Event::AttemptLost {
        node,
        launch,
        crashed,
    }];
    let launches = run.node_state(node).launches_of_try;
    let is_pipeline = matches!(run.action(node), Action::Pipeline(_));
    if crashed && !is_pipeline && launches >= MAX_LAUNCHES_PER_TRY {
        let id = node.label(&run.graph.plan.node(node).id);
        events.push(Event::Stuck {
            reason: format!(
                "`{id}` was launched {launches} times for one try and never ended; see its log, \
                 then `retry --from {id}`"
            ),
        });
    }
    events
}

fn ask(run: &Run, node: NodeIx) -> Event {
    let id = node.label(&run.graph.plan.node(node).id);
    let question =
        format!("`{id}` was interrupted and may have done its work in part: run it again?");
    Event::Parked {
        node,
        reason: WaitReason::Interrupted,
        digest: sha256_hex(question.as_bytes()),
        question,
        deadline: None,
    }
}
