//! The spanned tree: what a file says, with the place of every part.

use crate::source::Extent;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Where it stands. For lists and maps in block style, where they begin.
    pub(crate) extent: Extent,
    /// What it is.
    pub(crate) content: Content,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// A text, number, true, false or null.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A value that is no collection, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalar {
    /// Its text, escapes resolved.
    pub(crate) text: String,
    /// How it was written.
    pub(crate) style: Style,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes: may be a number, true, false or null.
    Plain,
    /// In quotes: always a text.
    Quoted,
    /// As a block after `|` or `>`: always a text.
    Block,
}

/// One key of a mapping, with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key's text.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_extent: Extent,
    /// Its value.
    pub(crate) value: Node,
}

impl Node {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.content {
            Content::Scalar(scalar) => scalar.plain().describe(),
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }

    /// Whether it is null, or nothing at all.
    pub(crate) fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar(scalar) => scalar.plain() == super::Plain::Null,
            Content::List(_) | Content::Map(_) => false,
        }
    }

    /// The entries when it is a mapping.
    pub(crate) fn as_map(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    /// The items when it is a list.
    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(items) => Some(items),
            Content::Scalar(_) | Content::Map(_) => None,
        }
    }

    /// The scalar when it is one.
    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.content {
            Content::Scalar(scalar) => Some(scalar),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The value as JSON: what a program sees.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.content {
            Content::Scalar(scalar) => scalar.to_json(),
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect(),
        }
    }

    /// How many values it holds, itself included.
    pub(crate) fn count(&self) -> usize {
        1 + match &self.content {
            Content::Scalar(_) => 0,
            Content::List(items) => items.iter().map(Self::count).sum(),
            Content::Map(entries) => entries.iter().map(|entry| entry.value.count()).sum(),
        }
    }

    /// How deep it nests: 1 for a scalar.
    pub(crate) fn depth(&self) -> usize {
        1 + match &self.content {
            Content::Scalar(_) => 0,
            Content::List(items) => items.iter().map(Self::depth).max().unwrap_or(0),
            Content::Map(entries) => entries
                .iter()
                .map(|entry| entry.value.depth())
                .max()
                .unwrap_or(0),
        }
    }
}
