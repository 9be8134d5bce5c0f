//! What a decision looks like when it is written down.

use serde::{Deserialize, Serialize};

/// The two decisions (rule A13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Choice {
    /// Nothing speaks against it.
    Merge,
    /// Something does.
    Block,
}

impl Choice {
    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "MERGE",
            Self::Block => "BLOCK",
        }
    }
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// MERGE or BLOCK.
    pub decision: Choice,
    /// In one sentence, why.
    pub reason: String,
    /// Everything that was weighed, the blocking factors first.
    pub factors: Vec<Factor>,
    /// Whether a label turned a BLOCK into a MERGE (rule A14).
    pub override_applied: bool,
    /// Which label, and what it overrode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// One thing that was weighed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// What kind of thing.
    pub factor: FactorKind,
    /// Whether it blocks by itself.
    pub blocking: bool,
    /// For people.
    pub detail: String,
    /// Who it is about, where it is about one agent or gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How many there are, where it is a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// How many are tolerated, where it is a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// The kinds of factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// The run was cancelled.
    Cancelled,
    /// The run failed.
    RunFailed,
    /// A required agent has no success (rule A2, decision 23).
    MissingEvidence,
    /// Nothing at all was proved (decision 24).
    NoEvidence,
    /// A required gate did not pass.
    GateNotPassed,
    /// A person has not answered yet (rule A13).
    AwaitingReview,
    /// A person said no (decision 36).
    Rejected,
    /// The run of a sub-pipeline decided on BLOCK (decision 35).
    PipelineBlocked,
    /// The change touches its own pipeline, policy or settings (decision 22).
    PolicyChanged,
    /// Critical findings.
    CriticalViolations,
    /// High findings.
    HighViolations,
    /// Medium findings.
    MediumViolations,
    /// Low findings.
    LowViolations,
    /// Deviations from the low-level design.
    LldDeviations,
    /// A rejected pattern.
    PatternRejection,
    /// A value stands in for a required agent that failed.
    StoodIn,
    /// Findings that the policy's switches leave out of account.
    NotCounted,
}
