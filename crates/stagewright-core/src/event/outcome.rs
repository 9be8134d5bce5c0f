//! How a try ended, and what an event carries of its result.

use crate::finding::FindingsSummary;
use crate::retry::ErrorClass;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A large value beside the journal: its SHA-256 in hexadecimal, and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRef {
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

impl BlobRef {
    /// The reference of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            hash: crate::hash::sha256_hex(bytes),
            size: bytes.len() as u64,
        }
    }
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptOutcome {
    /// Success, or why not.
    pub result: AttemptResult,
    /// The full result beside the journal; `None` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<BlobRef>,
    /// The values at the node's projected paths that exist (decision 5).
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub projection: serde_json::Map<String, Value>,
    /// Counts and digests of its findings.
    #[serde(default)]
    pub findings: FindingsSummary,
    /// What the decision and the aggregate read of known agents' documents.
    #[serde(default)]
    pub facts: Facts,
    /// What it cost in US dollars; `None` is unknown, which is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// What its reader thought worth saying.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// How long whoever failed asks to be left alone, in milliseconds (`Retry-After`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl AttemptOutcome {
    /// A bare failure.
    pub fn failed(class: ErrorClass, message: impl Into<String>) -> Self {
        Self::bare(AttemptResult::Failed {
            class,
            message: message.into(),
        })
    }

    /// An outcome with nothing but its result.
    pub fn bare(result: AttemptResult) -> Self {
        Self {
            result,
            output: None,
            projection: serde_json::Map::new(),
            findings: FindingsSummary::default(),
            facts: Facts::default(),
            cost_usd: None,
            warnings: Vec::new(),
            retry_after_ms: None,
        }
    }
}

/// Success, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum AttemptResult {
    /// The agent answered. An answer with findings is a success.
    Succeeded,
    /// A gate was executed and has a verdict.
    Judged {
        /// The verdict.
        verdict: Verdict,
        /// In a few words, why.
        message: String,
    },
    /// The try failed.
    Failed {
        /// Why, for the retry policy.
        class: ErrorClass,
        /// Why, for people.
        message: String,
    },
}

/// The four results of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was checked and holds.
    Pass,
    /// It was checked and does not hold.
    Fail,
    /// It could not be checked.
    Error,
    /// There was nothing to check; never a pass.
    NoEvidence,
}

impl Verdict {
    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::NoEvidence => "no_evidence",
        }
    }
}

/// What the aggregate reads of known agents' documents besides their findings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The architect's verdict on new patterns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_pattern_detected: Option<bool>,
    /// The new pattern's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern_details: Option<Value>,
    /// Whether a pattern was rejected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pattern_rejected: bool,
    /// Whether the agent itself says that people have still to look (rule A13).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub review_pending: bool,
    /// Tickets created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Value>,
    /// Whether documentation was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub documentation_updated: bool,
}
