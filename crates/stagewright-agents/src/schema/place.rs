//! Places in a document, and values as messages show them.

use serde_json::Value;
use std::fmt;

/// The most characters of a value that a message shows.
const MAX_SHOWN: usize = 60;

/// A place in a document, as expressions write it: `output.items[2].name`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Root,
    Field(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("output"),
            Self::Field(of, name) if is_name(name) => write!(f, "{of}.{name}"),
            Self::Field(of, name) => write!(f, "{of}[{}]", shown(&Value::from(*name))),
            Self::Item(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty()
        && text.len() <= MAX_SHOWN
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(fits)
}

/// A value, no longer than a message bears.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What a value is, with as much of it as helps.
pub(super) fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => shown(value),
    }
}

/// A type's word for people.
pub(super) fn type_in_words(word: &str) -> &str {
    match word {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}
