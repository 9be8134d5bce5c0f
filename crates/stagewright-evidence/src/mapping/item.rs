//! From one item to a finding.

use crate::answer::Options;
use crate::error::ReadError;
use crate::node::Node;
use crate::place::file_from_path;
use crate::problem::Problem;
use crate::rule::tool_key;
use crate::tool_document::ToolReport;
use minijinja::Value;
use minijinja::value::ValueKind;
use serde_json::{Map, json};
use stagewright_core::expression::Expression;
use stagewright_core::finding::Finding;

/// What a finding has of an item.
pub(super) const FIELDS: [&str; 8] = [
    "rule",
    "severity",
    "score",
    "file",
    "line",
    "message",
    "suggestion",
    "tool",
];

/// The compiled expressions over an item.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// The list within the item.
    pub(super) each: Option<Expression>,
    /// Whether it is a finding.
    pub(super) when: Option<Expression>,
    pub(super) of_finding: Vec<Field>,
}

/// One of [`FIELDS`].
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) source: Expression,
}

impl Fields {
    /// The finding of an item; `None` where `when` says that it is none.
    pub(super) fn read(
        &self,
        scope: &Value,
        place: &str,
        options: &Options,
        report: &mut ToolReport,
    ) -> Result<Option<Finding>, ReadError> {
        if let Some(when) = &self.when {
            let answer = when
                .evaluate(scope)
                .map_err(|error| ReadError::expression("item.when", place, error))?;
            if answer.kind() != ValueKind::Bool {
                return Err(wrong("when", place, "true or false", &answer));
            }
            if !answer.is_true() {
                return Ok(None);
            }
        }
        let mut values = Map::new();
        for Field { name, source } in &self.of_finding {
            let key = || format!("item.{name}");
            let value = source
                .evaluate(scope)
                .map_err(|error| ReadError::expression(&key(), place, error))?;
            values.insert((*name).to_owned(), plain(name, &value, place)?);
        }
        finding(&values.into(), place, options, report).map(Some)
    }
}

/// The finding that an object of plain values describes.
fn finding(
    values: &serde_json::Value,
    place: &str,
    options: &Options,
    report: &mut ToolReport,
) -> Result<Finding, ReadError> {
    let node = Node::named(values, place);
    let rule = node.text("/rule")?;
    let message = node.text("/message")?;
    if rule.is_none() && message.is_none() {
        return Err(ReadError::EmptyFinding {
            path: place.to_owned(),
        });
    }
    let rule = rule.unwrap_or("unspecified");
    let word = node.text("/severity")?;
    let tool = node.text("/tool")?.map(tool_key);
    let problem = Problem {
        tool: tool.as_deref(),
        rule,
        score: score(&node, place)?,
        word,
        message: message.unwrap_or(rule).to_owned(),
        file: node
            .text("/file")?
            .and_then(|file| file_from_path(file, options.root.as_deref())),
        line: node.line_at_any(&["/line"])?,
        suggestion: node.text("/suggestion")?.map(str::to_owned),
    };
    let finding = problem.into_finding(options);
    if let (true, Some(word)) = (finding.severity_assumed, word) {
        report.warn_once(format!(
            "`{word}` is no severity that a table knows; it counts as HIGH"
        ));
    }
    report.name_tool(tool);
    Ok(finding)
}

fn score(node: &Node<'_>, place: &str) -> Result<Option<f64>, ReadError> {
    let Some(value) = node.get("/score") else {
        return Ok(None);
    };
    let score = match value {
        serde_json::Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    match score.filter(|score| (0.0..=10.0).contains(score)) {
        Some(score) => Ok(Some(score)),
        None => Err(ReadError::WrongType {
            path: format!("item.score of {place}"),
            expected: "a number from 0 to 10",
            found: "something else",
        }),
    }
}

/// A value as plain JSON: text, or a number where one is meant. Lists and objects are no
/// part of a finding.
fn plain(name: &str, value: &Value, place: &str) -> Result<serde_json::Value, ReadError> {
    let is_number = matches!(name, "line" | "score");
    match value.kind() {
        ValueKind::None => Ok(serde_json::Value::Null),
        ValueKind::Number if is_number => {
            Ok(serde_json::to_value(value).unwrap_or_else(|_| json!(value.to_string())))
        }
        ValueKind::String | ValueKind::Number | ValueKind::Bool => Ok(json!(value.to_string())),
        _ => Err(wrong(name, place, "a text or a number", value)),
    }
}

fn wrong(name: &str, place: &str, expected: &'static str, found: &Value) -> ReadError {
    ReadError::WrongType {
        path: format!("item.{name} of {place}"),
        expected,
        found: kind_of(found),
    }
}

/// What a value is, for messages.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::None => "null",
        ValueKind::Bool => "a boolean",
        ValueKind::Number => "a number",
        ValueKind::String => "a string",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "an object",
        _ => "of another kind",
    }
}
