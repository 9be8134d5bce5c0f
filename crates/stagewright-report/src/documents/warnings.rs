//! The warnings: everything about a run that a person should know and that its
//! status and decision do not say.

use crate::nodes;
use crate::results::Results;
use crate::words::{self, counted, listed};
use stagewright_core::event::{SkipReason, Verdict};
use stagewright_core::plan::{Action, Node};
use stagewright_core::{ErrorClass, NodeIx, NodeView, Run};

/// All warnings, the gravest kinds first.
pub(crate) fn warnings(run: &Run, results: &Results) -> Vec<String> {
    let mut warnings = of_the_run(run);
    warnings.extend(nodes::agents(run).filter_map(|(node, planned)| failed(run, node, planned)));
    warnings.extend(nodes::gates(run).filter_map(|(node, planned)| not_passed(run, node, planned)));
    if let Some((_, Some(decision))) = run.end()
        && let Some(reason) = &decision.override_reason
    {
        warnings.push(format!("Override applied: {reason}"));
    }
    warnings.extend(further(run, results));
    warnings
}

/// The warnings without those about failed agents, gates and the override, for
/// readers that show these by themselves.
pub(crate) fn besides_failures(run: &Run, results: &Results) -> Vec<String> {
    let mut warnings = of_the_run(run);
    warnings.extend(further(run, results));
    warnings
}

fn of_the_run(run: &Run) -> Vec<String> {
    let cancelled = run
        .cancel()
        .map(|(reason, _)| format!("The run was cancelled: {reason}"));
    let timed_out = run
        .timed_out()
        .then(|| "The run's time limit passed".to_owned());
    cancelled.into_iter().chain(timed_out).collect()
}

fn further(run: &Run, results: &Results) -> Vec<String> {
    let mut warnings = condition_errors(run);
    for (reason, ids) in words::skipped_by_failure(run) {
        let were = if ids.len() == 1 { "was" } else { "were" };
        let ids = listed(ids.into_iter());
        warnings.push(format!("{ids} {were} not run: {reason}"));
    }
    warnings.extend(said_by_agents(run));
    warnings.extend(missing_results(run, results));
    warnings.extend(unknown_cost(run));
    warnings
}

/// A failed agent (rule A1).
fn failed(run: &Run, node: NodeIx, planned: &Node) -> Option<String> {
    let (class, message) = words::failure(run, node)?;
    let what = match class {
        ErrorClass::Timeout => "timed out",
        ErrorClass::Cancelled => "was stopped",
        ErrorClass::Execution
        | ErrorClass::Invocation
        | ErrorClass::Network
        | ErrorClass::InvalidOutput
        | ErrorClass::InvalidInput
        | ErrorClass::Interrupted => "failed",
    };
    let who = if run.plan().is_required(node) {
        format!("Required agent `{}` {what}", planned.id)
    } else {
        format!("Agent `{}`, which is not required, {what}", planned.id)
    };
    Some(format!("{who}: {message}"))
}

/// A gate without a pass.
fn not_passed(run: &Run, node: NodeIx, planned: &Node) -> Option<String> {
    let (verdict, message) = words::verdict(run, node)?;
    if verdict == Verdict::Pass {
        return None;
    }
    let why = words::judgement(verdict, message);
    Some(if run.plan().is_required(node) {
        format!("Required gate `{}` did not pass: {why}", planned.id)
    } else {
        format!(
            "Gate `{}`, which is not required, did not pass: {why}",
            planned.id
        )
    })
}

/// Conditions that could not be evaluated, with the path and the keys that there
/// were (rule A9); one warning for a stage, however many agents it has.
fn condition_errors(run: &Run) -> Vec<String> {
    let of_stages = nodes::stages(run).filter_map(|(stage, planned)| {
        let (_, Some(SkipReason::ConditionError { message })) = run.stage_status(stage)? else {
            return None;
        };
        Some(format!(
            "Stage `{}` was skipped, its condition could not be evaluated: {message}",
            planned.id
        ))
    });
    let of_nodes = nodes::all(run).filter_map(|(node, planned)| {
        let NodeView::Skipped(SkipReason::ConditionError { message }) = run.view(node) else {
            return None;
        };
        Some(format!(
            "`{}` was skipped, its condition could not be evaluated: {message}",
            planned.id
        ))
    });
    of_stages.chain(of_nodes).collect()
}

/// What the readers of the agents' answers thought worth saying.
pub(crate) fn said_by_agents(run: &Run) -> Vec<String> {
    nodes::all(run)
        .flat_map(|(node, _)| run.parts(node))
        .filter_map(|node| match run.view(node) {
            NodeView::Done(outcome) => Some((run.label(node), &outcome.warnings)),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. }
            | NodeView::Skipped(_) => None,
        })
        .flat_map(|(label, warnings)| {
            warnings
                .iter()
                .map(move |warning| format!("`{label}`: {warning}"))
        })
        .collect()
}

/// Results that are named in the journal and no longer stored.
fn missing_results(run: &Run, results: &Results) -> Option<String> {
    let ids: Vec<String> = nodes::all(run)
        .flat_map(|(node, _)| run.parts(node))
        .filter(|node| results.is_missing(*node))
        .map(|node| run.label(node))
        .collect();
    (!ids.is_empty()).then(|| {
        format!(
            "The full {} of {} can no longer be read",
            if ids.len() == 1 { "result" } else { "results" },
            listed(ids.iter().map(String::as_str))
        )
    })
}

/// An unknown cost is not zero: as soon as one agent reports what it cost, those that
/// do not make the total a lower bound.
fn unknown_cost(run: &Run) -> Option<String> {
    let cost = Cost::of(run);
    (cost.known_usd.is_some() && !cost.unknown.is_empty()).then(|| {
        format!(
            "The cost is a lower bound: {} no cost ({})",
            match cost.unknown.len() {
                1 => "1 agent reports".to_owned(),
                n => format!("{} report", counted(n as u64, "agent")),
            },
            listed(cost.unknown.iter().copied())
        )
    })
}

/// What the agents of a run cost, as far as they say.
pub(crate) struct Cost<'a> {
    /// The sum of what is known, in US dollars; `None` when no agent reports any.
    pub(crate) known_usd: Option<f64>,
    /// Executed agents that report none.
    pub(crate) unknown: Vec<&'a str>,
}

impl<'a> Cost<'a> {
    pub(crate) fn of(run: &'a Run) -> Self {
        let mut cost = Self {
            known_usd: None,
            unknown: Vec::new(),
        };
        for (node, planned) in nodes::agents(run) {
            let NodeView::Done(outcome) = run.view(node) else {
                continue;
            };
            match (outcome.cost_usd, &planned.action) {
                (Some(usd), _) => *cost.known_usd.get_or_insert(0.0) += usd,
                (
                    None,
                    Action::Command(_)
                    | Action::Lambda { .. }
                    | Action::Http(_)
                    | Action::Pipeline(_),
                ) => {
                    cost.unknown.push(&planned.id);
                }
                (None, Action::Set { .. } | Action::Human(_)) => {}
            }
        }
        cost
    }
}
