//! What is read from an answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How the findings of an answer are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerReader {
    /// The reader of this name, such as `sarif` or `ruff`.
    Named(String),
    /// A mapping by expressions, for whatever has no reader of its own.
    Mapping(Box<FindingsMapping>),
}

/// Where in an answer the findings are, and which part of each is what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsMapping {
    /// How the answer is cut into items.
    pub form: ItemForm,
    /// With [`ItemForm::Lines`], a regular expression whose named groups become `item`;
    /// lines that do not match are no findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// With [`ItemForm::Json`], an expression over `output` that gives the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// A finding's field (`rule`, `severity`, `file`, `line`, `message`, …) to an
    /// expression over `item`.
    #[serde(default)]
    pub item: BTreeMap<String, String>,
    /// What this tool's words for severities mean, by word.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub severities: BTreeMap<String, String>,
}

/// How an answer is cut into items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemForm {
    /// One JSON document.
    #[default]
    Json,
    /// A JSON document on each line.
    Jsonl,
    /// Lines of text.
    Lines,
}

/// What is taken from an agent's answer, and what the answer must look like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outputs {
    /// What the answer is.
    #[serde(default)]
    pub form: OutputForm,
    /// The JSON Schema that the output must satisfy, taken values included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// Names to expressions over `output`, the whole answer. When there are any, the
    /// agent's output is an object of just these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub take: BTreeMap<String, String>,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputForm {
    /// One JSON document; anything else is an invalid output.
    #[default]
    Json,
    /// A text.
    Text,
    /// A list of lines.
    Lines,
}
