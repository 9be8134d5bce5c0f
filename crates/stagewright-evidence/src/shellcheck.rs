//! What `shellcheck -f json` (a list) and `-f json1` (an object with `comments`) print.
//!
//! A script that ShellCheck cannot parse is reported as findings of its own
//! (SC1072, SC1073 and the like) and comes with a warning, since the other checks have
//! not run on it.

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::node::{Node, expect_list};
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::tool_document::ToolReport;
use serde_json::Value;

const TOOL: &str = "shellcheck";

/// The code under which ShellCheck says that parsing ended there.
const PARSING_ENDED: u64 = 1072;

/// Reads a whole report.
pub(crate) fn read(document: &Value, options: &Options) -> Result<Answer, ReadError> {
    let (comments, base) = if document.is_object() {
        let root = Node::root(document);
        (root.required_list("/comments")?, "$.comments")
    } else {
        (expect_list(document)?, "$")
    };
    let mut report = ToolReport::of(TOOL);
    for node in Node::elements(comments, base) {
        read_comment(&node.expect_object()?, options, &mut report)?;
    }
    Ok(report.into_answer())
}

fn read_comment(
    node: &Node<'_>,
    options: &Options,
    report: &mut ToolReport,
) -> Result<(), ReadError> {
    let code = node.count("/code")?;
    let code = code.ok_or_else(|| node.missing("/code"))?;
    let file = node
        .text("/file")?
        .and_then(|file| file_from_path(file, options.root.as_deref()));
    if code == PARSING_ENDED {
        report.warnings.push(format!(
            "{} cannot be parsed: shellcheck ran only part of its checks on it",
            file.as_deref().unwrap_or("a script without a name")
        ));
    }
    let problem = Problem {
        tool: Some(TOOL),
        rule: &format!("SC{code}"),
        word: node.text("/level")?,
        message: node.required_text("/message")?.to_owned(),
        file,
        line: node.line_at_any(&["/line"])?,
        ..Problem::default()
    };
    report.findings.push(problem.into_finding(options));
    Ok(())
}
