//! Documents that are no pipelines, read with the same eyes: every part knows its
//! place, and what is wrong with them is told by the same diagnostics.
//!
//! This module is the boundary for crates that read formats of their own, such as
//! feature files. It hands out plain data and must never know what a document means.
//! The tree and the collector behind it stay inside this crate ([`crate::syntax`],
//! [`crate::diagnostic`]).

use crate::diagnostic::{Code, Diagnostic, Problem, Problems};
use crate::source::{Extent, Source};
use crate::syntax::{self, Content, Node};

/// Where something stands in a text: a range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(Extent);

impl Place {
    /// The place between two byte offsets, for texts that are read in another way.
    pub fn new(start: usize, end: usize) -> Self {
        Self(Extent::new(start, end))
    }
}

/// A value of a document, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Where it stands. For lists and mappings in block style, where they begin.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, number, true, false or null.
    Scalar {
        /// What it means: null, true, false, a number or a text.
        meaning: serde_json::Value,
        /// What was written, escapes resolved: `007` is still `007`.
        written: String,
    },
    /// A list.
    List(Vec<Element>),
    /// A mapping, in the order of the file. No key stands twice.
    Map(Vec<Field>),
}

/// One key of a mapping, with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// Its value.
    pub element: Element,
}

impl Element {
    /// What it is, for messages: "a list", "a number".
    pub fn describe(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Scalar { meaning, .. } => match meaning {
                serde_json::Value::Null => "null",
                serde_json::Value::Bool(_) => "true or false",
                serde_json::Value::Number(_) => "a number",
                _ => "a text",
            },
        }
    }

    /// Whether it is null, or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(
            &self.value,
            Value::Scalar {
                meaning: serde_json::Value::Null,
                ..
            }
        )
    }
}

/// Reads a document in YAML or JSON.
///
/// # Errors
/// What makes it no YAML or JSON, with its place; [`Code::NotAPipeline`] when there is
/// nothing in it.
pub fn read_document(source: &Source) -> Result<Element, Vec<Diagnostic>> {
    match syntax::read(source) {
        Ok(root) => Ok(element(root)),
        Err(problem) => {
            let mut problems = Problems::new(&source.text);
            problems.report(problem);
            Err(problems.finish())
        }
    }
}

/// Collects the problems of a document, bounded and in its order.
pub struct DocumentProblems<'a>(Problems<'a>);

impl<'a> DocumentProblems<'a> {
    /// None yet, of this text.
    pub fn new(text: &'a str) -> Self {
        Self(Problems::new(text))
    }

    /// Adds one: what is wrong there, and what to do about it.
    pub fn report(
        &mut self,
        code: Code,
        place: Place,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let problem = Problem::new(code, place.0, message);
        self.0.report(problem.hint_if(hint));
    }

    /// "did you mean …?" when one of the candidates is like the word.
    pub fn did_you_mean<'c>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<String> {
        self.0.did_you_mean(word, candidates)
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.has_errors()
    }

    /// The line of a place, from 1.
    pub fn line(&self, place: Place) -> usize {
        self.0.line(place.0)
    }

    /// All of them in the order of the text.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.0.finish()
    }
}

/// Nesting is bounded by [`crate::limit::MAX_NESTING`], and so is this recursion.
fn element(node: Node) -> Element {
    let value = match node.content {
        Content::Scalar(scalar) => Value::Scalar {
            meaning: scalar.to_json(),
            written: scalar.text,
        },
        Content::List(items) => Value::List(items.into_iter().map(element).collect()),
        Content::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|entry| Field {
                    key: entry.key,
                    key_place: Place(entry.key_extent),
                    element: element(entry.value),
                })
                .collect(),
        ),
    };
    Element {
        place: Place(node.extent),
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_what_was_written_and_where() {
        // Goal: numbers keep their digits, keys and values their places, and a problem
        // at a place is told with its line and column.
        let source = Source::new("x.yaml", "a: 1\nlist: [007, no]\n");
        let Value::Map(fields) = read_document(&source).unwrap().value else {
            panic!("a mapping");
        };
        assert_eq!(fields[1].key, "list");
        let Value::List(items) = &fields[1].element.value else {
            panic!("a list");
        };
        assert!(matches!(
            &items[0].value,
            Value::Scalar { written, .. } if written == "007"
        ));
        assert_eq!(items[0].describe(), "a number");
        assert_eq!(items[1].describe(), "a text");
        let mut problems = DocumentProblems::new(&source.text);
        problems.report(Code::BadValue, items[1].place, "not this", None);
        assert!(problems.has_errors());
        let found = problems.finish();
        assert_eq!((found[0].span.line, found[0].span.column), (2, 13));
    }

    #[test]
    fn what_is_no_document_is_told_with_its_place() {
        // Goal: a syntax error has a place; that there is nothing is told apart from it.
        let broken = Source::new("x.yaml", "a: [1\nb: 2\n");
        let found = read_document(&broken).unwrap_err();
        assert_eq!(found[0].code, Code::Syntax);
        for nothing in ["", "# a comment\n"] {
            let found = read_document(&Source::new("x.yaml", nothing)).unwrap_err();
            assert_eq!(found[0].code, Code::NotAPipeline, "{nothing:?}");
        }
        assert!(
            read_document(&Source::new("x.yaml", "~"))
                .unwrap()
                .is_null()
        );
    }
}
