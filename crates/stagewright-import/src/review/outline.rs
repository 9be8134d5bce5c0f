//! The outline of a Markdown text: its lines, which of them are headings, and which are
//! part of code blocks or comments, where nothing means anything.

use std::ops::Range;

/// A text by lines.
pub(super) struct Outline<'a> {
    /// The lines in order.
    pub(super) lines: Vec<Line<'a>>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its text without the line break.
    pub(super) text: &'a str,
    /// Its first byte in the whole text.
    pub(super) start: usize,
    /// What it is.
    pub(super) kind: LineKind<'a>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind<'a> {
    /// Nothing but blanks.
    Blank,
    /// A heading of a level from 1 to 6.
    Heading(usize, &'a str),
    /// An element of a list, with its indentation in columns.
    Item {
        indent: usize,
        /// Its number, when it is one of a numbered list.
        number: Option<u32>,
        /// The text behind the marker.
        text: &'a str,
    },
    /// A row of a table.
    Row,
    /// Any other text.
    Text,
    /// Part of a code block, a comment or the front matter.
    Code,
}

impl Line<'_> {
    /// Its bytes in the whole text, without blanks around them.
    pub(super) fn extent(&self) -> Range<usize> {
        let before = self.text.len() - self.text.trim_start().len();
        let start = self.start + before;
        start..start + self.text.trim().len()
    }

    /// How far it is indented, in columns.
    pub(super) fn indent(&self) -> usize {
        indentation(self.text)
    }
}

impl<'a> Outline<'a> {
    /// Reads a text.
    pub(super) fn new(text: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut state = match has_front_matter(text) {
            true => State::FrontMatterAhead,
            false => State::Prose,
        };
        let mut start = 0;
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            let offset = start + (whole.trim_end_matches(['\n', '\r']).len() - line.len());
            let kind = state.take(line);
            lines.push(Line {
                text: line,
                start: offset,
                kind,
            });
            start += whole.len();
        }
        Self { lines }
    }

    /// The headings: position of the line, level, text.
    pub(super) fn headings(&self) -> impl Iterator<Item = (usize, usize, &'a str)> {
        self.headings_in(0..self.lines.len())
    }

    /// The headings among some lines.
    pub(super) fn headings_in(
        &self,
        lines: Range<usize>,
    ) -> impl Iterator<Item = (usize, usize, &'a str)> {
        lines.filter_map(|at| match self.lines[at].kind {
            LineKind::Heading(level, text) => Some((at, level, text)),
            _ => None,
        })
    }

    /// The lines below a heading, up to the next one that is not below it.
    pub(super) fn section(&self, heading: usize) -> Range<usize> {
        let LineKind::Heading(level, _) = self.lines[heading].kind else {
            return heading..heading;
        };
        let below = &self.lines[heading + 1..];
        let ends = |line: &Line<'_>| matches!(line.kind, LineKind::Heading(own, _) if own <= level);
        let length = below.iter().position(ends).unwrap_or(below.len());
        heading + 1..heading + 1 + length
    }

    /// The text of some lines as it was written.
    pub(super) fn text(&self, lines: Range<usize>) -> String {
        let texts: Vec<&str> = self.lines[lines].iter().map(|line| line.text).collect();
        texts.join("\n")
    }
}

/// What the lines before have opened.
enum State {
    Prose,
    FrontMatterAhead,
    FrontMatter,
    Fence(char, usize),
    Comment,
}

impl State {
    /// What a line is, given what is open.
    fn take<'a>(&mut self, line: &'a str) -> LineKind<'a> {
        match self {
            Self::FrontMatterAhead => {
                *self = Self::FrontMatter;
                LineKind::Code
            }
            Self::FrontMatter => {
                if line.trim_end() == "---" {
                    *self = Self::Prose;
                }
                LineKind::Code
            }
            Self::Fence(mark, length) => {
                let trimmed = line.trim();
                if trimmed.len() >= *length && trimmed.chars().all(|c| c == *mark) {
                    *self = Self::Prose;
                }
                LineKind::Code
            }
            Self::Comment => {
                if line.contains("-->") {
                    *self = Self::Prose;
                }
                LineKind::Code
            }
            Self::Prose => self.take_prose(line),
        }
    }

    fn take_prose<'a>(&mut self, line: &'a str) -> LineKind<'a> {
        let trimmed = line.trim();
        for mark in ['`', '~'] {
            let length = trimmed.chars().take_while(|c| *c == mark).count();
            let rest = &trimmed[length..];
            // Backticks behind a fence of backticks make it a code span.
            if length >= 3 && !(mark == '`' && rest.contains('`')) {
                *self = Self::Fence(mark, length);
                return LineKind::Code;
            }
        }
        if trimmed.starts_with("<!--") {
            if !trimmed.contains("-->") {
                *self = Self::Comment;
            }
            return LineKind::Code;
        }
        prose(line, trimmed)
    }
}

/// Whether a text begins with front matter: a rule, a key, and later another rule. A
/// rule alone is just a rule.
fn has_front_matter(text: &str) -> bool {
    let mut lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim_end);
    let opens = lines.next() == Some("---");
    let key = lines.next().is_some_and(|line| line.contains(':'));
    opens && key && lines.any(|line| line == "---")
}

fn prose<'a>(line: &'a str, trimmed: &'a str) -> LineKind<'a> {
    if trimmed.is_empty() {
        return LineKind::Blank;
    }
    let indent = indentation(line);
    let level = trimmed.chars().take_while(|c| *c == '#').count();
    let behind = &trimmed[level..];
    if (1..=6).contains(&level)
        && indent < 4
        && (behind.is_empty() || behind.starts_with([' ', '\t']))
    {
        return LineKind::Heading(level, behind.trim_end_matches('#').trim());
    }
    if trimmed.starts_with('|') {
        return LineKind::Row;
    }
    item(trimmed, indent).unwrap_or(LineKind::Text)
}

fn item(trimmed: &str, indent: usize) -> Option<LineKind<'_>> {
    let digits = trimmed.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = if (1..=9).contains(&digits) {
        let rest = trimmed[digits..].strip_prefix(['.', ')'])?;
        (trimmed[..digits].parse().ok(), rest)
    } else {
        (None, trimmed.strip_prefix(['-', '*', '+'])?)
    };
    // A rule (`---`, `* * *`) is no element, nor is `-5`.
    let is_rule = !trimmed.contains(|c: char| !matches!(c, '-' | '*' | ' '));
    if is_rule || !rest.starts_with([' ', '\t']) || rest.trim().is_empty() {
        return None;
    }
    Some(LineKind::Item {
        indent,
        number,
        text: rest.trim(),
    })
}

fn indentation(line: &str) -> usize {
    let mut columns = 0;
    for c in line.chars() {
        match c {
            ' ' => columns += 1,
            '\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<LineKind<'_>> {
        let outline = Outline::new(text);
        outline.lines.into_iter().map(|line| line.kind).collect()
    }

    #[test]
    fn code_and_comments_hold_no_headings_and_lists() {
        // Goal: what an example shows is never taken for what the report says.
        let text = "---\ntitle: x\n# not this\n---\n```sh\n# nor this\n- nor that\n```\n~~~\n```\n~~~\n\
                    <!-- # no\n- no\n-->\n```inline``` text\n# Yes\n";
        let found = kinds(text);
        assert_eq!(found[..14], [LineKind::Code; 14]);
        assert_eq!(found[14..], [LineKind::Text, LineKind::Heading(1, "Yes")]);
    }

    #[test]
    fn lines_are_what_markdown_says() {
        // Goal: each kind of line, and what only looks like one.
        let item = |indent, number, text| LineKind::Item {
            indent,
            number,
            text,
        };
        for (line, expected) in [
            ("## Title ##", LineKind::Heading(2, "Title")),
            ("#tag", LineKind::Text),
            ("####### seven", LineKind::Text),
            ("- a", item(0, None, "a")),
            ("  * b", item(2, None, "b")),
            ("\t+ c", item(4, None, "c")),
            ("12. d", item(0, Some(12), "d")),
            ("3) e", item(0, Some(3), "e")),
            ("2025 was", LineKind::Text),
            ("-5 degrees", LineKind::Text),
            ("- ", LineKind::Text),
            ("---", LineKind::Text),
            ("* * *", LineKind::Text),
            ("**bold** text", LineKind::Text),
            ("| a | b |", LineKind::Row),
            ("   ", LineKind::Blank),
        ] {
            assert_eq!(kinds(line), [expected], "{line:?}");
        }
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        // Goal: what is below a heading, and where it stands in the text.
        let text = "\u{feff}# A\r\n## B\r\nx\r\n### C\r\ny\r\n## D\r\n";
        let outline = Outline::new(text);
        assert_eq!(outline.section(1), 2..5);
        assert_eq!(outline.text(2..3), "x");
        let line = &outline.lines[4];
        assert_eq!(&text[line.extent()], "y");
        assert_eq!(&text[outline.lines[0].extent()], "# A");
    }
}
