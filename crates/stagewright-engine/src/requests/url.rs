//! URLs: the author writes their structure, and values are data in it.
//!
//! What `shell_text` is for programs, this is for requests (decision 18): a value is
//! percent-encoded for its place, so it can neither add a parameter, nor drop one, nor
//! reach another resource. Which server is asked is never from outside, since that one
//! gets the request's secrets (decision 22). What is declared `trusted:` enters as it is.

use super::renderer::Renderer;
use super::trust::{is_declared, is_trusted};
use crate::text::one_text;
use stagewright_agents::{SecretPart, SecretText};
use stagewright_core::Run;
use stagewright_core::expression::Expression;
use stagewright_core::http::{MAX_URL_BYTES, UrlPiece, UrlPosition, percent_encoded, url_pieces};
use stagewright_core::plan::NodeIx;

impl Renderer {
    /// A URL with its values.
    ///
    /// # Errors
    /// When a value cannot be computed, or may not stand in its place.
    pub(super) fn url(
        &mut self,
        run: &Run,
        node: NodeIx,
        source: &str,
    ) -> Result<SecretText, String> {
        let mut parts = Vec::new();
        let mut bytes = 0;
        for piece in url_pieces(source) {
            let (expression, position) = match piece {
                UrlPiece::Text(text) => {
                    parts.push(SecretPart::Text(text.to_owned()));
                    continue;
                }
                UrlPiece::Hole {
                    expression,
                    position,
                } => (expression, position),
            };
            let compiled = Expression::compile(expression).map_err(|error| error.message)?;
            let entry = Entry::of(
                expression,
                position,
                is_trusted(&run.plan().trusted, compiled.reads()),
                is_declared(&run.plan().trusted, compiled.reads()),
            )?;
            let scope = self.scope(run, node, compiled.reads(), true)?;
            let value = compiled.evaluate(&scope).map_err(|error| error.message)?;
            let value = serde_json::to_value(&value).map_err(|error| error.to_string())?;
            let text = one_text(&value).map_err(|why| format!("`{expression}` {why}"))?;
            bytes += text.len();
            if bytes > MAX_URL_BYTES {
                return Err(format!(
                    "with `{expression}` it is longer than {MAX_URL_BYTES} bytes"
                ));
            }
            parts.extend(entry.filled(expression, self.markers.resolve(&text))?);
        }
        Ok(joined(parts))
    }
}

/// How a value enters a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// As it is.
    AsItIs,
    /// As one segment of the path, or a part of one.
    Segment,
    /// As a part of the query.
    Parameter,
}

impl Entry {
    /// How a value enters that stands there and is ours or trusted (`is_ours`), or declared
    /// under `trusted:` (`is_declared`).
    ///
    /// # Errors
    /// When no value may stand there, or this one may not.
    fn of(
        expression: &str,
        position: UrlPosition,
        is_ours: bool,
        is_declared: bool,
    ) -> Result<Self, String> {
        match position {
            UrlPosition::Fragment => Err(format!(
                "`{expression}` stands behind `#`, and what stands there is never sent"
            )),
            UrlPosition::Whole | UrlPosition::Server if is_ours => Ok(Self::AsItIs),
            UrlPosition::Whole | UrlPosition::Server => Err(format!(
                "`{expression}` is from outside and would say which server is asked; write \
                 scheme and server themselves, take them from `secrets`, or declare the path \
                 under `trusted:`"
            )),
            UrlPosition::Path | UrlPosition::Query if is_declared => Ok(Self::AsItIs),
            UrlPosition::Path => Ok(Self::Segment),
            UrlPosition::Query => Ok(Self::Parameter),
        }
    }

    /// The value as it stands in the URL.
    ///
    /// # Errors
    /// When it would lead elsewhere in the path.
    fn filled(self, expression: &str, value: SecretText) -> Result<Vec<SecretPart>, String> {
        let parts = match value {
            SecretText::Plain(text) => {
                if self == Self::Segment {
                    refuse_climbing(expression, &text)?;
                }
                vec![SecretPart::Text(text)]
            }
            SecretText::Parts(parts) => parts,
        };
        let encoded = |part| match part {
            SecretPart::Text(text) => SecretPart::Text(percent_encoded(&text)),
            SecretPart::Secret(name) | SecretPart::Encoded(name) => SecretPart::Encoded(name),
        };
        Ok(match self {
            Self::AsItIs => parts,
            Self::Segment | Self::Parameter => parts.into_iter().map(encoded).collect(),
        })
    }
}

/// A segment that is empty, `.` or `..` is another resource to whoever reads the path. A
/// server that decodes a segment before it looks for `..` must not find one either.
fn refuse_climbing(expression: &str, value: &str) -> Result<(), String> {
    let climbs = matches!(value, "" | ".") || value.split(['/', '\\']).any(|part| part == "..");
    if !climbs {
        return Ok(());
    }
    Err(format!(
        "`{expression}` is {value:?}, which would lead to another path; a value in the path is \
         not empty, not `.`, and has no `..` between slashes"
    ))
}

/// The parts as one text: without secrets it is a plain one.
fn joined(parts: Vec<SecretPart>) -> SecretText {
    let mut joined: Vec<SecretPart> = Vec::with_capacity(parts.len());
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(SecretPart::Text(before)), SecretPart::Text(text)) => before.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    match joined.as_slice() {
        [] => SecretText::from(""),
        [SecretPart::Text(text)] => SecretText::from(text.as_str()),
        _ => SecretText::Parts(joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// How each hole of a URL would enter; `None` where the URL is refused.
    fn entries(source: &str) -> Option<Vec<Entry>> {
        let trusted = ["context.api".to_owned()];
        let holes = url_pieces(source)
            .into_iter()
            .filter_map(|piece| match piece {
                UrlPiece::Text(_) => None,
                UrlPiece::Hole {
                    expression,
                    position,
                } => Some((expression, position)),
            });
        holes
            .map(|(expression, position)| {
                let compiled = Expression::compile(expression).unwrap();
                let reads: &BTreeSet<String> = compiled.reads();
                let ours = is_trusted(&trusted, reads);
                Entry::of(expression, position, ours, is_declared(&trusted, reads)).ok()
            })
            .collect()
    }

    /// Goal: the author says which server is asked, whatever values come from outside, and
    /// values from outside are data.
    #[test]
    fn the_structure_is_not_from_outside() {
        use Entry::{AsItIs, Parameter, Segment};
        for (url, expected) in [
            ("https://a.example", Some(vec![])),
            ("https://a.example/{{ context.path }}", Some(vec![Segment])),
            ("https://a.example?q={{ context.q }}", Some(vec![Parameter])),
            ("https://a.example/{{ context.api }}", Some(vec![AsItIs])),
            ("https://a.example?{{ context.api.q }}", Some(vec![AsItIs])),
            ("https://a.example/{{ secrets.KEY }}", Some(vec![Segment])),
            ("https://a.example/{{ run.id }}", Some(vec![Segment])),
            (
                "https://a.example/{{ context.api ~ context.x }}",
                Some(vec![Segment]),
            ),
            ("{{ secrets.HOOK }}", Some(vec![AsItIs])),
            ("{{ context.api }}", Some(vec![AsItIs])),
            (
                "{{ context.api }}/x/{{ context.path }}",
                Some(vec![AsItIs, Segment]),
            ),
            ("{{ context.url }}", None),
            ("https://{{ context.host }}/", None),
            ("https://a.example{{ context.rest }}", None),
            ("https://a.example:{{ context.port }}/", None),
            ("{{ context.scheme }}://a.example/", None),
            ("https://{{ context.api }}.{{ context.zone }}/", None),
            ("https://a.example/#{{ context.api }}", None),
        ] {
            assert_eq!(entries(url), expected, "{url}");
        }
    }

    /// Goal: a value is what it is in its place, and nothing of it is structure.
    #[test]
    fn values_are_encoded_for_their_place() {
        let filled = |entry: Entry, value: &str| {
            let parts = entry.filled("x", SecretText::from(value)).ok()?;
            match joined(parts) {
                SecretText::Plain(text) => Some(text),
                SecretText::Parts(parts) => panic!("no secrets in {parts:?}"),
            }
        };
        for (value, segment, parameter) in [
            ("main", Some("main"), "main"),
            (
                "main?force=true#",
                Some("main%3Fforce%3Dtrue%23"),
                "main%3Fforce%3Dtrue%23",
            ),
            ("a/protection", Some("a%2Fprotection"), "a%2Fprotection"),
            (
                "..%2f..%2fadmin",
                Some("..%252f..%252fadmin"),
                "..%252f..%252fadmin",
            ),
            ("a...b", Some("a...b"), "a...b"),
            ("", None, ""),
            (".", None, "."),
            ("..", None, ".."),
            ("../admin", None, "..%2Fadmin"),
            ("a\\..\\b", None, "a%5C..%5Cb"),
        ] {
            assert_eq!(filled(Entry::Segment, value).as_deref(), segment, "{value}");
            let found = filled(Entry::Parameter, value);
            assert_eq!(found.as_deref(), Some(parameter), "{value}");
            assert_eq!(filled(Entry::AsItIs, value).as_deref(), Some(value));
        }
    }

    /// Goal: a secret is encoded too, when its value is known; what is beside it at once.
    #[test]
    fn secrets_are_encoded_later() {
        let value = SecretText::Parts(vec![
            SecretPart::Secret("KEY".to_owned()),
            SecretPart::Text("/?".to_owned()),
        ]);
        let segment = Entry::Segment.filled("x", value.clone()).unwrap();
        let expected = [
            SecretPart::Encoded("KEY".to_owned()),
            SecretPart::Text("%2F%3F".to_owned()),
        ];
        assert_eq!(segment, expected);
        let whole = Entry::AsItIs.filled("x", value.clone()).unwrap();
        assert_eq!(SecretText::Parts(whole), value);
    }
}
