//! The index row of a run, from its folded state.

use stagewright_core::event::{AttemptResult, WaitReason};
use stagewright_core::{ErrorClass, NodeIx, NodeView, Run, Standing, Timestamp};
use stagewright_journal::{NodeDurations, RunState, RunSummary, StepOf};

/// The row that `status` and `list` read.
pub(crate) fn summarize(run: &Run, now: Timestamp) -> RunSummary {
    let submission = run.submission();
    let plan = run.plan();
    let tally = run.tally();
    let (state, state_detail) = state_of(run);
    let (status, decision) = match run.end() {
        Some((status, decision)) => (
            Some(status.as_str().to_owned()),
            decision.map(|record| record.decision.as_str().to_owned()),
        ),
        None => (None, None),
    };
    RunSummary {
        run_id: submission.run_id.clone(),
        pipeline_id: submission.pipeline_id.clone(),
        name: plan.name.clone(),
        state,
        state_detail,
        status,
        decision,
        agents_total: tally.total,
        agents_completed: tally.executed(),
        agents_running: u32::try_from(run.running_nodes().count()).unwrap_or(u32::MAX),
        agents_failed: tally.failed,
        agents_skipped: tally.skipped,
        current_stage: run
            .current_stage()
            .map(|stage| plan.stage(stage).id.clone()),
        current_agent: run
            .running_nodes()
            .next()
            .or_else(|| run.parked_nodes().next())
            .map(|node| run.label(node)),
        created_at: run.created_at().0,
        started_at: run.started_at().map(|at| at.0),
        ended_at: run.ended_at().map(|at| at.0),
        updated_at: run.last_event_at().0,
        active_ms: run.active_ms(now),
        parent: submission.parent.clone(),
        step_of: submission.parent_step.as_ref().map(|step| StepOf {
            run_id: step.run_id.clone(),
            agent: step.node.clone(),
        }),
        plan_hash: submission.plan.hash.clone(),
        last_seq: run.next_seq().saturating_sub(1),
        durations: run.end().is_some().then(|| durations(run)),
    }
}

/// How long the agents and gates took, for the estimates of later runs (rule A28).
fn durations(run: &Run) -> NodeDurations {
    run.plan()
        .indexed()
        .filter_map(|(node, planned)| Some((planned.id.clone(), duration_ms(run, node)?)))
        .collect()
}

/// `Some(None)` for a node that its condition left out, `None` for one that says nothing
/// about the next run: it was cut short, or its result was taken over.
fn duration_ms(run: &Run, node: NodeIx) -> Option<Option<u64>> {
    match run.view(node) {
        NodeView::Done(outcome) => {
            let cut_short = matches!(
                outcome.result,
                AttemptResult::Failed {
                    class: ErrorClass::Cancelled | ErrorClass::Interrupted,
                    ..
                }
            );
            let (started, ended) = run.times(node);
            let took = ended?.since_ms(started?);
            (!cut_short).then_some(Some(took))
        }
        NodeView::Skipped(reason) => (!reason.leaves_no_evidence()).then_some(None),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => None,
    }
}

/// The run state of decision 11, with its reason.
fn state_of(run: &Run) -> (RunState, Option<String>) {
    match run.standing() {
        Standing::Pending => (RunState::Pending, None),
        Standing::Going => (RunState::Running, None),
        Standing::Interrupted => (RunState::Running, Some("interrupted".to_owned())),
        Standing::Waiting => (RunState::Waiting, Some(wait_reason(run).to_owned())),
        Standing::Stuck => (RunState::Stuck, run.stuck_reason().map(str::to_owned)),
        Standing::Ended => (RunState::Ended, None),
    }
}

fn wait_reason(run: &Run) -> &'static str {
    let approval = run.parked_nodes().any(|node| {
        matches!(
            run.view(node),
            NodeView::Parked {
                reason: WaitReason::Approval,
                ..
            }
        )
    });
    if approval { "approval" } else { "answer" }
}
