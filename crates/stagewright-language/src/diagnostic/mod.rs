//! What is wrong with a pipeline file, where, and what to do about it.
//!
//! This module owns the shape of a diagnostic, the codes, and how they are drawn. It
//! must never know what a pipeline is; the modules that do report [`Problem`]s into
//! the [`Problems`] of one load.

mod code;
mod problems;
mod render;

pub use code::Code;
pub(crate) use problems::{Problem, Problems};
pub use render::render;

use crate::source::Source;
use std::sync::Arc;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The file cannot be run.
    Error,
    /// The file can be run; it may not do what its author meant.
    Warning,
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Where something stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// One problem of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of problem; `stagewright explain` has a page for each.
    pub code: Code,
    /// Error or warning.
    pub severity: Level,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to say beside the caret; empty when the message says it all.
    pub label: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Further facts, such as where the other one of two stands.
    pub notes: Vec<String>,
    /// The file that this is about where it is not the one that was loaded, but one that
    /// it names.
    pub source: Option<Arc<Source>>,
}

impl Diagnostic {
    /// The file that this is about; `loaded` is the one that was loaded.
    pub fn source<'a>(&'a self, loaded: &'a Source) -> &'a Source {
        self.source.as_deref().unwrap_or(loaded)
    }
}
