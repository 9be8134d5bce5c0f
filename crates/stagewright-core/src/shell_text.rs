//! Compiled shell text: what a `run:` text becomes once its holes were understood.
//!
//! The language compiles a text once, at validation; the frozen plan stores the
//! result; a launch binds values to it. This module owns the stored form and the
//! binding. It must never parse shell syntax (that is the language's work) and must
//! never let a value into the program text: a value is bound to an environment
//! variable, and the text holds a quoted reference to it (decision 18). What the
//! text looks like depends on the *lengths* of lists only, never on a value.

mod error;

pub use error::BindError;

use serde::{Deserialize, Serialize};

/// The longest `NAME=value` that is bound, in bytes: Linux refuses a single argument
/// or environment string of 128 KiB, and a page is left as a margin.
pub const MAX_STRING_BYTES: usize = 128 * 1024 - 4096;

/// The most that all values of one program may take together, in bytes, pointers
/// included. An expanded list is passed twice (in the environment of the shell and
/// in the argument vector of the command), and the smallest common limit for both
/// together is 1 MiB (macOS).
pub const MAX_VALUES_BYTES: usize = 384 * 1024;

/// What one more environment string costs besides its bytes: its pointer, and the
/// terminating zero.
const STRING_OVERHEAD_BYTES: usize = 9;

/// The beginning of the names of all bound variables. A text that names such a
/// variable itself is refused by the compiler.
pub const VARIABLE_PREFIX: &str = "SW_";

/// A compiled `run:` text: pieces of program text and holes, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellText {
    /// The pieces, in the order of the text.
    pub parts: Vec<Part>,
}

/// One piece of a compiled text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Program text, exactly as the author wrote it.
    Text(String),
    /// A place where a value goes.
    Hole(Hole),
}

/// A place in the text where a value goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// The expression between the braces, without a trailing `| allow_empty`.
    pub expression: String,
    /// How the place is quoted.
    pub position: Position,
    /// Whether an empty list may vanish here (decision 19).
    pub allow_empty: bool,
    /// Where the hole's `{{` stands in the original text, in bytes.
    pub offset: usize,
    /// Whether the value begins an operand of a command, not after `--`, so that a
    /// leading `-` would be read as an option (decision 19).
    pub guard_dash: bool,
    /// Whether the hole is a whole bare word among words, so that a list may expand
    /// to several words here (decision 18).
    pub whole_word: bool,
}

/// How the place of a hole is quoted in the author's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Outside of all quotes: the reference brings its own.
    Bare,
    /// Between double quotes.
    DoubleQuoted,
    /// Between single quotes, which are closed and opened again around the reference.
    SingleQuoted,
    /// In the body of a here-document that expands variables.
    HereDocument,
}

/// A value, already turned into text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// One text, the empty one included.
    Scalar(String),
    /// Several texts, which become several words.
    List(Vec<String>),
}

/// What is bound to one hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundHole {
    /// The value.
    pub value: Bound,
    /// Whether the pipeline declared the path `trusted:` (decision 22). It lifts the
    /// rule about leading dashes and nothing else.
    pub trusted: bool,
}

/// A program that is ready to be launched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The text for the shell's `-c`. It holds no value.
    pub text: String,
    /// The variables that the text refers to, in the order of the text.
    pub environment: Vec<(String, String)>,
}

impl ShellText {
    /// The holes, in the order of the text.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.parts.iter().filter_map(|part| match part {
            Part::Hole(hole) => Some(hole),
            Part::Text(_) => None,
        })
    }

    /// Binds one value to each hole, in the order of [`holes`](Self::holes).
    ///
    /// # Errors
    /// The first value that may not stand where it would go.
    ///
    /// # Panics
    /// When the number of values is not the number of holes: the caller evaluates
    /// the holes of this very text.
    pub fn bind(&self, values: &[BoundHole]) -> Result<Program, BindError> {
        assert_eq!(
            values.len(),
            self.holes().count(),
            "one value is bound to each hole of a shell text"
        );
        let mut binding = Binding::default();
        let mut values = values.iter();
        for part in &self.parts {
            match part {
                Part::Text(text) => binding.text.push_str(text),
                Part::Hole(hole) => {
                    let value = values.next().expect("the counts were compared above");
                    binding.bind(hole, value)?;
                }
            }
        }
        binding.finish()
    }
}

/// A program in the making.
#[derive(Default)]
struct Binding<'a> {
    text: String,
    environment: Vec<(String, String)>,
    /// How many holes were bound, which numbers their variables from 1.
    holes: usize,
    /// What the environment strings cost so far, in bytes.
    bytes: usize,
    /// The longest list so far, to be blamed for a text that became too long.
    longest: Option<(usize, &'a Hole)>,
}

impl<'a> Binding<'a> {
    fn bind(&mut self, hole: &'a Hole, bound: &BoundHole) -> Result<(), BindError> {
        self.holes += 1;
        let name = format!("{VARIABLE_PREFIX}{}", self.holes);
        let guard = hole.guard_dash && !bound.trusted;
        match &bound.value {
            Bound::Scalar(value) => {
                self.refer(hole.position, &name);
                self.variable(hole, name, value, guard)?;
                self.blame(1, hole);
            }
            Bound::List(items) => {
                let (offset, expression) = (hole.offset, hole.expression.clone());
                if !hole.whole_word {
                    return Err(BindError::ListForOneValue { offset, expression });
                }
                if items.is_empty() && !hole.allow_empty {
                    return Err(BindError::EmptyList { offset, expression });
                }
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push(' ');
                    }
                    let name = format!("{name}_{}", index + 1);
                    self.refer(hole.position, &name);
                    self.variable(hole, name, item, guard)?;
                }
                self.blame(items.len(), hole);
            }
        }
        Ok(())
    }

    /// Writes a reference to a variable, quoted for its position.
    fn refer(&mut self, position: Position, name: &str) {
        let (before, after) = match position {
            Position::Bare => ("\"${", "}\""),
            Position::DoubleQuoted | Position::HereDocument => ("${", "}"),
            Position::SingleQuoted => ("'\"${", "}\"'"),
        };
        self.text.push_str(before);
        self.text.push_str(name);
        self.text.push_str(after);
    }

    fn variable(
        &mut self,
        hole: &Hole,
        name: String,
        value: &str,
        guard_dash: bool,
    ) -> Result<(), BindError> {
        let (offset, expression) = (hole.offset, || hole.expression.clone());
        if guard_dash && value.starts_with('-') {
            return Err(BindError::LeadingDash {
                offset,
                expression: expression(),
            });
        }
        if value.contains('\0') {
            return Err(BindError::ZeroByte {
                offset,
                expression: expression(),
            });
        }
        let bytes = name.len() + 1 + value.len();
        if bytes > MAX_STRING_BYTES {
            return Err(BindError::ValueTooLong {
                offset,
                expression: expression(),
                bytes,
            });
        }
        self.bytes += bytes + STRING_OVERHEAD_BYTES;
        if self.bytes > MAX_VALUES_BYTES {
            return Err(BindError::ValuesTooLong {
                offset,
                expression: expression(),
            });
        }
        self.environment.push((name, value.to_owned()));
        Ok(())
    }

    fn blame(&mut self, length: usize, hole: &'a Hole) {
        if self.longest.is_none_or(|(longest, _)| length > longest) {
            self.longest = Some((length, hole));
        }
    }

    fn finish(self) -> Result<Program, BindError> {
        let bytes = self.text.len();
        match self.longest {
            Some((_, hole)) if bytes > MAX_STRING_BYTES => Err(BindError::ProgramTooLong {
                offset: hole.offset,
                expression: hole.expression.clone(),
                bytes,
            }),
            _ => Ok(Program {
                text: self.text,
                environment: self.environment,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
