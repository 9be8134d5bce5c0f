//! What an answer with a status of 2xx means (decision 25).
//!
//! Where a document was promised, the same reader takes it as from a command's
//! standard output. Otherwise the content type and the request's own word say whether
//! it is JSON, which then must be valid and without ambiguity, or a text. No body is
//! null, never an empty text.

use super::request::HttpAnswer;
use crate::answer::{self, Promise};
use crate::judge::{Judged, answered};
use crate::process::recording::Capture;
use crate::redact::Redactor;
use crate::request::Reader;
use serde::de::IgnoredAny;
use serde_json::Value;
use stagewright_core::event::AttemptResult;
use stagewright_core::retry::ErrorClass;
use stagewright_evidence::{ReadError, unfence};

/// An answer, whole or not, and how it is to be read.
pub(crate) struct Received<'a> {
    /// How it was promised.
    pub(crate) promise: Promise,
    /// How it is read where nothing was promised.
    pub(crate) answer: HttpAnswer,
    /// Its content type, without parameters, in lower case.
    pub(crate) content_type: Option<String>,
    /// Its body, not redacted.
    pub(crate) body: Capture,
    /// How findings are read.
    pub(crate) reader: &'a Reader,
    /// The work tree that places of findings are relative to.
    pub(crate) root: &'a str,
}

/// Judges an answer. Not redacted.
pub(crate) fn judge(received: &Received<'_>, redactor: &Redactor) -> Judged {
    let bytes = match &received.body {
        Capture::Whole { bytes, .. } => bytes,
        Capture::TooMuch { beginning, cap } => {
            return if received.expects_text() {
                let beginning = redactor.beginning(beginning);
                answered(answer::plain_beginning(&beginning, *cap))
            } else {
                not_read(format!(
                    "the answer is larger than the limit of {cap} bytes; let the server \
                     answer with less, or raise `max_answer`"
                ))
            };
        }
    };
    let read = match received.promise {
        Promise::Document(_) => answer::read(
            received.promise,
            received.reader,
            bytes,
            received.root,
            None,
        ),
        Promise::Output(_) | Promise::Plain => received.plain(bytes).map(answer::of_value),
    };
    match read {
        Ok(answer) => answered(answer),
        Err(error) => not_read(received.describe(&error)),
    }
}

impl Received<'_> {
    /// Whether a part of the answer is worth something.
    fn expects_text(&self) -> bool {
        self.promise == Promise::Plain && !self.must_be_json()
    }

    fn must_be_json(&self) -> bool {
        match self.answer {
            HttpAnswer::Auto => self.content_type.as_deref().is_some_and(is_json),
            HttpAnswer::Json => true,
            HttpAnswer::Text => false,
        }
    }

    fn plain(&self, bytes: &[u8]) -> Result<Value, ReadError> {
        if bytes.is_empty() {
            return if self.answer == HttpAnswer::Json {
                Err(ReadError::Empty)
            } else {
                Ok(Value::Null)
            };
        }
        match self.answer {
            _ if self.must_be_json() => json(bytes),
            HttpAnswer::Text => Ok(String::from_utf8_lossy(bytes).into_owned().into()),
            HttpAnswer::Auto | HttpAnswer::Json => Ok(stagewright_evidence::read_plain(bytes)),
        }
    }

    fn describe(&self, error: &ReadError) -> String {
        let kind = match &self.content_type {
            Some(kind) => format!("content type `{kind}`"),
            None => "no content type".to_owned(),
        };
        let what = match self.promise {
            Promise::Document(document) => format!("{} document", document.name()),
            Promise::Output(_) | Promise::Plain => "JSON".to_owned(),
        };
        let error = error.to_string().replacen("the output", "it", 1);
        format!("the answer ({kind}) cannot be read as {what}: {error}")
    }
}

/// Whether a content type is JSON (RFC 6839 included).
fn is_json(content_type: &str) -> bool {
    matches!(content_type, "application/json" | "text/json") || content_type.ends_with("+json")
}

/// Bytes that are one JSON value and nothing else, without ambiguity.
fn json(bytes: &[u8]) -> Result<Value, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    let value = unfence(text)?;
    // The reader of agents' answers also finds a document within prose, which a
    // server that says "JSON" has no business to send.
    let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str::<IgnoredAny>(whole) {
        Ok(_) => Ok(value),
        Err(error) => Err(ReadError::NotJson(stagewright_evidence::NotJson {
            line: error.line(),
            column: error.column(),
            reason: "there is other text around it".to_owned(),
            head: whole.chars().take(80).collect(),
        })),
    }
}

fn not_read(message: String) -> Judged {
    Judged {
        result: AttemptResult::Failed {
            class: ErrorClass::InvalidOutput,
            message,
        },
        answer: None,
    }
}
