//! Weighing: from what is known to MERGE or BLOCK. BLOCK when any factor blocks
//! (rule A12); it fails closed, since what is missing blocks too (rules A2, A13).

use super::record::{Choice, DecisionRecord, Factor, FactorKind};
use crate::decision::Policy;
use crate::severity::{Severity, SeverityCounts};

/// Everything that a decision weighs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weighed {
    /// Distinct findings of all agents.
    pub counts: SeverityCounts,
    /// Distinct findings of the agents whose types the policy counts.
    pub counted: SeverityCounts,
    /// Deviations from the low-level design.
    pub lld_deviations: u64,
    /// Whether a pattern was rejected.
    pub pattern_rejected: bool,
    /// Blocking factors that do not come from findings: missing evidence, gates,
    /// answers, a cancel.
    pub obstacles: Vec<Factor>,
    /// The labels of the pull request; absent labels are no labels (rule A14).
    pub labels: Vec<String>,
}

/// Makes the decision.
pub fn weigh(weighed: &Weighed, policy: &Policy) -> DecisionRecord {
    let mut factors = weighed.obstacles.clone();
    for severity in Severity::WORST_FIRST {
        factors.extend(severity_factor(severity, &weighed.counted, policy));
    }
    factors.extend(lld_factor(weighed.lld_deviations, policy));
    if weighed.pattern_rejected {
        factors.push(Factor {
            factor: FactorKind::PatternRejection,
            blocking: policy.block_on_pattern_rejection,
            detail: "a pattern was rejected".to_owned(),
            subject: None,
            count: None,
            limit: None,
        });
    }
    factors.extend(not_counted_factor(&weighed.counts, &weighed.counted));
    // Stable: blocking factors come first, each kind in the order above.
    factors.sort_by_key(|factor| !factor.blocking);

    let blocking = factors.iter().filter(|factor| factor.blocking).count();
    if blocking == 0 {
        return merge(factors, &weighed.counts);
    }
    match overriding_label(&factors, &weighed.labels, policy) {
        Some(label) => DecisionRecord {
            decision: Choice::Merge,
            reason: format!(
                "Override by label `{label}`: {}",
                summary_of_blocking(&factors)
            ),
            override_applied: true,
            override_reason: Some(format!(
                "label `{label}` overrides {blocking} blocking {}",
                if blocking == 1 { "factor" } else { "factors" }
            )),
            factors,
        },
        None => DecisionRecord {
            decision: Choice::Block,
            reason: summary_of_blocking(&factors),
            override_applied: false,
            override_reason: None,
            factors,
        },
    }
}

fn merge(factors: Vec<Factor>, counts: &SeverityCounts) -> DecisionRecord {
    let reason = match counts.total() {
        0 => "No findings, and no evidence is missing".to_owned(),
        1 => "1 finding, within the policy".to_owned(),
        n => format!("{n} findings, within the policy"),
    };
    // A MERGE to which a value has contributed says so in its first sentence.
    let stand_ins: Vec<&str> = factors
        .iter()
        .filter(|factor| factor.factor == FactorKind::StoodIn)
        .map(|factor| factor.detail.as_str())
        .collect();
    let reason = match stand_ins[..] {
        [] => reason,
        _ => format!("{reason}; {}", stand_ins.join("; ")),
    };
    DecisionRecord {
        decision: Choice::Merge,
        reason,
        factors,
        override_applied: false,
        override_reason: None,
    }
}

/// The label that overrides, if one may. A cancelled run is never overridden: the
/// evidence that a person wanted to judge is not there (rule A24). Nor is a change that
/// touches its own policy: it could name the label itself (decision 22).
fn overriding_label(factors: &[Factor], labels: &[String], policy: &Policy) -> Option<String> {
    let never = factors.iter().any(|factor| {
        matches!(
            factor.factor,
            FactorKind::Cancelled | FactorKind::PolicyChanged
        )
    });
    if never || !policy.allow_override_by_label {
        return None;
    }
    labels
        .iter()
        .find(|label| policy.override_labels.contains(label))
        .cloned()
}

fn summary_of_blocking(factors: &[Factor]) -> String {
    let details: Vec<&str> = factors
        .iter()
        .filter(|factor| factor.blocking)
        .map(|factor| factor.detail.as_str())
        .collect();
    match details.as_slice() {
        [] => String::new(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}; {second}; {third}; and {} more", rest.len())
        }
        few => few.join("; "),
    }
}

/// With blocking on: blocks above the limit. With blocking off: above the limit it is
/// still said (rule A12).
fn severity_factor(
    severity: Severity,
    counted: &SeverityCounts,
    policy: &Policy,
) -> Option<Factor> {
    let count = counted.of(severity);
    let limit = policy.limit(severity);
    if count == 0 {
        return None;
    }
    let blocks_on = policy.blocks_on(severity);
    let above = count > limit;
    if !above && !blocks_on {
        return None;
    }
    let noun = if count == 1 { "finding" } else { "findings" };
    Some(Factor {
        factor: match severity {
            Severity::Critical => FactorKind::CriticalViolations,
            Severity::High => FactorKind::HighViolations,
            Severity::Medium => FactorKind::MediumViolations,
            Severity::Low => FactorKind::LowViolations,
        },
        blocking: blocks_on && above,
        detail: if above {
            format!("{count} {severity} {noun}, {limit} allowed")
        } else {
            format!("{count} {severity} {noun}, within the limit of {limit}")
        },
        subject: None,
        count: Some(count),
        limit: Some(limit),
    })
}

/// Any deviation blocks while the switch is on (decision 26).
fn lld_factor(count: u64, policy: &Policy) -> Option<Factor> {
    let noun = if count == 1 {
        "deviation"
    } else {
        "deviations"
    };
    (count > 0).then(|| Factor {
        factor: FactorKind::LldDeviations,
        blocking: policy.block_on_lld_deviations,
        detail: format!("{count} {noun} from the low-level design"),
        subject: None,
        count: Some(count),
        limit: Some(0),
    })
}

/// Says how many findings the switches leave out, so that both numbers are reported.
fn not_counted_factor(all: &SeverityCounts, counted: &SeverityCounts) -> Option<Factor> {
    let left_out = all.total().saturating_sub(counted.total());
    (left_out > 0).then(|| Factor {
        factor: FactorKind::NotCounted,
        blocking: false,
        detail: format!(
            "{left_out} of {} findings come only from agent types that the policy does not count",
            all.total()
        ),
        subject: None,
        count: Some(left_out),
        limit: None,
    })
}
