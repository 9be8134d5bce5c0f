//! One request that is ready to be sent, secrets and all: the first one, or the one
//! that a redirect asks for.
//!
//! A value that holds a secret, and every field with a name like `Authorization`, is
//! marked as sensitive: it is not logged, and does not follow to another origin.

use super::failure::Failure;
use super::request::{HttpAnswer, HttpBody, HttpMethod, HttpRequest};
use super::url::Url;
use crate::job::Job;
use crate::secrets::Secrets;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    USER_AGENT,
};
use serde_json::Value;
use stagewright_core::http::RESERVED_HEADERS;

/// The largest request body, in bytes.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes of all header fields of a request.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Parts of names under which credentials travel.
const SENSITIVE: &[&str] = &[
    "auth",
    "cookie",
    "token",
    "secret",
    "password",
    "api-key",
    "apikey",
    "signature",
    "session",
];

/// One request that is ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    /// Where to.
    pub(crate) url: Url,
    /// How.
    pub(crate) method: HttpMethod,
    /// All fields but `Host`, which follows from the URL.
    pub(crate) headers: HeaderMap,
    /// What is sent.
    pub(crate) body: Bytes,
    /// Whether the body holds a secret.
    pub(crate) body_is_secret: bool,
    /// Whether fields were left behind at an earlier origin.
    pub(crate) left_behind: bool,
}

impl Hop {
    /// The first request of a job.
    ///
    /// # Errors
    /// What is wrong with the request, without any secret's value. No repetition helps.
    pub(crate) fn of_job(
        job: &Job,
        request: &HttpRequest,
        secrets: &Secrets,
    ) -> Result<Self, Failure> {
        let invalid = |error: crate::secrets::SecretError| Failure::invalid(error.to_string());
        let url = secrets.fill(&request.url).map_err(invalid)?;
        let url = Url::parse(&url).map_err(|error| Failure::invalid(format!("url: {error}")))?;
        let mut headers = own_headers(job, request)?;
        for (name, value) in &request.headers {
            let text = secrets.fill(value).map_err(invalid)?;
            let (name, value) = header_of(name, &text, value.names().next().is_some())?;
            if names_twice(request, &name) {
                return Err(Failure::invalid(format!(
                    "header `{name}` is given twice, in different cases"
                )));
            }
            headers.insert(name, value);
        }
        let size: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if size > MAX_HEADER_BYTES {
            return Err(Failure::invalid(format!(
                "the headers have {size} bytes, more than the limit of {MAX_HEADER_BYTES}"
            )));
        }
        let body = body_of(job, &request.body, secrets)?;
        if body.len() > MAX_BODY_BYTES {
            return Err(Failure::invalid(format!(
                "the body has {} bytes, more than the limit of {MAX_BODY_BYTES}",
                body.len()
            )));
        }
        Ok(Self {
            url,
            method: request.method,
            headers,
            body: body.into(),
            body_is_secret: request.body.holds_secrets(),
            left_behind: false,
        })
    }
}

/// The fields that every request has; the pipeline's stand above them.
fn own_headers(job: &Job, request: &HttpRequest) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    let accept = match request.answer {
        HttpAnswer::Auto | HttpAnswer::Json => "application/json, */*;q=0.5",
        HttpAnswer::Text => "*/*",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    // An encoded answer would have to be unpacked within limits of its own.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    // One request per connection: nothing of one step can end up in another's.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let agent = concat!("stagewright/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    match &request.body {
        HttpBody::None => {}
        HttpBody::Input | HttpBody::Json { .. } => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        HttpBody::Text { .. } => {
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            headers.insert(CONTENT_TYPE, plain);
        }
    }
    let (name, value) = header_of("idempotency-key", &job.idempotency_key(), false)?;
    headers.insert(name, value);
    if let Some(trace_id) = &job.trace_id {
        let (name, value) = header_of("x-trace-id", trace_id, false)?;
        headers.insert(name, value);
    }
    Ok(headers)
}

/// A checked field. An error never shows the value.
fn header_of(
    name: &str,
    value: &str,
    holds_secret: bool,
) -> Result<(HeaderName, HeaderValue), Failure> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Failure::invalid(format!("`{name}` cannot be the name of a header")))?;
    if RESERVED_HEADERS.contains(&parsed.as_str()) {
        return Err(Failure::invalid(format!(
            "header `{name}` is set by stagewright itself; leave it out"
        )));
    }
    // Bytes beyond ASCII could be sent, but servers disagree on what they mean.
    let mut value = HeaderValue::from_str(value.trim())
        .ok()
        .filter(|_| value.is_ascii())
        .ok_or_else(|| {
            Failure::invalid(format!(
                "the value of header `{name}` holds a line break or another character \
                 that a header cannot carry"
            ))
        })?;
    value.set_sensitive(holds_secret || is_sensitive(&parsed));
    Ok((parsed, value))
}

/// Whether credentials travel under this name.
pub(crate) fn is_sensitive(name: &HeaderName) -> bool {
    SENSITIVE.iter().any(|part| name.as_str().contains(part))
}

fn names_twice(request: &HttpRequest, name: &HeaderName) -> bool {
    let same = |other: &&String| other.eq_ignore_ascii_case(name.as_str());
    request.headers.keys().filter(same).count() > 1
}

fn body_of(job: &Job, body: &HttpBody, secrets: &Secrets) -> Result<Vec<u8>, Failure> {
    let invalid = |error: crate::secrets::SecretError| Failure::invalid(error.to_string());
    Ok(match body {
        HttpBody::None => Vec::new(),
        HttpBody::Input => job.request.input.to_string().into_bytes(),
        HttpBody::Json {
            value,
            secrets: places,
        } => {
            let mut document = value.clone();
            for (pointer, text) in places {
                let filled = secrets.fill(text).map_err(invalid)?;
                let place = document.pointer_mut(pointer).ok_or_else(|| {
                    Failure::invalid(format!("the body has no place `{pointer}` for a secret"))
                })?;
                *place = Value::String(filled);
            }
            document.to_string().into_bytes()
        }
        HttpBody::Text { text } => secrets.fill(text).map_err(invalid)?.into_bytes(),
    })
}
