//! Texts from outside, made harmless in HTML, SVG and XML.
//!
//! What a browser would act on is escaped; what would not be seen is shown. A control
//! character and a mark that turns or hides text become their numbers (`[U+202E]`), so
//! that the reader sees what the agent wrote, and not what it wanted to be seen. Unlike a
//! terminal, a page has room for that.

use crate::outside::{CUT, is_invisible_mark};

/// At most `count` characters of a text as one line, for element content and quoted
/// attributes alike. White space is one blank, however much of it there is.
pub(crate) fn escape(text: &str, count: usize) -> String {
    let mut escaped = String::with_capacity(text.len().min(count) + 16);
    let mut shown = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = shown > 0;
            continue;
        }
        if shown + usize::from(gap) >= count {
            escaped.push(CUT);
            break;
        }
        if gap {
            escaped.push(' ');
            shown += 1;
        }
        gap = false;
        push(&mut escaped, c);
        shown += 1;
    }
    escaped
}

/// As [`escape`], with the line breaks of the text.
pub(crate) fn escape_lines(text: &str, count: usize) -> String {
    let mut escaped = String::with_capacity(text.len().min(count) + 16);
    for (shown, c) in text.trim_end().chars().enumerate() {
        if shown == count {
            escaped.push(CUT);
            break;
        }
        match c {
            '\n' | '\t' => escaped.push(c),
            '\r' => {}
            c => push(&mut escaped, c),
        }
    }
    escaped
}

fn push(escaped: &mut String, c: char) {
    match c {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '"' => escaped.push_str("&quot;"),
        '\'' => escaped.push_str("&#39;"),
        // Attributes without quotes and templates of old browsers end at it.
        '`' => escaped.push_str("&#96;"),
        c if c.is_control() || is_invisible_mark(c) || is_no_character(c) => {
            escaped.push_str(&format!("[U+{:04X}]", u32::from(c)));
        }
        c => escaped.push(c),
    }
}

/// Code points that XML forbids, besides control characters and surrogates.
fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: nothing is left that opens a tag, closes an attribute or an entity; what
    /// is invisible is seen.
    #[test]
    fn texts() {
        for (text, harmless) in [
            ("plain, ünïcode 漢字 🙂", "plain, ünïcode 漢字 🙂"),
            (
                "<script>alert(1)</script>",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
            ),
            (r#"" onmouseover="x"#, "&quot; onmouseover=&quot;x"),
            ("' onload='x", "&#39; onload=&#39;x"),
            ("&#60;b&#62;", "&amp;#60;b&amp;#62;"),
            ("two\n\n lines\tand ", "two lines and"),
            ("\u{1b}[31mred\u{7}\u{0}", "[U+001B][31mred[U+0007][U+0000]"),
            (
                "a\u{202e}b\u{200b}c\u{9b}\u{7f}",
                "a[U+202E]b[U+200B]c[U+009B][U+007F]",
            ),
            ("\u{fffe}\u{feff}", "[U+FFFE][U+FEFF]"),
            ("", ""),
        ] {
            assert_eq!(escape(text, 1_000), harmless, "{text:?}");
        }
    }

    /// Goal: the cap counts characters of the text, never cuts an entity in two, and
    /// says that it cut.
    #[test]
    fn caps() {
        assert_eq!(escape("<<<<", 4), "&lt;&lt;&lt;&lt;");
        assert_eq!(escape("<<<<<", 4), "&lt;&lt;&lt;&lt;…");
        assert_eq!(escape("ab  cd", 4), "ab c…");
        assert_eq!(escape("ab  ", 2), "ab");
        assert_eq!(escape_lines("a\r\n<b>\u{8}\n", 100), "a\n&lt;b&gt;[U+0008]");
        assert_eq!(escape_lines("abc", 2), "ab…");
    }
}
