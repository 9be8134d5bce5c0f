//! The list that `eslint -f json` prints: one entry for each file.
//!
//! A syntax error is a finding and comes with a warning, since ESLint runs no rule on
//! such a file. A message without a place says that ESLint did not look at the file,
//! mostly because it is ignored by its settings: no finding, but counted and named.
//! Problems that a comment in the source suppresses are counted too.

use crate::answer::{Answer, NOT_LINTED, Options, SUPPRESSED};
use crate::error::ReadError;
use crate::node::{Node, expect_list};
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::rule::INVALID_SYNTAX;
use crate::tool_document::ToolReport;
use serde_json::Value;

const TOOL: &str = "eslint";

/// What is reported but no finding.
#[derive(Default)]
struct SetAside {
    suppressed: u64,
    not_linted: u64,
}

/// Reads a whole report.
pub(crate) fn read(document: &Value, options: &Options) -> Result<Answer, ReadError> {
    let files = expect_list(document)?;
    let mut report = ToolReport::of(TOOL);
    let mut set_aside = SetAside::default();
    for file in Node::elements(files, "$") {
        read_file(&file.expect_object()?, options, &mut report, &mut set_aside)?;
    }
    if files.is_empty() {
        report.warnings.push("eslint looked at no file".to_owned());
    }
    if set_aside.suppressed > 0 {
        report.warnings.push(format!(
            "problems of eslint suppressed by comments: {}",
            set_aside.suppressed
        ));
    }
    report.left_out = vec![
        (SUPPRESSED, set_aside.suppressed),
        (NOT_LINTED, set_aside.not_linted),
    ];
    Ok(report.into_answer())
}

fn read_file(
    file: &Node<'_>,
    options: &Options,
    report: &mut ToolReport,
    set_aside: &mut SetAside,
) -> Result<(), ReadError> {
    let path = file.required_text("/filePath")?;
    let name = file_from_path(path, options.root.as_deref());
    let shown = name.as_deref().unwrap_or(path);
    let messages = file.required_list("/messages")?;
    check_counts(file, messages.len())?;
    let base = file.path_of("/messages");
    for message in Node::elements(messages, &base) {
        let message = message.expect_object()?;
        let text = message.required_text("/message")?;
        let line = message.line_at_any(&["/line"])?;
        let is_fatal = message.boolean("/fatal")? == Some(true);
        let rule = message.text("/ruleId")?;
        if rule.is_none() && line.is_none() && !is_fatal {
            set_aside.not_linted += 1;
            report.warnings.push(format!("{shown}: {text}"));
            continue;
        }
        if is_fatal {
            let what = format!("{shown} has a syntax error: eslint ran no rule on it");
            report.warnings.push(what);
        }
        let problem = Problem {
            tool: Some(TOOL),
            rule: match rule {
                Some(rule) => rule,
                None if is_fatal => INVALID_SYNTAX,
                None => UNUSED_DIRECTIVE,
            },
            word: severity_word(&message)?,
            message: text.to_owned(),
            file: name.clone(),
            line,
            suggestion: message.text("/suggestions/0/desc")?.map(str::to_owned),
            ..Problem::default()
        };
        report.findings.push(problem.into_finding(options));
    }
    let suppressed = file.list("/suppressedMessages")?.unwrap_or_default();
    set_aside.suppressed += suppressed.len() as u64;
    Ok(())
}

/// The only problem of code that ESLint reports without a rule: a comment that
/// suppresses nothing.
const UNUSED_DIRECTIVE: &str = "unused-disable-directive";

/// ESLint writes its two severities as numbers.
fn severity_word(message: &Node<'_>) -> Result<Option<&'static str>, ReadError> {
    Ok(match message.count("/severity")? {
        Some(2) => Some("error"),
        Some(1) => Some("warning"),
        _ => None,
    })
}

/// The counts of a file say how many messages it has (decision 24).
fn check_counts(file: &Node<'_>, listed: usize) -> Result<(), ReadError> {
    let (errors, warnings) = (file.count("/errorCount")?, file.count("/warningCount")?);
    let (Some(errors), Some(warnings)) = (errors, warnings) else {
        return Ok(());
    };
    let count = errors.saturating_add(warnings);
    if count == listed as u64 {
        return Ok(());
    }
    Err(ReadError::CountDiffers {
        count_path: format!("{} + warningCount", file.path_of("/errorCount")),
        count,
        list_path: file.path_of("/messages"),
        listed: listed as u64,
    })
}
