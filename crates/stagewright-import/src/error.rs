//! Why an import came to nothing.

use stagewright_language::Diagnostic;
use thiserror::Error;

/// Why an import came to nothing. Nothing is to be written then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// There is nothing in the file but blanks and comments.
    #[error("is empty")]
    Empty,
    /// The file is something else.
    #[error("is not a {wanted}: {found}")]
    WrongKind {
        /// What was asked for: "feature file", "review report".
        wanted: &'static str,
        /// What it is instead.
        found: String,
        /// What to do.
        hint: String,
    },
    /// It is of the right kind, and wrong. Each diagnostic has its place.
    #[error("has {}", count(.0))]
    Invalid(Vec<Diagnostic>),
    /// A feature file whose list of tasks is empty.
    #[error("has no tasks: its list `tasks` is empty")]
    NoTasks,
    /// A review report in which no subtasks were found (rule D10).
    #[error("has no subtasks: {}", none_in(.sections))]
    NoSubtasks {
        /// The sections that could have held some: their lines and titles.
        sections: Vec<(usize, String)>,
    },
}

/// The most sections that are named.
const MAX_NAMED: usize = 6;

fn count(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.len() {
        1 => "1 error".to_owned(),
        several => format!("{several} errors"),
    }
}

fn none_in(sections: &[(usize, String)]) -> String {
    if sections.is_empty() {
        return "it has no section that could hold any".to_owned();
    }
    let named: Vec<String> = sections
        .iter()
        .take(MAX_NAMED)
        .map(|(line, title)| format!("`{title}` (line {line})"))
        .collect();
    let more = match sections.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = named.join(", ");
    format!("there is no list or table of them in {named}{more}")
}
