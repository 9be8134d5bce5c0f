//! `AggregatedResult`: what all agents found together, and the answer of
//! `aggregate_results` around it.

use serde::Serialize;
use serde_json::Value;
use stagewright_core::decision::Aggregate;

/// What all agents found together (review specification, section 1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AggregatedResult {
    /// CRITICAL, HIGH, MEDIUM, LOW or NONE.
    pub overall_severity: &'static str,
    /// Distinct critical findings.
    pub critical_violations: u64,
    /// Distinct high findings.
    pub high_violations: u64,
    /// Distinct medium findings.
    pub medium_violations: u64,
    /// Distinct low findings.
    pub low_violations: u64,
    /// Tickets that agents created, as they describe them.
    pub jira_tickets: Vec<Value>,
    /// Whether code agents found anything.
    pub code_violations_found: bool,
    /// Findings of code agents, each reporter's counted.
    pub code_violations_count: u64,
    /// Whether architecture agents found anything.
    pub architect_violations_found: bool,
    /// Findings of architecture agents, each reporter's counted.
    pub architect_violations_count: u64,
    /// Whether there are deviations from the low-level design.
    pub lld_deviations_found: bool,
    /// Deviations from the low-level design, each reporter's counted.
    pub lld_deviations_count: u64,
    /// Whether an agent detected a new pattern.
    pub new_pattern_detected: bool,
    /// The new pattern, as its agent describes it.
    pub pattern_details: Option<Value>,
    /// Whether an agent wrote documentation.
    pub documentation_updated: bool,
    /// Distinct findings of any severity.
    pub total_issues_found: u64,
    /// Whether a finding is at least as bad as the blocking threshold (rule A12).
    pub blocking_issues_found: bool,
}

/// The answer of `aggregate_results`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AggregateResultsOutput {
    /// SUCCESS: putting results together cannot fail once they were read.
    pub status: &'static str,
    /// The picture.
    pub aggregated_result: AggregatedResult,
    /// Distinct findings of any severity.
    pub total_violations: u64,
    /// How many agents' results went into it.
    pub total_agents_analyzed: u64,
    /// How long it took, in milliseconds, as the caller measured it.
    pub aggregation_time_ms: u64,
}

impl AggregatedResult {
    /// The document of an aggregate.
    pub fn of(aggregate: &Aggregate) -> Self {
        let counts = &aggregate.counts;
        Self {
            overall_severity: severity_word(aggregate),
            critical_violations: counts.critical,
            high_violations: counts.high,
            medium_violations: counts.medium,
            low_violations: counts.low,
            jira_tickets: aggregate.tickets.clone(),
            code_violations_found: aggregate.code_violations > 0,
            code_violations_count: aggregate.code_violations,
            architect_violations_found: aggregate.architect_violations > 0,
            architect_violations_count: aggregate.architect_violations,
            lld_deviations_found: aggregate.lld_deviations > 0,
            lld_deviations_count: aggregate.lld_deviations,
            new_pattern_detected: aggregate.new_pattern_detected,
            pattern_details: aggregate.pattern_details.clone(),
            documentation_updated: aggregate.documentation_updated,
            total_issues_found: counts.total(),
            blocking_issues_found: aggregate.blocking_issues,
        }
    }
}

impl AggregateResultsOutput {
    /// The answer around an aggregate.
    pub fn of(aggregate: &Aggregate, agents_analyzed: u64, time_ms: u64) -> Self {
        let aggregated_result = AggregatedResult::of(aggregate);
        Self {
            status: "SUCCESS",
            total_violations: aggregated_result.total_issues_found,
            aggregated_result,
            total_agents_analyzed: agents_analyzed,
            aggregation_time_ms: time_ms,
        }
    }
}

/// The word for an overall severity, NONE included.
pub(crate) fn severity_word(aggregate: &Aggregate) -> &'static str {
    aggregate
        .overall
        .map_or("NONE", stagewright_core::Severity::as_str)
}
