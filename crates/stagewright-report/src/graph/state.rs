//! How the stages, agents and gates of a run went, as its picture shows it.

use super::picture::{NodeState, StateTone, Verdict};
use crate::documents::current_decision;
use crate::findings::findings_of;
use crate::items::ItemsReport;
use crate::nodes;
use crate::words;
use stagewright_core::decision::Choice;
use stagewright_core::event::SkipReason;
use stagewright_core::{NodeIx, NodeView, Run, StageIx};

/// How a node went.
pub(crate) fn node_state(run: &Run, node: NodeIx) -> NodeState {
    let word = nodes::status(run, node);
    let required = run.plan().is_required(node);
    let bad = if required {
        StateTone::Bad
    } else {
        StateTone::Warn
    };
    let mut note = Vec::new();
    let tone = match run.view(node) {
        NodeView::Pending => StateTone::Idle,
        NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => StateTone::Busy,
        NodeView::Skipped(reason) => skip_tone(reason, bad),
        NodeView::Done(_) => {
            let findings = findings_of(run, node).total();
            if findings > 0 {
                note.push(words::counted(findings, "finding"));
            }
            match (word, findings) {
                ("SUCCESS", 0) => StateTone::Good,
                ("SUCCESS", _) => StateTone::Warn,
                _ => bad,
            }
        }
    };
    if !matches!(run.view(node), NodeView::Skipped(_))
        && let Some(ms) = nodes::duration_ms(run, node)
    {
        note.insert(0, crate::moment::duration(ms));
    }
    let (_, retries) = run.tries(node);
    if retries > 0 {
        note.push(format!("{} tries", retries + 1));
    }
    if let Some(items) = ItemsReport::of(run, node) {
        note.insert(0, items.in_words());
    }
    if run.alternative(node) > 0 {
        note.push("by a fallback".to_owned());
    }
    NodeState {
        word,
        tone,
        note: note.join(" · "),
    }
}

/// A skip that leaves no evidence is as bad as a failure (decision 23).
fn skip_tone(reason: &SkipReason, bad: StateTone) -> StateTone {
    if reason.leaves_no_evidence() {
        bad
    } else {
        StateTone::Idle
    }
}

/// How a stage went.
pub(super) fn stage_state(run: &Run, stage: StageIx) -> NodeState {
    let word = crate::documents::stage_status(run, stage);
    let tone = match word {
        "SUCCESS" => StateTone::Good,
        "PARTIAL_SUCCESS" => StateTone::Warn,
        "FAILURE" => StateTone::Bad,
        "RUNNING" => StateTone::Busy,
        _ => StateTone::Idle,
    };
    let (started, ended) = run.stage_times(stage);
    let note = match (started, ended) {
        (Some(started), Some(ended)) => crate::moment::duration(ended.since_ms(started)),
        _ => String::new(),
    };
    NodeState { word, tone, note }
}

/// What stands at the end of a run's picture.
pub(super) fn verdict(run: &Run) -> Verdict {
    let (word, tone) = match current_decision(run) {
        Some(decision) if decision.is_final => match decision.record.decision {
            Choice::Merge => ("MERGE", StateTone::Good),
            Choice::Block => ("BLOCK", StateTone::Bad),
        },
        Some(_) => ("not decided yet", StateTone::Busy),
        None => match run.end() {
            Some((status, _)) => (status.as_str(), StateTone::Idle),
            None => ("not ended", StateTone::Busy),
        },
    };
    Verdict {
        word: word.to_owned(),
        tone: Some(tone),
    }
}
