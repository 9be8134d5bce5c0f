//! Takes the one JSON document out of what a model or a runner prints around it.
//!
//! Three shapes are understood: the text is JSON; the text holds a fenced block (a
//! line of three or more `` ` `` or `~`) that is JSON; a line outside of blocks begins
//! with `{` and JSON follows. Two different documents in one text are an error: a
//! model that quotes an attacker's JSON beside its own must not make the reader choose.

use crate::error::NotJson;
use crate::strict_json::{self, Ambiguity, Strict};
use serde_json::Value;
use thiserror::Error;

/// The most places in prose at which a document is looked for. It bounds the work on
/// output that consists of opening braces.
const MAX_STARTS: usize = 64;

/// The most characters of the output that an error carries.
const MAX_HEAD_CHARS: usize = 1000;

/// Why a text holds no JSON document, or not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnfenceError {
    /// There is nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Nothing in the text is JSON.
    #[error(transparent)]
    NotJson(NotJson),
    /// Lists and objects are nested deeper than 100 levels.
    #[error("the JSON is nested too deeply (line {line}, column {column})")]
    TooDeep {
        /// Line of the text, from 1.
        line: usize,
        /// Column of the text, from 1.
        column: usize,
    },
    /// A key stands twice in one object.
    #[error("the key `{key}` is repeated in one object (line {line}, column {column})")]
    RepeatedKey {
        /// The key.
        key: String,
        /// Line of the text, from 1.
        line: usize,
        /// Column of the text, from 1.
        column: usize,
    },
    /// There are several documents.
    #[error("the text holds {count} JSON documents")]
    Several {
        /// How many.
        count: usize,
    },
}

/// A text, taken apart.
#[derive(Default)]
struct Pieces<'a> {
    blocks: Vec<Block<'a>>,
    /// What stands before, between and after the blocks.
    prose: Vec<Block<'a>>,
}

/// The content of a fenced block, or a piece of prose.
struct Block<'a> {
    /// How many lines of the text precede it.
    lines_before: usize,
    text: &'a str,
}

/// Takes the JSON document out of a text: see the module docs for the shapes.
///
/// # Errors
/// When the text is empty, holds no JSON or several different documents, or when any
/// of its JSON repeats a key or is nested too deeply.
pub fn unfence(text: &str) -> Result<Value, UnfenceError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(UnfenceError::Empty);
    }
    let whole = match strict_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => match refused(&error, 0) {
            Some(refused) => return Err(refused),
            None => explain(&error, 0, text),
        },
    };
    let Pieces { blocks, prose } = pieces(text);
    let mut documents = Vec::new();
    let mut block_error = None;
    for block in &blocks {
        match strict_json::from_str(block.text) {
            Ok(value) if value.is_object() || value.is_array() => documents.push(value),
            // A number or a string in a block is an example in prose, not a document.
            Ok(_) => {}
            Err(error) if is_started(block.text) => {
                if let Some(refused) = refused(&error, block.lines_before) {
                    return Err(refused);
                }
                block_error.get_or_insert(explain(&error, block.lines_before, text));
            }
            Err(_) => {}
        }
    }
    if block_error.is_none() || !documents.is_empty() {
        documents.extend(objects_in_prose(&prose)?);
    }
    one_of(documents, block_error.unwrap_or(whole))
}

/// The only document; the same one printed twice is one.
fn one_of(documents: Vec<Value>, otherwise: UnfenceError) -> Result<Value, UnfenceError> {
    let mut distinct: Vec<Value> = Vec::new();
    for document in documents {
        if !distinct.contains(&document) {
            distinct.push(document);
        }
    }
    match distinct.len() {
        0 => Err(otherwise),
        1 => Ok(distinct.remove(0)),
        count => Err(UnfenceError::Several { count }),
    }
}

/// Whether a block's text looks as if JSON was meant.
fn is_started(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Takes a text apart. A block whose closing fence is missing goes to the end of the
/// text. A fence cannot stand inside a JSON string, which has no raw line breaks.
fn pieces(text: &str) -> Pieces<'_> {
    let mut pieces = Pieces::default();
    let mut open: Option<(&str, usize)> = None;
    let mut start = 0;
    let mut prose_from = 0;
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let next = at + line.len();
        match (open, fence_of(line)) {
            (None, Some(fence)) => {
                pieces.prose.push(Block {
                    lines_before: prose_from,
                    text: &text[start..at],
                });
                open = Some((fence, number + 1));
                start = next;
            }
            (Some((opening, lines_before)), Some(fence))
                if fence.starts_with(opening) && line.trim() == fence =>
            {
                let text = &text[start..at];
                pieces.blocks.push(Block { lines_before, text });
                open = None;
                prose_from = number + 1;
                start = next;
            }
            _ => {}
        }
        at = next;
    }
    let text = &text[start..];
    match open {
        Some((_, lines_before)) => pieces.blocks.push(Block { lines_before, text }),
        None => pieces.prose.push(Block {
            lines_before: prose_from,
            text,
        }),
    }
    pieces
}

/// The run of fence characters with which a line begins, when it is a fence.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let fence = line.chars().next().filter(|first| "`~".contains(*first))?;
    let length = line.len() - line.trim_start_matches(fence).len();
    (length >= 3).then(|| &line[..length])
}

/// The objects that begin a line of the prose, such as the document after log lines.
/// Lists are not looked for: `[1]` and `[INFO]` are prose.
fn objects_in_prose(prose: &[Block<'_>]) -> Result<Vec<Value>, UnfenceError> {
    let mut objects = Vec::new();
    let mut starts = 0;
    for Block { lines_before, text } in prose {
        let mut at = 0;
        while at < text.len() && starts < MAX_STARTS {
            let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            let line = &text[at..line_end];
            let start = at + line.len() - line.trim_start().len();
            at = line_end;
            if !text[start..].starts_with('{') {
                continue;
            }
            starts += 1;
            let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter();
            match stream.next() {
                Some(Ok(Strict(object))) => {
                    objects.push(object);
                    at = start + stream.byte_offset();
                }
                Some(Err(error)) => {
                    let lines = lines_before + text[..start].matches('\n').count();
                    if let Some(refused) = refused(&error, lines) {
                        return Err(refused);
                    }
                }
                None => {}
            }
        }
    }
    Ok(objects)
}

/// The error of JSON that is refused although it is JSON. Nothing else in the text may
/// stand in for it.
pub(crate) fn refused(error: &serde_json::Error, lines_before: usize) -> Option<UnfenceError> {
    let line = lines_before + error.line();
    let column = error.column();
    Some(match Ambiguity::of(error)? {
        Ambiguity::RepeatedKey(key) => UnfenceError::RepeatedKey { key, line, column },
        Ambiguity::TooDeep => UnfenceError::TooDeep { line, column },
    })
}

/// Puts a parser's error into words, with the position in the whole text.
pub(crate) fn explain(error: &serde_json::Error, lines_before: usize, text: &str) -> UnfenceError {
    let line = lines_before + error.line();
    let column = error.column();
    let position = format!(" at line {} column {column}", error.line());
    let message = error.to_string();
    let reason = message.strip_suffix(&position).unwrap_or(&message);
    UnfenceError::NotJson(NotJson {
        line,
        column,
        reason: reason.to_owned(),
        head: text.chars().take(MAX_HEAD_CHARS).collect(),
    })
}
