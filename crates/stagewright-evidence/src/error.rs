//! Why an output is not the document that was promised (`invalid_output`).

use stagewright_core::expression::ExpressionError;
use thiserror::Error;

/// The most characters of a line that an error shows.
const MAX_LINE_CHARS: usize = 200;

/// What is wrong with an output, and where. [`ReadError::hint`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// There is nothing but white space.
    #[error("the output is empty")]
    Empty,
    /// The output is larger than [`crate::MAX_BYTES`].
    #[error("the output has {bytes} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The output is not text.
    #[error("the output is not valid UTF-8 (at byte {offset})")]
    NotUtf8 {
        /// The first byte that is wrong, from 0.
        offset: usize,
    },
    /// The output is not JSON.
    #[error(transparent)]
    NotJson(NotJson),
    /// The output is not XML, or none that is read.
    #[error(transparent)]
    NotXml(NotXml),
    /// XML, but no report of tests.
    #[error("the root element is `<{root}>`, expected `<testsuites>` or `<testsuite>`")]
    NoTestReport {
        /// The name of the root element.
        root: String,
    },
    /// A line of text that is none of those which the tool prints: it may be a finding.
    #[error("line {line} is none that {format} prints: `{text}`")]
    UnknownLine {
        /// Line of the output, from 1.
        line: usize,
        /// The beginning of it.
        text: String,
        /// Whose lines they should be.
        format: &'static str,
    },
    /// A line of text that is longer than any that a tool prints.
    #[error("line {line} has {bytes} bytes, more than the limit of {limit}")]
    LongLine {
        /// Line of the output, from 1.
        line: usize,
        /// Its length.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// What ends every whole output is not there.
    #[error("the output was cut off: {missing} is missing")]
    CutOff {
        /// What should stand at the end.
        missing: &'static str,
    },
    /// Lists and objects, or elements, are nested deeper than 100 levels.
    #[error("the output is nested too deeply (line {line}, column {column})")]
    TooDeep {
        /// Line of the output, from 1.
        line: usize,
        /// Column of the output, from 1.
        column: usize,
    },
    /// A key stands twice in one object, and which value counts is anybody's guess.
    #[error("the key `{key}` is repeated in one object (line {line}, column {column})")]
    RepeatedKey {
        /// The key.
        key: String,
        /// Line of the output, from 1.
        line: usize,
        /// Column of the output, from 1.
        column: usize,
    },
    /// There are several documents, and which one counts is anybody's guess.
    #[error("the output holds {count} JSON documents instead of one")]
    SeveralDocuments {
        /// How many were found.
        count: usize,
    },
    /// A value is of another type than the format says.
    #[error("`{path}` is {found}, expected {expected}")]
    WrongType {
        /// Where, as a JSON path such as `$.violations[2].line`.
        path: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A value is missing that the format requires.
    #[error("`{path}` is missing")]
    Missing {
        /// Where, as a JSON path.
        path: String,
    },
    /// An agent's document does not say how it ended.
    #[error("the document has no `status` (it has: {})", list_or_nothing(.keys))]
    MissingStatus {
        /// The keys that it has.
        keys: Vec<String>,
    },
    /// An agent's document says how it ended in a word that its type does not have.
    #[error("unknown status `{word}` (known: {})", .known.join(", "))]
    UnknownStatus {
        /// The word.
        word: String,
        /// The words that the agent's type has.
        known: Vec<&'static str>,
    },
    /// An agent failed the change but lists nothing against it (decision 24).
    #[error("the status is {status}, but no finding is listed")]
    FailWithoutFinding {
        /// The agent's own word.
        status: String,
    },
    /// A count differs from the list that it counts (decision 24).
    #[error("`{count_path}` is {count}, but `{list_path}` lists {listed}")]
    CountDiffers {
        /// Where the count stands.
        count_path: String,
        /// The count.
        count: u64,
        /// Where the list stands or should stand.
        list_path: String,
        /// How many it lists.
        listed: u64,
    },
    /// Two statements of one document exclude each other.
    #[error("the document contradicts itself: {one}, but {other}")]
    Contradiction {
        /// The first statement.
        one: String,
        /// The other one.
        other: String,
    },
    /// A listed finding has neither a rule nor a message.
    #[error("`{path}` says neither which rule is broken nor what is wrong")]
    EmptyFinding {
        /// Where, as a JSON path.
        path: String,
    },
    /// An expression of a mapping fails on an item.
    #[error("`{key}` fails on {place}: {message}")]
    Expression {
        /// The key of the mapping, such as `item.severity`.
        key: String,
        /// The item, such as `items[3]` or `line 12`.
        place: String,
        /// What the expression says.
        message: String,
    },
    /// An output with more items than a mapping reads.
    #[error("the output has more than {limit} items")]
    TooManyItems {
        /// The limit: [`crate::MAX_ITEMS`].
        limit: usize,
    },
    /// A SARIF log without any run: no tool has looked at anything.
    #[error("the SARIF log has no runs")]
    NoRuns,
}

/// Text that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the output is not JSON: {reason} (line {line}, column {column})")]
pub struct NotJson {
    /// Line of the output, from 1.
    pub line: usize,
    /// Column of the output, from 1.
    pub column: usize,
    /// What the parser expected or found.
    pub reason: String,
    /// The beginning of the output, at most 1000 characters.
    pub head: String,
}

/// Text that is not XML, or XML with what is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the output is not XML that is read here: {reason} (line {line}, column {column})")]
pub struct NotXml {
    /// Line of the output, from 1.
    pub line: usize,
    /// Column of the output, from 1.
    pub column: usize,
    /// What the parser expected or found.
    pub reason: String,
}

impl ReadError {
    /// What the author of the agent or the pipeline can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "print the document on standard output, or write the answer file",
            Self::TooLarge { .. } => "report fewer details, or split the agent's work",
            Self::NotUtf8 { .. } => "write the document as UTF-8",
            Self::NotJson(not_json) if not_json.names_no_number() => {
                "JSON has no NaN or Infinity: write null instead"
            }
            Self::NotJson(_) => {
                "print one JSON document, and everything else on standard error; \
                 leave out `findings` where no document is meant"
            }
            Self::NotXml(_) => {
                "write the whole report and nothing else, without a document type or entities"
            }
            Self::NoTestReport { .. } => "name the file that the test runner writes for JUnit",
            Self::UnknownLine { .. } | Self::LongLine { .. } => {
                "let the tool print its usual lines and nothing else to standard output"
            }
            Self::CutOff { .. } => {
                "let the tool end by itself, and leave out options that shorten its output"
            }
            Self::TooDeep { .. } => "flatten the document",
            Self::RepeatedKey { .. } => "write each key of an object once",
            Self::SeveralDocuments { .. } => "print exactly one JSON document",
            Self::WrongType { .. } | Self::Missing { .. } => {
                "check that `findings` names the format which the agent really prints"
            }
            Self::MissingStatus { .. } => "add `status`, such as PASS, FAIL or ERROR",
            Self::UnknownStatus { .. } => "use one of the known words, or correct the agent's type",
            Self::FailWithoutFinding { .. } => {
                "list what is wrong, or use status ERROR when the work could not be done"
            }
            Self::CountDiffers { .. } => "list every finding, or leave the count out",
            Self::Contradiction { .. } => "let both say the same, or leave one out",
            Self::EmptyFinding { .. } => "give each finding a `type` and a `description`",
            Self::Expression { .. } => {
                "correct the expression; `| default(none)` says that a value may be missing"
            }
            Self::TooManyItems { .. } => "let the tool report less, or split its work",
            Self::NoRuns => "check that the tool ran; a log without runs proves nothing",
        }
    }
}

impl ReadError {
    pub(crate) fn expression(key: &str, place: &str, error: ExpressionError) -> Self {
        Self::Expression {
            key: key.to_owned(),
            place: place.to_owned(),
            message: error.message,
        }
    }

    pub(crate) fn unknown_line(line: usize, text: &str, format: &'static str) -> Self {
        Self::UnknownLine {
            line,
            text: text.chars().take(MAX_LINE_CHARS).collect(),
            format,
        }
    }
}

impl NotJson {
    /// Whether the text fails on one of the number words that Python's `json` writes.
    fn names_no_number(&self) -> bool {
        let rest = self
            .head
            .lines()
            .nth(self.line.saturating_sub(1))
            .unwrap_or("");
        // The parser stops inside the word, so that the column is near its start.
        let from = self.column.saturating_sub(4);
        let near: String = rest.chars().skip(from).take(12).collect();
        near.contains("NaN") || near.contains("Infinity")
    }
}

fn list_or_nothing(keys: &[String]) -> String {
    if keys.is_empty() {
        "nothing".to_owned()
    } else {
        keys.join(", ")
    }
}
