//! From text to a spanned tree: YAML through `saphyr-parser`, JSON through a reader of
//! our own, both into the same [`tree`].
//!
//! This module knows YAML and JSON and nothing about pipelines. It must never let a
//! hostile file cost more than it may: depth, size, number of values and aliases are
//! bounded ([`crate::limit`]), and everything is read with a loop, not by recursion.

mod builder;
mod json;
mod scalar;
mod tree;
mod yaml;

pub(crate) use scalar::Plain;
pub(crate) use tree::{Content, Entry, Node, Scalar, Style};

use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_FILE_BYTES;
use crate::source::{Extent, Source};

/// Reads a file. The first problem ends the reading: what follows a syntax error is
/// guesswork.
pub(crate) fn read(source: &Source) -> Result<Node, Problem> {
    let text = source.text.as_str();
    if text.len() > MAX_FILE_BYTES {
        return Err(Problem::new(
            Code::TooLarge,
            Extent::new(0, 0),
            format!(
                "the file has {} bytes, more than the {MAX_FILE_BYTES} that are read",
                text.len()
            ),
        ));
    }
    refuse_control_characters(text)?;
    let named_json = std::path::Path::new(&source.name)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if named_json {
        return json::read(text);
    }
    // YAML contains JSON but for details (escaped surrogate pairs, a line break before
    // a colon), so what is JSON is read as JSON whatever the file is called.
    if text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
        && let Ok(tree) = json::read(text)
    {
        return Ok(tree);
    }
    yaml::read(text)
}

/// Binary files and terminal escapes are refused here, once, so that no later
/// message can carry them to a terminal.
fn refuse_control_characters(text: &str) -> Result<(), Problem> {
    let found = text
        .char_indices()
        .find(|(_, c)| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}'));
    match found {
        None => Ok(()),
        Some((at, c)) => Err(Problem::new(
            Code::Syntax,
            Extent::new(at, at + c.len_utf8()),
            format!(
                "the file holds the control character U+{:04X}",
                u32::from(c)
            ),
        )
        .hint("pipeline files are text; write such a character as an escape in double quotes")),
    }
}
