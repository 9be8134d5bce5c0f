//! The decision, as it is stored.

use super::words::{Choice, FactorKind};
use serde::{Deserialize, Serialize};
use stagewright_core::decision as core;

/// A decision with its reasons.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    decision: Choice,
    reason: String,
    factors: Vec<Factor>,
    override_applied: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    override_reason: Option<String>,
}

/// One thing that was weighed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Factor {
    factor: FactorKind,
    blocking: bool,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

impl From<&core::DecisionRecord> for Decision {
    fn from(record: &core::DecisionRecord) -> Self {
        Self {
            decision: record.decision.into(),
            reason: record.reason.clone(),
            factors: record.factors.iter().map(Factor::from).collect(),
            override_applied: record.override_applied,
            override_reason: record.override_reason.clone(),
        }
    }
}

impl From<Decision> for core::DecisionRecord {
    fn from(stored: Decision) -> Self {
        Self {
            decision: stored.decision.into(),
            reason: stored.reason,
            factors: stored.factors.into_iter().map(Into::into).collect(),
            override_applied: stored.override_applied,
            override_reason: stored.override_reason,
        }
    }
}

impl From<&core::Factor> for Factor {
    fn from(factor: &core::Factor) -> Self {
        Self {
            factor: factor.factor.into(),
            blocking: factor.blocking,
            detail: factor.detail.clone(),
            subject: factor.subject.clone(),
            count: factor.count,
            limit: factor.limit,
        }
    }
}

impl From<Factor> for core::Factor {
    fn from(stored: Factor) -> Self {
        Self {
            factor: stored.factor.into(),
            blocking: stored.blocking,
            detail: stored.detail,
            subject: stored.subject,
            count: stored.count,
            limit: stored.limit,
        }
    }
}
