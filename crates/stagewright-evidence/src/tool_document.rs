//! The small normal document that stands for a tool's report.
//!
//! A tool's raw report is large and its shape is the tool's own; conditions and
//! later agents get this document, and the report itself stays in the attempt's log.

use crate::answer::{AgentStatus, Answer};
use crate::read::MAX_WARNINGS;
use serde_json::{Map, Value, json};
use stagewright_core::finding::Finding;
use stagewright_core::severity::{Severity, SeverityCounts};

/// What a reader of a tool's report has collected.
#[derive(Debug, Default)]
pub(crate) struct ToolReport {
    /// The tools that reported, as `tool_key`s.
    pub(crate) tools: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    /// What was not scanned, and why: any entry makes the report an error, since a
    /// scanner that could not read a file has not shown that it is safe.
    pub(crate) failures: Vec<String>,
    /// Why a report without a failure shows nothing all the same.
    pub(crate) proves_nothing: Option<String>,
    pub(crate) warnings: Vec<String>,
    /// Further fields of the document: what was reported but is no finding.
    pub(crate) left_out: Vec<(&'static str, u64)>,
}

impl ToolReport {
    /// An empty report of one tool.
    pub(crate) fn of(tool: &str) -> Self {
        Self {
            tools: vec![tool.to_owned()],
            ..Self::default()
        }
    }

    /// Notes that a tool has reported.
    pub(crate) fn name_tool(&mut self, tool: Option<String>) {
        if self.tools.last() != tool.as_ref() {
            self.tools.extend(tool);
        }
    }

    /// Adds a warning unless it is there already, among those that are kept.
    pub(crate) fn warn_once(&mut self, warning: String) {
        let kept = &self.warnings[..self.warnings.len().min(MAX_WARNINGS)];
        if !kept.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The answer: an error when something was not scanned or nothing was
    /// shown, else by the findings.
    pub(crate) fn into_answer(mut self) -> Answer {
        self.tools.sort();
        self.tools.dedup();
        let status = if !self.failures.is_empty() {
            AgentStatus::Error(format!(
                "{} could not scan everything: {}",
                self.tools.join(", "),
                first_few(&self.failures)
            ))
        } else if let Some(reason) = self.proves_nothing.take() {
            AgentStatus::Error(reason)
        } else if self.findings.is_empty() {
            AgentStatus::Passed
        } else {
            AgentStatus::Failed
        };
        let output = self.document(&status);
        Answer {
            output,
            findings: self.findings,
            status,
            warnings: self.warnings,
            cost_usd: None,
        }
    }

    fn document(&self, status: &AgentStatus) -> Value {
        let mut counts = SeverityCounts::default();
        for finding in &self.findings {
            counts.add(finding.severity);
        }
        let mut document = Map::new();
        if !self.tools.is_empty() {
            document.insert("tool".to_owned(), json!(self.tools.join(", ")));
        }
        let word = match status {
            AgentStatus::Passed | AgentStatus::Pending => "PASS",
            AgentStatus::Failed => "FAIL",
            AgentStatus::Error(_) => "ERROR",
        };
        document.insert("status".to_owned(), json!(word));
        document.insert("violations_count".to_owned(), json!(self.findings.len()));
        for severity in Severity::WORST_FIRST {
            let key = format!("{}_violations", severity.as_str().to_ascii_lowercase());
            document.insert(key, json!(counts.of(severity)));
        }
        for (key, count) in &self.left_out {
            document.insert((*key).to_owned(), json!(count));
        }
        if !self.failures.is_empty() {
            document.insert("errors".to_owned(), json!(self.failures));
        }
        Value::Object(document)
    }
}

/// The first entries of a list in one sentence, and how many there are beyond.
fn first_few(entries: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = entries
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ");
    if entries.len() > SHOWN {
        text.push_str(&format!("; and {} more", entries.len() - SHOWN));
    }
    text
}
