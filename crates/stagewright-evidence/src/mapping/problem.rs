//! What is wrong with a mapping, and at which of its keys.

use crate::severity_table::SeverityProblem;
use stagewright_core::expression::ExpressionError;
use thiserror::Error;

/// One thing that is wrong with a mapping; [`MappingProblem::key`] says where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MappingProblem {
    /// An expression cannot be compiled.
    #[error("`{key}` is no expression: {error}")]
    Expression {
        /// The key, such as `item.severity`.
        key: String,
        /// What the compiler says.
        error: ExpressionError,
    },
    /// An expression reads a name that does not exist there.
    #[error("`{key}` reads `{name}`; there is only {known}")]
    UnknownName {
        /// The key.
        key: String,
        /// The name that it reads.
        name: String,
        /// What it could read.
        known: &'static str,
    },
    /// A key below `item` that means nothing.
    #[error("`{key}` is nothing that a finding has (known: {})", known.join(", "))]
    UnknownField {
        /// The key.
        key: String,
        /// The keys that there are.
        known: &'static [&'static str],
    },
    /// Neither a rule nor a message: such a finding would say nothing.
    #[error("`item` gives neither `rule` nor `message`")]
    SaysNothing,
    /// The pattern is no regular expression, or one that is too large.
    #[error("`pattern` is no regular expression: {reason}")]
    Pattern {
        /// What the compiler says.
        reason: String,
    },
    /// The pattern has no named group, so that `item` would be empty.
    #[error("`pattern` names no group; write `(?<name>…)`")]
    NoGroups,
    /// Lines without a pattern.
    #[error("`format: lines` needs a `pattern`")]
    MissingPattern,
    /// A key that another form has.
    #[error("`{key}` goes with `format: {form}` only")]
    Misplaced {
        /// The key.
        key: &'static str,
        /// The form that has it.
        form: &'static str,
    },
    /// An entry of `severities` is wrong.
    #[error(transparent)]
    Severity(#[from] SeverityProblem),
}

impl MappingProblem {
    /// The key that is wrong, dotted, from the mapping's root: `item.severity`.
    pub fn key(&self) -> String {
        match self {
            Self::Expression { key, .. }
            | Self::UnknownName { key, .. }
            | Self::UnknownField { key, .. } => key.clone(),
            Self::SaysNothing => "item".to_owned(),
            Self::Pattern { .. } | Self::NoGroups | Self::MissingPattern => "pattern".to_owned(),
            Self::Misplaced { key, .. } => (*key).to_owned(),
            Self::Severity(problem) => format!("severities.{}", problem.key()),
        }
    }
}
