//! A process takes the lease: launches of the one before are lost.

use super::complete::failed_attempt;
use crate::event::{AttemptOutcome, Event, Launch, WaitReason};
use crate::hash::sha256_hex;
use crate::plan::{NodeIx, OnInterrupt};
use crate::retry::ErrorClass;
use crate::run::{NodePhase, Phase, Run};
use crate::time::Timestamp;

/// The most launches of one try (decision 3).
pub(super) const MAX_LAUNCHES_PER_TRY: u32 = 3;

pub(super) fn claim(run: &Run, now: Timestamp, fence: u64) -> Vec<Event> {
    if fence <= run.fence || run.submission.is_none() {
        return Vec::new();
    }
    let mut events = vec![Event::Claimed { fence }];
    if run.phase == Phase::Pending {
        events.extend(
            run.submission()
                .adopted
                .iter()
                .map(|adopted| Event::ResultAdopted {
                    node: adopted.node,
                    outcome: adopted.outcome.clone(),
                }),
        );
    }
    for node in &run.running {
        if let NodePhase::Running(running) = &run.node_state(*node).phase {
            lost(run, now, *node, running.launch, &mut events);
        }
    }
    events
}

/// What follows for a launch whose driver is gone.
fn lost(run: &Run, now: Timestamp, node: NodeIx, launch: Launch, events: &mut Vec<Event>) {
    let planned = run.graph.plan.node(node);
    let state = run.node_state(node);
    match planned.on_interrupt {
        OnInterrupt::Rerun => {
            events.push(Event::AttemptLost {
                node,
                launch,
                crashed: true,
            });
            if state.launches_of_try >= MAX_LAUNCHES_PER_TRY {
                events.push(Event::Stuck {
                    reason: format!(
                        "`{}` was launched {} times for one try and never ended; see its log, \
                         then `retry --from {}`",
                        planned.id, state.launches_of_try, planned.id
                    ),
                });
            }
        }
        OnInterrupt::Ask => {
            let question = format!(
                "`{}` was interrupted and may have done its work in part: run it again?",
                planned.id
            );
            events.push(Event::Parked {
                node,
                reason: WaitReason::Interrupted,
                digest: sha256_hex(question.as_bytes()),
                question,
                deadline: None,
            });
        }
        OnInterrupt::Fail => {
            let outcome = AttemptOutcome::failed(
                ErrorClass::Interrupted,
                "it was interrupted, and `on_interrupt: fail` does not let it run again",
            );
            events.extend(failed_attempt(run, now, node, launch, outcome));
        }
    }
}
