//! What a status means, and how long a server wants to be left alone.

use super::get;
use super::server::{Server, answer, json};
use crate::world::{With, World, failure};
use serde_json::{Value, json};
use stagewright_core::retry::ErrorClass;

/// Goal: each class of statuses has its class of errors, and the server's own words
/// are in the message.
#[test]
fn classes() {
    use ErrorClass::{Execution, InvalidInput, Invocation, Network};
    let world = World::new();
    for (status, class) in [
        ("400 Bad Request", InvalidInput),
        ("401 Unauthorized", InvalidInput),
        ("403 Forbidden", InvalidInput),
        ("404 Not Found", InvalidInput),
        ("405 Method Not Allowed", InvalidInput),
        ("409 Conflict", InvalidInput),
        ("410 Gone", InvalidInput),
        ("415 Unsupported Media Type", InvalidInput),
        ("422 Unprocessable Entity", InvalidInput),
        ("408 Request Timeout", Network),
        ("425 Too Early", Network),
        ("429 Too Many Requests", Network),
        ("500 Internal Server Error", Execution),
        ("501 Not Implemented", Execution),
        ("502 Bad Gateway", Network),
        ("503 Service Unavailable", Network),
        ("504 Gateway Timeout", Network),
        ("507 Insufficient Storage", Execution),
        ("304 Not Modified", Invocation),
        ("300 Multiple Choices", Invocation),
        ("601 <unknown status code>", Invocation),
    ] {
        let server = Server::once(answer(status, &[], r#"{"detail": "because"}"#));
        let performed = world.run(get(&server.url("/x?key=1")));
        let (actual, message) = failure(&performed);
        assert_eq!(actual, class, "{message}");
        let said = format!("GET {} answered {status}", server.url("/x"));
        assert!(message.starts_with(&said), "{message}");
        assert!(
            class == Invocation || message.contains(": because"),
            "{message}"
        );
        assert_eq!(performed.outcome.retry_after_ms, None);
    }
}

/// Goal: what was said with an error is kept for people, but never as the promised
/// document of an agent.
#[test]
fn words_of_errors() {
    let world = World::new();
    let body = r#"{"status": "PASS", "violations": [], "message": "quota"}"#;
    let sent = answer(
        "500 Internal Server Error",
        &["Content-Type: application/json"],
        body,
    );
    let server = Server::once(&sent);
    let performed = world.run(get(&server.url("/")));
    assert_eq!(performed.document.http_status, Some(500));
    assert_eq!(performed.document.output["message"], json!("quota"));
    assert_eq!(world.stdout(&performed), body.as_bytes());
    let server = Server::once(&sent);
    let performed = world.run(get(&server.url("/")).format("agent"));
    assert_eq!(failure(&performed).0, ErrorClass::Execution);
    assert_eq!(performed.document.output, Value::Null);
}

/// Goal: `Retry-After` is honoured in its forms and bounds, with any error.
#[test]
fn retry_after() {
    let world = World::new();
    for (status, headers, expected) in [
        ("429 Too Many Requests", vec!["Retry-After: 7"], Some(7_000)),
        ("503 Service Unavailable", vec!["retry-after: 0"], Some(0)),
        (
            "503 Service Unavailable",
            vec!["Retry-After: 999999999"],
            Some(3_600_000),
        ),
        (
            "503 Service Unavailable",
            vec![
                "Date: Sun, 06 Nov 1994 08:49:07 GMT",
                "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT",
            ],
            Some(60_000),
        ),
        (
            "503 Service Unavailable",
            vec!["Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"],
            Some(0),
        ),
        ("429 Too Many Requests", vec!["Retry-After: tomorrow"], None),
        (
            "500 Internal Server Error",
            vec!["Retry-After: 3"],
            Some(3_000),
        ),
    ] {
        let server = Server::once(answer(status, &headers, ""));
        let performed = world.run(get(&server.url("/")));
        assert_eq!(performed.outcome.retry_after_ms, expected, "{headers:?}");
    }
    let server = Server::once(answer("200 OK", &["Retry-After: 7"], ""));
    let performed = world.run(get(&server.url("/")));
    assert_eq!(performed.outcome.retry_after_ms, None);
}

/// Goal: interim answers are no answers.
#[test]
fn interim() {
    let world = World::new();
    let early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let server = Server::once([early.as_slice(), &json("{\"a\": 1}")].concat());
    let performed = world.run(get(&server.url("/")));
    assert_eq!(performed.document.output, json!({"a": 1}));
    let server = Server::once(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    );
    assert_eq!(
        failure(&world.run(get(&server.url("/")))).0,
        ErrorClass::Invocation
    );
}
