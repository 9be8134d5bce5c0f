//! Plain data in YAML or JSON: contexts and input documents, read by the same reader
//! as pipelines, so that their errors know their places too.

use crate::diagnostic::{Diagnostic, Problems};
use crate::source::Source;
use crate::syntax;

/// Reads a document of plain data. An empty document is null.
///
/// # Errors
/// What makes it no YAML or JSON, with its place.
pub fn read_data(source: &Source) -> Result<serde_json::Value, Vec<Diagnostic>> {
    match syntax::read(source) {
        Ok(root) => Ok(root.to_json()),
        Err(problem) => {
            let mut problems = Problems::new(&source.text);
            problems.report(problem);
            Err(problems.finish())
        }
    }
}

/// Reads a duration such as `90s`, `10m`, `4h`, `500ms`, or a number of seconds, as
/// milliseconds.
///
/// # Errors
/// What is wrong with it.
pub fn parse_duration_ms(text: &str) -> Result<u64, String> {
    crate::lower::parse_duration(text)
}

/// Like [`parse_duration_ms`], for waits, which may be zero.
///
/// # Errors
/// What is wrong with it.
pub fn parse_wait_ms(text: &str) -> Result<u64, String> {
    crate::lower::parse_wait(text)
}
