//! The object that `semgrep scan --json` prints.
//!
//! Semgrep ends with 0 although it could not scan a file or a rule took too long, and
//! lists that under `errors`. Here any of them makes the report an error, but for a
//! file of which only a part could be parsed: that one is a warning, as for ruff.
//! What a `nosemgrep` comment suppresses is not in this format; its SARIF has it.

use crate::answer::{Answer, Options, SUPPRESSED};
use crate::error::ReadError;
use crate::node::Node;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::tool_document::ToolReport;
use serde_json::Value;
use stagewright_core::finding::Finding;

const TOOL: &str = "semgrep";

/// Reads a whole report.
pub(crate) fn read(document: &Value, options: &Options) -> Result<Answer, ReadError> {
    let root = Node::root(document).expect_object()?;
    let results = root.required_list("/results")?;
    let errors = root.required_list("/errors")?;
    let mut report = ToolReport::of(TOOL);
    let mut suppressed = 0;
    for node in Node::elements(results, "$.results") {
        let node = node.expect_object()?;
        if node.boolean("/extra/is_ignored")? == Some(true) {
            suppressed += 1;
        } else {
            report.findings.push(read_result(&node, options)?);
        }
    }
    for node in Node::elements(errors, "$.errors") {
        read_error(&node.expect_object()?, options, &mut report)?;
    }
    let scanned = root.list("/paths/scanned")?;
    if scanned.is_some_and(<[Value]>::is_empty) {
        report.warnings.push("semgrep scanned no file".to_owned());
    }
    if suppressed > 0 {
        report.warnings.push(format!(
            "results of semgrep suppressed by `nosemgrep`: {suppressed}"
        ));
    }
    report.left_out.push((SUPPRESSED, suppressed));
    Ok(report.into_answer())
}

fn read_result(node: &Node<'_>, options: &Options) -> Result<Finding, ReadError> {
    let problem = Problem {
        tool: Some(TOOL),
        rule: node.required_text("/check_id")?,
        word: node.text("/extra/severity")?,
        message: node.required_text("/extra/message")?.to_owned(),
        file: file_at(node, "/path", options)?,
        line: node.line_at_any(&["/start/line"])?,
        suggestion: node.text("/extra/fix")?.map(|fix| format!("write: {fix}")),
        ..Problem::default()
    };
    Ok(problem.into_finding(options))
}

fn read_error(
    node: &Node<'_>,
    options: &Options,
    report: &mut ToolReport,
) -> Result<(), ReadError> {
    let message = node.text_at_any(&["/message", "/long_msg", "/short_msg"])?;
    let message = first_line(message.unwrap_or("an error without a message"));
    let file = file_at(node, "/path", options)?;
    // The type is a word, or a list of a word and its details.
    let kind = match node.get("/type/0") {
        Some(Value::String(kind)) => Some(kind.as_str()),
        Some(_) => None,
        None => node.text("/type")?,
    };
    if kind == Some("PartialParsing") {
        report.warnings.push(format!(
            "{} was parsed in part: semgrep looked only at that part of it",
            file.as_deref().unwrap_or("a file without a name")
        ));
        return Ok(());
    }
    report.failures.push(match file {
        Some(file) => format!("{file}: {message}"),
        None => message.to_owned(),
    });
    Ok(())
}

fn file_at(node: &Node<'_>, pointer: &str, options: &Options) -> Result<Option<String>, ReadError> {
    let path = node.text(pointer)?;
    Ok(path.and_then(|path| file_from_path(path, options.root.as_deref())))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}
