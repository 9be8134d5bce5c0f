//! `MakeDecisionOutput`: a decision with its factors.

use serde::Serialize;
use stagewright_core::decision::{DecisionRecord, Factor};

/// The answer of `make_decision`. A factor is an object with `factor` (its kind),
/// `blocking` and `detail`, and where they apply `subject`, `count` and `limit`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MakeDecisionOutput {
    /// SUCCESS: a decision can always be made, if need be a BLOCK.
    pub status: &'static str,
    /// MERGE or BLOCK.
    pub decision: &'static str,
    /// In one sentence, why.
    pub decision_reason: String,
    /// Everything that was weighed, the blocking factors first.
    pub decision_factors: Vec<Factor>,
    /// Whether a label turned a BLOCK into a MERGE (rule A14).
    pub override_applied: bool,
    /// Which label, and what it overrode.
    pub override_reason: Option<String>,
    /// How long it took, in milliseconds, as the caller measured it.
    pub decision_time_ms: u64,
}

impl MakeDecisionOutput {
    /// The answer around a decision.
    pub fn of(record: &DecisionRecord, time_ms: u64) -> Self {
        Self {
            status: "SUCCESS",
            decision: record.decision.as_str(),
            decision_reason: record.reason.clone(),
            decision_factors: record.factors.clone(),
            override_applied: record.override_applied,
            override_reason: record.override_reason.clone(),
            decision_time_ms: time_ms,
        }
    }
}
