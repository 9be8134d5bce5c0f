//! When a stage, agent or gate runs: the structured conditions of the review form
//! and `if:` expressions, as plain data.
//!
//! [`crate::evaluate`] gives them their meaning; both kinds go through the same
//! scope and the same values (rules A9 to A11).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Condition {
    /// Holds.
    Always,
    /// Does not hold.
    Never,
    /// Compares a field of the context.
    IfField {
        /// The path below `context`, dotted; `.length` at its end is a list's length.
        path: String,
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
    },
    /// Compares a field of an agent's result.
    IfResult {
        /// The agent's id.
        agent: String,
        /// The path: an envelope field, else a path of the output (rule A10).
        path: String,
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
    },
    /// An expression that must yield true or false.
    Expression {
        /// Its text.
        source: String,
    },
    /// A program answers; the answer is journaled (decision 8).
    Custom {
        /// Its number among the custom conditions of its owner, from 0.
        number: u32,
        /// The name in the settings, or the argument vector.
        evaluator: Evaluator,
    },
    /// All of them hold.
    All {
        /// The parts.
        of: Vec<Condition>,
    },
    /// At least one of them holds.
    Any {
        /// The parts.
        of: Vec<Condition>,
    },
    /// It does not hold.
    Not {
        /// The part.
        of: Box<Condition>,
    },
}

/// Who answers a custom condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluator {
    /// A name that the settings map to a program.
    Named(String),
    /// A program with its arguments.
    Command(Vec<String>),
}

/// How a structured condition compares (rule A11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal. A missing path is an error, as for the others.
    Ne,
    /// Greater; numbers only.
    Gt,
    /// Less; numbers only.
    Lt,
    /// Greater or equal; numbers only.
    Gte,
    /// Less or equal; numbers only.
    Lte,
    /// A text contains the value; a list has an element equal to it, or a text
    /// element that contains it.
    Contains,
    /// A text matches the regular expression somewhere.
    Regex,
    /// The field is one of the listed values.
    In,
    /// The path exists (value `true`), or does not (`false`).
    Exists,
    /// A list has an element equal to the value.
    AnyEquals,
}

impl Operator {
    /// All operators with their words, for messages and the schema.
    pub const ALL: [(&'static str, Self); 11] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("gt", Self::Gt),
        ("lt", Self::Lt),
        ("gte", Self::Gte),
        ("lte", Self::Lte),
        ("contains", Self::Contains),
        ("regex", Self::Regex),
        ("in", Self::In),
        ("exists", Self::Exists),
        ("any_equals", Self::AnyEquals),
    ];

    /// The operator of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(name, _)| *name == word)
            .map(|(_, operator)| operator)
    }
}
