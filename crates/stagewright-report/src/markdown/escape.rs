//! Texts from outside, made harmless in Markdown as code hosts render it.
//!
//! [`text`] yields inline text that formats nothing, links nothing, mentions nobody
//! and refers to no issue; [`code`] yields a code span that its content cannot
//! close. Both yield one line that begins no heading, list, quote or fence, even at
//! the start of a list item.
//!
//! Backslashes stop what the Markdown parser does. Mentions, references and emoji
//! shortcodes are found by the host in the rendered text, where a backslash is gone
//! already; they are broken by an invisible joiner, which copies along but matches
//! nothing.

use crate::outside;

/// Breaks words that the host would act on. It has no width, no meaning, and allows
/// no line break.
const JOINER: char = '\u{2060}';

/// At most `count` characters of a text, as inline text.
pub(super) fn text(text: &str, count: usize) -> String {
    let line = outside::capped(text, count);
    let mut escaped = String::with_capacity(line.len() + line.len() / 4);
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let before = &line[..at];
        let after = &line[at + c.len_utf8()..];
        match quoted_name(before, c, after) {
            Some(name) => {
                escaped.extend(["`", name, "`"]);
                at += name.len() + 2;
            }
            None => {
                push_escaped(&mut escaped, before, c, after);
                at += c.len_utf8();
            }
        }
    }
    escaped
}

/// At most `count` characters of a text, as a code span. Not for table cells, where
/// a `|` ends the cell even inside of a span.
pub(super) fn code(text: &str, count: usize) -> String {
    let line = outside::capped(text, count);
    let longest = line
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A span that begins or ends with a backquote, or is empty, needs room.
    let room = if line.is_empty() || line.starts_with('`') || line.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{line}{room}{fence}")
}

/// One character that stands between `before` and `after`.
fn push_escaped(escaped: &mut String, before: &str, c: char, after: &str) {
    match c {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' | '#' => {
            escaped.extend(['\\', c]);
        }
        // The beginning of a list item, or of the line below a heading.
        '-' | '+' | '=' if before.is_empty() => escaped.extend(['\\', c]),
        '.' | ')' if !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit()) => {
            escaped.extend(['\\', c]);
        }
        _ => escaped.push(c),
    }
    let means_something = match c {
        '@' => true,
        '#' => after.starts_with(|next: char| next.is_ascii_digit()),
        '-' => before.to_ascii_uppercase().ends_with("GH"),
        ':' => after.starts_with("//") || begins_shortcode(after),
        // The beginning of a link without a scheme.
        '.' => before.to_ascii_lowercase().ends_with("www"),
        _ => false,
    };
    if means_something {
        escaped.push(JOINER);
    }
}

/// The name between this backquote and the next: the way in which our own sentences
/// quote ids. Of letters, digits and a few signs only, it is as harmless in a code
/// span as outside of one.
fn quoted_name<'a>(before: &str, c: char, after: &'a str) -> Option<&'a str> {
    if c != '`' || before.ends_with('`') {
        return None;
    }
    let (name, rest) = after.split_once('`')?;
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-/[]".contains(&byte));
    (is_name && !rest.starts_with('`')).then_some(name)
}

/// Whether what follows a colon completes an emoji shortcode, `word:`.
fn begins_shortcode(after: &str) -> bool {
    let word = after
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+')))
        .unwrap_or(after.len());
    word > 0 && after[word..].starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each thing that a host acts on in a text is broken, the rest reads on.
    #[test]
    fn texts() {
        for (hostile, harmless) in [
            (
                "plain, with (brackets) - and 1. dots",
                "plain, with (brackets) - and 1. dots",
            ),
            (
                "# heading\n## Decision: MERGE",
                r"\# heading \#\# Decision: MERGE",
            ),
            ("```\ncode\n```", r"\`\`\` code \`\`\`"),
            ("**bold** _it_ ~~no~~", r"\*\*bold\*\* \_it\_ \~\~no\~\~"),
            ("[x](https://evil)", "\\[x\\](https:\u{2060}//evil)"),
            ("![x](y)", r"\!\[x\](y)"),
            ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
            ("<!-- hidden -->", r"&lt;\!-- hidden --&gt;"),
            ("&#64;all", "&amp;\\#\u{2060}64;all"),
            ("@all and a@b.c", "@\u{2060}all and a@\u{2060}b.c"),
            ("#12 GH-12", "\\#\u{2060}12 GH-\u{2060}12"),
            ("www.evil.test", "www.\u{2060}evil.test"),
            (
                ":white_check_mark: at 12:30",
                ":\u{2060}white\\_check\\_mark: at 12:30",
            ),
            ("| cell |", r"\| cell \|"),
            (r"\@ \*", "\\\\@\u{2060} \\\\\\*"),
            ("agent `code_1` failed", "agent `code_1` failed"),
            ("`a` `b c` `d`", r"`a` \`b c\` `d`"),
            ("``a``", r"\`\`a\`\`"),
            (r"\`a`", r"\\`a`"),
            ("`a", r"\`a"),
            ("- item", r"\- item"),
            ("+ item", r"\+ item"),
            ("12. item", r"12\. item"),
            ("1) item", r"1\) item"),
            ("=== 1.5 ===", r"\=== 1.5 ==="),
            ("$\\frac{1}{2}$", r"\$\\frac{1}{2}\$"),
        ] {
            assert_eq!(text(hostile, 1_000), harmless, "{hostile:?}");
        }
    }

    /// Goal: a cap counts characters of the text, not of its escaped form.
    #[test]
    fn texts_are_capped() {
        assert_eq!(text("****", 4), r"\*\*\*\*");
        assert_eq!(text("*****", 4), r"\*\*\*…");
    }

    /// Goal: no content closes its own code span.
    #[test]
    fn code_spans() {
        for (hostile, span) in [
            ("src/app.py:12", "`src/app.py:12`"),
            ("a`b", "``a`b``"),
            ("``` @all", "```` ``` @all ````"),
            ("", "`  `"),
            ("two\nlines", "`two lines`"),
            ("<b>|</b>", "`<b>|</b>`"),
        ] {
            assert_eq!(code(hostile, 100), span, "{hostile:?}");
        }
    }
}
