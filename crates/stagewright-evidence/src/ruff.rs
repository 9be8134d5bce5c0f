//! The list that `ruff check --output-format json` prints.
//!
//! A syntax error is a finding (ruff reports it beside the others, with the code
//! `invalid-syntax`, null in older versions) and comes with a warning, since the rules
//! that need the syntax tree have not run on that file. A file that ruff could not
//! read (E902) is an error of the run: nothing was shown about it.

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::node::{Node, expect_list};
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::rule::INVALID_SYNTAX;
use crate::tool_document::ToolReport;
use serde_json::Value;
use stagewright_core::finding::Finding;

const TOOL: &str = "ruff";

/// The rule under which ruff reports that a file could not be read.
pub(crate) const IO_ERROR: &str = "E902";

/// Reads a whole report.
pub(crate) fn read(document: &Value, options: &Options) -> Result<Answer, ReadError> {
    let list = expect_list(document)?;
    let mut report = ToolReport::of(TOOL);
    for node in Node::elements(list, "$") {
        let finding = read_finding(&node.expect_object()?, options)?;
        note_unscanned(&finding, &mut report);
        report.findings.push(finding);
    }
    Ok(report.into_answer())
}

/// Records what a finding of ruff, in whichever format, says about the scan itself.
pub(crate) fn note_unscanned(finding: &Finding, report: &mut ToolReport) {
    let file = finding.file.as_deref().unwrap_or("a file without a name");
    if finding.rule == IO_ERROR {
        report.failures.push(format!("{file}: {}", finding.message));
    } else if finding.rule == INVALID_SYNTAX {
        report.warn_once(format!(
            "{file} has syntax errors: ruff ran only part of its rules on it"
        ));
    }
}

fn read_finding(node: &Node<'_>, options: &Options) -> Result<Finding, ReadError> {
    let mut message = node.required_text("/message")?.to_owned();
    let mut line = node.line_at_any(&["/location/row"])?;
    if let Some(cell) = node.count("/cell")? {
        // Lines of a notebook count from the start of their cell, so that a line
        // without its cell would mix up the findings of different cells.
        let row = line.take().unwrap_or(0);
        message = format!("cell {cell}, line {row}: {message}");
    }
    let problem = Problem {
        tool: Some(TOOL),
        rule: node.text("/code")?.unwrap_or(INVALID_SYNTAX),
        word: node.text("/severity")?,
        message,
        file: node
            .text("/filename")?
            .and_then(|file| file_from_path(file, options.root.as_deref())),
        line,
        suggestion: node.text("/fix/message")?.map(str::to_owned),
        ..Problem::default()
    };
    Ok(problem.into_finding(options))
}
