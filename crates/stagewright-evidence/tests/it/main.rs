//! Integration tests: what the readers make of whole outputs.
//!
//! The reports under `fixtures/` are what ruff 0.17 and bandit 1.9 printed for
//! `fixtures/runner.py` (and a file with a syntax error, a clean and a missing one),
//! run in `/srv/project`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod agent_documents;
mod bandit;
mod duplicates;
mod refusals;
mod robustness;
mod ruff;
mod sarif;
mod unfence;

use stagewright_core::finding::Finding;
use stagewright_evidence::{Answer, Format, Options, ReadError, SeverityTable, read};

/// What a run of a tool in the fixtures' directory needs.
fn in_project() -> Options {
    Options {
        root: Some("/srv/project".to_owned()),
        ..Options::default()
    }
}

fn with_severities(entries: &[(&str, &str)]) -> Options {
    Options {
        severities: SeverityTable::parse(entries.iter().copied()).unwrap(),
        ..in_project()
    }
}

fn of_type(agent_type: &str) -> Options {
    Options {
        agent_type: Some(agent_type.to_owned()),
        ..in_project()
    }
}

fn agent(agent_type: &str, document: &serde_json::Value) -> Result<Answer, ReadError> {
    let bytes = document.to_string();
    read(
        Format::AgentDocument,
        bytes.as_bytes(),
        &of_type(agent_type),
    )
}

/// A finding in one line: severity (`?` when assumed), rule, file and line.
fn line(finding: &Finding) -> String {
    format!(
        "{}{} {} {}:{}",
        finding.severity,
        if finding.severity_assumed { "?" } else { "" },
        finding.rule,
        finding.file.as_deref().unwrap_or("-"),
        finding.line.unwrap_or(0)
    )
}

fn lines(answer: &Answer) -> Vec<String> {
    answer.findings.iter().map(line).collect()
}
