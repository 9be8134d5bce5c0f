//! What a new run takes over from the run that it retries (decision 31).
//!
//! It reads two things, the parent's plan and how its nodes ended, and decides nothing
//! about the new run: that one adopts the results and goes on like any other.

use stagewright_core::event::{Adopted, AttemptOutcome, AttemptResult, SkipReason, Verdict};
use stagewright_core::plan::Role;
use stagewright_core::{NodeIx, NodeView, Plan, Run};
use std::collections::BTreeSet;

/// The successes of `parent` that a retry from this agent or gate takes over: all but
/// those that may follow from what is repeated.
///
/// - Of its own stage what depends on it, or reads its result, is repeated, and so are
///   the gates. Independent siblings are kept; where agents go one at a time, those after
///   it are not independent, since they found the files as it left them.
/// - Later stages are repeated whole, for the same reason.
/// - Earlier stages are kept. What did not succeed in them runs again, as `resume` would
///   have it: together with what followed from it, and with the gates that judged after it.
/// - What is repeated is kept with all its instances or not at all: an agent that is
///   repeated, and a stage that is. An instance means the whole of them.
pub fn take_over(parent: &Run, from: NodeIx) -> Vec<Adopted> {
    let again = nodes_to_repeat(parent, from.whole());
    nodes(parent.plan())
        .filter(|node| !again.contains(node))
        .filter_map(|node| results(parent, node))
        .flatten()
        .collect()
}

/// What is adopted of a node that is kept: the ends of its instances, in order, and then
/// its own. `None` when that does not tell all of it.
fn results(parent: &Run, node: NodeIx) -> Option<Vec<Adopted>> {
    let own = success(parent, node)?;
    let adopted = |node, outcome: &AttemptOutcome| Adopted {
        node,
        outcome: outcome.clone(),
        alternative: parent.alternative(node),
    };
    let mut results: Vec<Adopted> = parent
        .instances(node)
        .map(|instance| match parent.view(instance) {
            NodeView::Done(outcome) => Some(adopted(instance, outcome)),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. }
            | NodeView::Skipped(_) => None,
        })
        .collect::<Option<_>>()?;
    results.push(adopted(node, own));
    Some(results)
}

/// Nodes may depend on others further down the list, so the question is asked until no
/// node joins.
fn nodes_to_repeat(parent: &Run, from: NodeIx) -> BTreeSet<NodeIx> {
    let plan = parent.plan();
    let mut again: BTreeSet<NodeIx> = nodes(plan)
        .filter(|node| *node == from || comes_after(parent, *node, from))
        .collect();
    loop {
        let joining: Vec<NodeIx> = nodes(plan)
            .filter(|node| !again.contains(node) && follows(parent, *node, &again))
            .collect();
        if joining.is_empty() {
            return again;
        }
        again.extend(joining);
    }
}

/// Whether a node runs after `from` by the order of stages and agents alone.
fn comes_after(parent: &Run, node: NodeIx, from: NodeIx) -> bool {
    let plan = parent.plan();
    let (planned, first) = (plan.node(node), plan.node(from));
    if planned.stage != first.stage {
        return planned.stage > first.stage;
    }
    match planned.role {
        Role::Gate => true,
        Role::Agent => {
            first.role == Role::Agent && node > from && parent.is_one_at_a_time(first.stage)
        }
    }
}

/// Whether what became of a node may differ, now that these are repeated. Edges lead to
/// all nodes of which a node reads the result.
fn follows(parent: &Run, node: NodeIx, again: &BTreeSet<NodeIx>) -> bool {
    let plan = parent.plan();
    let planned = plan.node(node);
    let mut edges = planned.depends_on.iter().chain(&planned.after);
    if edges.any(|other| again.contains(other)) {
        return true;
    }
    let stage = plan.stage(planned.stage);
    if stage.repeat.is_some() {
        // What is repeated together is kept together, so that no iteration has a hole.
        let has_hole = |other| results(parent, other).is_none();
        return stage
            .all_nodes()
            .any(|other| again.contains(&other) || has_hole(other));
    }
    match parent.view(node) {
        NodeView::Skipped(SkipReason::ConditionFalse | SkipReason::StageSkipped) => {
            // The condition may have read the status of an earlier stage.
            again
                .iter()
                .any(|other| plan.node(*other).stage < planned.stage)
        }
        NodeView::Done(_) if results(parent, node).is_some() => {
            let before = |other: &NodeIx| {
                let other = plan.node(*other);
                other.role == Role::Agent && other.stage <= planned.stage
            };
            planned.judges() && again.iter().any(before)
        }
        NodeView::Done(_)
        | NodeView::Skipped(_)
        | NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => true,
    }
}

/// What an agent answered, or a gate that passed.
fn success(run: &Run, node: NodeIx) -> Option<&AttemptOutcome> {
    let NodeView::Done(outcome) = run.view(node) else {
        return None;
    };
    match &outcome.result {
        AttemptResult::Succeeded => Some(outcome),
        AttemptResult::Judged { verdict, .. } => (*verdict == Verdict::Pass).then_some(outcome),
        AttemptResult::Failed { .. } => None,
    }
}

fn nodes(plan: &Plan) -> impl Iterator<Item = NodeIx> + use<> {
    let count = u32::try_from(plan.nodes.len()).unwrap_or(u32::MAX);
    (0..count).map(NodeIx::new)
}
