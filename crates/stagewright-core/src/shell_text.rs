//! A `run:` text compiled for a shell (decisions 18 and 19).

use serde::{Deserialize, Serialize};

/// A compiled text: program text and holes in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellText {
    /// The pieces.
    pub parts: Vec<Part>,
}

/// A piece of a compiled text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Program text.
    Text(String),
    /// A value, bound at launch.
    Hole(Hole),
}

/// A place for a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// The expression.
    pub expression: String,
}
