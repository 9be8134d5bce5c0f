//! Reads YAML: the events of `saphyr-parser` into the tree.

use super::builder::Builder;
use super::tree::{Node, Scalar, Style};
use crate::diagnostic::{Code, Problem};
use crate::limit::{MAX_NESTING, MAX_STRETCH_BYTES};
use crate::source::Extent;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};
use std::cell::Cell;

/// Reads a text that holds one YAML document.
pub(crate) fn read(text: &str) -> Result<Node, Problem> {
    let (body, skipped) = match text.strip_prefix('\u{feff}') {
        Some(body) => (body, text.len() - body.len()),
        None => (text, 0),
    };
    let offsets = Offsets::new(body, skipped);
    let read = Cell::new(0_usize);
    let mut parser = Parser::new_from_iter(Metered::new(body, &read));
    let mut builder = Builder::default();
    let mut documents = 0;
    let mut last = Extent::new(skipped, skipped);
    loop {
        read.set(0);
        let Some(event) = parser.next_event() else {
            break;
        };
        if read.get() > MAX_STRETCH_BYTES {
            return Err(too_long_a_stretch(last));
        }
        let (event, span) = event.map_err(|error| syntax_error(&error, &offsets, text))?;
        let extent = offsets.extent(&span);
        last = extent;
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(Problem::new(
                        Code::SecondDocument,
                        extent,
                        "a second document begins here",
                    )
                    .hint("one file is one pipeline: put the other one into its own file"));
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                refuse_tag(tag.as_deref(), extent)?;
                let scalar = Scalar {
                    text: value.into_owned(),
                    style: style_of(style),
                };
                builder.scalar(scalar, trimmed(extent, text), anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), extent)?;
                builder.open_list(extent, anchor)?;
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), extent)?;
                builder.open_map(extent, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                // A block collection ends where the next thing begins, which is no
                // place to point at; a flow collection ends with its bracket.
                let end = if extent.end > extent.start {
                    extent.end
                } else {
                    0
                };
                builder.close(end)?;
            }
            Event::Alias(anchor) => builder.alias(anchor, extent)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }
    builder
        .finish()
        .ok_or_else(|| Problem::new(Code::NotAPipeline, Extent::new(0, 0), "the file is empty"))
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn refuse_tag(tag: Option<&Tag>, extent: Extent) -> Result<(), Problem> {
    match tag {
        None => Ok(()),
        Some(tag) => Err(Problem::new(
            Code::UnsupportedYaml,
            extent,
            format!("tags such as `{tag}` are not used in pipeline files"),
        )
        .hint("write the value itself; quotes make it a text")),
    }
}

/// The parser's spans of plain scalars may reach over the space behind them.
fn trimmed(extent: Extent, text: &str) -> Extent {
    let written = text.get(extent.range()).unwrap_or_default();
    Extent::new(
        extent.start as usize,
        extent.start as usize + written.trim_end().len(),
    )
}

/// The parser's error in words that help, at its place.
fn syntax_error(error: &ScanError, offsets: &Offsets<'_>, text: &str) -> Problem {
    let at = offsets.byte(error.marker());
    let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    let extent = Extent::new(
        at,
        if text[at..].starts_with(['\n', '\r']) {
            at
        } else {
            end
        },
    );
    let info = error.info();
    if info.contains("recursion limit") {
        return Problem::new(
            Code::TooLarge,
            extent,
            format!("lists and mappings nest deeper than {MAX_NESTING} levels"),
        );
    }
    let hint = if info.contains("tab") {
        Some("indent with spaces")
    } else if text[at..].starts_with('\t') {
        Some("indent with spaces: YAML does not take tabs")
    } else if info.contains("mapping values are not allowed") || info.contains("simple key") {
        Some("a text with `: ` in it needs quotes, and keys of one mapping the same indentation")
    } else if text[at..].starts_with(['%', '@', '`']) {
        Some("put the value in quotes: no plain text begins with this character")
    } else {
        None
    };
    Problem::new(
        Code::Syntax,
        extent,
        format!("this is not valid YAML: {info}"),
    )
    .hint_if(hint)
}

fn too_long_a_stretch(last: Extent) -> Problem {
    Problem::new(
        Code::TooLarge,
        last,
        format!("more than {MAX_STRETCH_BYTES} bytes follow here without a complete value"),
    )
    .hint(
        "keep long texts in files of their own, and large collections in lines instead of brackets",
    )
}

/// The characters of a text, until more of them were read than one value may have. The
/// parser reads a whole collection in brackets before it says anything about it.
struct Metered<'a> {
    characters: std::str::Chars<'a>,
    /// Bytes that were read since it was last set to zero.
    read: &'a Cell<usize>,
}

impl<'a> Metered<'a> {
    fn new(text: &'a str, read: &'a Cell<usize>) -> Self {
        Self {
            characters: text.chars(),
            read,
        }
    }
}

impl Iterator for Metered<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if self.read.get() > MAX_STRETCH_BYTES {
            return None;
        }
        let character = self.characters.next()?;
        self.read.set(self.read.get() + character.len_utf8());
        Some(character)
    }
}

/// Turns the parser's character positions into byte offsets.
struct Offsets<'a> {
    text: &'a str,
    /// Bytes that were skipped before the text.
    skipped: usize,
    /// The byte offset of every [`Self::STEP`]-th character; empty for plain ASCII,
    /// where both are the same.
    marks: Vec<u32>,
}

impl<'a> Offsets<'a> {
    const STEP: usize = 64;

    fn new(text: &'a str, skipped: usize) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(Self::STEP)
                .map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX))
                .collect()
        };
        Self {
            text,
            skipped,
            marks,
        }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let index = marker.index();
        let at = if self.marks.is_empty() {
            index.min(self.text.len())
        } else {
            match self.marks.get(index / Self::STEP) {
                None => self.text.len(),
                Some(mark) => {
                    let mark = *mark as usize;
                    self.text[mark..]
                        .char_indices()
                        .nth(index % Self::STEP)
                        .map_or(self.text.len(), |(at, _)| mark + at)
                }
            }
        };
        self.skipped + at
    }

    fn extent(&self, span: &Span) -> Extent {
        Extent::new(self.byte(&span.start), self.byte(&span.end))
    }
}
