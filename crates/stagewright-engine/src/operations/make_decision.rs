//! `make_decision`: MERGE or BLOCK over an aggregated result.
//!
//! The seed's `AggregatedResult` has totals by severity and totals by agent type, but
//! not both at once, so how many HIGH findings come from the types that a policy
//! counts cannot be read from it (decision 26). The rule here, failing closed:
//!
//! - all switches on: the totals count;
//! - `counted_violations` in the document says it exactly, and is taken at its word;
//! - otherwise the totals count, unless no type whose switch is on found anything and
//!   the types whose switches are off found at least as many as there are in total:
//!   then nothing counts.
//!
//! `pattern_rejected` is a field of ours too, which `aggregate_results` writes. While a
//! policy blocks on rejected patterns, a new pattern of which the document does not say
//! whether it was rejected is missing evidence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stagewright_core::SeverityCounts;
use stagewright_core::decision::{
    Choice, DecisionRecord, Factor, FactorKind, Policy, Weighed, labels, weigh,
};
use stagewright_core::expression::from_json;
use stagewright_report::documents::MakeDecisionOutput;
use std::time::Instant;

/// What `make_decision` is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeDecisionInput {
    /// What all agents found together.
    pub aggregated_result: WeighedResult,
    /// When to block; the default is the review specification's.
    #[serde(default)]
    pub policy: Policy,
    /// Where labels of the pull request are read: `pr.labels` (rule A14).
    #[serde(default)]
    pub context: Map<String, Value>,
}

/// The fields of an aggregated result that a decision reads; others may stand beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeighedResult {
    /// The overall severity.
    pub overall_severity: OverallSeverity,
    /// Distinct critical findings.
    #[serde(default)]
    pub critical_violations: u64,
    /// Distinct high findings.
    #[serde(default)]
    pub high_violations: u64,
    /// Distinct medium findings.
    #[serde(default)]
    pub medium_violations: u64,
    /// Distinct low findings.
    #[serde(default)]
    pub low_violations: u64,
    /// Whether code agents found anything; without it, the count says.
    #[serde(default)]
    pub code_violations_found: Option<bool>,
    /// Findings of code agents.
    #[serde(default)]
    pub code_violations_count: u64,
    /// Whether architecture agents found anything; without it, the count says.
    #[serde(default)]
    pub architect_violations_found: Option<bool>,
    /// Findings of architecture agents.
    #[serde(default)]
    pub architect_violations_count: u64,
    /// Whether there are deviations from the low-level design; without it, the count says.
    #[serde(default)]
    pub lld_deviations_found: Option<bool>,
    /// Deviations from the low-level design.
    #[serde(default)]
    pub lld_deviations_count: u64,
    /// Whether an agent detected a new pattern.
    #[serde(default)]
    pub new_pattern_detected: bool,
    /// Whether a pattern was rejected; unknown where the document does not say.
    #[serde(default)]
    pub pattern_rejected: Option<bool>,
    /// Distinct findings of any severity; without it, the sum.
    #[serde(default)]
    pub total_issues_found: Option<u64>,
    /// The findings of the agent types that the policy counts, where that is known.
    #[serde(default)]
    pub counted_violations: Option<SeverityCounts>,
}

/// The overall severity of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum OverallSeverity {
    /// The worst finding is critical.
    Critical,
    /// The worst finding is high.
    High,
    /// The worst finding is medium.
    Medium,
    /// The worst finding is low.
    Low,
    /// There is no finding.
    #[default]
    None,
}

impl OverallSeverity {
    /// All of them with the words of documents.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("CRITICAL", Self::Critical),
        ("HIGH", Self::High),
        ("MEDIUM", Self::Medium),
        ("LOW", Self::Low),
        ("NONE", Self::None),
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::High => "HIGH",
            Self::Medium => "MEDIUM",
            Self::Low => "LOW",
            Self::None => "NONE",
        }
    }
}

/// An aggregated result that contradicts itself: whoever decided over it would not know
/// what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Contradiction {
    /// What contradicts what, with the paths of the fields.
    pub message: String,
}

/// Decides. A document that contradicts itself is a FAILURE with the decision BLOCK.
pub fn make_decision(input: &MakeDecisionInput) -> MakeDecisionOutput {
    let started = Instant::now();
    let decided = decide(input);
    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match decided {
        Ok(record) => MakeDecisionOutput::of(&record, elapsed_ms),
        Err(Contradiction { message }) => MakeDecisionOutput {
            status: "FAILURE",
            decision: Choice::Block.as_str(),
            decision_reason: message.clone(),
            decision_factors: vec![missing_evidence(message)],
            override_applied: false,
            override_reason: None,
            decision_time_ms: elapsed_ms,
        },
    }
}

/// Decides.
///
/// # Errors
/// When the aggregated result contradicts itself.
pub fn decide(input: &MakeDecisionInput) -> Result<DecisionRecord, Contradiction> {
    let labels = labels(&from_json(&Value::Object(input.context.clone())));
    let weighed = weighed(&input.aggregated_result, &input.policy, labels)?;
    Ok(weigh(&weighed, &input.policy))
}

/// Findings by the agent types that a policy has switches for.
struct ByType {
    code: u64,
    architect: u64,
    lld: u64,
}

fn weighed(
    result: &WeighedResult,
    policy: &Policy,
    labels: Vec<String>,
) -> Result<Weighed, Contradiction> {
    let counts = SeverityCounts {
        critical: result.critical_violations,
        high: result.high_violations,
        medium: result.medium_violations,
        low: result.low_violations,
    };
    let code = (result.code_violations_found, result.code_violations_count);
    let architect = (
        result.architect_violations_found,
        result.architect_violations_count,
    );
    let lld = (result.lld_deviations_found, result.lld_deviations_count);
    let by_type = ByType {
        code: found("code_violations", code)?,
        architect: found("architect_violations", architect)?,
        lld: found("lld_deviations", lld)?,
    };
    check_totals(result, &counts, &by_type)?;
    let counted = match result.counted_violations {
        Some(counted) => said_to_count(counted, &counts)?,
        None => assumed_to_count(&counts, &by_type, policy),
    };
    let mut obstacles = Vec::new();
    let is_unknown = result.new_pattern_detected && result.pattern_rejected.is_none();
    if is_unknown && policy.block_on_pattern_rejection {
        let detail = "a new pattern was detected, and `pattern_rejected` does not say whether \
                      it was rejected";
        obstacles.push(missing_evidence(detail.to_owned()));
    }
    Ok(Weighed {
        counts,
        counted,
        lld_deviations: by_type.lld,
        pattern_rejected: result.pattern_rejected.unwrap_or(false),
        obstacles,
        labels,
    })
}

fn missing_evidence(detail: String) -> Factor {
    Factor {
        factor: FactorKind::MissingEvidence,
        blocking: true,
        detail,
        subject: None,
        count: None,
        limit: None,
    }
}

/// What counts when the document does not say: see the module's rule.
fn assumed_to_count(counts: &SeverityCounts, by_type: &ByType, policy: &Policy) -> SeverityCounts {
    let switches = [
        (policy.block_on_code_violations, by_type.code),
        (policy.block_on_architect_violations, by_type.architect),
        (policy.block_on_lld_deviations, by_type.lld),
    ];
    let sum = |wanted: bool| {
        switches
            .iter()
            .filter(|(on, _)| *on == wanted)
            .fold(0_u64, |sum, (_, count)| sum.saturating_add(*count))
    };
    let explained = sum(true) == 0 && sum(false) >= counts.total();
    if explained {
        SeverityCounts::default()
    } else {
        *counts
    }
}

/// What the document says counts.
fn said_to_count(
    counted: SeverityCounts,
    all: &SeverityCounts,
) -> Result<SeverityCounts, Contradiction> {
    if counted.total() > all.total() {
        return Err(contradiction(format!(
            "`{}` has {} findings, more than the {} in total",
            path_of("counted_violations"),
            counted.total(),
            all.total()
        )));
    }
    Ok(counted)
}

/// The count of a type of agents, which has to agree with the switch beside it.
fn found(what: &str, (switch, count): (Option<bool>, u64)) -> Result<u64, Contradiction> {
    let is_found = switch.unwrap_or(count > 0);
    if is_found == (count > 0) {
        return Ok(count);
    }
    Err(contradiction(format!(
        "`{}` is {is_found}, but `{}` is {count}",
        path_of(&format!("{what}_found")),
        path_of(&format!("{what}_count"))
    )))
}

/// The severities are what is weighed; a document that tells of findings elsewhere and
/// has none there must not become a MERGE. Deviations from the low-level design have no
/// severity in the seed, so they need not be among them.
fn check_totals(
    result: &WeighedResult,
    counts: &SeverityCounts,
    by_type: &ByType,
) -> Result<(), Contradiction> {
    let is_any = result.overall_severity != OverallSeverity::None;
    let total = counts.total();
    if is_any != (total > 0) {
        return Err(contradiction(format!(
            "`{}` is {}, but the violations by severity are {total}",
            path_of("overall_severity"),
            result.overall_severity.word()
        )));
    }
    let violations = by_type.code.saturating_add(by_type.architect);
    let issues = result.total_issues_found.unwrap_or(total);
    let elsewhere = violations.max(issues.saturating_sub(by_type.lld));
    if total == 0 && elsewhere > 0 {
        return Err(contradiction(format!(
            "`$.aggregated_result` tells of {elsewhere} violations, but those by severity are 0"
        )));
    }
    Ok(())
}

fn contradiction(message: String) -> Contradiction {
    Contradiction { message }
}

fn path_of(field: &str) -> String {
    format!("$.aggregated_result.{field}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(value: Value) -> MakeDecisionInput {
        serde_json::from_value(value).unwrap()
    }

    /// Goal: only what the seed requires has to be said; its defaults hold.
    #[test]
    fn defaults_are_the_seeds() {
        let output = make_decision(&input(json!({
            "aggregated_result": {"overall_severity": "HIGH", "high_violations": 5, "jira_tickets": []},
        })));
        assert_eq!((output.status, output.decision), ("SUCCESS", "MERGE"));
        let output = make_decision(&input(json!({
            "aggregated_result": {"overall_severity": "HIGH", "high_violations": 6},
        })));
        assert_eq!(output.decision, "BLOCK");
    }

    /// Goal: what contradicts itself blocks, and is told as a failure rather than thrown.
    #[test]
    fn a_contradiction_is_a_failure_that_blocks() {
        let output = make_decision(&input(json!({
            "aggregated_result": {"overall_severity": "NONE", "code_violations_found": true},
        })));
        assert_eq!((output.status, output.decision), ("FAILURE", "BLOCK"));
        assert!(output.decision_factors[0].blocking);
        assert_eq!(
            output.decision_reason,
            "`$.aggregated_result.code_violations_found` is true, but \
             `$.aggregated_result.code_violations_count` is 0"
        );
    }
}
