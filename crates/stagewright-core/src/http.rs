//! What holds for every HTTP request, whoever looks at it: limits, the header fields that
//! are nobody's to set, and where in a URL a value stands.
//!
//! A value in a URL is data: it names one segment of the path or one part of the query,
//! and must never become a part of the URL's own structure. So a URL is taken apart before
//! a value is known, as a shell text is (decision 18), and what comes in is
//! percent-encoded for its place. This module must never render anything and never see a
//! value's meaning. Neighbours: the language refuses what can be seen in a file, the
//! engine fills the places in, the executor checks the whole once more.

/// The longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 8 * 1024;

/// Header fields that belong to the executor, in lower case: they say where a message
/// begins and ends, who it is for, or promise what the executor does not do.
pub const RESERVED_HEADERS: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// One piece of a URL in which `{{ … }}` may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlPiece<'a> {
    /// Text of the author's.
    Text(&'a str),
    /// A `{{ … }}`.
    Hole {
        /// What stands between the braces.
        expression: &'a str,
        /// Where it stands.
        position: UrlPosition,
    },
}

/// Where in a URL a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlPosition {
    /// It is the whole URL.
    Whole,
    /// In the scheme, the host or the port: it says which server is asked.
    Server,
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// Behind a `#`, which is never sent.
    Fragment,
}

/// Takes a URL apart. A `{{` that never ends is text, which no URL may hold.
pub fn url_pieces(source: &str) -> Vec<UrlPiece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some((start, inner, end)) = next_hole(rest) {
        if start > 0 {
            pieces.push(UrlPiece::Text(&rest[..start]));
        }
        let before = &source[..source.len() - rest.len() + start];
        let position = match (before, &rest[end..]) {
            ("", "") => UrlPosition::Whole,
            (before, _) => position_behind(before),
        };
        pieces.push(UrlPiece::Hole {
            expression: inner,
            position,
        });
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(UrlPiece::Text(rest));
    }
    pieces
}

/// A value as it stands in a path segment or in a part of a query: everything but letters,
/// digits and `-._~` is percent-encoded (RFC 3986, section 2.3), so that it means nothing
/// in either place.
pub fn percent_encoded(value: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// Where the next hole begins, what it says, and where it ends.
fn next_hole(text: &str) -> Option<(usize, &str, usize)> {
    let start = text.find("{{")?;
    let inner = start + 2;
    let end = inner + text[inner..].find("}}")?;
    let expression = &text[inner..end];
    let expression = expression.strip_prefix('-').unwrap_or(expression);
    let expression = expression.strip_suffix('-').unwrap_or(expression);
    Some((start, expression.trim(), end + 2))
}

/// Where a value stands that follows this beginning of a URL. Earlier values are no part of
/// the structure, except that a URL may begin with one that names the server.
fn position_behind(before: &str) -> UrlPosition {
    let mut literal = String::with_capacity(before.len());
    let mut rest = before;
    while let Some((start, _, end)) = next_hole(rest) {
        literal.push_str(&rest[..start]);
        rest = &rest[end..];
    }
    literal.push_str(rest);
    let target = match literal.split_once("://") {
        Some((_, behind)) => behind.find(['/', '?', '#']).map(|at| &behind[at..]),
        None if before.starts_with("{{") => literal.find(['/', '?', '#']).map(|at| &literal[at..]),
        None => None,
    };
    match target {
        None => UrlPosition::Server,
        Some(target) if target.contains('#') => UrlPosition::Fragment,
        Some(target) if target.contains('?') => UrlPosition::Query,
        Some(_) => UrlPosition::Path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(source: &str) -> Vec<UrlPosition> {
        url_pieces(source)
            .into_iter()
            .filter_map(|piece| match piece {
                UrlPiece::Text(_) => None,
                UrlPiece::Hole { position, .. } => Some(position),
            })
            .collect()
    }

    #[test]
    fn the_place_of_a_value_is_known_before_the_value() {
        // Goal: each place is the one that a URL's reader sees; where that is open, it is
        // the one with the strictest rule.
        use UrlPosition::{Fragment, Path, Query, Server, Whole};
        for (source, expected) in [
            ("https://a.example/x", vec![]),
            ("{{ a }}", vec![Whole]),
            ("{{ a }}/x", vec![Server]),
            ("{{ a }}/x/{{ b }}?q={{ c }}", vec![Server, Path, Query]),
            ("{{ a }}{{ b }}", vec![Server, Server]),
            ("{{ a }}://b.example/{{ c }}", vec![Server, Path]),
            ("http{{ s }}://a.example/{{ b }}", vec![Server, Path]),
            ("https://{{ a }}/{{ b }}", vec![Server, Path]),
            ("https://a.example:{{ a }}/", vec![Server]),
            ("https://a.example{{ a }}", vec![Server]),
            ("https://u:{{ a }}@a.example/", vec![Server]),
            ("https://a.example?{{ a }}={{ b }}", vec![Query, Query]),
            ("https://a.example/?u=http://{{ a }}", vec![Query]),
            ("https://a.example#{{ a }}", vec![Fragment]),
            (
                "https://a.example/b?c#{{ a }}?{{ b }}",
                vec![Fragment, Fragment],
            ),
            ("https://a.example/{{ '#?' }}/{{ b }}", vec![Path, Path]),
            ("example/{{ a }}", vec![Server]),
        ] {
            assert_eq!(positions(source), expected, "{source}");
        }
    }

    #[test]
    fn pieces_are_the_whole_text() {
        // Goal: nothing is lost, and braces that are no hole stay where a reader sees them.
        let hole = |expression, position| UrlPiece::Hole {
            expression,
            position,
        };
        assert_eq!(
            url_pieces("https://a/{{- b | lower -}}/c?d={{e}}&f"),
            [
                UrlPiece::Text("https://a/"),
                hole("b | lower", UrlPosition::Path),
                UrlPiece::Text("/c?d="),
                hole("e", UrlPosition::Query),
                UrlPiece::Text("&f"),
            ]
        );
        assert_eq!(
            url_pieces("https://a/{{ b"),
            [UrlPiece::Text("https://a/{{ b")]
        );
        assert_eq!(url_pieces(""), []);
    }

    #[test]
    fn values_lose_their_meaning() {
        // Goal: nothing that parts a URL, or that a reader would decode, is left.
        for (value, expected) in [
            ("main", "main"),
            ("a-b_c.d~1", "a-b_c.d~1"),
            ("main?force=true#", "main%3Fforce%3Dtrue%23"),
            ("a/protection", "a%2Fprotection"),
            ("..%2f..%2fadmin", "..%252f..%252fadmin"),
            ("ä b\n\u{1}", "%C3%A4%20b%0A%01"),
            ("a&b=c;d+e@f:g", "a%26b%3Dc%3Bd%2Be%40f%3Ag"),
        ] {
            assert_eq!(percent_encoded(value), expected);
        }
    }
}
