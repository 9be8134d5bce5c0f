//! Integration tests: what the readers make of whole outputs.
//!
//! The reports under `fixtures/` are what the tools printed for the sources beside them
//! (and a file with a syntax error, a clean and a missing one), run in `/srv/project`:
//! ruff 0.17, bandit 1.9, mypy 2.4, vulture 2.16, ShellCheck 0.11, ESLint 10.15, Semgrep
//! 1.182, pytest 9.2, and clippy and nextest of Rust 1.95.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod agent_documents;
mod bandit;
mod clippy;
mod duplicates;
mod eslint;
mod junit;
mod mapping;
mod mypy;
mod page;
mod real_tools;
mod refusals;
mod robustness;
mod ruff;
mod sarif;
mod semgrep;
mod shellcheck;
mod unfence;
mod vulture;

use stagewright_core::finding::Finding;
use stagewright_evidence::{Answer, Format, Options, ReadError, SeverityTable, read};

/// What a run of a tool in the fixtures' directory needs.
fn in_project() -> Options {
    Options {
        root: Some("/srv/project".to_owned()),
        ..Options::default()
    }
}

/// A run in the fixtures' directory that ended with this code.
fn ended(code: i32) -> Options {
    Options {
        exit_code: Some(code),
        ..in_project()
    }
}

/// The formats that are one JSON document.
const ONE_DOCUMENT: [Format; 7] = [
    Format::AgentDocument,
    Format::Sarif,
    Format::Ruff,
    Format::Bandit,
    Format::Semgrep,
    Format::Eslint,
    Format::Shellcheck,
];

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
