//! URLs as a file writes them: what is wrong with the part that is known.
//!
//! Values are filled in at launch, and the executor then checks the whole URL as strictly;
//! what can be seen here need not wait until then.

use crate::limit::MAX_URL_BYTES;
use crate::secrets::secret_like;
use stagewright_core::http::{UrlPiece, UrlPosition, url_pieces};

/// What is wrong with a URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum UrlProblem {
    /// A secret stands in it. It must not be shown.
    Secret(&'static str),
    /// Anything else.
    Bad(String),
}

/// Where a value begins.
const HOLE: &str = "{{";

/// Finds the first thing that is wrong with a URL in which `{{ … }}` may stand.
pub(super) fn problem_of(text: &str) -> Option<UrlProblem> {
    let bad = |message: &str| Some(UrlProblem::Bad(message.to_owned()));
    if text.len() > MAX_URL_BYTES {
        return Some(UrlProblem::Bad(format!(
            "a URL has at most {MAX_URL_BYTES} bytes"
        )));
    }
    if let Some(key) = plain_secret_in_query(text) {
        return Some(UrlProblem::Secret(key));
    }
    let known = &text[..text.find(HOLE).unwrap_or(text.len())];
    let whole = known.len() == text.len();
    for piece in url_pieces(text) {
        match piece {
            UrlPiece::Text(part) => {
                if let Some(odd) = odd_character(part) {
                    return Some(UrlProblem::Bad(format!(
                        "a URL cannot hold {odd}; write it percent-encoded"
                    )));
                }
            }
            UrlPiece::Hole {
                position: UrlPosition::Fragment,
                ..
            } => {
                return bad(
                    "what stands behind `#` is never sent, and so no value can stand there",
                );
            }
            UrlPiece::Hole { .. } => {}
        }
    }
    let lower = known.to_ascii_lowercase();
    let Some((scheme, rest)) = lower.split_once("://") else {
        let may_begin_so = !whole
            && ["http://", "https://"]
                .iter()
                .any(|s| s.starts_with(&lower));
        return if may_begin_so {
            None
        } else {
            bad("a URL begins with `http://` or `https://`")
        };
    };
    if !matches!(scheme, "http" | "https") {
        return Some(UrlProblem::Bad(format!(
            "`{scheme}:` cannot be requested: use `http` or `https`"
        )));
    }
    let end = rest.find(['/', '?', '#']);
    let authority = &rest[..end.unwrap_or(rest.len())];
    if authority.contains('@') {
        return Some(UrlProblem::Secret("before the `@`"));
    }
    if !whole && end.is_none() {
        // A value stands in the host or the port: the executor sees it whole.
        return None;
    }
    authority_problem(authority).map(UrlProblem::Bad)
}

fn authority_problem(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => return Some(format!("`{authority}` is not a host")),
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Some("the URL has no host".to_owned());
    }
    if let Some(port) = port
        && !port.parse::<u16>().is_ok_and(|port| port > 0)
    {
        return Some(format!("`{port}` is not a port from 1 to 65535"));
    }
    let is_address = authority.starts_with('[') && host.parse::<std::net::Ipv6Addr>().is_ok();
    let is_name = !authority.starts_with('[')
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (!is_address && !is_name).then(|| format!("`{host}` is not a host"))
}

fn odd_character(part: &str) -> Option<String> {
    let odd = |c: &char| {
        !c.is_ascii_graphic() || matches!(c, '\\' | '"' | '<' | '>' | '^' | '`' | '{' | '}' | '|')
    };
    part.chars().find(odd).map(|c| match c {
        ' ' => "a space".to_owned(),
        c if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    })
}

/// Whether a parameter of a secret's name has its value here.
fn plain_secret_in_query(text: &str) -> Option<&'static str> {
    let (_, query) = text.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    query
        .split('&')
        .filter_map(|part| part.split_once('='))
        .any(|(name, value)| secret_like(name) && !value.is_empty() && !value.contains(HOLE))
        .then_some("in its query")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_url_is_checked() {
        // Goal: mistakes and secrets in the literal part are found, values are left alone.
        let secret = |place| Some(UrlProblem::Secret(place));
        for (text, expected) in [
            ("https://example.org", None),
            ("HTTPS://Example.org:8443/a?b=c#d", None),
            ("http://[::1]:80/", None),
            (
                "https://example.org/{{ context.path }}?q={{ context.q }}",
                None,
            ),
            ("https://{{ context.host }}/x", None),
            ("https://a.{{ context.zone }}:80/x", None),
            ("{{ context.url }}", None),
            ("http{{ context.s }}://x", None),
            ("https://example.org/?token={{ secrets.T }}", None),
            ("https://example.org/?token_type=a", None),
            ("https://u:p@example.org/", secret("before the `@`")),
            ("https://u:{{ secrets.P }}@example.org/", None),
            (
                "https://example.org/?a=1&api_key=abc",
                secret("in its query"),
            ),
        ] {
            assert_eq!(problem_of(text), expected, "{text}");
        }
        for (text, part) in [
            ("example.org", "begins with"),
            ("example.org/{{ context.x }}", "begins with"),
            ("/path", "begins with"),
            ("", "begins with"),
            ("ftp://example.org", "`ftp:`"),
            ("file:///etc/passwd", "`file:`"),
            ("https://", "no host"),
            ("https:///x", "no host"),
            ("https://exa mple.org", "a space"),
            ("https://example.org/ä", "`ä`"),
            ("https://example.org/\\x", "`\\`"),
            ("https://example.org\n", "U+000A"),
            ("https://example.org:0/", "port"),
            ("https://example.org:99999/", "port"),
            ("https://exa%6dple.org/", "not a host"),
            ("https://[::1/", "not a host"),
            ("https://[x]/", "not a host"),
            ("https://example.org/#{{ context.x }}", "never sent"),
            ("https://example.org/{{ x", "`{`"),
            ("https://example.org/{{ '}}' }}", "a space"),
        ] {
            let found = problem_of(text);
            assert!(
                matches!(&found, Some(UrlProblem::Bad(message)) if message.contains(part)),
                "{text}: {found:?}"
            );
        }
        let long = format!("https://example.org/{}", "a".repeat(MAX_URL_BYTES));
        assert!(problem_of(&long).is_some());
    }
}
