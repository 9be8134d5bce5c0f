//! `settle`: what follows by itself from the state, one event at a time.
//!
//! Skips, stage starts and ends, halts and the run's end are cascades; they are not
//! part of `decide`, which only says what follows from an input. Every answer here
//! comes from the head of an ordered set or from a counter, so its cost does not
//! depend on the size of the run.

use crate::decision;
use crate::evaluate::Answer;
use crate::event::{Asker, Event, SkipReason, StageStatus};
use crate::halt;
use crate::plan::{Repeated, StageIx};
use crate::repetition;
use crate::run::{NodePhase, Phase, Run, StagePhase, Viewpoint};

/// The next event that follows from the state; `None` when it is quiet.
pub fn settle(run: &Run) -> Option<Event> {
    if run.phase != Phase::Running {
        return None;
    }
    if let Some((cause, stop_running)) = &run.due_halt {
        return Some(Event::Halted {
            cause: cause.clone(),
            stop_running: *stop_running,
        });
    }
    let Some(stage) = run.stage_ix() else {
        let (status, decision) = decision::of_run(run);
        return Some(Event::Ended {
            status,
            decision: decision.map(Box::new),
        });
    };
    match run.stages[stage.index()].phase {
        StagePhase::Waiting => enter_stage(run, stage),
        StagePhase::Active => within_stage(run, stage),
        StagePhase::Ended(_) | StagePhase::Skipped(_) => {
            unreachable!("the cursor stands on a stage that has not ended")
        }
    }
}

/// Whether the next stage starts.
fn enter_stage(run: &Run, stage: StageIx) -> Option<Event> {
    let skipped = |reason| Some(Event::StageSkipped { stage, reason });
    if let Some(cause) = &run.halt {
        return skipped(SkipReason::Halted {
            cause: cause.clone(),
        });
    }
    if run.interrupted {
        return None;
    }
    if let Some(known) = run.repetitions.get(&Repeated::Stage(stage)) {
        return match known.count {
            0 => skipped(SkipReason::NoItems),
            _ => Some(Event::StageStarted { stage }),
        };
    }
    let state = &run.stages[stage.index()];
    let all_taken_over = state.agents_left == 0 && state.gates_left == 0;
    let started = || match &run.graph.plan.stage(stage).repeat {
        Some(_) if all_taken_over => Some(Event::StageStarted { stage }),
        None => Some(Event::StageStarted { stage }),
        Some(repeat) => repetition::first(run, Repeated::Stage(stage), &repeat.over),
    };
    let Some(condition) = &run.graph.plan.stage(stage).condition else {
        return started();
    };
    let asker = Asker::Stage(stage);
    match run.evaluate(condition, asker, Viewpoint::OUTSIDE) {
        Answer::True => started(),
        Answer::False => skipped(SkipReason::ConditionFalse),
        Answer::Error(message) => skipped(SkipReason::ConditionError { message }),
        Answer::Unasked(number) => (!run.asking.contains(&(asker, number)))
            .then_some(Event::ConditionAsked { asker, number }),
    }
}

/// Skips, and the end of the stage.
fn within_stage(run: &Run, stage: StageIx) -> Option<Event> {
    if let Some(node) = run.doomed.first() {
        let cause = run
            .node_state(*node)
            .doom
            .expect("a doomed node knows the dependency that failed");
        return Some(Event::NodeSkipped {
            node: *node,
            reason: SkipReason::DependencyFailed { node: cause },
        });
    }
    if let Some(end) = halt::next_end(run) {
        return Some(end);
    }
    if let Some(next) = run
        .between
        .first()
        .and_then(|of| repetition::next(run, *of))
    {
        return Some(next);
    }
    let state = &run.stages[stage.index()];
    if state.agents_left > 0 || state.gates_left > 0 {
        return None;
    }
    let status = if state.required_failures > 0 {
        StageStatus::Failure
    } else if state.other_failures > 0 {
        StageStatus::PartialSuccess
    } else if nothing_ran(run, stage) {
        StageStatus::Skipped
    } else {
        StageStatus::Success
    };
    Some(Event::StageFinished { stage, status })
}

/// Whether every node of the stage was skipped. Asked once a stage.
fn nothing_ran(run: &Run, stage: StageIx) -> bool {
    let mut nodes = run.graph.plan.stage(stage).all_nodes().peekable();
    nodes.peek().is_some()
        && nodes.all(|node| matches!(run.node_state(node).phase, NodePhase::Skipped(_)))
}
