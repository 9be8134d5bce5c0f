//! How a try ended, and what an event carries of its result.

use super::handed_up::{HandedUp, Said};
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
    /// What it used of the machine; `None` is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// What a try used of the machine that it ran on. Unknown is `None`, never zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time of its program and all children that were waited for, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<u64>,
    /// The largest resident memory of one of its processes, as far as it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
}

impl Usage {
    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        self.cpu_ms.is_some() || self.peak_memory_bytes.is_some()
    }
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
            usage: None,
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

/// What the aggregate and the decision read of an answer besides its findings.
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
    /// What its run hands up, of a step that is a pipeline (decision 35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<HandedUp>,
    /// What a person said, of a question (decision 36).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}
