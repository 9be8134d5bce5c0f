//! The lines about a run and its stages: how they begin, stop and end.

use super::line::{Line, Tone};
use super::progress::MESSAGE;
use crate::outside::capped;
use crate::words::{self, counted};
use stagewright_core::decision::{Choice, DecisionRecord};
use stagewright_core::event::{HaltCause, RunStatus, SkipReason};
use stagewright_core::plan::StageMode;
use stagewright_core::{Run, StageIx, Timestamp};

pub(super) fn submitted(run: &Run) -> Line {
    let submission = run.submission();
    let plan = run.plan();
    let agents = counted(run.tally().total.into(), "agent");
    let stages = counted(plan.stages.len() as u64, "stage");
    Line::plain(format!(
        "{}: {}, {agents} in {stages} (pipeline id {})",
        submission.run_id,
        capped(&plan.name, 100),
        capped(&submission.pipeline_id, 100),
    ))
}

/// A first claim follows the submission and says nothing new. How far the run is would
/// be no news of this moment: the state may be that after all of its batch, such as an
/// answer and what follows from it.
pub(super) fn claimed(run: &Run, at: Timestamp) -> Vec<Line> {
    if run.started_at() == Some(at) {
        return Vec::new();
    }
    let run_id = &run.submission().run_id;
    vec![Line::plain(format!("{run_id}: resumed"))]
}

fn stage_name(run: &Run, stage: StageIx) -> String {
    let plan = run.plan();
    format!(
        "Stage {}/{} {}",
        stage.index() + 1,
        plan.stages.len(),
        capped(&plan.stage(stage).name, 100)
    )
}

pub(super) fn stage_started(run: &Run, stage: StageIx) -> Line {
    let planned = run.plan().stage(stage);
    let agents = counted(planned.agents.into(), "agent");
    let order = match planned.mode {
        StageMode::Parallel if planned.agents > 1 => " in parallel",
        StageMode::Parallel | StageMode::Sequential => "",
    };
    let gates = match planned.gates {
        0 => String::new(),
        gates => format!(", then {}", counted(gates.into(), "gate")),
    };
    Line::plain(format!(
        "{}: {agents}{order}{gates}",
        stage_name(run, stage)
    ))
}

pub(super) fn stage_skipped(run: &Run, stage: StageIx, reason: &SkipReason) -> Line {
    Line::new(
        skip_tone(reason),
        format!(
            "{}: skipped: {}",
            stage_name(run, stage),
            capped(&words::skip_reason(run, reason), MESSAGE)
        ),
    )
}

/// A false condition is as it should be; any other skip is worth a look.
pub(super) fn skip_tone(reason: &SkipReason) -> Tone {
    if reason.leaves_no_evidence() {
        Tone::Warn
    } else {
        Tone::Dim
    }
}

pub(super) fn halted(run: &Run, cause: &HaltCause, stop_running: bool) -> Line {
    let why = words::halt_cause(run, cause);
    let rest = if stop_running {
        "; what runs is stopped"
    } else {
        ""
    };
    Line::warn(format!("nothing more is started: {why}{rest}"))
}

pub(super) fn cancel(reason: &str, force: bool) -> Line {
    let reason = capped(reason, MESSAGE);
    let rest = if force {
        "what runs is stopped"
    } else {
        "what runs may finish"
    };
    Line::warn(format!("cancel: {reason} ({rest})"))
}

pub(super) fn interrupted(run: &Run) -> Line {
    let run_id = &run.submission().run_id;
    Line::warn(format!(
        "interrupted: what runs is ended; `stagewright resume {run_id}` goes on"
    ))
}

pub(super) fn stuck(reason: &str) -> Line {
    Line::bad(format!("stuck: {}", capped(reason, 500)))
}

pub(super) fn reopened() -> Line {
    Line::plain("reopened: what failed is tried again")
}

pub(super) fn ended(status: RunStatus, decision: Option<&DecisionRecord>) -> Line {
    let tone = match (status, decision.map(|record| record.decision)) {
        (_, Some(Choice::Block)) | (RunStatus::Failure | RunStatus::Cancelled, _) => Tone::Bad,
        (RunStatus::PartialSuccess, _) => Tone::Warn,
        (RunStatus::Success, Some(Choice::Merge) | None) => Tone::Good,
    };
    let decision = decision.map_or("no decision asked for", |record| record.decision.as_str());
    Line::new(tone, format!("ended: {}, {decision}", status.as_str()))
}
