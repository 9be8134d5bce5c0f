//! Decisions of runs above one another (decision 35): what a run hands up, and what it
//! means to the run above.
//!
//! The rule: the decision above is the one that a pipeline with the same agents in the
//! place of the step would have come to, and never laxer than the decision below.
//!
//! - What is missing below is missing above, whether or not anybody decided there.
//! - What blocked below blocks above; findings count there again, by the policy there.
//! - A label that overrode a BLOCK below does not override it above: that is for the
//!   policy and the labels above to say (rule A14).
//! - A step that is not required hands up nothing but what people said.

use super::record::{DecisionRecord, Factor, FactorKind};
use super::run::obstacles;
use crate::event::{AttemptOutcome, AttemptResult, HandedUp};
use crate::plan::{Action, NodeIx};
use crate::run::Run;

/// How many factors are handed up; further ones become one.
const MAX_HANDED_UP: usize = 16;

/// What a run that has ended hands up to the one above: what blocks there, and what nobody
/// who reads a decision may overlook.
pub fn hand_up(run: &Run, record: Option<&DecisionRecord>) -> HandedUp {
    let obstacles = obstacles(run);
    let proved = !obstacles
        .iter()
        .any(|factor| factor.factor == FactorKind::NoEvidence);
    let mut factors: Vec<Factor> = match record {
        Some(record) => record.factors.clone(),
        // That nothing was proved is no obstacle where nobody had to decide: what such a
        // run comes to may be values for others.
        None => obstacles
            .into_iter()
            .filter(|factor| factor.factor != FactorKind::NoEvidence)
            .collect(),
    };
    factors.retain(|factor| factor.blocking || factor.factor == FactorKind::StoodIn);
    // What people said counts most: it blocks whether the step is required or not.
    factors.sort_by_key(|factor| (!is_said_by_people(factor.factor), !factor.blocking));
    if factors.len() > MAX_HANDED_UP {
        let rest = factors.split_off(MAX_HANDED_UP - 1);
        factors.push(Factor {
            factor: FactorKind::PipelineBlocked,
            blocking: rest.iter().any(|factor| factor.blocking),
            detail: format!("and {} more", rest.len()),
            subject: None,
            count: None,
            limit: None,
        });
    }
    HandedUp {
        decision: record.map(|record| record.decision),
        proved,
        factors,
        override_reason: record.and_then(|record| record.override_reason.clone()),
    }
}

/// Whether a success proves anything: people and values do not, and the run of a step does
/// when something was proved there (decision 24).
pub(super) fn proves(action: &Action, outcome: &AttemptOutcome) -> bool {
    match action {
        Action::Human(_) | Action::Set { .. } => false,
        Action::Pipeline(_) => {
            let below = outcome.facts.below.as_ref();
            below.is_some_and(|below| below.proved)
        }
        Action::Command(_) | Action::Lambda { .. } | Action::Http(_) => true,
    }
}

/// What a step that is a pipeline blocks with.
pub(super) fn factors_below(run: &Run, step: NodeIx, outcome: &AttemptOutcome) -> Vec<Factor> {
    let is_pipeline = matches!(run.action(step), Action::Pipeline(_));
    if !is_pipeline || outcome.result != AttemptResult::Succeeded {
        return Vec::new();
    }
    let label = run.label(step);
    let required = run.plan().is_required(step);
    let factor = |kind, blocking, detail: String| Factor {
        factor: kind,
        blocking,
        detail: format!("pipeline `{label}`: {detail}"),
        subject: Some(label.clone()),
        count: None,
        limit: None,
    };
    let Some(below) = &outcome.facts.below else {
        let detail = "what its run came to is not known".to_owned();
        let unknown = factor(FactorKind::MissingEvidence, true, detail);
        return required.then_some(unknown).into_iter().collect();
    };
    let said_above = |factor: &&Factor| {
        factor.factor == FactorKind::PolicyChanged && !run.submission().policy_changed.is_empty()
    };
    below
        .factors
        .iter()
        .filter(|below| required || is_said_by_people(below.factor))
        .filter(|below| !said_above(below))
        .map(|weighed| {
            let detail = match &below.override_reason {
                Some(reason) if weighed.blocking => {
                    format!("{} (there {reason})", weighed.detail)
                }
                Some(_) | None => weighed.detail.clone(),
            };
            factor(kind_above(weighed.factor), weighed.blocking, detail)
        })
        .collect()
}

/// What a factor below is to the decision above. Findings come up by themselves; that
/// they blocked there is another thing.
fn kind_above(below: FactorKind) -> FactorKind {
    match below {
        FactorKind::Cancelled
        | FactorKind::MissingEvidence
        | FactorKind::GateNotPassed
        | FactorKind::AwaitingReview
        | FactorKind::Rejected
        | FactorKind::StoodIn
        | FactorKind::PolicyChanged => below,
        FactorKind::RunFailed
        | FactorKind::NoEvidence
        | FactorKind::PipelineBlocked
        | FactorKind::CriticalViolations
        | FactorKind::HighViolations
        | FactorKind::MediumViolations
        | FactorKind::LowViolations
        | FactorKind::LldDeviations
        | FactorKind::PatternRejection
        | FactorKind::NotCounted => FactorKind::PipelineBlocked,
    }
}

/// Whether people have said no, or have not said anything yet.
fn is_said_by_people(factor: FactorKind) -> bool {
    matches!(factor, FactorKind::Rejected | FactorKind::AwaitingReview)
}
