//! What an answer becomes.

use super::server::{Server, answer, json};
use super::{Asking, get};
use crate::world::{With, World, assert_succeeded, failure};
use serde_json::{Value, json};
use stagewright_agents::{AnsweredBy, HttpAnswer, HttpMethod};
use stagewright_core::retry::ErrorClass;

const JSON: &str = "Content-Type: application/json";

/// Goal: without a promise, the content type and the request's own word say what an
/// answer is; what should be JSON and is not, is refused; nothing is null.
#[test]
fn plain() {
    use HttpAnswer::{Auto, Json, Text};
    let world = World::new();
    for (how, kind, body, expected) in [
        (Auto, JSON, r#"{"a": 1}"#, Some(json!({"a": 1}))),
        (Auto, JSON, "[1, 2]", Some(json!([1, 2]))),
        (Auto, JSON, "true", Some(json!(true))),
        (Auto, JSON, "\"text\"", Some(json!("text"))),
        (
            Auto,
            "Content-Type: Application/JSON; charset=utf-8",
            "7",
            Some(json!(7)),
        ),
        (
            Auto,
            "Content-Type: application/problem+json",
            "{}",
            Some(json!({})),
        ),
        (Auto, JSON, "oops", None),
        (Auto, JSON, "log line\n{\"a\": 1}", None),
        (Auto, JSON, r#"{"a": 1} trailing"#, None),
        (Auto, JSON, r#"{"a": 1, "a": 2}"#, None),
        (Auto, "X-None: 1", r#"{"a": 1}"#, Some(json!({"a": 1}))),
        (
            Auto,
            "Content-Type: text/plain",
            "hello\n",
            Some(json!("hello")),
        ),
        (
            Auto,
            "Content-Type: text/plain",
            "true",
            Some(json!("true")),
        ),
        (
            Auto,
            "Content-Type: text/plain",
            r#"{"a": 1, "a": 2}"#,
            Some(json!(r#"{"a": 1, "a": 2}"#)),
        ),
        (Auto, JSON, "", Some(Value::Null)),
        (Auto, "X-None: 1", "", Some(Value::Null)),
        (
            Json,
            "Content-Type: text/html",
            r#"{"a": 1}"#,
            Some(json!({"a": 1})),
        ),
        (Json, "Content-Type: text/html", "<html>", None),
        (Json, JSON, "", None),
        (Text, JSON, r#"{"a": 1}"#, Some(json!(r#"{"a": 1}"#))),
        (Text, JSON, "", Some(Value::Null)),
    ] {
        let server = Server::once(answer("200 OK", &[kind], body));
        let performed = world.run(get(&server.url("/")).http(|http| http.answer = how));
        match expected {
            Some(output) => {
                assert_succeeded(&performed);
                assert_eq!(performed.document.output, output, "{how:?} {kind} {body}");
                assert_eq!(performed.document.answered_by, Some(AnsweredBy::Http));
                assert_eq!(performed.document.http_status, Some(200));
            }
            None => assert_eq!(
                failure(&performed).0,
                ErrorClass::InvalidOutput,
                "{kind} {body}"
            ),
        }
    }
}

/// Goal: answers without a body are null, whatever their header says.
#[test]
fn nothing() {
    let world = World::new();
    for (method, sent) in [
        (HttpMethod::Delete, "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            HttpMethod::Head,
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Type: application/json\r\n\r\n",
        ),
        (
            HttpMethod::Post,
            "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
        ),
    ] {
        let server = Server::once(sent);
        let performed = world.run(get(&server.url("/")).http(|http| http.method = method));
        assert_succeeded(&performed);
        assert_eq!(performed.document.output, Value::Null, "{sent}");
    }
}

/// Goal: a promised document is read by the reader of commands, findings and all.
#[test]
fn documents() {
    let world = World::new();
    let document = r#"{"status": "FAIL", "violations": [
        {"file": "a.py", "line": 3, "type": "X1", "severity": "HIGH", "description": "bad"}]}"#;
    for kind in [JSON, "Content-Type: text/plain"] {
        let server = Server::once(answer("200 OK", &[kind], document));
        let performed = world.run(get(&server.url("/")).format("agent"));
        assert_succeeded(&performed);
        assert_eq!(performed.outcome.findings.counts.high, 1);
        assert_eq!(performed.document.findings[0].file.as_deref(), Some("a.py"));
        assert_eq!(performed.document.format.as_deref(), Some("agent"));
    }
    let by_type = |body: &str| {
        let server = Server::once(json(body));
        world.run(get(&server.url("/")).with(|request| {
            request.reader.agent_type = Some("architect_best_practises".to_owned());
        }))
    };
    let performed = by_type(r#"{"status": "NEW_PATTERN_FOUND", "new_pattern_detected": true}"#);
    assert_succeeded(&performed);
    assert_eq!(performed.outcome.facts.new_pattern_detected, Some(true));
    let performed = by_type(r#"{"status": "ERROR", "error": "no model"}"#);
    assert_eq!(
        failure(&performed),
        (
            ErrorClass::Execution,
            "the agent reports an error: no model"
        )
    );
}

/// Goal: a promise that is not kept is `invalid_output`, and says what came instead.
#[test]
fn broken_promises() {
    let world = World::new();
    for (sent, said) in [
        (
            answer(
                "200 OK",
                &["Content-Type: text/html"],
                "<html>Log in</html>",
            ),
            "the answer (content type `text/html`) cannot be read as agent document: it is not JSON",
        ),
        (
            b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
            "the answer (no content type) cannot be read as agent document: it is empty",
        ),
        (json("{}"), "the document has no `status`"),
        (
            json(r#"{"status": "PASS", "status": "FAIL"}"#),
            "the key `status` is repeated",
        ),
    ] {
        let server = Server::once(sent);
        let performed = world.run(get(&server.url("/")).format("agent"));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidOutput);
        assert!(message.contains(said), "{message}");
    }
}
