//! Typed access to one JSON value that knows where it stands.
//!
//! Owns the JSON paths of error messages. A null counts as absent everywhere, since
//! Python's agents write `null` for what they do not know.

use crate::error::ReadError;
use serde_json::Value;
use std::rc::Rc;

/// A value and its place: `base`, or the element `index` of the list at `base`.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    // Shared by all elements of a list; not borrowed, so that what is read from a
    // node lives as long as the document and not as long as the path.
    base: Rc<str>,
    index: Option<usize>,
}

impl<'a> Node<'a> {
    /// The document itself.
    pub(crate) fn root(value: &'a Value) -> Self {
        Self {
            value,
            base: Rc::from("$"),
            index: None,
        }
    }

    /// A document that is one line of the output.
    pub(crate) fn on_line(value: &'a Value, number: usize) -> Self {
        Self::named(value, &format!("line {number}: $"))
    }

    /// A value that messages call by this name.
    pub(crate) fn named(value: &'a Value, name: &str) -> Self {
        Self {
            value,
            base: Rc::from(name),
            index: None,
        }
    }

    /// The elements of a list that stands at `base`.
    pub(crate) fn elements(list: &'a [Value], base: &str) -> impl Iterator<Item = Self> + use<'a> {
        let base: Rc<str> = Rc::from(base);
        list.iter().enumerate().map(move |(index, value)| Self {
            value,
            base: Rc::clone(&base),
            index: Some(index),
        })
    }

    /// Its JSON path, such as `$.violations[2]`.
    pub(crate) fn path(&self) -> String {
        match self.index {
            Some(index) => format!("{}[{index}]", self.base),
            None => self.base.to_string(),
        }
    }

    /// The JSON path of what stands at a pointer below it.
    pub(crate) fn path_of(&self, pointer: &str) -> String {
        self.path() + &pointer.replace('/', ".")
    }

    /// The keys of an object.
    pub(crate) fn keys(&self) -> Vec<String> {
        let fields = self.value.as_object();
        fields.map_or_else(Vec::new, |fields| fields.keys().cloned().collect())
    }

    /// What stands at a JSON pointer below it, unless absent or null.
    pub(crate) fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.value.pointer(pointer).filter(|value| !value.is_null())
    }

    /// Checks that it is an object.
    pub(crate) fn expect_object(self) -> Result<Self, ReadError> {
        if self.value.is_object() {
            Ok(self)
        } else {
            Err(ReadError::WrongType {
                path: self.path(),
                expected: "an object",
                found: type_of(self.value),
            })
        }
    }

    /// The text at a pointer; blank text counts as absent.
    pub(crate) fn text(&self, pointer: &str) -> Result<Option<&'a str>, ReadError> {
        match self.get(pointer) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(other) => Err(self.wrong(pointer, "a string", other)),
        }
    }

    /// The text at a pointer where one has to stand.
    pub(crate) fn required_text(&self, pointer: &str) -> Result<&'a str, ReadError> {
        self.text(pointer)?.ok_or_else(|| self.missing(pointer))
    }

    /// The first text at any of several pointers: one field under several names.
    pub(crate) fn text_at_any(&self, pointers: &[&str]) -> Result<Option<&'a str>, ReadError> {
        for pointer in pointers {
            if let Some(text) = self.text(pointer)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The list at a pointer.
    pub(crate) fn list(&self, pointer: &str) -> Result<Option<&'a [Value]>, ReadError> {
        match self.get(pointer) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(other) => Err(self.wrong(pointer, "a list", other)),
        }
    }

    /// The list at a pointer where one has to stand.
    pub(crate) fn required_list(&self, pointer: &str) -> Result<&'a [Value], ReadError> {
        self.list(pointer)?.ok_or_else(|| self.missing(pointer))
    }

    /// The boolean at a pointer.
    pub(crate) fn boolean(&self, pointer: &str) -> Result<Option<bool>, ReadError> {
        match self.get(pointer) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(other) => Err(self.wrong(pointer, "true or false", other)),
        }
    }

    /// The count at a pointer: a whole number that is not negative.
    pub(crate) fn count(&self, pointer: &str) -> Result<Option<u64>, ReadError> {
        match self.get(pointer) {
            None => Ok(None),
            Some(value) => whole_number(value)
                .map(Some)
                .ok_or_else(|| self.wrong(pointer, "a whole number from 0", value)),
        }
    }

    /// The line number at any of several pointers. Models write lines as text and as
    /// ranges too; the first line of a range counts. Zero and below mean "no line".
    pub(crate) fn line_at_any(&self, pointers: &[&str]) -> Result<Option<u64>, ReadError> {
        for pointer in pointers {
            let Some(value) = self.get(pointer) else {
                continue;
            };
            let line = match value {
                Value::Number(number) if number.as_f64().is_some_and(|line| line < 0.0) => Some(0),
                Value::String(text) if text.trim().is_empty() => Some(0),
                Value::String(text) => first_line_of_range(text),
                other => whole_number(other),
            };
            return match line {
                Some(line) => Ok(Some(line).filter(|line| *line > 0)),
                None => Err(self.wrong(pointer, "a line number", value)),
            };
        }
        Ok(None)
    }

    /// The error for a value that has to stand at a pointer.
    pub(crate) fn missing(&self, pointer: &str) -> ReadError {
        ReadError::Missing {
            path: self.path_of(pointer),
        }
    }

    fn wrong(&self, pointer: &str, expected: &'static str, found: &Value) -> ReadError {
        ReadError::WrongType {
            path: self.path_of(pointer),
            expected,
            found: type_of(found),
        }
    }
}

/// Checks that a document is a list.
pub(crate) fn expect_list(document: &Value) -> Result<&[Value], ReadError> {
    document
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| ReadError::WrongType {
            path: "$".to_owned(),
            expected: "a list",
            found: type_of(document),
        })
}

/// What a value is, for messages.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(number) if number.is_u64() => "a number",
        Value::Number(_) => "a negative number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A number without a fraction, `3.0` included: JavaScript's and Python's writers
/// disagree on how to write it.
fn whole_number(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    if let Some(whole) = number.as_u64() {
        return Some(whole);
    }
    let float = number.as_f64()?;
    // Below 2^53 every whole float is exact.
    let exact = float.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&float);
    exact.then_some(float as u64)
}

/// The first line of `42`, `42-45`, `L42` or `42:7`.
fn first_line_of_range(text: &str) -> Option<u64> {
    let text = text.trim().trim_start_matches(['L', 'l']);
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let rest = text[end..].trim_start();
    let is_range = rest.is_empty() || rest.starts_with(['-', ':', ',', '–']);
    is_range.then(|| text[..end].parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: every spelling of a line that agents use is read, others are named.
    #[test]
    fn lines() {
        let cases = [
            (json!(42), Ok(Some(42))),
            (json!(42.0), Ok(Some(42))),
            (json!("42"), Ok(Some(42))),
            (json!("L42-L45"), Ok(Some(42))),
            (json!("42–45"), Ok(Some(42))),
            (json!(0), Ok(None)),
            (json!(-1), Ok(None)),
            (json!(""), Ok(None)),
            (json!(null), Ok(None)),
            (json!(1.5), Err(())),
            (json!("around 42"), Err(())),
            (json!("99999999999999999999999"), Err(())),
            (json!([42]), Err(())),
        ];
        for (line, expected) in cases {
            let value = json!({"line": line});
            let read = Node::root(&value).line_at_any(&["/line"]);
            assert_eq!(read.map_err(|_| ()), expected, "{value}");
        }
    }

    /// Goal: an error names the full path of the value.
    #[test]
    fn paths() {
        let list = [json!({}), json!({"location": {"row": "x"}})];
        let node = Node::elements(&list, "$.runs[0].results").nth(1).unwrap();
        let error = node.count("/location/row").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`$.runs[0].results[1].location.row` is a string, expected a whole number from 0"
        );
    }
}
