//! The object that `bandit -f json` prints.
//!
//! Bandit lists the files that it could not read or parse under `errors` and ends
//! with 0 all the same. Here any of them makes the report an error: a scanner that
//! did not read a file has not shown that it is safe. Bandit's confidence is not
//! weighed (a HIGH finding of low confidence is HIGH).

use crate::answer::{Answer, Options, SUPPRESSED};
use crate::error::ReadError;
use crate::node::Node;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::tool_document::ToolReport;
use serde_json::Value;
use stagewright_core::finding::Finding;

const TOOL: &str = "bandit";

/// Reads a whole report.
pub(crate) fn read(document: &Value, options: &Options) -> Result<Answer, ReadError> {
    let root = Node::root(document).expect_object()?;
    let results = root.required_list("/results")?;
    let mut report = ToolReport::of(TOOL);
    for node in Node::elements(results, "$.results") {
        report
            .findings
            .push(read_finding(&node.expect_object()?, options)?);
    }
    for node in Node::elements(root.list("/errors")?.unwrap_or_default(), "$.errors") {
        let node = node.expect_object()?;
        let file = node
            .text("/filename")?
            .and_then(|file| file_from_path(file, options.root.as_deref()));
        report.failures.push(format!(
            "{}: {}",
            file.as_deref().unwrap_or("a file without a name"),
            node.text("/reason")?.unwrap_or("no reason given")
        ));
    }
    // `# nosec` comments are written by the author of the change, so they are shown.
    let nosec = root.count("/metrics/_totals/nosec")?.unwrap_or(0)
        + root.count("/metrics/_totals/skipped_tests")?.unwrap_or(0);
    if nosec > 0 {
        report.warnings.push(format!(
            "findings of bandit suppressed by `# nosec`: {nosec}"
        ));
    }
    report.left_out.push((SUPPRESSED, nosec));
    Ok(report.into_answer())
}

fn read_finding(node: &Node<'_>, options: &Options) -> Result<Finding, ReadError> {
    let problem = Problem {
        tool: Some(TOOL),
        rule: node.required_text("/test_id")?,
        word: node.text("/issue_severity")?,
        message: node.required_text("/issue_text")?.to_owned(),
        file: node
            .text("/filename")?
            .and_then(|file| file_from_path(file, options.root.as_deref())),
        line: node.line_at_any(&["/line_number"])?,
        suggestion: node
            .text("/more_info")?
            .map(|address| format!("see {address}")),
        ..Problem::default()
    };
    Ok(problem.into_finding(options))
}
