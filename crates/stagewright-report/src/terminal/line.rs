//! A line for a terminal, and tables of them. The caller colours by tone; a line
//! says the same without its colour.

use crate::outside::{fitted, one_line};
use unicode_width::UnicodeWidthStr;

/// The most failures, warnings and factors that are listed, of each.
pub(super) const MAX_ITEMS: usize = 10;

/// What a line is about, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary.
    Plain,
    /// A success.
    Good,
    /// A failure, or what blocks.
    Bad,
    /// Something to look at.
    Warn,
    /// Of less interest.
    Dim,
}

/// One line of text without control characters and without a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl Line {
    /// A line of a tone. What comes from outside must have been made harmless.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
        }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }

    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self::new(Tone::Good, text)
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self::new(Tone::Bad, text)
    }

    pub(crate) fn warn(text: impl Into<String>) -> Self {
        Self::new(Tone::Warn, text)
    }

    pub(crate) fn dim(text: impl Into<String>) -> Self {
        Self::new(Tone::Dim, text)
    }

    pub(crate) fn empty() -> Self {
        Self::plain("")
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text of any length as lines of at most `width` columns behind `prefix`; further
/// lines are indented by as much. Words are kept whole where they fit.
pub(super) fn wrapped(tone: Tone, prefix: &str, text: &str, width: usize) -> Vec<Line> {
    let hang = prefix.width();
    let room = width.saturating_sub(hang).max(20);
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut finish = |current: &mut String| {
        let before = if lines.is_empty() {
            prefix.to_owned()
        } else {
            " ".repeat(hang)
        };
        lines.push(Line::new(tone, format!("{before}{current}")));
        current.clear();
    };
    for word in one_line(text).split(' ') {
        let word = fitted(word, room);
        if !current.is_empty() && current.width() + 1 + word.width() > room {
            finish(&mut current);
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(&word);
    }
    finish(&mut current);
    lines
}

/// A blank line and a title.
pub(super) fn section(lines: &mut Vec<Line>, title: &str) {
    lines.push(Line::empty());
    lines.push(Line::plain(format!("{title}:")));
}

/// A list, cut to [`MAX_ITEMS`].
pub(super) fn bullets(lines: &mut Vec<Line>, tone: Tone, items: Vec<String>, width: usize) {
    let beyond = items.len().saturating_sub(MAX_ITEMS);
    for item in items.into_iter().take(MAX_ITEMS) {
        lines.extend(wrapped(tone, "  - ", &item, width));
    }
    more(lines, beyond as u64);
}

/// How many items were left out, if any.
pub(super) fn more(lines: &mut Vec<Line>, count: u64) {
    if count > 0 {
        lines.push(Line::dim(format!("  … and {count} more")));
    }
}

/// A row of a table: its tone, and a text for each column.
pub(super) type Row = (Tone, Vec<String>);

/// Lines up the columns of some rows behind an indent, two blanks between them. Each
/// column is at most as wide as `limits` says, and the whole at most `width`: what is
/// left after the other columns is the share of the last one.
pub(super) fn table(indent: usize, rows: &[Row], limits: &[usize], width: usize) -> Vec<Line> {
    const GAP: usize = 2;
    let cells: Vec<(Tone, Vec<String>)> = rows
        .iter()
        .map(|(tone, row)| {
            let cut = row
                .iter()
                .zip(limits)
                .map(|(text, limit)| cell(text, *limit))
                .collect();
            (*tone, cut)
        })
        .collect();
    let widths: Vec<usize> = (0..limits.len())
        .map(|column| {
            let cells = cells.iter().filter_map(|(_, row)| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    cells
        .into_iter()
        .map(|(tone, row)| {
            let mut text = " ".repeat(indent);
            let mut column_start = indent;
            for (cell, wide) in row.iter().zip(&widths) {
                let missing = column_start.saturating_sub(text.width());
                text.push_str(&" ".repeat(missing));
                text.push_str(cell);
                column_start += match wide {
                    0 => 0,
                    wide => wide + GAP,
                };
            }
            Line::new(tone, fit_width(&text, width))
        })
        .collect()
}

/// The text of a cell, made harmless and cut; blanks before it are an indent and stay.
fn cell(text: &str, limit: usize) -> String {
    let blanks = text.bytes().take_while(|byte| *byte == b' ').count();
    let indent = blanks.min(limit / 2);
    format!("{}{}", " ".repeat(indent), fitted(text, limit - indent))
}

/// A line that is made already, cut to a width; its indent stays.
pub(super) fn fit_width(text: &str, width: usize) -> String {
    let text = text.trim_end();
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) + 1 > width {
            break;
        }
        cut.push(c);
    }
    cut.push(crate::outside::CUT);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    /// Goal: columns line up by width on the terminal, empty columns take no room,
    /// nothing is wider than asked, and no line ends in blanks.
    #[test]
    fn tables() {
        let row = |cells: [&str; 3]| (Tone::Plain, cells.map(str::to_owned).to_vec());
        let rows = [
            row(["漢字", "", "one"]),
            row(["  a", "", "two\u{1b}[2J"]),
            row(["b", "", ""]),
        ];
        assert_eq!(
            shown(&table(1, &rows, &[10, 10, 10], 80)),
            [" 漢字  one", "   a   two", " b"]
        );
        assert_eq!(
            shown(&table(0, &rows, &[10, 10, 10], 8)),
            ["漢字  o…", "  a   t…", "b"]
        );
        assert_eq!(
            shown(&table(0, &rows, &[3, 10, 10], 80)),
            ["漢…  one", " a   two", "b"]
        );
    }

    /// Goal: a long text is broken between words and hangs below its beginning; a
    /// word that fits on no line is cut.
    #[test]
    fn wrapping() {
        let text = "one two three four five\n\u{1b}[31msix aaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(
            shown(&wrapped(Tone::Plain, "  - ", text, 24)),
            [
                "  - one two three four",
                "    five six",
                "    aaaaaaaaaaaaaaaaaaa…"
            ]
        );
        assert_eq!(shown(&wrapped(Tone::Plain, "x: ", "", 24)), ["x: "]);
    }
}
