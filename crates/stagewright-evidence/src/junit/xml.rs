//! A pull parser of XML for reports: elements and text, and nothing that could expand.
//!
//! A document type is refused, so that no entity can be declared; the five of XML itself
//! and character references are all that is resolved. What is kept of a document is
//! bounded by its nesting ([`MAX_DEPTH`]) and the attributes of one element, and no
//! byte is looked at twice. Namespaces are dropped.

use crate::error::{NotXml, ReadError};
use crate::strict_json::MAX_DEPTH;
use quick_xml::XmlVersion;
use quick_xml::errors::Error;
use quick_xml::escape::{EscapeError, resolve_xml_entity};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The most attributes of one element.
const MAX_ATTRIBUTES: usize = 100;

/// The most characters of the document that an error shows.
const MAX_SHOWN_CHARS: usize = 200;

/// A piece of a document.
pub(super) enum Piece<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// Text of the innermost element, perhaps not all of it.
    Text(Cow<'a, str>),
    /// The innermost element ends.
    Close,
}

/// The beginning of an element.
pub(super) struct Element<'a> {
    /// Its name without a prefix.
    pub(super) name: String,
    attributes: BTreeMap<String, Cow<'a, str>>,
}

impl Element<'_> {
    /// The value of an attribute; blank counts as absent.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let value = self.attributes.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }
}

/// Reads a document piece by piece.
pub(super) struct Pieces<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    depth: usize,
    has_root: bool,
}

impl<'a> Pieces<'a> {
    /// The pieces of a text.
    pub(super) fn of(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            text,
            depth: 0,
            has_root: false,
        }
    }

    /// The next piece; `None` behind the end of the root element and of the text.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'a>>, ReadError> {
        loop {
            let event = self.reader.read_event();
            let event = event.map_err(|error| {
                let reason = in_words(&error);
                self.error(self.reader.error_position(), reason)
            })?;
            match event {
                Event::Start(start) => return self.open(&start).map(Some),
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(Some(Piece::Close));
                }
                Event::Text(text) => {
                    if self.depth > 0 {
                        return Ok(Some(Piece::Text(text.xml10_content())));
                    }
                    if !text.trim().is_empty() {
                        return Err(self.error_here("text outside of the root element"));
                    }
                }
                Event::CData(text) if self.depth > 0 => {
                    return Ok(Some(Piece::Text(text.xml10_content())));
                }
                Event::GeneralRef(reference) if self.depth > 0 => {
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(Cow::Owned(character.to_string())),
                        Ok(None) => resolve_xml_entity(&reference).map(Cow::Borrowed),
                        Err(_) => None,
                    };
                    let resolved = resolved.ok_or_else(|| {
                        self.error_here(&format!("nothing is known of `&{};`", &*reference))
                    })?;
                    return Ok(Some(Piece::Text(resolved)));
                }
                Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(self.error_here("text outside of the root element"));
                }
                Event::DocType(_) => {
                    return Err(self.error_here("a document type, which is not read"));
                }
                Event::Eof => return self.end(),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn open(&mut self, start: &BytesStart<'a>) -> Result<Piece<'a>, ReadError> {
        if self.depth == 0 && self.has_root {
            return Err(self.error_here("a second root element"));
        }
        if self.depth == MAX_DEPTH {
            let (line, column) = self.position(self.reader.buffer_position());
            return Err(ReadError::TooDeep { line, column });
        }
        self.depth += 1;
        self.has_root = true;
        let mut attributes = BTreeMap::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.error_here(&error.to_string()))?;
            if attributes.len() == MAX_ATTRIBUTES {
                let reason = format!("an element with more than {MAX_ATTRIBUTES} attributes");
                return Err(self.error_here(&reason));
            }
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| self.error_here(&in_words(&error)))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            attributes.insert(name, Cow::Owned(value.into_owned()));
        }
        Ok(Piece::Open(Element {
            name: start.local_name().as_ref().to_owned(),
            attributes,
        }))
    }

    fn end(&self) -> Result<Option<Piece<'a>>, ReadError> {
        if self.depth > 0 {
            return Err(self.error_here("the text ends within an element"));
        }
        if !self.has_root {
            return Err(self.error_here("there is no element"));
        }
        Ok(None)
    }

    fn error_here(&self, reason: &str) -> ReadError {
        self.error(self.reader.buffer_position(), reason.to_owned())
    }

    fn error(&self, offset: u64, reason: String) -> ReadError {
        let (line, column) = self.position(offset);
        let mut reason = reason;
        if let Some((end, _)) = reason.char_indices().nth(MAX_SHOWN_CHARS) {
            reason.truncate(end);
            reason.push('…');
        }
        ReadError::NotXml(NotXml {
            line,
            column,
            reason,
        })
    }

    /// Line and column, from 1, of a byte of the text.
    fn position(&self, offset: u64) -> (usize, usize) {
        let mut end =
            usize::try_from(offset).map_or(self.text.len(), |end| end.min(self.text.len()));
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }
}

/// A parser's error in our words where its own name byte ranges.
fn in_words(error: &Error) -> String {
    match error {
        Error::Escape(EscapeError::UnrecognizedEntity(_, name)) => {
            format!("nothing is known of `&{name};`")
        }
        Error::Escape(EscapeError::UnterminatedEntity(_)) => "`&` without `;`".to_owned(),
        other => other.to_string(),
    }
}
