//! What a reader returns, and what it needs to know beside the bytes.

use crate::severity_table::SeverityTable;
use serde_json::Value;
use stagewright_core::finding::Finding;

/// A finished agent's output in normal form.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The document that conditions and later agents read.
    ///
    /// For a review agent it is the agent's own, with canonical fields added where
    /// its generation uses other names, and no field dropped or changed. For a tool
    /// it is a small document: `tool`, `status` (`PASS`, `FAIL` or `ERROR`),
    /// `violations_count`, the counts by severity (`critical_violations` to
    /// `low_violations`), and what the reader left out and why.
    pub output: Value,
    /// Every problem reported, in the order of the document. A problem reported
    /// twice stands twice; [`stagewright_core::finding::FindingsSummary`] counts it once.
    pub findings: Vec<Finding>,
    /// What the agent says of itself.
    pub status: AgentStatus,
    /// What a person should know but the decision need not: unknown severity words,
    /// suppressed results, the agent's own warnings.
    pub warnings: Vec<String>,
    /// What the agent says it cost, in US dollars. `None` is unknown, never zero.
    pub cost_usd: Option<f64>,
}

/// What an agent says of its own work. None of these is a decision: a `Passed` agent
/// may have findings, and a policy may let a `Failed` one through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentStatus {
    /// The agent did its work and is content.
    Passed,
    /// The agent did its work and found something; there is at least one finding.
    Failed,
    /// The agent did not do its work, with its reason: a FAILURE of the attempt
    /// (decision 24), whatever findings stand beside it.
    Error(String),
    /// The agent did its part and waits for people (rule A13).
    Pending,
}

/// What a reader needs to know beside the bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The agent's `type`, which says which status words it may use. An unknown
    /// type, or none, may use any word of any type.
    pub agent_type: Option<String>,
    /// What the pipeline overrides of the severity table.
    pub severities: SeverityTable,
    /// The root of the work tree, absolute, in the spelling of the machine that ran
    /// the agent. Paths below it are made relative to it.
    pub root: Option<String>,
}
