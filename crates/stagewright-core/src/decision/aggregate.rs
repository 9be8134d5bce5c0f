//! What many agents found, as one picture (review specification, section 1).
//!
//! One finding is one (rule, file, line): totals count it once however many agents
//! report it, per-type counts count each reporter (decision 27).

use crate::decision::Policy;
use crate::event::Facts;
use crate::finding::{FindingDigest, FindingsSummary};
use crate::severity::{Severity, SeverityCounts};
use serde_json::Value;
use std::collections::BTreeMap;

/// What one agent contributes.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentReport<'a> {
    /// Its type, if it has one.
    pub agent_type: Option<&'a str>,
    /// Counts and digests of its findings.
    pub findings: &'a FindingsSummary,
    /// What its document says besides.
    pub facts: &'a Facts,
}

/// How the overall severity follows from the counts (rule A28).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SeverityMethod {
    /// The worst one that occurs.
    #[default]
    Max,
    /// A score of 10, 5, 2 and 1 for each critical, high, medium and low finding; a
    /// score of at least 10, 5, 2, 1 is CRITICAL, HIGH, MEDIUM, LOW. A single finding
    /// thus has its own severity, and many small ones add up.
    WeightedSum,
}

/// The default threshold for `blocking_issues_found`.
pub const DEFAULT_BLOCKING_THRESHOLD: Severity = Severity::Medium;

/// What all agents found together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Aggregate {
    /// The overall severity; `None` is NONE.
    pub overall: Option<Severity>,
    /// Distinct findings by severity.
    pub counts: SeverityCounts,
    /// Findings of `code_best_practises` agents.
    pub code_violations: u64,
    /// Findings of `architect_best_practises` agents.
    pub architect_violations: u64,
    /// Deviations from the low-level design.
    pub lld_deviations: u64,
    /// Whether an agent detected a new pattern.
    pub new_pattern_detected: bool,
    /// The new pattern's description.
    pub pattern_details: Option<Value>,
    /// Whether a pattern was rejected.
    pub pattern_rejected: bool,
    /// Tickets created.
    pub tickets: Vec<Value>,
    /// Whether documentation was written.
    pub documentation_updated: bool,
    /// Whether a finding is at least as bad as the threshold (rule A12).
    pub blocking_issues: bool,
}

/// Puts the reports of all agents together.
pub fn aggregate<'a>(
    reports: impl Iterator<Item = AgentReport<'a>> + Clone,
    method: SeverityMethod,
    threshold: Severity,
) -> Aggregate {
    let counts = distinct(reports.clone().map(|report| report.findings));
    let mut aggregate = Aggregate {
        overall: overall(&counts, method),
        counts,
        blocking_issues: Severity::WORST_FIRST
            .into_iter()
            .any(|severity| severity >= threshold && counts.of(severity) > 0),
        ..Aggregate::default()
    };
    for report in reports {
        let total = report.findings.total();
        match report.agent_type {
            Some("code_best_practises") => aggregate.code_violations += total,
            Some("architect_best_practises") => aggregate.architect_violations += total,
            Some("lld_alignment") => aggregate.lld_deviations += total,
            _ => aggregate.lld_deviations += report.findings.deviations,
        }
        let facts = report.facts;
        aggregate.new_pattern_detected |= facts.new_pattern_detected == Some(true);
        if aggregate.pattern_details.is_none() {
            aggregate.pattern_details.clone_from(&facts.pattern_details);
        }
        aggregate.pattern_rejected |= facts.pattern_rejected;
        aggregate.tickets.extend(facts.tickets.iter().cloned());
        aggregate.documentation_updated |= facts.documentation_updated;
    }
    aggregate
}

/// The distinct findings whose agent types the policy counts (decision 26).
pub fn counted<'a>(
    reports: impl Iterator<Item = AgentReport<'a>>,
    policy: &Policy,
) -> SeverityCounts {
    distinct(
        reports
            .filter(|report| policy.counts(report.agent_type))
            .map(|report| report.findings),
    )
}

/// Counts each finding once, with the worst severity that a reporter gave it.
fn distinct<'a>(summaries: impl Iterator<Item = &'a FindingsSummary>) -> SeverityCounts {
    let mut worst: BTreeMap<FindingDigest, Severity> = BTreeMap::new();
    let mut counts = SeverityCounts::default();
    for summary in summaries {
        let mut carried = SeverityCounts::default();
        for (digest, severity) in &summary.digests {
            carried.add(*severity);
            let entry = worst.entry(*digest).or_insert(*severity);
            *entry = (*entry).max(*severity);
        }
        // Findings beyond those whose digests an event carries count as distinct.
        for severity in Severity::WORST_FIRST {
            let beyond = summary
                .counts
                .of(severity)
                .saturating_sub(carried.of(severity));
            counts.add_many(severity, beyond);
        }
    }
    for severity in worst.into_values() {
        counts.add(severity);
    }
    counts
}

fn overall(counts: &SeverityCounts, method: SeverityMethod) -> Option<Severity> {
    match method {
        SeverityMethod::Max => counts.worst(),
        SeverityMethod::WeightedSum => {
            let score = counts
                .critical
                .saturating_mul(10)
                .saturating_add(counts.high.saturating_mul(5))
                .saturating_add(counts.medium.saturating_mul(2))
                .saturating_add(counts.low);
            match score {
                0 => None,
                1 => Some(Severity::Low),
                2..=4 => Some(Severity::Medium),
                5..=9 => Some(Severity::High),
                _ => Some(Severity::Critical),
            }
        }
    }
}
