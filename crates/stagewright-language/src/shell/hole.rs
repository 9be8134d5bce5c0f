//! Where a `{{ … }}` ends, and what it says.
//!
//! Must never interpret the expression: that is the expression language's work. It
//! knows strings and brackets only, because both may hold `}}`.

use super::refusal::RefusalKind;

/// A hole as it stands in the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scanned<'a> {
    /// From the first `{` to the last `}`, in bytes.
    pub(super) length: usize,
    /// What is between, trimmed, without a trailing `| allow_empty`.
    pub(super) expression: &'a str,
    /// Whether `| allow_empty` stood at the end.
    pub(super) allow_empty: bool,
}

/// Reads the hole at the beginning of `text`, which starts with `{{`.
///
/// # Errors
/// The kind of refusal and the number of bytes it covers.
pub(super) fn scan(text: &str) -> Result<Scanned<'_>, (RefusalKind, usize)> {
    assert!(text.starts_with("{{"), "a hole starts with two braces");
    let end = end_of(text).ok_or((RefusalKind::UnterminatedHole, 2))?;
    let length = end + 2;
    let inner = &text[2..end];
    if inner.starts_with(['-', '+']) || inner.ends_with(['-', '+']) {
        return Err((RefusalKind::WhitespaceControl, length));
    }
    let (expression, allow_empty) = strip_allow_empty(inner.trim());
    if expression.is_empty() {
        return Err((RefusalKind::EmptyHole, length));
    }
    Ok(Scanned {
        length,
        expression,
        allow_empty,
    })
}

/// The offset of the closing `}}`.
fn end_of(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 2;
    let mut depth = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at += 1;
                while *bytes.get(at)? != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'(' | b'[' | b'{' => depth += 1,
            b'}' if depth == 0 && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Takes the pseudo-filter `| allow_empty` off the end (decision 19).
fn strip_allow_empty(expression: &str) -> (&str, bool) {
    let stripped = expression
        .strip_suffix("allow_empty")
        .and_then(|rest| rest.trim_end().strip_suffix('|'))
        .filter(|rest| !rest.ends_with('|'));
    match stripped {
        Some(rest) => (rest.trim_end(), true),
        None => (expression, false),
    }
}

#[cfg(test)]
mod tests {
    use super::{RefusalKind, Scanned, scan};

    fn scanned(length: usize, expression: &str, allow_empty: bool) -> Scanned<'_> {
        Scanned {
            length,
            expression,
            allow_empty,
        }
    }

    #[test]
    fn the_end_respects_strings_and_brackets() {
        for (text, expected) in [
            ("{{x}} }}", scanned(5, "x", false)),
            ("{{ '}}' }}", scanned(10, "'}}'", false)),
            (r#"{{ "a\"}}" }}"#, scanned(13, r#""a\"}}""#, false)),
            (
                "{{ {'a': {'b': 1}}['a'] }} y",
                scanned(26, "{'a': {'b': 1}}['a']", false),
            ),
            ("{{x}}}", scanned(5, "x", false)),
            ("{{\n x\n}}", scanned(8, "x", false)),
            ("{{ x | allow_empty }}", scanned(21, "x", true)),
            ("{{x|safe|allow_empty}}", scanned(22, "x|safe", true)),
            ("{{ allow_empty }}", scanned(17, "allow_empty", false)),
            (
                "{{ '| allow_empty' }}",
                scanned(21, "'| allow_empty'", false),
            ),
            ("{{ -x }}", scanned(8, "-x", false)),
        ] {
            assert_eq!(scan(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn malformed_holes_are_refused() {
        for (text, expected) in [
            ("{{ x", (RefusalKind::UnterminatedHole, 2)),
            ("{{ x }", (RefusalKind::UnterminatedHole, 2)),
            ("{{ 'x }}", (RefusalKind::UnterminatedHole, 2)),
            (r"{{ 'x\", (RefusalKind::UnterminatedHole, 2)),
            ("{{ (x }}", (RefusalKind::UnterminatedHole, 2)),
            ("{{- x }}", (RefusalKind::WhitespaceControl, 8)),
            ("{{ x -}}", (RefusalKind::WhitespaceControl, 8)),
            ("{{ }}", (RefusalKind::EmptyHole, 5)),
            ("{{ | allow_empty }}", (RefusalKind::EmptyHole, 19)),
        ] {
            assert_eq!(scan(text), Err(expected), "{text}");
        }
    }
}
