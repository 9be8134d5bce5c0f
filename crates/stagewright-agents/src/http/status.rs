//! What the status of an answer means for a step.
//!
//! | status | class | repeated |
//! | --- | --- | --- |
//! | 2xx | – | it is an answer |
//! | 408, 425, 429, 502, 503, 504 | `network` | yes, after what `Retry-After` asks for |
//! | other 5xx | `execution` | yes |
//! | other 4xx | `invalid_input` | no: the same request gets the same answer |
//! | 1xx, 3xx, beyond 599 | `invocation` | see [`super::redirect`] for what is followed |

use super::failure::Failure;
use super::hop::Hop;
use super::retry_after;
use hyper::StatusCode;
use hyper::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use stagewright_core::retry::ErrorClass;
use std::time::SystemTime;

/// The most characters of a server's own words in a message.
const MAX_WORDS: usize = 300;

/// The failure that a status other than 2xx is. `body` is the beginning of the body,
/// redacted.
pub(crate) fn failure(hop: &Hop, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Failure {
    let class = class(status);
    let mut message = format!("{} {} answered {status}", hop.method.as_str(), hop.url);
    if let Some(words) = words(body) {
        message.push_str(": ");
        message.push_str(&words);
    }
    if matches!(status.as_u16(), 401 | 403) {
        if hop.left_behind {
            message.push_str(
                "; a redirect led to another origin, to which headers with secrets are not \
                 sent: name that address under `url`",
            );
        } else {
            message.push_str("; check the secrets that its headers are made of");
        }
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let retry_after_ms = text(RETRY_AFTER)
        .and_then(|value| retry_after::wait_ms(value, text(DATE), SystemTime::now()));
    Failure {
        class,
        message,
        retry_after_ms,
    }
}

fn class(status: StatusCode) -> ErrorClass {
    match status.as_u16() {
        408 | 425 | 429 | 502..=504 => ErrorClass::Network,
        400..=499 => ErrorClass::InvalidInput,
        500..=599 => ErrorClass::Execution,
        _ => ErrorClass::Invocation,
    }
}

/// What a server says about its error: the usual field of a JSON document, or the
/// beginning of a text. A page for browsers says nothing, nor do bytes that are no text.
/// Control characters are left out, since the message ends up on terminals.
fn words(body: &[u8]) -> Option<String> {
    // The end of a longer text may be cut in the middle of a character, not its beginning.
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&body[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let document: Option<Value> = serde_json::from_str(text).ok();
    let said = match &document {
        Some(document) => said_in(document)?.to_owned(),
        None if text.trim_start().starts_with('<') => return None,
        None => text.to_owned(),
    };
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(MAX_WORDS) {
        _ if line.is_empty() => None,
        Some((end, _)) => Some(format!("{}…", &line[..end])),
        None => Some(line),
    }
}

/// The message of an error document (RFC 9457, and what others do).
fn said_in(document: &Value) -> Option<&str> {
    let field = |name: &str| document.get(name).filter(|value| !value.is_null());
    [
        "detail",
        "message",
        "error_description",
        "errorMessage",
        "error",
        "title",
    ]
    .into_iter()
    .filter_map(field)
    .find_map(|value| value.as_str().or_else(|| value.get("message")?.as_str()))
    .or_else(|| document.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the table of the module's docs, for every status that there can be.
    #[test]
    fn classes() {
        for code in 100..=999 {
            let expected = match code {
                408 | 425 | 429 | 502 | 503 | 504 => ErrorClass::Network,
                400..500 => ErrorClass::InvalidInput,
                500..600 => ErrorClass::Execution,
                _ => ErrorClass::Invocation,
            };
            assert_eq!(
                class(StatusCode::from_u16(code).unwrap()),
                expected,
                "{code}"
            );
        }
    }

    /// Goal: a server's own words are found where servers put them, in bounds.
    #[test]
    fn own_words() {
        let long = "x".repeat(1_000);
        let cut = format!("{}…", "x".repeat(MAX_WORDS));
        for (body, expected) in [
            (
                r#"{"title": "Bad", "detail": "no such PR"}"#,
                Some("no such PR"),
            ),
            (r#"{"message": "rate limited"}"#, Some("rate limited")),
            (r#"{"error": {"code": 7, "message": "nope"}}"#, Some("nope")),
            (r#"{"error": "nope", "message": null}"#, Some("nope")),
            (r#"{"code": 7}"#, None),
            (r#""just a text""#, Some("just a text")),
            ("two\r\n  lines\n", Some("two lines")),
            ("<!doctype html><title>502</title>", None),
            ("  <html>", None),
            ("", None),
            (" \n", None),
            ("red \u{1b}[31malert\u{7}\u{9b}1m", Some("red [31malert1m")),
            (&long, Some(cut.as_str())),
        ] {
            assert_eq!(words(body.as_bytes()).as_deref(), expected, "{body}");
        }
        assert_eq!(words(b"\x1f\x8b\x08 packed"), None);
        assert_eq!(words(b"cut \xc3").as_deref(), Some("cut"));
    }
}
