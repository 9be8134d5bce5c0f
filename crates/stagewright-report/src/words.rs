//! Reasons in words for people: why something was skipped, halted, or failed.

use crate::nodes;
use stagewright_core::event::{AttemptResult, HaltCause, RepetitionEnd, SkipReason, Verdict};
use stagewright_core::{ErrorClass, NodeIx, NodeView, Run, StageIx};

/// Why an agent, gate or stage was not run.
pub(crate) fn skip_reason(run: &Run, reason: &SkipReason) -> String {
    match reason {
        SkipReason::ConditionFalse => "condition is false".to_owned(),
        SkipReason::ConditionError { message } => {
            format!("condition could not be evaluated: {message}")
        }
        SkipReason::DependencyFailed { node } => {
            let what = match run.view(*node) {
                NodeView::Skipped(_) => "was not run",
                NodeView::Done(_)
                | NodeView::Pending
                | NodeView::Running { .. }
                | NodeView::Backoff { .. }
                | NodeView::Repeating { .. }
                | NodeView::Parked { .. } => "failed",
            };
            format!("dependency `{}` {what}", id(run, *node))
        }
        SkipReason::NoItems => "nothing to repeat it for".to_owned(),
        SkipReason::StageSkipped => "stage condition is false".to_owned(),
        SkipReason::StageConditionError { message } => {
            format!("stage condition could not be evaluated: {message}")
        }
        SkipReason::Halted { cause } => halt_cause(run, cause),
    }
}

/// Why nothing more was started.
pub(crate) fn halt_cause(run: &Run, cause: &HaltCause) -> String {
    match cause {
        HaltCause::FailFast { node } => format!("fail_fast after `{}`", id(run, *node)),
        HaltCause::CriticalFinding { node } => {
            format!("fail_fast_on_critical after `{}`", id(run, *node))
        }
        HaltCause::RequiredFailure { node } => {
            format!("halted after `{}` failed", id(run, *node))
        }
        HaltCause::LoopExhausted { stage } => {
            let stage = stage_id(run, *stage);
            format!("halted after a loop of stage `{stage}` reached its bound")
        }
        HaltCause::StageTimeout { stage } => {
            format!("the time limit of stage `{}` passed", stage_id(run, *stage))
        }
        HaltCause::RunTimeout => "the run's time limit passed".to_owned(),
        HaltCause::Cancelled => "the run was cancelled".to_owned(),
    }
}

/// How a repetition came to its end.
pub(crate) fn repetition_end(end: &RepetitionEnd) -> String {
    match end {
        RepetitionEnd::Complete => "complete".to_owned(),
        RepetitionEnd::Cut => "ended early".to_owned(),
        RepetitionEnd::Exhausted => "reached its bound".to_owned(),
        RepetitionEnd::ConditionError { message } => format!("its condition: {message}"),
    }
}

/// Who goes on with an agent's work.
pub(crate) fn fallback(run: &Run, node: NodeIx, to: u32) -> String {
    let action = run.plan().node(node).action_at(to);
    format!("goes on with fallback {to} ({})", nodes::kind(action))
}

/// Why the stage as a whole was not run, if it was not.
pub(crate) fn stage_skip_reason(run: &Run, stage: StageIx) -> Option<String> {
    match run.stage_status(stage)? {
        (_, Some(reason)) => Some(skip_reason(run, reason)),
        (stagewright_core::event::StageStatus::Skipped, None) => {
            Some("everything in it was skipped".to_owned())
        }
        (_, None) => None,
    }
}

/// Why a node was skipped, if it was.
pub(crate) fn node_skip_reason(run: &Run, node: NodeIx) -> Option<String> {
    match run.view(node) {
        NodeView::Skipped(reason) => Some(skip_reason(run, reason)),
        NodeView::Done(_)
        | NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => None,
    }
}

/// Class and message of a node's failed try, if it ended with one.
pub(crate) fn failure(run: &Run, node: NodeIx) -> Option<(ErrorClass, &str)> {
    match run.view(node) {
        NodeView::Done(outcome) => match &outcome.result {
            AttemptResult::Failed { class, message } => Some((*class, message)),
            AttemptResult::Succeeded | AttemptResult::Judged { .. } => None,
        },
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. }
        | NodeView::Skipped(_) => None,
    }
}

/// What a gate that has ended says: its verdict, and in a few words why. One that
/// could not be executed proves nothing and is an error.
pub(crate) fn verdict(run: &Run, gate: NodeIx) -> Option<(Verdict, &str)> {
    match run.view(gate) {
        NodeView::Done(outcome) => Some(match &outcome.result {
            AttemptResult::Judged { verdict, message } => (*verdict, message.as_str()),
            AttemptResult::Succeeded => (Verdict::Pass, ""),
            AttemptResult::Failed { message, .. } => (Verdict::Error, message.as_str()),
        }),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. }
        | NodeView::Skipped(_) => None,
    }
}

/// A verdict with its reason: `fail, 3 tests failed`.
pub(crate) fn judgement(verdict: Verdict, message: &str) -> String {
    match message {
        "" => verdict.as_str().to_owned(),
        message => format!("{}, {message}", verdict.as_str()),
    }
}

/// What a person can do about a failure of this class; `None` where the message and
/// the log say it all.
pub(crate) fn hint(class: ErrorClass) -> Option<&'static str> {
    match class {
        ErrorClass::Timeout => {
            Some("give it more time with `timeout`, or find in its log what it waits for")
        }
        ErrorClass::Network => Some("check that the other side can be reached"),
        ErrorClass::InvalidOutput => {
            Some("it did not print the document that was promised; compare its log with `findings`")
        }
        ErrorClass::Interrupted => {
            Some("it may have done its work in part; look before it runs again")
        }
        ErrorClass::Execution
        | ErrorClass::Invocation
        | ErrorClass::InvalidInput
        | ErrorClass::Cancelled => None,
    }
}

/// The id of an agent or gate, with the instance in brackets.
pub(crate) fn id(run: &Run, node: NodeIx) -> String {
    run.label(node)
}

/// The id of a stage.
pub(crate) fn stage_id(run: &Run, stage: StageIx) -> &str {
    &run.plan().stage(stage).id
}

/// A count with its noun: `1 agent`, `2 agents`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Names in backquotes, the first few of them: "`a`, `b` and 3 more".
pub(crate) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let more = names.len().saturating_sub(SHOWN);
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    let shown = shown.join(", ");
    if more > 0 {
        format!("{shown} and {more} more")
    } else {
        shown
    }
}

/// The ids of all agents and gates that were skipped because the run stopped
/// starting things or a dependency failed, by reason, in order of the plan.
pub(crate) fn skipped_by_failure(run: &Run) -> Vec<(String, Vec<&str>)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (node, planned) in nodes::all(run) {
        let NodeView::Skipped(
            reason @ (SkipReason::Halted { .. } | SkipReason::DependencyFailed { .. }),
        ) = run.view(node)
        else {
            continue;
        };
        let words = skip_reason(run, reason);
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, ids)) => ids.push(&planned.id),
            None => groups.push((words, vec![&planned.id])),
        }
    }
    groups
}
