//! A process takes the lease: launches of the one before are lost, and deadlines that
//! passed while nobody drove the run take effect before anything else.

use super::lost::lost;
use super::tick::passed_deadlines;
use crate::event::{Adopted, Event, WaitReason};
use crate::plan::NodeIx;
use crate::run::{NodePhase, Phase, Run};
use crate::time::Timestamp;
use std::collections::BTreeSet;

pub(super) fn claim(run: &Run, now: Timestamp, fence: u64) -> Vec<Event> {
    if fence <= run.fence || run.submission.is_none() {
        return Vec::new();
    }
    let mut events = vec![Event::Claimed { fence }];
    if run.phase == Phase::Pending {
        events.extend(taken_over(run).map(|adopted| Event::ResultAdopted {
            node: adopted.node,
            outcome: Box::new(adopted.outcome.clone()),
            alternative: adopted.alternative,
        }));
    }
    for node in &run.running {
        if let NodePhase::Running(running) = &run.node_state(*node).phase {
            events.extend(lost(run, now, *node, running, true));
        }
    }
    // Whoever a sub-pipeline waited for may have been there since.
    events.extend(run.parked.iter().filter_map(|node| {
        let waits = matches!(
            &run.node_state(*node).phase,
            NodePhase::Parked(parked) if parked.reason == WaitReason::Pipeline
        );
        waits.then_some(Event::WaitEnded { node: *node })
    }));
    events.extend(passed_deadlines(run, now));
    events
}

/// The results of the parent run that count here. A repeated stage is taken over with all
/// that is in it or not at all: an iteration that lacks a part of it cannot be made up for.
fn taken_over(run: &Run) -> impl Iterator<Item = &Adopted> {
    let adopted = &run.submission().adopted;
    let nodes: BTreeSet<NodeIx> = adopted.iter().map(|adopted| adopted.node).collect();
    adopted.iter().filter(move |adopted| {
        let stage = run
            .graph
            .plan
            .stage(run.graph.plan.node(adopted.node).stage);
        stage.repeat.is_none() || stage.all_nodes().all(|node| nodes.contains(&node))
    })
}
