//! Reads JSON (RFC 8259) with places. JSON is nearly contained in YAML, but only
//! nearly: escaped surrogate pairs, which every JSON writer makes for emoji, and line
//! breaks before a colon are not.

use super::builder::Builder;
use super::tree::{Node, Scalar, Style};
use crate::diagnostic::{Code, Problem};
use crate::source::Extent;

/// Reads a text that holds one JSON document.
pub(crate) fn read(text: &str) -> Result<Node, Problem> {
    let mut reader = Reader {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        builder: Builder::default(),
    };
    reader.document()?;
    reader
        .builder
        .finish()
        .ok_or_else(|| Problem::new(Code::NotAPipeline, Extent::new(0, 0), "the file is empty"))
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of a list that has just begun.
    ValueOrEnd,
    /// A key, or the end of a mapping that has just begun.
    KeyOrEnd,
    Key,
    /// A comma, or the end of the collection.
    CommaOrEnd,
    /// Nothing more.
    End,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: Builder,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Problem> {
        // Whether each open collection is a mapping.
        let mut open: Vec<bool> = Vec::new();
        let mut expect = Expect::Value;
        loop {
            self.space();
            let Some(byte) = self.peek() else {
                return match expect {
                    Expect::End => Ok(()),
                    Expect::Value if open.is_empty() => Ok(()),
                    _ => Err(self.wrong("the file ends in the middle of a value")),
                };
            };
            let after = |open: &[bool]| match open.is_empty() {
                true => Expect::End,
                false => Expect::CommaOrEnd,
            };
            expect = match (expect, byte) {
                (Expect::End, _) => {
                    return Err(self.wrong("there is more text after the document's end"));
                }
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    match open.last() {
                        Some(true) => Expect::Key,
                        _ => Expect::Value,
                    }
                }
                (Expect::CommaOrEnd | Expect::KeyOrEnd, b'}') if open.last() == Some(&true) => {
                    self.close(&mut open)?;
                    after(&open)
                }
                (Expect::CommaOrEnd | Expect::ValueOrEnd, b']') if open.last() == Some(&false) => {
                    self.close(&mut open)?;
                    after(&open)
                }
                (Expect::CommaOrEnd, _) => {
                    return Err(self.wrong("a comma or the end of the collection is missing"));
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    self.string()?;
                    self.space();
                    if self.peek() != Some(b':') {
                        return Err(self.wrong("a colon is missing after the key"));
                    }
                    self.at += 1;
                    Expect::Value
                }
                (Expect::Key | Expect::KeyOrEnd, _) => {
                    return Err(self.wrong("a key in double quotes is missing"));
                }
                (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                    let extent = Extent::new(self.at, self.at + 1);
                    self.at += 1;
                    open.push(byte == b'{');
                    if byte == b'{' {
                        self.builder.open_map(extent, 0)?;
                        Expect::KeyOrEnd
                    } else {
                        self.builder.open_list(extent, 0)?;
                        Expect::ValueOrEnd
                    }
                }
                (Expect::Value | Expect::ValueOrEnd, b'"') => {
                    self.string()?;
                    after(&open)
                }
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    self.word()?;
                    after(&open)
                }
            };
        }
    }

    fn close(&mut self, open: &mut Vec<bool>) -> Result<(), Problem> {
        self.at += 1;
        open.pop();
        self.builder.close(Extent::new(self.at, self.at).end)
    }

    /// A number, true, false or null.
    fn word(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let length = self.text[start..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(self.text.len() - start);
        let word = &self.text[start..start + length];
        let number = || serde_json::from_str::<serde_json::Number>(word).is_ok();
        if !matches!(word, "true" | "false" | "null") && !number() {
            return Err(self.wrong("this is not a JSON value"));
        }
        self.at += length;
        let scalar = Scalar {
            text: word.to_owned(),
            style: Style::Plain,
        };
        self.builder.scalar(scalar, Extent::new(start, self.at), 0)
    }

    /// A string, its quotes included; it becomes a value or a key, as the builder
    /// needs one.
    fn string(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let mut at = start + 1;
        let bytes = self.text.as_bytes();
        let escaped = loop {
            match bytes.get(at) {
                Some(b'"') => break bytes[start..at].contains(&b'\\'),
                Some(b'\\') => at += 2,
                Some(byte) if *byte < 0x20 => {
                    self.at = at;
                    return Err(self.wrong("a string may not hold a line break or a tab"));
                }
                Some(_) => at += 1,
                None => return Err(self.wrong("this string has no end")),
            }
        };
        let written = &self.text[start..=at];
        let text = if escaped {
            serde_json::from_str::<String>(written)
                .map_err(|_| self.wrong("this string has an escape that JSON does not know"))?
        } else {
            written[1..written.len() - 1].to_owned()
        };
        self.at = at + 1;
        let scalar = Scalar {
            text,
            style: Style::Quoted,
        };
        self.builder.scalar(scalar, Extent::new(start, self.at), 0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong(&self, what: &str) -> Problem {
        let at = self.at.min(self.text.len());
        let end = self.text[at..]
            .chars()
            .next()
            .map_or(at, |c| at + c.len_utf8());
        Problem::new(
            Code::Syntax,
            Extent::new(at, end),
            format!("this is not valid JSON: {what}"),
        )
    }
}
