//! Removing secrets from everything that an agent leaves behind (decision 21).
//!
//! Each secret is looked for in the forms in which programs print it: as it is; in
//! hexadecimal; in base64, standard and URL-safe, at all three alignments; quoted for
//! a shell; and each line of eight characters or more of one with several lines. All
//! of these are looked for in several [`view`]s of the output: as it stands, with
//! percent escapes decoded, with backslash escapes decoded (JSON's, Python's, the
//! shell's), once and twice, and with such escapes decoded and long lines joined. So it does not matter *which*
//! characters a program chose to escape, and how, and wrapped base64 is found too.
//!
//! What is found becomes [`MASK`]. The search works on a stream: a secret may be split
//! over any number of writes, and no more is held back than what may still become one.
//!
//! Not found is what was transformed in other ways (compressed, encrypted, reversed),
//! and a part of a secret that a program cut off by itself. At the edges of base64
//! that begins or ends in the middle of a secret, up to six bits of its first or last
//! byte may remain.

mod automaton;
mod forms;
mod stream;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use stream::Stream;

use automaton::Automaton;
use serde_json::Value;
use stagewright_core::finding::Finding;
use std::sync::Arc;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Knows the secrets of one launch and removes them.
#[derive(Debug, Clone)]
pub(crate) struct Redactor {
    automaton: Option<Arc<Automaton>>,
}

impl Redactor {
    /// Removes these values.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let patterns: Vec<Vec<u8>> = secrets.into_iter().flat_map(forms::of).collect();
        Self {
            automaton: (!patterns.is_empty()).then(|| Arc::new(Automaton::new(&patterns))),
        }
    }

    /// Begins a stream.
    pub(crate) fn stream(&self) -> Stream {
        Stream::new(self.automaton.clone())
    }

    /// The text without secrets.
    pub(crate) fn text(&self, text: &str) -> String {
        if self.automaton.is_none() {
            return text.to_owned();
        }
        let mut stream = self.stream();
        let mut clean = Vec::with_capacity(text.len());
        stream.push(text.as_bytes(), &mut clean);
        stream.finish(&mut clean);
        String::from_utf8_lossy(&clean).into_owned()
    }

    /// The beginning of something longer without secrets, and without what may be the
    /// first part of one, or of a character, at its end.
    pub(crate) fn beginning(&self, bytes: &[u8]) -> Vec<u8> {
        let mut clean = Vec::with_capacity(bytes.len());
        // The stream is not finished: what it holds back is what nobody can judge
        // without the rest.
        self.stream().push(bytes, &mut clean);
        clean.truncate(clean.len() - cut_character(&clean));
        clean
    }

    /// Removes secrets from all texts and keys of a value. A number that spells a
    /// secret becomes a text.
    pub(crate) fn value(&self, value: &mut Value) {
        if self.automaton.is_none() {
            return;
        }
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                let spelled = number.to_string();
                let clean = self.text(&spelled);
                if clean != spelled {
                    *value = Value::String(clean);
                }
            }
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                let dirty = std::mem::take(fields);
                for (key, mut field) in dirty {
                    self.value(&mut field);
                    fields.insert(self.text(&key), field);
                }
            }
        }
    }

    /// Removes secrets from all texts of a finding.
    pub(crate) fn finding(&self, finding: &mut Finding) {
        let texts = [&mut finding.rule, &mut finding.message];
        let optional = [
            &mut finding.file,
            &mut finding.suggestion,
            &mut finding.tool,
        ];
        for text in texts.into_iter().chain(optional.into_iter().flatten()) {
            *text = self.text(text);
        }
    }
}

/// How many bytes at the end are the first ones of a character whose rest is missing.
fn cut_character(bytes: &[u8]) -> usize {
    // The longest character has four bytes.
    (1..=bytes.len().min(3))
        .find(|length| {
            let end = &bytes[bytes.len() - length..];
            std::str::from_utf8(end)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}
