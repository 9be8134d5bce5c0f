//! Outputs that are read line by line: JSON documents, or text that has a pattern.
//!
//! A JSON line is read as strictly as a whole document (see [`crate::strict_json`]), and
//! errors carry the line of the whole output. A line of text is bounded before a pattern
//! sees it. Neighbour: [`crate::unfence`] for outputs that are one document.

use crate::error::ReadError;
use crate::strict_json;
use crate::unfence::{explain, refused};
use serde_json::Value;

/// The longest line of text, in bytes, that a pattern is tried on.
pub(crate) const MAX_TEXT_LINE_BYTES: usize = 64 * 1024;

/// The lines of a text that are not blank, with their numbers from 1.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// Reads one line of `text` as JSON.
pub(crate) fn read_json(number: usize, line: &str, text: &str) -> Result<Value, ReadError> {
    strict_json::from_str(line).map_err(|error| {
        let lines_before = number - 1;
        let problem = refused(&error, lines_before);
        problem
            .unwrap_or_else(|| explain(&error, lines_before, text))
            .into()
    })
}

/// A line of text, unless it is too long for a pattern.
pub(crate) fn bounded(number: usize, line: &str) -> Result<&str, ReadError> {
    if line.len() > MAX_TEXT_LINE_BYTES {
        return Err(ReadError::LongLine {
            line: number,
            bytes: line.len(),
            limit: MAX_TEXT_LINE_BYTES,
        });
    }
    Ok(line)
}
