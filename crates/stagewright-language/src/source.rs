//! A pipeline file's text, and where in it something stands.
//!
//! Everything inside this crate speaks of places as [`Extent`]s, byte ranges of the
//! text. Lines and columns are computed once, when a diagnostic is made.

/// A pipeline file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name to show, usually the path that the user gave.
    pub name: String,
    /// The whole text. The caller decodes it; what is not UTF-8 never gets here.
    pub text: String,
}

impl Source {
    /// A source from a name and a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// A range of bytes of the text. 32 bits hold every offset, since larger files are
/// refused before they are read ([`crate::limit::MAX_FILE_BYTES`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Extent {
    /// The first byte.
    pub(crate) start: u32,
    /// The byte after the last one.
    pub(crate) end: u32,
}

impl Extent {
    /// The extent between two byte offsets.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self {
            start,
            end: u32::try_from(end).unwrap_or(u32::MAX).max(start),
        }
    }

    /// As a range that can slice the text.
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        Self { text, starts }
    }

    /// The line and column of a byte offset, both from 1, the column in characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char_boundary(self.text, offset);
        let line = self
            .starts
            .partition_point(|start| *start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        let characters = self.text[start..offset]
            .chars()
            .filter(|c| *c != '\u{feff}')
            .count();
        (line, characters + 1)
    }
}

/// The largest character boundary that is not beyond `offset`.
pub(crate) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        // Goal: lines and columns are right for several bytes per character, at line
        // ends, and beyond the end.
        let text = "ab\nüx\r\n\nlast";
        let lines = Lines::new(text);
        for (offset, expected) in [
            (0, (1, 1)),
            (2, (1, 3)),
            (3, (2, 1)),
            (4, (2, 1)), // in the middle of a character: where it begins
            (5, (2, 2)),
            (8, (3, 1)),
            (9, (4, 1)),
            (99, (4, 5)),
        ] {
            assert_eq!(lines.position(offset), expected, "offset {offset}");
        }
    }
}
