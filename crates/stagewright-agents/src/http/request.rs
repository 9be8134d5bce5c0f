//! An HTTP step as it is frozen: rendered, and still without secrets.
//!
//! Part of [`crate::Request`], so this is a stored format too: old requests must be
//! readable for ever, and a new field needs a default.

use crate::secret_text::SecretText;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How many redirects are followed unless the request says otherwise.
pub const DEFAULT_REDIRECTS: u32 = 5;

/// The most redirects that a request may ask for.
pub const MAX_REDIRECTS: u32 = 20;

/// One HTTP request, and how its answer is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// Where to: `http` or `https`, in the strict spelling of RFC 3986.
    pub url: SecretText,
    /// The method.
    pub method: HttpMethod,
    /// Further header fields. `Host`, `Accept-Encoding` and those of the connection
    /// and the framing are refused, since they are the executor's.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretText>,
    /// What is sent.
    #[serde(default)]
    pub body: HttpBody,
    /// How an answer is read of which no document was promised.
    #[serde(default)]
    pub answer: HttpAnswer,
    /// The most bytes of the answer's body; the smaller of this and the settings' cap
    /// holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_answer_bytes: Option<u64>,
    /// How many redirects are followed, at most [`MAX_REDIRECTS`].
    #[serde(default = "default_redirects")]
    pub redirects: u32,
    /// What may be reached although the address policy refuses it: addresses
    /// (`169.254.169.254`), networks (`fe80::/10`) and host names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_addresses: Vec<String>,
}

impl HttpRequest {
    /// A request with nothing but where to and how.
    pub fn new(method: HttpMethod, url: impl Into<SecretText>) -> Self {
        Self {
            url: url.into(),
            method,
            headers: BTreeMap::new(),
            body: HttpBody::None,
            answer: HttpAnswer::Auto,
            max_answer_bytes: None,
            redirects: DEFAULT_REDIRECTS,
            allow_addresses: Vec::new(),
        }
    }
}

/// The methods that a step may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    /// Reads.
    Get,
    /// Reads the header only; the output is null.
    Head,
    /// Sends something to be worked on.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
    /// Asks what is possible.
    Options,
}

impl HttpMethod {
    /// All methods.
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
    ];

    /// As it is sent, such as `POST`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    /// The method of this word, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether such a request usually carries a body, so that the step's input is
    /// sent where the pipeline names no body.
    pub fn sends_input(self) -> bool {
        match self {
            Self::Post | Self::Put | Self::Patch => true,
            Self::Get | Self::Head | Self::Delete | Self::Options => false,
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum HttpBody {
    /// Nothing.
    #[default]
    None,
    /// The request's `input` as JSON, as a command gets it on standard input.
    Input,
    /// A JSON document.
    Json {
        /// The document. A text that holds secrets stands under `secrets`, and here
        /// is null.
        value: Value,
        /// The texts with secrets, by their JSON pointers into the document.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        secrets: BTreeMap<String, SecretText>,
    },
    /// A text.
    Text {
        /// The text.
        text: SecretText,
    },
}

impl HttpBody {
    /// A JSON document in which `resolve` finds the references to secrets of each
    /// text. Keys cannot hold secrets.
    pub fn json(mut value: Value, resolve: impl Fn(&str) -> SecretText) -> Self {
        let mut secrets = BTreeMap::new();
        take_secrets(&mut value, &mut String::new(), &resolve, &mut secrets);
        Self::Json { value, secrets }
    }

    /// Whether anything in it is a secret.
    #[cfg(feature = "http")]
    pub(crate) fn holds_secrets(&self) -> bool {
        match self {
            Self::None | Self::Input => false,
            Self::Json { secrets, .. } => !secrets.is_empty(),
            Self::Text { text } => text.names().next().is_some(),
        }
    }
}

/// How an answer is read of which no document was promised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpAnswer {
    /// As JSON where its content type says so, and it must be valid then; else as a
    /// command's output: an object or a list if it happens to be one, or a text.
    #[default]
    Auto,
    /// As JSON, whatever its content type says.
    Json,
    /// As a text, even if it is JSON.
    Text,
}

fn default_redirects() -> u32 {
    DEFAULT_REDIRECTS
}

/// Moves texts that hold secrets out of the document. `pointer` is where `value` is.
fn take_secrets(
    value: &mut Value,
    pointer: &mut String,
    resolve: &impl Fn(&str) -> SecretText,
    secrets: &mut BTreeMap<String, SecretText>,
) {
    let length = pointer.len();
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            let resolved = resolve(text);
            if resolved.names().next().is_some() {
                secrets.insert(pointer.clone(), resolved);
                *value = Value::Null;
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                pointer.push_str(&format!("/{index}"));
                take_secrets(item, pointer, resolve, secrets);
                pointer.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                take_secrets(field, pointer, resolve, secrets);
                pointer.truncate(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: a minimal stored request is readable, and the stored words are fixed.
    #[test]
    fn stored_form() {
        let minimal: HttpRequest =
            serde_json::from_value(json!({"url": "https://a.example/", "method": "POST"})).unwrap();
        assert_eq!(
            minimal,
            HttpRequest::new(HttpMethod::Post, "https://a.example/")
        );
        let full = json!({
            "url": [{"text": "https://hooks.example/"}, {"secret": "HOOK"}],
            "method": "PATCH",
            "headers": {"Authorization": [{"text": "Bearer "}, {"secret": "TOKEN"}]},
            "body": {"form": "json", "value": {"key": null}, "secrets": {"/key": [{"secret": "KEY"}]}},
            "answer": "text",
            "max_answer_bytes": 1024,
            "redirects": 0,
            "allow_addresses": ["169.254.169.254"],
        });
        let request: HttpRequest = serde_json::from_value(full.clone()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), full);
    }

    /// Goal: only texts with secrets leave the document, and their pointers lead back.
    #[test]
    fn secrets_of_documents() {
        let resolve = |text: &str| match text.strip_prefix('$') {
            Some(name) => SecretText::secret(name),
            None => SecretText::from(text),
        };
        let document = json!({"a/b~c": ["$ONE", "plain"], "d": {"e": "$TWO"}});
        let HttpBody::Json { mut value, secrets } = HttpBody::json(document, resolve) else {
            panic!("a JSON body")
        };
        assert_eq!(value, json!({"a/b~c": [null, "plain"], "d": {"e": null}}));
        let places: Vec<&str> = secrets.keys().map(String::as_str).collect();
        assert_eq!(places, ["/a~1b~0c/0", "/d/e"]);
        for place in places {
            assert!(value.pointer_mut(place).is_some(), "{place}");
        }
        for (document, held) in [(json!("$ALL"), 1), (json!({"k": "v"}), 0)] {
            let HttpBody::Json { secrets, .. } = HttpBody::json(document, resolve) else {
                panic!("a JSON body")
            };
            assert_eq!(secrets.len(), held);
        }
    }

    /// Goal: methods are read in any case, and unknown ones are not.
    #[test]
    fn methods() {
        for method in HttpMethod::ALL {
            assert_eq!(HttpMethod::parse(method.as_str()), Some(method));
            assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
        }
        assert_eq!(HttpMethod::parse("post"), Some(HttpMethod::Post));
        for unknown in ["CONNECT", "TRACE", "", "GET "] {
            assert_eq!(HttpMethod::parse(unknown), None, "{unknown}");
        }
    }
}
