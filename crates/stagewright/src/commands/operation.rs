//! The input documents of the single operations: read strictly, with the place of
//! whatever is wrong.
//!
//! A field that is misspelt would silently mean its default, and the default may be
//! the more lenient one; so unknown fields are refused wherever they could change an
//! answer.

use crate::files::read_input;
use crate::user_error::UserError;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// The most characters by which a mistyped field differs from the one that is meant.
const MAX_TYPOS: usize = 3;

/// Reads the document of an operation; an object, as all of them are.
///
/// # Errors
/// When it cannot be read, or is not a JSON object.
pub(super) fn read(input: Option<&PathBuf>) -> Result<Value, UserError> {
    let text = read_input(input)?;
    let document: Value = serde_json::from_str(&text)
        .map_err(|error| UserError::usage("SW0222", format!("the input is not JSON: {error}")))?;
    match document {
        Value::Object(_) => Ok(document),
        other => Err(wrong("$", "an object", &other)),
    }
}

/// An object of the input, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    path: String,
    entries: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The object at the root.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn root(document: &'a Value) -> Result<Self, UserError> {
        Self::at("$".to_owned(), document)
    }

    fn at(path: String, value: &'a Value) -> Result<Self, UserError> {
        match value {
            Value::Object(entries) => Ok(Self { path, entries }),
            other => Err(wrong(&path, "an object", other)),
        }
    }

    /// Where a field stands, as a JSON path.
    pub(super) fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// Refuses every field but these.
    ///
    /// # Errors
    /// When there is another one; with the one that may be meant.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), UserError> {
        let Some(name) = self
            .entries
            .keys()
            .find(|name| !known.contains(&name.as_str()))
        else {
            return Ok(());
        };
        let error = UserError::usage(
            "SW0224",
            format!("there is no field `{}`", self.path_of(name)),
        );
        let nearest = known
            .iter()
            .map(|known| (strsim::damerau_levenshtein(name, known), known))
            .min()
            .filter(|(typos, _)| *typos <= MAX_TYPOS);
        Err(match nearest {
            Some((_, known)) => error.hint(format!("did you mean `{known}`?")),
            None => error.hint(format!("the fields are {}", known.join(", "))),
        })
    }

    /// A field that is there; null counts as not there, as in all documents of ours.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.entries.get(name).filter(|value| !value.is_null())
    }

    /// A field that has to be there.
    ///
    /// # Errors
    /// When it is missing.
    pub(super) fn required(&self, name: &str) -> Result<&'a Value, UserError> {
        self.get(name).ok_or_else(|| {
            UserError::usage("SW0223", format!("`{}` is missing", self.path_of(name)))
        })
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// When it is missing, or no text.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, UserError> {
        let value = self.required(name)?;
        value
            .as_str()
            .ok_or_else(|| wrong(&self.path_of(name), "a text", value))
    }

    /// A text that may be left out.
    ///
    /// # Errors
    /// When it is no text.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, UserError> {
        self.get(name).map(|_| self.text(name)).transpose()
    }

    /// A whole number of at least 0; without it, the default.
    ///
    /// # Errors
    /// When it is no such number.
    pub(super) fn count(&self, name: &str, default: u64) -> Result<u64, UserError> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        value
            .as_u64()
            .ok_or_else(|| wrong(&self.path_of(name), "a whole number of at least 0", value))
    }

    /// True or false; without it, the default.
    ///
    /// # Errors
    /// When it is neither.
    pub(super) fn switch(&self, name: &str, default: bool) -> Result<bool, UserError> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        value
            .as_bool()
            .ok_or_else(|| wrong(&self.path_of(name), "true or false", value))
    }

    /// One of several words; without it, the first.
    ///
    /// # Errors
    /// When it is another word.
    pub(super) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
        default: T,
    ) -> Result<T, UserError> {
        let Some(written) = self.optional_text(name)? else {
            return Ok(default);
        };
        words
            .iter()
            .find(|(word, _)| *word == written)
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let wanted = format!("one of {}", known.join(", "));
                wrong(&self.path_of(name), &wanted, &self.entries[name])
            })
    }

    /// An object that may be left out.
    ///
    /// # Errors
    /// When it is no object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, UserError> {
        self.get(name)
            .map(|value| Self::at(self.path_of(name), value))
            .transpose()
    }

    /// A list of objects that has to be there.
    ///
    /// # Errors
    /// When it is no list, or an element is no object.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Self>, UserError> {
        let path = self.path_of(name);
        match self.required(name)? {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| Self::at(format!("{path}[{index}]"), item))
                .collect(),
            other => Err(wrong(&path, "a list", other)),
        }
    }

    /// A list of texts; without it, the default.
    ///
    /// # Errors
    /// When it is no list of texts.
    pub(super) fn texts(&self, name: &str, default: Vec<String>) -> Result<Vec<String>, UserError> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        value
            .as_array()
            .and_then(|items| {
                items
                    .iter()
                    .map(|item| item.as_str().map(str::to_owned))
                    .collect()
            })
            .ok_or_else(|| wrong(&self.path_of(name), "a list of texts", value))
    }

    /// The object itself.
    pub(super) fn entries(&self) -> &'a Map<String, Value> {
        self.entries
    }
}

/// A value of another shape than the document has there.
fn wrong(path: &str, wanted: &str, found: &Value) -> UserError {
    let found = match found {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => found.to_string(),
        Value::String(text) => format!("the text `{}`", shortened(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    UserError::usage("SW0223", format!("`{path}` must be {wanted}, not {found}"))
}

/// The first characters of a text, on one line.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
