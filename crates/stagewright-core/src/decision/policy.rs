//! The policy of a decision: which findings block, how many are too many, and who
//! may override (review specification, section 1; rules A12, A14, decision 26).

use crate::severity::Severity;
use serde::{Deserialize, Serialize};

/// When a run's decision is BLOCK. Defaults are the review specification's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Critical findings block when there are more than `max_critical_violations`.
    pub block_on_critical: bool,
    /// High findings block when there are more than `max_high_violations`.
    pub block_on_high: bool,
    /// Medium findings block when there are more than `max_medium_violations`.
    pub block_on_medium: bool,
    /// Low findings block when there are more than `max_low_violations`.
    pub block_on_low: bool,
    /// The most critical findings that are tolerated.
    pub max_critical_violations: u64,
    /// The most high findings that are tolerated.
    pub max_high_violations: u64,
    /// The most medium findings that are tolerated.
    pub max_medium_violations: u64,
    /// The most low findings that are tolerated.
    pub max_low_violations: u64,
    /// Whether findings of `code_best_practises` agents count towards blocking.
    pub block_on_code_violations: bool,
    /// Whether findings of `architect_best_practises` agents count towards blocking.
    pub block_on_architect_violations: bool,
    /// Whether deviations from the low-level design block; any one does.
    pub block_on_lld_deviations: bool,
    /// Whether a rejected pattern blocks.
    pub block_on_pattern_rejection: bool,
    /// Whether a label of the pull request may override a BLOCK.
    pub allow_override_by_label: bool,
    /// The labels that do.
    pub override_labels: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            block_on_critical: true,
            block_on_high: true,
            block_on_medium: false,
            block_on_low: false,
            max_critical_violations: 0,
            max_high_violations: 5,
            max_medium_violations: 20,
            max_low_violations: 100,
            block_on_code_violations: true,
            block_on_architect_violations: true,
            block_on_lld_deviations: true,
            block_on_pattern_rejection: false,
            allow_override_by_label: true,
            override_labels: vec!["skip-validation".to_owned(), "emergency-deploy".to_owned()],
        }
    }
}

impl Policy {
    /// Whether findings of this severity can block at all.
    pub fn blocks_on(&self, severity: Severity) -> bool {
        match severity {
            Severity::Critical => self.block_on_critical,
            Severity::High => self.block_on_high,
            Severity::Medium => self.block_on_medium,
            Severity::Low => self.block_on_low,
        }
    }

    /// The most findings of this severity that are tolerated.
    pub fn limit(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.max_critical_violations,
            Severity::High => self.max_high_violations,
            Severity::Medium => self.max_medium_violations,
            Severity::Low => self.max_low_violations,
        }
    }

    /// Whether findings of agents of this type count towards blocking (decision 26).
    /// Types without a switch, and agents without a type, always count.
    pub fn counts(&self, agent_type: Option<&str>) -> bool {
        match agent_type {
            Some("code_best_practises") => self.block_on_code_violations,
            Some("architect_best_practises") => self.block_on_architect_violations,
            Some("lld_alignment") => self.block_on_lld_deviations,
            _ => true,
        }
    }
}
