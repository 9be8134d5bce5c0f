//! Regular expressions of a file: compiled once each to be checked, with limits.

use super::Lowering;
use regex::{Error, Regex};

/// The most different regular expressions of one file. Each may cost as much as its size
/// allows, and a file can hold very many.
const MAX_PATTERNS: usize = 1_000;

impl Lowering<'_> {
    /// Compiles a regular expression; gives whether it names what it finds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn pattern_has_names(&mut self, source: &str) -> Result<bool, String> {
        if let Some(known) = self.patterns.get(source) {
            return known.clone();
        }
        if self.patterns.len() >= MAX_PATTERNS {
            return Err(format!("a file has at most {MAX_PATTERNS} different ones"));
        }
        let found = Regex::new(source)
            .map(|pattern| pattern.capture_names().flatten().next().is_some())
            .map_err(|error| reason(&error));
        self.patterns.insert(source.to_owned(), found.clone());
        found
    }
}

/// The one line of an error that says what is wrong.
fn reason(error: &Error) -> String {
    let message = error.to_string();
    let last = message.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
