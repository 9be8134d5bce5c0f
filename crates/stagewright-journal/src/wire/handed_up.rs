//! What runs below and people hand to the decision, as it is stored.

use super::decision::Factor;
use super::words::Choice;
use serde::{Deserialize, Serialize};
use stagewright_core::event as core;

/// What the run of a step hands up.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HandedUp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Choice>,
    proved: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    factors: Vec<Factor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    override_reason: Option<String>,
}

/// What a person said.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    approved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<&core::HandedUp> for HandedUp {
    fn from(below: &core::HandedUp) -> Self {
        Self {
            decision: below.decision.map(Choice::from),
            proved: below.proved,
            factors: below.factors.iter().map(Factor::from).collect(),
            override_reason: below.override_reason.clone(),
        }
    }
}

impl From<HandedUp> for core::HandedUp {
    fn from(stored: HandedUp) -> Self {
        Self {
            decision: stored.decision.map(Into::into),
            proved: stored.proved,
            factors: stored.factors.into_iter().map(Into::into).collect(),
            override_reason: stored.override_reason,
        }
    }
}

impl From<&core::Said> for Said {
    fn from(said: &core::Said) -> Self {
        Self {
            approved: said.approved,
            note: said.note.clone(),
        }
    }
}

impl From<Said> for core::Said {
    fn from(stored: Said) -> Self {
        Self {
            approved: stored.approved,
            note: stored.note,
        }
    }
}
