//! Texts of the input on their way to people: no control characters, no tricks with
//! the direction of writing, and where one line is wanted, one line.

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 160;

/// A text on one line: blanks and line breaks become single blanks, what cannot be seen
/// goes, and a very long one is cut.
pub(crate) fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_TITLE_CHARS {
        return line;
    }
    let cut: String = line.chars().take(MAX_TITLE_CHARS - 1).collect();
    format!("{}…", cut.trim_end())
}

/// A text of several lines: line breaks and tabs stay, what else cannot be seen goes.
pub(crate) fn paragraphs(text: &str) -> String {
    let visible: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !is_invisible(*c))
        .collect();
    visible.trim().to_owned()
}

/// Control characters, and those that change the direction of what follows.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text in a cell of a Markdown table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_read_cannot_trick_their_terminal() {
        // Goal: line breaks, escape sequences and direction overrides never get through.
        for (text, expected) in [
            ("  plain ", "plain"),
            ("two\nlines\r\nand\ta tab", "two lines and a tab"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("a\u{202e}b\u{0}c", "abc"),
            ("\u{85}next", "next"),
        ] {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
        let long = one_line(&"word ".repeat(100));
        assert_eq!(
            long.chars().count(),
            MAX_TITLE_CHARS - 1 + usize::from(!long.ends_with(" …"))
        );
        assert!(long.ends_with('…'));
        assert_eq!(paragraphs("a\r\n\tb\u{7}\n"), "a\n\tb");
        assert_eq!(cell("a | b \\"), "a \\| b \\\\");
    }
}
