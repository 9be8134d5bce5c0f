//! What an invocation puts around an agent's document, and the reason of an error.
//!
//! A Lambda function may answer with its document, with the document as JSON text,
//! with a proxy response (`statusCode` and `body`), or, when it crashed, with
//! `errorMessage` and `errorType`.

use crate::error::ReadError;
use crate::node::Node;
use crate::unfence::unfence;
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

/// Takes the document out of its envelope, one layer of each kind.
pub(super) fn unwrap(value: Value) -> Result<Content, ReadError> {
    let value = match &value {
        Value::String(text) => parsed_text(text, "$")?,
        _ => value,
    };
    let node = Node::root(&value);
    if node.get("/status").is_some() {
        return Ok(Content::Document(value));
    }
    if let Some(reason) = reason_of_crash(&node) {
        return Ok(Content::Crash {
            document: value,
            reason,
        });
    }
    let (Some(code), Some(_)) = (status_code(&node), node.get("/body")) else {
        return Ok(Content::Document(value));
    };
    unwrap_proxy(&node, code)
}

fn unwrap_proxy(node: &Node<'_>, code: u64) -> Result<Content, ReadError> {
    if node.get("/isBase64Encoded") == Some(&Value::Bool(true)) {
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
    unfence(text).map_err(|_| ReadError::WrongType {
        path: path.to_owned(),
        expected: "an object, or a text that holds one",
        found: "another text",
    })
}

fn reason_of_crash(node: &Node<'_>) -> Option<String> {
    let message = node.get("/errorMessage")?;
    let message = text_or_json(message);
    Some(match node.get("/errorType").and_then(Value::as_str) {
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
