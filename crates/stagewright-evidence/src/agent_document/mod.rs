//! The documents of review agents, in all their generations.
//!
//! The agents of a review (code, architecture, low-level design, patterns, human
//! review, tickets) print one JSON object each, and three generations of them
//! disagree about names and status words. One reader understands all:
//!
//! - [`envelope`] unwraps what an invocation puts around the document;
//! - [`status`] knows the words and what they mean, by type of agent;
//! - [`list`] turns violations and deviations into findings and checks the counts;
//! - [`canonical`] adds the names that conditions rely on. It only adds: no field of
//!   the agent is dropped or changed.
//!
//! What fails closed here (decision 24): FAIL without a finding, a count that differs
//! from its list, an unknown or missing status, statements that exclude each other.
//! A document with status ERROR is read leniently, since it is a FAILURE anyway and
//! its reason matters more than its shape.

mod canonical;
mod envelope;
mod list;
mod status;

use crate::answer::{AgentStatus, Answer, Options};
use crate::error::ReadError;
use crate::node::Node;
use crate::severity_table::Hints;
use envelope::Content;
use list::Lists;
use serde_json::Value;
use stagewright_core::finding::{Finding, FindingKind};
use stagewright_core::severity::Severity;
use status::{Meaning, Word};

/// The rule of the finding that stands for a rejected review.
const REVIEW_REJECTED: &str = "review-rejected";

/// Reads a document.
pub(crate) fn read(document: Value, options: &Options) -> Result<Answer, ReadError> {
    let mut document = match envelope::unwrap(document)? {
        Content::Document(document) => document,
        Content::Crash { document, reason } => return Ok(crash(document, reason)),
    };
    let node = Node::root(&document).expect_object()?;
    let word = status::of(&node, options.agent_type.as_deref())?;
    let mut warnings = own_warnings(&node);
    let mut lists = match list::read(&node, options, &mut warnings) {
        Err(error) if word.meaning == Meaning::Error => {
            warnings.push(format!("its findings are unreadable: {error}"));
            Lists::default()
        }
        lists => lists?,
    };
    if word.meaning == Meaning::Partial {
        warnings.push(format!("the agent reports {}", word.word));
    }
    let status = agent_status(&node, word, &mut lists, options)?;
    let additions = match canonical::additions(&node, options, word, &lists, &mut warnings) {
        Err(error) if word.meaning == Meaning::Error => {
            warnings.push(error.to_string());
            Vec::new()
        }
        additions => additions?,
    };
    let cost_usd = cost_usd(&node, &mut warnings);
    canonical::add(&mut document, additions);
    Ok(Answer {
        output: document,
        findings: lists.findings,
        status,
        warnings,
        cost_usd,
    })
}

/// What the status word means, given what is listed.
fn agent_status(
    node: &Node<'_>,
    word: &Word,
    lists: &mut Lists,
    options: &Options,
) -> Result<AgentStatus, ReadError> {
    let reason = || {
        envelope::reason(node)
            .unwrap_or_else(|| format!("the agent reports {} without a reason", word.word))
    };
    Ok(match word.meaning {
        Meaning::Pass | Meaning::Partial => AgentStatus::Passed,
        Meaning::Pending => AgentStatus::Pending,
        Meaning::Error => AgentStatus::Error(reason()),
        Meaning::Failure if lists.findings.is_empty() => AgentStatus::Error(reason()),
        Meaning::Fail if lists.findings.is_empty() => {
            return Err(ReadError::FailWithoutFinding {
                status: word.word.to_owned(),
            });
        }
        Meaning::Fail | Meaning::Failure => AgentStatus::Failed,
        Meaning::Rejected => {
            lists.findings.push(rejection(node, options));
            AgentStatus::Failed
        }
    })
}

/// The finding that stands for a rejected review. "Must not be merged" is what
/// CRITICAL means; a pipeline may grade the rule anew.
fn rejection(node: &Node<'_>, options: &Options) -> Finding {
    let grade = options.severities.grade_agent(&Hints {
        rule: REVIEW_REJECTED,
        neutral_rule: REVIEW_REJECTED,
        word: Some(Severity::Critical.as_str()),
        ..Hints::default()
    });
    Finding {
        severity: grade.severity,
        severity_assumed: grade.assumed,
        kind: FindingKind::Violation,
        rule: REVIEW_REJECTED.to_owned(),
        message: envelope::reason(node)
            .unwrap_or_else(|| "the reviewers rejected the change".to_owned()),
        file: None,
        line: None,
        suggestion: None,
        tool: None,
    }
}

/// The answer for an agent that ended without a document of its own.
fn crash(document: Value, reason: String) -> Answer {
    Answer {
        output: document,
        findings: Vec::new(),
        status: AgentStatus::Error(reason),
        warnings: Vec::new(),
        cost_usd: None,
    }
}

/// The agent's own warnings; what is no text is shown as JSON.
fn own_warnings(node: &Node<'_>) -> Vec<String> {
    let warnings = node.list("/warnings").ok().flatten().unwrap_or_default();
    warnings
        .iter()
        .map(|warning| match warning {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect()
}

/// The cost that the agent states. A cost that cannot be read is unknown; it does
/// not take the evidence with it.
fn cost_usd(node: &Node<'_>, warnings: &mut Vec<String>) -> Option<f64> {
    let value = node.get("/cost_usd")?;
    let cost = value.as_f64().filter(|cost| *cost >= 0.0);
    if cost.is_none() {
        warnings.push(format!(
            "`$.cost_usd` is {value}, which is no amount; the cost is unknown"
        ));
    }
    cost
}
