//! The entrance: checks that hold for every format, then the format's own reader.

use crate::answer::{Answer, Options};
use crate::error::ReadError;
use crate::format::Format;
use crate::strict_json::Strict;
use crate::unfence::{UnfenceError, unfence};
use crate::{
    agent_document, bandit, clippy, eslint, junit, mypy, ruff, sarif, semgrep, shellcheck, vulture,
};
use serde_json::Value;

/// The largest output that is read, in bytes. It bounds memory: a parsed document
/// takes several times the size of its text.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most warnings that an answer carries; one more says how many there were beyond.
pub const MAX_WARNINGS: usize = 100;

/// Reads a finished agent's output as the document that was promised.
///
/// The caller has checked with [`Format::is_answer`] that the program answered at all.
///
/// # Errors
/// When the output is not that document: the attempt's result is `invalid_output`,
/// which is not retried (rule A5).
pub fn read(format: Format, bytes: &[u8], options: &Options) -> Result<Answer, ReadError> {
    let text = text_of(bytes)?;
    // Models wrap their document in prose and fences; tools print log lines and
    // progress before it. The same care serves both.
    let document = || unfence(text);
    let answer = match format {
        Format::AgentDocument => agent_document::read(document()?, options),
        Format::Sarif => sarif::read(&document()?, options),
        Format::Junit => junit::read(text, options),
        Format::Ruff => ruff::read(&document()?, options),
        Format::Bandit => bandit::read(&document()?, options),
        Format::Clippy => clippy::read(text, options),
        Format::Mypy => mypy::read(text, options),
        Format::Vulture => vulture::read(text, options),
        Format::Semgrep => semgrep::read(&document()?, options),
        Format::Eslint => eslint::read(&document()?, options),
        Format::Shellcheck => shellcheck::read(&document()?, options),
    }?;
    Ok(bounded(answer))
}

/// The answer with at most [`MAX_WARNINGS`] warnings.
pub(crate) fn bounded(mut answer: Answer) -> Answer {
    if answer.warnings.len() > MAX_WARNINGS {
        let more = answer.warnings.len() - MAX_WARNINGS;
        answer.warnings.truncate(MAX_WARNINGS);
        answer.warnings.push(format!("and {more} more warnings"));
    }
    answer
}

/// The result of a command that promised no document (decision 25): a JSON object or
/// list if the output happens to be one, else the text without the line breaks at
/// its end, as `$(…)` of a shell gives it. Bytes that are not UTF-8 are replaced. JSON
/// that repeats a key or is nested deeper than 100 levels is text.
pub fn read_plain(bytes: &[u8]) -> Value {
    match serde_json::from_slice(bytes) {
        Ok(Strict(value)) if value.is_object() || value.is_array() => value,
        _ => {
            let text = String::from_utf8_lossy(bytes);
            Value::String(text.trim_end_matches(['\n', '\r']).to_owned())
        }
    }
}

/// The text of an output, without a byte order mark.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge {
            bytes: bytes.len(),
            limit: MAX_BYTES,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl From<UnfenceError> for ReadError {
    fn from(error: UnfenceError) -> Self {
        match error {
            UnfenceError::Empty => Self::Empty,
            UnfenceError::NotJson(not_json) => Self::NotJson(not_json),
            UnfenceError::TooDeep { line, column } => Self::TooDeep { line, column },
            UnfenceError::RepeatedKey { key, line, column } => {
                Self::RepeatedKey { key, line, column }
            }
            UnfenceError::Several { count } => Self::SeveralDocuments { count },
        }
    }
}
