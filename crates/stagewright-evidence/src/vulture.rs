//! The lines that `vulture` prints: `FILE:LINE: WHAT (NN% confidence)`.
//!
//! Vulture prints nothing about a tree without dead code, so that its exit code, 0, is
//! the only proof; an empty output of a program that ended otherwise proves nothing.
//! Every line has to be understood, since a line that is not may be a finding. What
//! vulture could not read stands on standard error; where both streams are one, it
//! makes the report an error. Vulture's confidence is not weighed: it has its own
//! option for that, `--min-confidence`.

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::lines;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::tool_document::ToolReport;
use regex::Regex;
use std::sync::LazyLock;

const TOOL: &str = "vulture";

#[expect(
    clippy::unwrap_used,
    reason = "the pattern is fixed, and every test compiles it"
)]
static FINDING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.+?):(\d+): (.+) \(\d+% confidence(?:, \d+ lines?)?\)$").unwrap()
});

#[expect(
    clippy::unwrap_used,
    reason = "the pattern is fixed, and every test compiles it"
)]
static UNREAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(.+?):(\d+): invalid syntax|Error: .+ could not be )").unwrap()
});

/// Reads a whole report.
pub(crate) fn read(text: &str, options: &Options) -> Result<Answer, ReadError> {
    if text.trim().is_empty() && options.exit_code != Some(0) {
        return Err(ReadError::Empty);
    }
    let mut report = ToolReport::of(TOOL);
    for (number, line) in lines::numbered(text) {
        let line = lines::bounded(number, line)?;
        if UNREAD.is_match(line) {
            report.failures.push(line.to_owned());
            continue;
        }
        let parts = FINDING.captures(line).map(|found| found.extract::<3>().1);
        let Some([file, at, what]) = parts else {
            return Err(ReadError::unknown_line(number, line, TOOL));
        };
        let problem = Problem {
            tool: Some(TOOL),
            rule: &rule_of(what),
            message: what.to_owned(),
            file: file_from_path(file, options.root.as_deref()),
            line: at.parse().ok().filter(|at| *at > 0),
            ..Problem::default()
        };
        report.findings.push(problem.into_finding(options));
    }
    Ok(report.into_answer())
}

/// The kind of dead code: `unused-import` of `unused import 'os'`. What is not unused is
/// never reached (`unreachable code after 'return'`, `unsatisfiable 'if' condition`).
fn rule_of(what: &str) -> String {
    let kind = what.split('\'').next().unwrap_or(what).trim();
    match kind.strip_prefix("unused ") {
        Some(kind) if !kind.is_empty() => format!("unused-{}", kind.replace(' ', "-")),
        _ => "unreachable-code".to_owned(),
    }
}
