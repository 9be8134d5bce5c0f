//! `wanted`: what should be going on right now. Level-triggered, so that starting,
//! resuming and recovering are the same comparison with what is in flight.

use crate::event::HaltCause;
use crate::input::{Launching, Stop, Wanted};
use crate::plan::NodeIx;
use crate::run::{NodePhase, Phase, Run, RunningLaunch, Standing};
use crate::time::Timestamp;

/// What should be going on.
pub fn wanted(run: &Run) -> Wanted {
    if run.phase != Phase::Running {
        return Wanted::default();
    }
    Wanted {
        launches: run
            .running
            .iter()
            .filter_map(|node| launching(run, *node))
            .collect(),
        questions: if run.interrupted || run.halting().is_some() {
            Vec::new()
        } else {
            run.asking.iter().copied().collect()
        },
        inputs: if run.interrupted || run.halting().is_some() {
            Vec::new()
        } else {
            run.asking_inputs.iter().copied().collect()
        },
        wake_at: wake_at(run),
    }
}

fn launching(run: &Run, node: NodeIx) -> Option<Launching> {
    let state = run.node_state(node);
    let NodePhase::Running(RunningLaunch {
        launch,
        timeout_ms,
        stopping,
        ..
    }) = &state.phase
    else {
        return None;
    };
    let stop = match stopping {
        Some(HaltCause::Cancelled) => Some(Stop::Forced),
        Some(_) => Some(Stop::Gentle),
        None if run.interrupted => Some(Stop::Gentle),
        None => None,
    };
    Some(Launching {
        node,
        launch: *launch,
        try_number: state.tries,
        timeout_ms: *timeout_ms,
        stop,
    })
}

/// The earliest of: a retry, a parked node's deadline, the stage's and the run's limit.
pub(crate) fn wake_at(run: &Run) -> Option<Timestamp> {
    if run.phase != Phase::Running {
        return None;
    }
    let retry = run.backoff.first().map(|(due, _)| *due);
    let deadline = run.deadlines.first().map(|(due, _)| *due);
    [retry, deadline, run_limit_due(run), stage_limit_due(run)]
        .into_iter()
        .flatten()
        .min()
}

/// When the run's own time limit passes, if it goes on; `None` once it has passed.
/// A graceful cancel does not lift it.
pub(crate) fn run_limit_due(run: &Run) -> Option<Timestamp> {
    let limit_ms = run.submission().timeout_ms?;
    if run.limit_passed || run.standing() != Standing::Going {
        return None;
    }
    run.clock.due(limit_ms.saturating_add(run.limit_from_ms))
}

/// When the current stage's time limit passes, if it goes on; `None` once it has passed.
pub(crate) fn stage_limit_due(run: &Run) -> Option<Timestamp> {
    let stage = run.stage_ix()?;
    let limit_ms = run.graph.plan.stage(stage).timeout_ms?;
    let state = &run.stages[stage.index()];
    (!state.limit_passed).then(|| state.clock.due(limit_ms))?
}
