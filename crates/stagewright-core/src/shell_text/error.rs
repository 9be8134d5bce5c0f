//! Why values could not be bound to a text, and what its author can do.

use super::{MAX_STRING_BYTES, MAX_VALUES_BYTES};

/// Why values could not be bound to a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A value would be read as an option of the command (decision 19).
    #[error("the value of `{expression}` starts with `-` and would be read as an option")]
    LeadingDash {
        /// Where the hole stands, in bytes.
        offset: usize,
        /// The hole's expression.
        expression: String,
    },
    /// An empty list stands where words are expected (decision 19).
    #[error("`{expression}` is an empty list, so the command would run without operands")]
    EmptyList {
        /// Where the hole stands, in bytes.
        offset: usize,
        /// The hole's expression.
        expression: String,
    },
    /// A list stands where the shell takes one value.
    #[error("`{expression}` is a list, but only one value may stand here")]
    ListForOneValue {
        /// Where the hole stands, in bytes.
        offset: usize,
        /// The hole's expression.
        expression: String,
    },
    /// The value holds a zero byte, which no environment variable can carry.
    #[error("the value of `{expression}` holds a zero byte, which a variable cannot carry")]
    ZeroByte {
        /// Where the hole stands, in bytes.
        offset: usize,
        /// The hole's expression.
        expression: String,
    },
    /// One value is longer than the system passes.
    #[error(
        "the value of `{expression}` has {bytes} bytes, more than the {MAX_STRING_BYTES} that fit"
    )]
    ValueTooLong {
        /// Where the hole stands, in bytes.
        offset: usize,
        /// The hole's expression.
        expression: String,
        /// The length of the variable with its name, in bytes.
        bytes: usize,
    },
    /// All values together are longer than the system passes.
    #[error("with `{expression}` the values have more than {MAX_VALUES_BYTES} bytes together")]
    ValuesTooLong {
        /// Where the hole stands at which the limit was passed, in bytes.
        offset: usize,
        /// That hole's expression.
        expression: String,
    },
    /// The text itself became too long, which only long lists can cause.
    #[error(
        "the program has {bytes} bytes with its lists expanded, more than the {MAX_STRING_BYTES} that fit"
    )]
    ProgramTooLong {
        /// Where the longest list's hole stands, in bytes.
        offset: usize,
        /// That hole's expression.
        expression: String,
        /// The length of the program text, in bytes.
        bytes: usize,
    },
}

impl BindError {
    /// Where the hole stands in the original text, in bytes.
    pub fn offset(&self) -> usize {
        self.place().0
    }

    /// The expression of the hole.
    pub fn expression(&self) -> &str {
        self.place().1
    }

    /// What the author can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::LeadingDash { .. } => {
                "put `--` before it if the command knows it, join it to its option \
                 (`--name={{ … }}`), or declare the path under `trusted:`"
            }
            Self::EmptyList { .. } => {
                "skip the agent with `if:`, or write `| allow_empty` when no operand is meant"
            }
            Self::ListForOneValue { .. } => {
                "let the list stand as a word of its own, without quotes, or join it: \
                 `| join(',')`"
            }
            Self::ZeroByte { .. } => "pass it through a file or the agent's `input`",
            Self::ValueTooLong { .. }
            | Self::ValuesTooLong { .. }
            | Self::ProgramTooLong { .. } => {
                "pass it through the agent's `input`, which has no such limit, \
                 or split the work with `for_each`"
            }
        }
    }

    fn place(&self) -> (usize, &str) {
        match self {
            Self::LeadingDash { offset, expression }
            | Self::EmptyList { offset, expression }
            | Self::ListForOneValue { offset, expression }
            | Self::ZeroByte { offset, expression }
            | Self::ValueTooLong {
                offset, expression, ..
            }
            | Self::ValuesTooLong { offset, expression }
            | Self::ProgramTooLong {
                offset, expression, ..
            } => (*offset, expression),
        }
    }
}
