//! What an invocation puts around an agent's document, and the reason of an error.
//!
//! A Lambda function may answer with its document, with the document as JSON text,
//! with a proxy response (`statusCode` and `body`), or, when it crashed, with
//! `errorMessage` and `errorType`. Runners put the document into `output` or `result`
//! beside a status of their own. Nothing that stands inside is lost to a success
//! outside: the inner document is the agent's word.

use super::list;
use super::status::{self, Meaning};
use crate::error::ReadError;
use crate::node::Node;
use crate::unfence::{UnfenceError, unfence};
use serde_json::Value;

/// What was inside.
pub(super) enum Content {
    /// The agent's own document.
    Document(Value),
    /// No document: the invocation failed.
    Crash {
        /// What there is instead.
        document: Value,
        /// Why, as far as it says so.
        reason: String,
    },
}

/// The fields in which runners put an agent's document.
const INNER: [&str; 3] = ["/output", "/result", "/body"];

/// What an agent says of its costs, which runners write beside the document.
const ACCOUNTING: [&str; 4] = ["cost_usd", "input_tokens", "output_tokens", "model_used"];

/// Takes the document out of its envelopes. What an envelope says of a failure stands
/// above what is inside; its success is only the runner's.
pub(super) fn unwrap(value: Value) -> Result<Content, ReadError> {
    let value = match &value {
        Value::String(text) => parsed_text(text, "$")?,
        _ => value,
    };
    let node = Node::root(&value);
    let meaning = status::meaning(&node);
    // Beside ERROR the reason is read with the rest of the document.
    if meaning != Some(Meaning::Error)
        && let Some(reason) = reason_of_crash(&node)
    {
        return Ok(Content::Crash {
            document: value,
            reason,
        });
    }
    let code = status_code(&node).filter(|_| node.get("/body").is_some());
    if let Some(code) = code
        && (code >= 400 || is_base64(&node))
    {
        return unwrap_proxy(&node, code);
    }
    if let Some(inner) = inner_document(&node)? {
        return unwrap_inner(&node, meaning, inner).unwrap_or(Ok(Content::Document(value)));
    }
    match code {
        Some(code) if node.get("/status").is_none() => unwrap_proxy(&node, code),
        _ => Ok(Content::Document(value)),
    }
}

/// Decides between a document and the one inside of it; `None` is the outer one.
fn unwrap_inner(
    outer: &Node<'_>,
    meaning: Option<Meaning>,
    inner: Value,
) -> Option<Result<Content, ReadError>> {
    let inside = Node::root(&inner);
    let is_against = list::lists_something(&inside)
        || matches!(
            status::meaning(&inside),
            Some(Meaning::Fail | Meaning::Failure | Meaning::Error | Meaning::Rejected)
        );
    match meaning {
        Some(Meaning::Error | Meaning::Failure | Meaning::Rejected) => return None,
        // A rejection without findings of its own is that of the findings inside.
        Some(Meaning::Fail) if list::is_stated(outer) || !list::lists_something(&inside) => {
            return None;
        }
        _ => {}
    }
    if list::is_stated(outer) {
        return is_against.then(|| {
            Err(ReadError::Contradiction {
                one: "the document lists its findings".to_owned(),
                other: "a document inside of it lists others or fails".to_owned(),
            })
        });
    }
    let mut inner = inner;
    if let Some(fields) = inner.as_object_mut() {
        for key in ["status"].iter().chain(&ACCOUNTING) {
            if let Some(value) = outer.get(&format!("/{key}")) {
                let field = fields.entry(*key).or_insert(Value::Null);
                if field.is_null() {
                    *field = value.clone();
                }
            }
        }
    }
    Some(unwrap(inner))
}

/// The document inside of a document: what has a status or lists of findings.
fn inner_document(node: &Node<'_>) -> Result<Option<Value>, ReadError> {
    let mut found = Vec::new();
    for field in INNER {
        let candidate = match node.get(field) {
            // Prose that quotes a document is not one.
            Some(Value::String(text)) if text.trim_start().starts_with(['{', '`', '~']) => {
                match parsed_text(text, &node.path_of(field)) {
                    Ok(value) => value,
                    Err(ReadError::WrongType { .. }) => continue,
                    Err(error) => return Err(error),
                }
            }
            Some(value @ Value::Object(_)) => value.clone(),
            _ => continue,
        };
        let inside = Node::root(&candidate);
        let has_status = inside.get("/status").is_some_and(Value::is_string);
        let has_crashed = reason_of_crash(&inside).is_some();
        let is_document = has_status || has_crashed || list::is_stated(&inside);
        if is_document && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    match found.len() {
        0 | 1 => Ok(found.pop()),
        count => Err(ReadError::SeveralDocuments { count }),
    }
}

fn is_base64(node: &Node<'_>) -> bool {
    node.get("/isBase64Encoded") == Some(&Value::Bool(true))
}

fn unwrap_proxy(node: &Node<'_>, code: u64) -> Result<Content, ReadError> {
    if is_base64(node) {
        return Err(ReadError::WrongType {
            path: node.path_of("/body"),
            expected: "text or an object",
            found: "base64",
        });
    }
    let body = match node.get("/body") {
        Some(Value::String(text)) => parsed_text(text, "$.body"),
        Some(other) => Ok(other.clone()),
        None => Ok(Value::Null),
    };
    if code < 400 {
        return Ok(Content::Document(body?));
    }
    // The body of an error may be any text; the code says enough.
    let body = body.unwrap_or_else(|_| node.get("/body").cloned().unwrap_or_default());
    let inner = Node::root(&body);
    let said = body.as_str().map(str::to_owned).or_else(|| reason(&inner));
    Ok(Content::Crash {
        reason: match said {
            Some(said) => format!("the agent answered with status {code}: {said}"),
            None => format!("the agent answered with status {code}"),
        },
        document: body,
    })
}

fn status_code(node: &Node<'_>) -> Option<u64> {
    match node.get("/statusCode")? {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    }
}

/// The document in a JSON string. Text that is no document is the wrong type rather
/// than a syntax error: the outer JSON is fine.
fn parsed_text(text: &str, path: &str) -> Result<Value, ReadError> {
    unfence(text).map_err(|error| match error {
        UnfenceError::RepeatedKey { .. }
        | UnfenceError::TooDeep { .. }
        | UnfenceError::Several { .. } => error.into(),
        UnfenceError::Empty | UnfenceError::NotJson(_) => ReadError::WrongType {
            path: path.to_owned(),
            expected: "an object, or a text that holds one",
            found: "another text",
        },
    })
}

fn reason_of_crash(node: &Node<'_>) -> Option<String> {
    let message = node.get("/errorMessage")?;
    let message = text_or_json(message);
    let kind = node.get("/errorType").and_then(Value::as_str);
    // An agent that always writes its fields leaves this one empty when all is well.
    if message.is_empty() && kind.is_none() && node.get("/status").is_some() {
        return None;
    }
    Some(match kind {
        Some(kind) => format!("{kind}: {message}"),
        None => message,
    })
}

/// Why the agent failed, from the fields in which the generations say so.
pub(super) fn reason(node: &Node<'_>) -> Option<String> {
    const FIELDS: [&str; 10] = [
        "/error/message",
        "/error",
        "/error_message",
        "/errorMessage",
        "/errors/0/message",
        "/errors/0",
        "/reason",
        "/message",
        "/comments",
        "/summary",
    ];
    FIELDS
        .iter()
        .filter_map(|field| node.get(field))
        .map(text_or_json)
        .find(|text| !text.trim().is_empty())
}

fn text_or_json(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(value: Value) -> Result<Value, ReadError> {
        match unwrap(value)? {
            Content::Document(document) => Ok(document),
            Content::Crash { reason, .. } => Ok(json!({ "crash": reason })),
        }
    }

    /// Goal: each envelope is taken off, and what is no envelope stays.
    #[test]
    fn envelopes() {
        let plain = json!({"status": "PASS"});
        let text = plain.to_string();
        let cases = [
            plain.clone(),
            json!(text),
            json!({"statusCode": 200, "body": text}),
            json!({"statusCode": 200, "body": plain}),
            json!({"statusCode": "200", "body": text, "isBase64Encoded": false}),
            json!({"statusCode": 200, "body": format!("```json\n{text}\n```")}),
        ];
        for case in cases {
            assert_eq!(document(case.clone()).unwrap(), plain, "{case}");
        }
        let own = json!({"status": "PASS", "statusCode": 200, "body": "mine"});
        assert_eq!(document(own.clone()).unwrap(), own);
    }

    /// Goal: a success outside does not hide the document inside, nor the reverse.
    #[test]
    fn documents_inside_of_documents() {
        let fail = json!({"status": "FAIL", "violations": [{"type": "a"}]});
        let text = fail.to_string();
        for envelope in [
            json!({"status": "SUCCESS", "output": fail}),
            json!({"status": "SUCCESS", "result": fail}),
            json!({"status": "SUCCESS", "result": text}),
            json!({"output": fail}),
            json!({"status": "PASS", "statusCode": 200, "body": fail}),
            json!({"status": "PASS", "statusCode": 200, "body": text}),
            json!({"status": "PASS", "body": fail}),
            json!({"status": "FAIL", "output": fail}),
            json!({"status": "FAIL", "output": {"violations": [{"type": "a"}]}}),
            json!({"status": "SUCCESS", "output": {"status": "SUCCESS", "result": fail}}),
            json!({"status": "SUCCESS", "output": fail, "result": fail}),
        ] {
            assert_eq!(document(envelope.clone()).unwrap(), fail, "{envelope}");
        }
        let pass = json!({"status": "PASS"});
        for own in [
            json!({"status": "ERROR", "error": "boom", "output": pass}),
            json!({"status": "FAILURE", "result": pass}),
            json!({"status": "FAIL", "result": pass}),
            json!({"status": "PASS", "violations": [], "result": pass}),
            json!({"status": "PASS", "result": {"url": "x"}, "output": "text"}),
        ] {
            assert_eq!(document(own.clone()).unwrap(), own);
        }
        let costly = json!({"status": "PASS", "cost_usd": 0.5, "output": fail});
        assert_eq!(document(costly).unwrap()["cost_usd"], json!(0.5));
        let crash = json!({"status": "PASS", "output": {"errorMessage": "boom"}});
        assert_eq!(document(crash).unwrap(), json!({"crash": "boom"}));
        let hidden = json!({"status": "PASS", "violations": [], "output": fail});
        let error = document(hidden).unwrap_err();
        assert!(matches!(error, ReadError::Contradiction { .. }), "{error}");
        let several = json!({"status": "PASS", "output": fail, "result": pass});
        let error = document(several).unwrap_err();
        assert_eq!(error, ReadError::SeveralDocuments { count: 2 });
    }

    /// Goal: an error document is an error whatever else it says; an empty message
    /// beside a status is none.
    #[test]
    fn crashes_that_claim_success() {
        let crash = json!({"status": "PASS", "errorMessage": "boom", "errorType": "E"});
        assert_eq!(document(crash).unwrap(), json!({"crash": "E: boom"}));
        let failed = json!({"status": "PASS", "statusCode": 500, "body": "boom"});
        let crash = json!({"crash": "the agent answered with status 500: boom"});
        assert_eq!(document(failed).unwrap(), crash);
        let empty = json!({"status": "PASS", "errorMessage": "", "errorType": null});
        assert_eq!(document(empty.clone()).unwrap(), empty);
    }

    /// Goal: failed invocations give their reason.
    #[test]
    fn crashes() {
        let cases = [
            (
                json!({"errorMessage": "Agent failed", "errorType": "RuntimeError"}),
                "RuntimeError: Agent failed",
            ),
            (json!({"errorMessage": "Agent failed"}), "Agent failed"),
            (
                json!({"statusCode": 503, "body": "overloaded"}),
                "the agent answered with status 503: overloaded",
            ),
            (
                json!({"statusCode": 500, "body": "{\"message\": \"boom\"}"}),
                "the agent answered with status 500: boom",
            ),
            (
                json!({"statusCode": 502, "body": {}}),
                "the agent answered with status 502",
            ),
        ];
        for (case, expected) in cases {
            assert_eq!(document(case).unwrap(), json!({"crash": expected}));
        }
    }

    /// Goal: a body that is no document is refused with its place.
    #[test]
    fn bodies_that_are_no_documents() {
        for case in [
            json!({"statusCode": 200, "body": "fine"}),
            json!({"statusCode": 200, "body": "e30=", "isBase64Encoded": true}),
        ] {
            let error = document(case).unwrap_err();
            assert!(error.to_string().starts_with("`$.body` is "), "{error}");
        }
    }
}
