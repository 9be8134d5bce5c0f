//! The status and the decision of a run, from its folded state.

use super::aggregate::{
    AgentReport, Aggregate, DEFAULT_BLOCKING_THRESHOLD, SeverityMethod, aggregate, counted,
};
use super::below::{factors_below, proves};
use super::policy::Policy;
use super::record::{DecisionRecord, Factor, FactorKind};
use super::weigh::{Weighed, weigh};
use crate::event::{
    AttemptResult, Facts, HaltCause, RepetitionEnd, RunStatus, SkipReason, WaitReason,
};
use crate::plan::{Action, NodeIx, Repeated, Role, StageIx};
use crate::run::{NodeView, Run, exhausted_message};
use minijinja::Value;

/// How a run ends if it ends now, and the decision (`None` with `decision: none`).
pub fn of_run(run: &Run) -> (RunStatus, Option<DecisionRecord>) {
    (status(run), decision(run))
}

/// The picture of all findings so far.
pub fn aggregate_of_run(run: &Run) -> Aggregate {
    aggregate(
        reports(run),
        SeverityMethod::Max,
        DEFAULT_BLOCKING_THRESHOLD,
    )
}

/// The decision as it would be now; `None` with `decision: none`. A change that touches
/// what decides over it cannot do away with the decision (decision 22).
pub fn decision(run: &Run) -> Option<DecisionRecord> {
    let usual = Policy::default();
    let policy = match &run.plan().policy {
        Some(policy) => policy,
        None if run.submission().policy_changed.is_empty() => return None,
        None => &usual,
    };
    let aggregate = aggregate_of_run(run);
    let weighed = Weighed {
        counts: aggregate.counts,
        counted: counted(reports(run), policy),
        lld_deviations: aggregate.lld_deviations,
        pattern_rejected: aggregate.pattern_rejected,
        obstacles: obstacles(run),
        labels: labels(&run.context),
    };
    Some(weigh(&weighed, policy))
}

/// The run's status (rule A1). It does not depend on the decision (rule A2).
fn status(run: &Run) -> RunStatus {
    if run.cancel().is_some() {
        return RunStatus::Cancelled;
    }
    let failures = |required: bool| {
        let exhausted = (0_u32..).map(StageIx).zip(&run.plan().stages);
        let mut exhausted = exhausted.filter(|(_, stage)| stage.required == required);
        exhausted.any(|(stage, _)| failed_as_a_loop(run, stage).is_some())
            || run
                .plan()
                .indexed()
                .filter(|(node, _)| run.plan().is_required(*node) == required)
                .flat_map(|(node, planned)| failing_parts(run, node, planned.role))
                .any(|node| matches!(run.view(node).status(), Some("FAILURE" | "TIMEOUT")))
    };
    let required_failure = failures(true);
    if run.halt == Some(HaltCause::RunTimeout)
        || required_failure && !run.submission().partial_success_allowed
    {
        RunStatus::Failure
    } else if required_failure || failures(false) {
        RunStatus::PartialSuccess
    } else {
        RunStatus::Success
    }
}

/// What can make a node count as failed: itself, and every instance of an agent (rule A1).
/// A gate of a loop is judged by its last iteration, as it is for the decision.
fn failing_parts(run: &Run, node: NodeIx, role: Role) -> Vec<NodeIx> {
    let instances: Vec<NodeIx> = match role {
        Role::Agent => run.instances(node).collect(),
        Role::Gate => run.parts(node).collect(),
    };
    std::iter::once(node).chain(instances).collect()
}

/// Why the loop of a stage failed as such.
fn failed_as_a_loop(run: &Run, stage: StageIx) -> Option<String> {
    let of = Repeated::Stage(stage);
    match run.repetition_end(of)? {
        RepetitionEnd::Complete | RepetitionEnd::Cut => None,
        RepetitionEnd::Exhausted => {
            let count = run.repetition(of).map_or(0, |(_, count)| count);
            Some(exhausted_message(count))
        }
        RepetitionEnd::ConditionError { message } => Some(format!("its condition: {message}")),
    }
}

/// The reports of the agents that succeeded, in order: of a list each instance, of a loop
/// the last iteration.
fn reports(run: &Run) -> impl Iterator<Item = AgentReport<'_>> + Clone {
    run.plan()
        .indexed()
        .flat_map(|(node, planned)| {
            run.parts(node)
                .collect::<Vec<_>>()
                .into_iter()
                .map(move |part| (part, planned))
        })
        .filter_map(|(part, planned)| match run.view(part) {
            NodeView::Done(outcome) if outcome.result == AttemptResult::Succeeded => {
                Some(AgentReport {
                    agent_type: planned.agent_type.as_deref(),
                    findings: &outcome.findings,
                    facts: &outcome.facts,
                })
            }
            NodeView::Done(_)
            | NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Parked { .. }
            | NodeView::Repeating { .. }
            | NodeView::Skipped(_) => None,
        })
}

/// What blocks besides findings.
pub(super) fn obstacles(run: &Run) -> Vec<Factor> {
    let mut obstacles = Vec::new();
    if let Some((reason, _)) = run.cancel() {
        obstacles.push(obstacle(
            FactorKind::Cancelled,
            format!("the run was cancelled: {reason}"),
            None,
        ));
    }
    if run.halt == Some(HaltCause::RunTimeout) {
        obstacles.push(obstacle(
            FactorKind::RunFailed,
            "the run's time limit passed".to_owned(),
            None,
        ));
    }
    for file in &run.submission().policy_changed {
        obstacles.push(obstacle(
            FactorKind::PolicyChanged,
            format!("the change touches `{file}`, which decides over it"),
            None,
        ));
    }
    let mut proved = false;
    for (index, node) in run.plan().indexed() {
        for part in run.parts(index) {
            let view = run.view(part);
            if let NodeView::Done(outcome) = view {
                let action = node.action_at(run.alternative(part));
                proved |= view.status() == Some("SUCCESS") && proves(action, outcome);
                obstacles.extend(factors_below(run, part, outcome));
            }
            obstacles.extend(stood_in(run, part));
            obstacles.extend(node_obstacle(run, part));
        }
        obstacles.extend(unopened(run, index));
    }
    for (stage, planned) in (0_u32..).map(StageIx).zip(&run.plan().stages) {
        if let Some(why) = failed_as_a_loop(run, stage).filter(|_| planned.required) {
            obstacles.push(obstacle(
                FactorKind::MissingEvidence,
                format!("stage `{}` has no result: {why}", planned.id),
                Some(planned.id.clone()),
            ));
        }
    }
    if !proved {
        obstacles.push(obstacle(
            FactorKind::NoEvidence,
            "nothing was checked: no agent but people and values succeeded, and no gate passed"
                .to_owned(),
            None,
        ));
    }
    obstacles
}

/// What a repeated node blocks with besides its instances: some that never ran, or a loop
/// that failed as such.
fn unopened(run: &Run, index: NodeIx) -> Option<Factor> {
    let of = run.plan().repeated_by(index)?;
    let (_, count) = run.repetition(of)?;
    let opened = run.instance_count(index);
    let required = run.plan().is_required(index);
    let own = matches!(of, Repeated::Node(_));
    let failed = run.repetition_end(of).filter(|end| own && end.is_failure());
    if !required || opened == 0 || opened == count && failed.is_none() {
        return None;
    }
    let id = &run.plan().node(index).id;
    let detail = match (failed, failure_message(run.view(index))) {
        (Some(_), Some(message)) => format!("`{id}` has no result: {message}"),
        _ => format!("`{id}`: {} of {count} were not run", count - opened),
    };
    Some(obstacle(
        FactorKind::MissingEvidence,
        detail,
        Some(id.clone()),
    ))
}

fn failure_message(view: NodeView<'_>) -> Option<&str> {
    match view {
        NodeView::Done(outcome) => match &outcome.result {
            AttemptResult::Failed { message, .. } => Some(message),
            AttemptResult::Succeeded | AttemptResult::Judged { .. } => None,
        },
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Parked { .. }
        | NodeView::Repeating { .. }
        | NodeView::Skipped(_) => None,
    }
}

/// A value that stands in for a required agent that failed. It does not block, since the
/// pipeline says so itself; nobody who reads the decision may overlook it.
fn stood_in(run: &Run, part: NodeIx) -> Option<Factor> {
    let is_value = matches!(run.action(part), Action::Set { .. });
    let stands_in = run.alternative(part) > 0 && run.view(part).status() == Some("SUCCESS");
    let label = run.label(part);
    (is_value && stands_in && run.plan().is_required(part)).then(|| Factor {
        blocking: false,
        ..obstacle(
            FactorKind::StoodIn,
            format!("a value stands in for `{label}`"),
            Some(label),
        )
    })
}

/// What a node without a success blocks with.
fn node_obstacle(run: &Run, index: NodeIx) -> Option<Factor> {
    let node = run.plan().node(index);
    let label = run.label(index);
    let id = Some(label.clone());
    let required = run.plan().is_required(index);
    let missing = |why: String| {
        let what = match node.role {
            Role::Agent => FactorKind::MissingEvidence,
            Role::Gate => FactorKind::GateNotPassed,
        };
        Some(obstacle(what, why, id.clone()))
    };
    match run.view(index) {
        NodeView::Done(outcome) => match &outcome.result {
            AttemptResult::Succeeded if outcome.facts.review_pending => Some(obstacle(
                FactorKind::AwaitingReview,
                format!("`{label}` says that a review is pending: awaiting_review"),
                id,
            )),
            AttemptResult::Succeeded => rejected(run, index, &outcome.facts),
            AttemptResult::Judged { verdict, message } => (required
                && *verdict != crate::event::Verdict::Pass)
                .then(|| missing(format!("gate `{label}`: {}, {message}", verdict.as_str())))
                .flatten(),
            AttemptResult::Failed { class, message } => required
                .then(|| {
                    missing(format!(
                        "`{label}` has no result: {class}, {}",
                        first_line(message)
                    ))
                })
                .flatten(),
        },
        NodeView::Skipped(reason) => (required && reason.leaves_no_evidence())
            .then(|| {
                missing(format!(
                    "`{label}` was not run: {}",
                    skipped_because(reason)
                ))
            })
            .flatten(),
        NodeView::Parked {
            reason: WaitReason::Approval,
            ..
        } => Some(obstacle(
            FactorKind::AwaitingReview,
            format!("`{label}` waits for an answer: awaiting_review"),
            id,
        )),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => required
            .then(|| missing(format!("`{label}` has no result yet")))
            .flatten(),
    }
}

/// A person's no blocks, whether the question was required or not; their note is the
/// reason (decision 36).
fn rejected(run: &Run, index: NodeIx, facts: &Facts) -> Option<Factor> {
    if !matches!(run.action(index), Action::Human(_)) {
        return None;
    }
    let label = run.label(index);
    let detail = match &facts.said {
        Some(said) if said.approved => return None,
        Some(said) => match &said.note {
            Some(note) => format!("`{label}` was rejected: {}", first_line(note)),
            None => format!("`{label}` was rejected"),
        },
        None => format!("`{label}`: what was answered is not known"),
    };
    Some(obstacle(FactorKind::Rejected, detail, Some(label)))
}

fn obstacle(factor: FactorKind, detail: String, subject: Option<String>) -> Factor {
    Factor {
        factor,
        blocking: true,
        detail,
        subject,
        count: None,
        limit: None,
    }
}

/// A message on one line: its first, and where that only announces the rest, its last.
fn first_line(message: &str) -> String {
    // Control characters of one message must not reach into the next one beside it.
    let message: String = message
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let mut lines = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    match (first.strip_suffix(':'), lines.next_back()) {
        (Some(_), Some(last)) => format!("{first} {last}"),
        (Some(announced), None) => announced.to_owned(),
        (None, _) => first.to_owned(),
    }
}

/// Why a node was not run, in a few words.
fn skipped_because(reason: &SkipReason) -> String {
    match reason {
        SkipReason::ConditionError { message } | SkipReason::StageConditionError { message } => {
            format!("{}, {}", reason.word(), first_line(message))
        }
        SkipReason::ConditionFalse
        | SkipReason::DependencyFailed { .. }
        | SkipReason::StageSkipped
        | SkipReason::NoItems
        | SkipReason::Halted { .. } => reason.word().to_owned(),
    }
}

/// The labels of the pull request: texts, or objects with a `name`.
pub fn labels(context: &Value) -> Vec<String> {
    let labels = context
        .get_attr("pr")
        .and_then(|pr| pr.get_attr("labels"))
        .ok()
        .filter(|labels| labels.kind() == minijinja::value::ValueKind::Seq);
    let Some(Ok(items)) = labels.map(|labels| labels.try_iter()) else {
        return Vec::new();
    };
    items
        .filter_map(|item| match item.as_str() {
            Some(text) => Some(text.to_owned()),
            None => item.get_attr("name").ok()?.as_str().map(str::to_owned),
        })
        .filter(|label| !label.trim().is_empty())
        .collect()
}
