//! What is kept of an HTTP step: its two logs and the body of its answer.
//!
//! As with a program, standard output is the answer: the body goes to the `.out` log
//! and is captured. The `.err` log tells the conversation: `>` is what was sent, `<`
//! what came, `*` what was done. Both are redacted as they are written, and sensitive
//! header fields are never written at all.

use super::hop::{Hop, is_sensitive};
use crate::process::Recording;
use crate::redact::{MASK, Redactor};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{StatusCode, Version};
use std::net::SocketAddr;

/// The most bytes of a request's body that are logged.
const LOGGED_BODY_BYTES: usize = 16 * 1024;

/// The records of one HTTP step.
pub(crate) struct Conversation {
    /// The body of the answer.
    pub(crate) answer: Recording,
    /// What was said.
    pub(crate) said: Recording,
    redactor: Redactor,
}

impl Conversation {
    pub(crate) fn new(answer: Recording, said: Recording, redactor: &Redactor) -> Self {
        Self {
            answer,
            said,
            redactor: redactor.clone(),
        }
    }

    /// Notes what was done.
    pub(crate) fn note(&mut self, what: &str) {
        self.said.accept(format!("* {what}\n").as_bytes());
    }

    /// Notes a connection.
    pub(crate) fn connected(&mut self, address: SocketAddr) {
        self.note(&format!("connected to {address}"));
    }

    /// Notes a request.
    pub(crate) fn sent(&mut self, hop: &Hop) {
        let mut text = format!(
            "> {} {} HTTP/1.1\n> host: {}\n",
            hop.method.as_str(),
            hop.url.target(),
            hop.url.authority()
        );
        put_headers(&mut text, '>', &hop.headers);
        let logged = hop.body.len().min(LOGGED_BODY_BYTES);
        if !hop.body.is_empty() {
            text.push_str(&format!("> [body: {} bytes]\n", hop.body.len()));
        }
        self.said.accept(text.as_bytes());
        if hop.body.len() > logged {
            let beginning = self.redactor.beginning(&hop.body[..logged]);
            self.said.accept(&beginning);
            self.said
                .accept(b"\n[the rest of the body is not logged]\n");
        } else if logged > 0 {
            self.said.accept(&hop.body);
            self.said.accept(b"\n");
        }
    }

    /// Notes the header of an answer.
    pub(crate) fn came(&mut self, version: Version, status: StatusCode, headers: &HeaderMap) {
        let mut text = format!("< {version:?} {status}\n");
        put_headers(&mut text, '<', headers);
        self.said.accept(text.as_bytes());
    }

    /// Takes a piece of the answer's body.
    pub(crate) fn piece(&mut self, bytes: &[u8]) {
        self.answer.accept(bytes);
    }

    /// Ends both records.
    pub(crate) fn finish(&mut self) {
        self.answer.finish();
        self.said.finish();
    }
}

fn put_headers(text: &mut String, direction: char, headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = if value.is_sensitive() || is_sensitive(name) {
            MASK.to_owned()
        } else {
            shown(value)
        };
        text.push_str(&format!("{direction} {name}: {shown}\n"));
    }
}

fn shown(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
