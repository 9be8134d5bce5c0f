//! What the decision reads of a run below, and of a person's answer.
//!
//! Both stand beside the output, never in it: no `outputs`, no condition and no agent can
//! write here what did not happen (decisions 35, 36).

use crate::decision::{Choice, Factor};
use serde::{Deserialize, Serialize};

/// What the run of a sub-pipeline hands up to the decision above it (decision 35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedUp {
    /// What it decided; `None` with `decision: none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Choice>,
    /// Whether anything was proved there: an agent besides people and values succeeded, or
    /// a gate passed (decision 24).
    pub proved: bool,
    /// What blocked there, and what has to be known of it; without a decision, what would
    /// have blocked besides findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
    /// Which label made a MERGE of it, and what it overrode (rule A14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// What a person said (decision 36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// True for `approve`, false for `reject`.
    pub approved: bool,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
