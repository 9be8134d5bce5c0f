//! What a reader returns, and what it needs to know beside the bytes.

use crate::format::Format;
use crate::severity_table::SeverityTable;
use serde_json::Value;
use stagewright_core::finding::Finding;

/// The field of a tool's document that counts its suppressed results.
pub(crate) const SUPPRESSED: &str = "suppressed";
/// The field of a tool's document that counts the problems which a baseline knew.
pub(crate) const GONE_SINCE_BASELINE: &str = "gone_since_baseline";
/// The field of ESLint's document that counts the files it was given but not looked at.
pub(crate) const NOT_LINTED: &str = "not_linted";

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

impl Answer {
    /// Whether nothing that a program may end with 1 for is reported in this format.
    ///
    /// Tools that write SARIF end with 1 for a result that is suppressed or gone since
    /// the baseline too, although it is no finding here, and ESLint for a file that it
    /// ignores, where it allows no warnings. The other tools do not count what a comment
    /// in the source suppresses.
    pub fn found_nothing(&self, format: Format) -> bool {
        let left_out = |key: &str| self.output.get(key).and_then(Value::as_u64).unwrap_or(0);
        let set_aside = match format {
            Format::Sarif => left_out(SUPPRESSED) + left_out(GONE_SINCE_BASELINE),
            Format::Eslint => left_out(NOT_LINTED),
            Format::AgentDocument
            | Format::Ruff
            | Format::Bandit
            | Format::Junit
            | Format::Clippy
            | Format::Mypy
            | Format::Vulture
            | Format::Semgrep
            | Format::Shellcheck => 0,
        };
        self.findings.is_empty() && set_aside == 0
    }
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
    /// The code with which the program ended; `None` where it is not known. Tools that
    /// print nothing about a clean tree say with it that they were at work: without a
    /// 0 here their empty output is refused.
    pub exit_code: Option<i32>,
}
