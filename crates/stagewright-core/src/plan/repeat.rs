//! Repetition, always bounded (decision 34).

use crate::condition::Condition;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How often an agent or a stage is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// Over what.
    pub over: Over,
    /// The most instances that are under way at once; `None` follows the stage: one in a
    /// sequential stage, in a parallel one as many as the limits allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_parallelism: Option<u32>,
}

/// Over what something is repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Over {
    /// Once for each element of a list (`for_each:`).
    Items {
        /// The list.
        items: Items,
    },
    /// Again as long as a condition holds, which is asked before each time (`while:`).
    While {
        /// The condition.
        condition: Condition,
        /// The most times; reaching it with the condition still true is a failure.
        max_iterations: u32,
    },
    /// Again until a condition holds, which is asked after each time (`until:`).
    Until {
        /// The condition.
        condition: Condition,
        /// The most times; reaching it with the condition still false is a failure.
        max_iterations: u32,
    },
}

/// A list to repeat over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Items {
    /// An expression that gives the list.
    Expression(String),
    /// The list itself, texts being templates.
    List(Vec<Value>),
}

impl Over {
    /// The condition of a loop.
    pub fn condition(&self) -> Option<&Condition> {
        match self {
            Self::Items { .. } => None,
            Self::While { condition, .. } | Self::Until { condition, .. } => Some(condition),
        }
    }

    /// The bound of a loop.
    pub fn max_iterations(&self) -> Option<u32> {
        match self {
            Self::Items { .. } => None,
            Self::While { max_iterations, .. } | Self::Until { max_iterations, .. } => {
                Some(*max_iterations)
            }
        }
    }

    /// Whether each time follows from the one before.
    pub fn is_loop(&self) -> bool {
        self.condition().is_some()
    }
}
