//! `http:` agents: one request, written so that its mistakes are seen before it is sent.

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::url::{UrlProblem, problem_of};
use super::value::listed;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::HTTP;
use crate::secrets::{is_plain_secret, is_secret_reference, secret_like};
use crate::syntax::{Entry, Node};
use serde_json::Value;
use stagewright_core::http::RESERVED_HEADERS;
use stagewright_core::plan::{AnswerReader, Http};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Methods that send the agent's input where there is no body.
const SENDING: [&str; 3] = ["POST", "PUT", "PATCH"];

/// What stands beside `http:` and belongs to the request.
pub(super) struct Beside<'t> {
    /// The `input` that stands there.
    pub(super) input_field: Option<Field<'t>>,
    /// What it gets, said there or inherited.
    pub(super) input: Option<Value>,
    /// How its answer is read.
    pub(super) findings: Option<AnswerReader>,
}

impl Lowering<'_> {
    /// `http:`, a URL or a request in full.
    pub(super) fn http(
        &mut self,
        owner: Owner,
        field: Field<'_>,
        beside: Beside<'_>,
        secrets: &BTreeMap<String, String>,
    ) -> Option<Http> {
        let launch = Purpose::Launch(secrets);
        if field.node().as_map().is_none() {
            let wanted = "a URL or a mapping with `url`";
            let url = self.scalar_text(field.node(), "http", wanted)?;
            let url = self.url(owner, launch, field, &url);
            let method = default_method(beside.input.is_some());
            return Some(Http {
                url: url?,
                ..request(method, beside)
            });
        }
        let fields = self.fields(field.node(), &HTTP)?;
        let url = fields.get("url").and_then(|field| {
            let text = self.text_of(field)?;
            self.url(owner, launch, field, &text)
        });
        let body_field = fields.get("body");
        let body = body_field.map(|field| {
            self.check_tree(owner, launch, field.node());
            self.refuse_plain_secrets(field.node());
            field.node().to_json()
        });
        let method = self
            .word_of(fields.get("method"))
            .unwrap_or_else(|| default_method(body.is_some() || beside.input.is_some()));
        self.refuse_unsent_input(method, &fields, &beside);
        let headers = self.headers(owner, launch, fields.get("headers"));
        let beside = Beside {
            // Where there is a body, nothing else is sent.
            input: beside.input.filter(|_| body.is_none()),
            ..beside
        };
        let http = Http {
            headers,
            body,
            max_answer_bytes: self.size_of(fields.get("max_answer")),
            redirects: self.small_of(fields.get("redirects")),
            allow_addresses: self.allowed_addresses(fields.get("allow_addresses")),
            ..request(method, beside)
        };
        fields.finish();
        Some(Http { url: url?, ..http })
    }

    fn url(
        &mut self,
        owner: Owner,
        launch: Purpose<'_>,
        field: Field<'_>,
        text: &str,
    ) -> Option<String> {
        self.check_template(owner, launch, field.node());
        match problem_of(text.trim()) {
            None => return Some(text.trim().to_owned()),
            Some(UrlProblem::Bad(message)) => self.report(
                Problem::new(Code::BadUrl, field.extent(), message)
                    .hint("it looks like `https://reviewer.internal/review`"),
            ),
            Some(UrlProblem::Secret(place)) => self.report(
                Problem::new(
                    Code::PlainSecret,
                    field.entry.key_extent,
                    format!("the URL has something like a secret {place}"),
                )
                .hint(
                    "declare it under `secrets:` and write `{{ secrets.NAME }}` in its place, \
                     best in a header",
                ),
            ),
        }
        None
    }

    /// A request without a body sends nothing, so an input would only look as if it were
    /// sent.
    fn refuse_unsent_input(&mut self, method: &str, fields: &Fields<'_>, beside: &Beside<'_>) {
        let Some(input) = beside.input_field else {
            return;
        };
        let problem = if let Some(body) = fields.get("body") {
            let line = self.problems.line(body.entry.key_extent);
            Problem::new(
                Code::Conflict,
                input.entry.key_extent,
                "`input` and the request's `body` exclude each other",
            )
            .note(format!("`body` stands on line {line}"))
        } else if SENDING.contains(&method) {
            return;
        } else {
            Problem::new(
                Code::Conflict,
                input.entry.key_extent,
                format!("a `{method}` request does not send its `input`"),
            )
            .hint(format!(
                "use one of {}, or put values into the URL",
                listed(&SENDING)
            ))
        };
        self.report(problem);
    }

    fn headers(
        &mut self,
        owner: Owner,
        launch: Purpose<'_>,
        field: Option<Field<'_>>,
    ) -> BTreeMap<String, String> {
        let mut headers = BTreeMap::new();
        let Some(field) = field else {
            return headers;
        };
        let Some(entries) = field.node().as_map() else {
            self.wrong_shape(field.node(), "headers", "a mapping of names to texts");
            return headers;
        };
        let mut seen = BTreeSet::new();
        for entry in entries {
            if !seen.insert(entry.key.to_ascii_lowercase()) {
                self.report(Problem::new(
                    Code::DuplicateKey,
                    entry.key_extent,
                    format!(
                        "the header `{}` stands twice, in different cases",
                        entry.key
                    ),
                ));
                continue;
            }
            if !self.header_name(entry) {
                continue;
            }
            if let Some(value) = self.header_value(owner, launch, entry) {
                headers.insert(entry.key.clone(), value);
            }
        }
        headers
    }

    fn header_name(&mut self, entry: &Entry) -> bool {
        let is_token = !entry.key.is_empty()
            && entry
                .key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        let problem = if !is_token {
            Problem::new(
                Code::BadId,
                entry.key_extent,
                format!("`{}` cannot be the name of a header", entry.key),
            )
        } else if RESERVED_HEADERS.contains(&entry.key.to_ascii_lowercase().as_str()) {
            Problem::new(
                Code::BadValue,
                entry.key_extent,
                format!("the header `{}` is the engine's own", entry.key),
            )
            .hint("it follows from the URL, the body and the connection")
        } else {
            return true;
        };
        self.report(problem);
        false
    }

    fn header_value(&mut self, owner: Owner, launch: Purpose<'_>, entry: &Entry) -> Option<String> {
        let text = self.scalar_text(&entry.value, &entry.key, "a text")?;
        self.check_template(owner, launch, &entry.value);
        let name = secret_name(&entry.key);
        let problem = if is_secret_reference(text.trim()) {
            Problem::new(
                Code::BadSecretReference,
                entry.value.extent,
                "a header would send this reference as it is written here",
            )
        } else if secret_like(&entry.key) && is_plain_secret(&text) {
            Problem::new(
                Code::PlainSecret,
                entry.key_extent,
                format!(
                    "the header `{}` looks like a secret in plain text",
                    entry.key
                ),
            )
        } else if text.contains(|c: char| c.is_control()) {
            self.report(Problem::new(
                Code::BadValue,
                entry.value.extent,
                "a header cannot hold line breaks or other control characters",
            ));
            return None;
        } else {
            return Some(text);
        };
        self.report(problem.hint(format!(
            "declare `secrets: {{{name}: env:{name}}}` and write `{{{{ secrets.{name} }}}}` here"
        )));
        None
    }

    fn allowed_addresses(&mut self, field: Option<Field<'_>>) -> Vec<String> {
        let Some(field) = field else {
            return Vec::new();
        };
        let entries = self.texts_of(Some(field)).unwrap_or_default();
        let single = std::slice::from_ref(field.node());
        let nodes: &[Node] = field.node().as_list().unwrap_or(single);
        for (entry, node) in entries.iter().zip(nodes) {
            if !is_address(entry) {
                self.report(
                    Problem::new(
                        Code::BadValue,
                        node.extent,
                        format!("`{entry}` is no address, network or host"),
                    )
                    .hint("write `10.1.2.3`, `10.0.0.0/8`, `fe80::/10` or `build.internal`"),
                );
            }
        }
        entries
    }
}

/// A request without what only its own mapping can say.
fn request(method: &str, beside: Beside<'_>) -> Http {
    Http {
        url: String::new(),
        method: method.to_owned(),
        headers: BTreeMap::new(),
        body: None,
        input: beside.input,
        max_answer_bytes: None,
        redirects: None,
        allow_addresses: Vec::new(),
        findings: beside.findings,
    }
}

fn default_method(sends: bool) -> &'static str {
    if sends { "POST" } else { "GET" }
}

/// A name for the secret that a header holds.
fn secret_name(header: &str) -> String {
    let name: String = header
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    match name.as_str() {
        "AUTHORIZATION" => "TOKEN".to_owned(),
        _ => name,
    }
}

/// Whether a text is an address, a network such as `10.0.0.0/8`, or a host name.
fn is_address(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    if let Ok(address) = address.parse::<IpAddr>() {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        return prefix.is_none_or(|prefix| {
            prefix.bytes().all(|byte| byte.is_ascii_digit())
                && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest)
        });
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    name.contains(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_executor() {
        // Goal: addresses, networks and names; nothing that would allow more than it says.
        for (text, expected) in [
            ("10.1.2.3", true),
            ("10.0.0.0/8", true),
            ("0.0.0.0/0", true),
            ("fe80::/10", true),
            ("::1", true),
            ("build.internal", true),
            ("build.internal.", true),
            ("10.0.0.0/33", false),
            ("10.0.0.0/", false),
            ("10.0.0.0/+8", false),
            ("10.0.0", false),
            ("*", false),
            ("", false),
            ("a b", false),
            ("https://x", false),
        ] {
            assert_eq!(is_address(text), expected, "{text:?}");
        }
    }
}
