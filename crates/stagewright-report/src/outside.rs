//! Texts from outside, made harmless: one line, no control sequences, bounded.
//!
//! An agent's message may hold escape sequences that move the cursor, retitle the
//! window or hide what was printed before, line breaks that forge lines of ours, and
//! marks that turn the direction of writing. None of them gets past this module.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Marks a text that was cut.
pub(crate) const CUT: char = '…';

/// The text as one line without control characters: escape sequences are taken out
/// whole, every run of white space becomes one space, invisible marks are dropped.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut gap = false;
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            // The one-character forms of `ESC [` and of the string introducers.
            '\u{9b}' => skip_parameters(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut rest),
            c if c.is_whitespace() => gap = true,
            c if c.is_control() || is_invisible_mark(c) => {}
            c => {
                if gap && !line.is_empty() {
                    line.push(' ');
                }
                gap = false;
                line.push(c);
            }
        }
    }
    line
}

/// As [`one_line`], at most `columns` wide on a terminal; a longer text ends in `…`.
pub(crate) fn fitted(text: &str, columns: usize) -> String {
    let line = one_line(text);
    if line.width() <= columns {
        return line;
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in line.chars() {
        let width = c.width().unwrap_or(0);
        if used + width + 1 > columns {
            break;
        }
        used += width;
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut.push(CUT);
    cut
}

/// As [`one_line`], at most `count` characters; a longer text ends in `…`.
pub(crate) fn capped(text: &str, count: usize) -> String {
    let line = one_line(text);
    match line.char_indices().nth(count) {
        None => line,
        Some(_) => {
            let keep = count.saturating_sub(1);
            let end = line.char_indices().nth(keep).map_or(0, |(at, _)| at);
            format!("{}{CUT}", line[..end].trim_end())
        }
    }
}

/// Whether an address is a plain one of the web, safe to be followed and to be written
/// between quotes or brackets: no other scheme, nothing that could end it early.
pub(crate) fn is_web_address(address: &str) -> bool {
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%".contains(&byte);
    is_web && address.len() <= 500 && address.bytes().all(is_plain)
}

/// After `ESC`: a control sequence, a string, or a short sequence.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.next_if(|c| !c.is_control() || *c == '\u{1b}') {
        Some('[') => skip_parameters(rest),
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(rest),
        // Intermediate characters, then the final one.
        Some(' '..='/') => {
            while rest.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            rest.next_if(|c| matches!(c, '0'..='~'));
        }
        Some(_) | None => {}
    }
}

/// The parameters of a control sequence, and the character that ends it.
fn skip_parameters(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while rest.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    rest.next_if(|c| matches!(c, '@'..='~'));
}

/// A string such as a window title, up to BEL or the string terminator. One that is
/// not terminated ends with its line, so that it cannot swallow the rest of a text.
fn skip_string(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(c) = rest.next_if(|c| *c != '\n') {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                rest.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// Characters that show nothing and change how others are shown or compared.
pub(crate) fn is_invisible_mark(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: nothing that a terminal obeys is left, and what can be read stays.
    #[test]
    fn control_sequences_are_taken_out() {
        for (text, line) in [
            ("plain", "plain"),
            ("two\nlines\r\n  and\ttabs ", "two lines and tabs"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Hcleared", "cleared"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}Pq#0\u{1b}\\sixel", "sixel"),
            ("\u{9b}31mred", "red"),
            ("\u{9d}0;title\u{9c}after", "after"),
            ("\u{1b}(0charset", "charset"),
            ("\u{1b}\u{1b}[31mtwice", "[31mtwice"),
            (
                "unterminated \u{1b}]0;title\nnext line",
                "unterminated next line",
            ),
            ("back\u{8}\u{8}space\u{0}\u{7f}", "backspace"),
            ("a\u{202e}cod.exe\u{202c}", "acod.exe"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("umlaut ü, 漢字, 🙂", "umlaut ü, 漢字, 🙂"),
        ] {
            assert_eq!(one_line(text), line, "{text:?}");
        }
    }

    /// Goal: whatever the bytes, no control character and no line break comes out.
    #[test]
    fn every_short_sequence_is_harmless() {
        let alphabet = ['\u{1b}', '[', ']', '\\', 'm', '\u{7}', '\u{9b}', '\n', '1'];
        let mut text = String::new();
        for code in 0..alphabet.len().pow(5) {
            text.clear();
            let mut left = code;
            for _ in 0..5 {
                text.push(alphabet[left % alphabet.len()]);
                left /= alphabet.len();
            }
            let line = one_line(&text);
            assert!(
                !line.chars().any(char::is_control),
                "{text:?} gave {line:?}"
            );
        }
    }

    /// Goal: a cut text says so, fits, and counts wide characters as two columns.
    #[test]
    fn cutting() {
        for (text, columns, shown) in [
            ("exactly", 7, "exactly"),
            ("too long", 7, "too lo…"),
            ("cut at blank", 8, "cut at…"),
            ("漢字漢字", 8, "漢字漢字"),
            ("漢字漢字", 7, "漢字漢…"),
            ("漢字漢字", 6, "漢字…"),
        ] {
            let cut = fitted(text, columns);
            assert_eq!(cut, shown);
            assert!(cut.width() <= columns);
        }
        assert_eq!(capped("漢字漢字", 3), "漢字…");
        assert_eq!(capped("漢字漢", 3), "漢字漢");
    }
}
