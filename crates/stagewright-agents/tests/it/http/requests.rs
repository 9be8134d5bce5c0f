//! What is sent, and what is refused before anything is sent.

use super::server::{Server, answer, json};
use super::{Asking, conversation, get, post};
use crate::world::{With, World, assert_succeeded, failure, verdict};
use serde_json::json;
use stagewright_agents::{HttpBody, HttpMethod, SecretText};
use stagewright_core::event::Verdict;
use stagewright_core::retry::ErrorClass;

/// The fields of a request, in lower case, without `host`.
fn fields(request: &str) -> Vec<String> {
    let head = request.split("\r\n\r\n").next().unwrap();
    let mut fields: Vec<String> = head
        .lines()
        .skip(1)
        .map(str::to_lowercase)
        .filter(|field| !field.starts_with("host:"))
        .collect();
    fields.sort();
    fields
}

/// Goal: a request is exactly what was asked for and what every request has.
#[test]
fn the_whole_request() {
    let world = World::new();
    let server = Server::once(json("{}"));
    let mut request = post(&server.url("/review?pr=7#part"));
    request.input = json!({"pr": 7});
    let request = request.http(|http| {
        http.body = HttpBody::Input;
        http.headers = [("X-Team".to_owned(), SecretText::from("core"))].into();
    });
    let mut job = world.job(request);
    job.trace_id = Some("trace-1".to_owned());
    job.try_number = 2;
    let key = format!("{}/step/2", job.run_id).to_lowercase();
    let performed = world.perform(job);
    assert_succeeded(&performed);
    let heard = server.heard();
    assert!(
        heard.starts_with("POST /review?pr=7 HTTP/1.1\r\n"),
        "{heard}"
    );
    assert!(heard.ends_with("\r\n\r\n{\"pr\":7}"), "{heard}");
    assert!(
        heard.contains(&format!("Host: {}\r\n", server.address)),
        "{heard}"
    );
    assert_eq!(
        fields(&heard),
        [
            "accept-encoding: identity",
            "accept: application/json, */*;q=0.5",
            "connection: close",
            "content-length: 8",
            "content-type: application/json",
            &format!("idempotency-key: {key}"),
            concat!("user-agent: stagewright/", env!("CARGO_PKG_VERSION")),
            "x-team: core",
            "x-trace-id: trace-1",
        ]
    );
}

/// Goal: every method is sent as it is, with each form of a body.
#[test]
fn methods_and_bodies() {
    let world = World::new();
    for method in HttpMethod::ALL {
        let server = Server::once(answer("200 OK", &[], ""));
        let performed = world.run(get(&server.url("/")).http(|http| http.method = method));
        assert_succeeded(&performed);
        let heard = server.heard();
        assert!(
            heard.starts_with(&format!("{} / ", method.as_str())),
            "{heard}"
        );
    }
    let text = HttpBody::Text {
        text: "naïve".into(),
    };
    for (body, kind, sent) in [
        (HttpBody::None, "", ""),
        (
            HttpBody::json(json!({"a": [1]}), |text| text.into()),
            "content-type: application/json",
            "{\"a\":[1]}",
        ),
        (text, "content-type: text/plain; charset=utf-8", "naïve"),
    ] {
        let server = Server::once(answer("200 OK", &[], ""));
        assert_succeeded(&world.run(post(&server.url("/")).http(|http| http.body = body)));
        let heard = server.heard();
        assert_eq!(heard.split_once("\r\n\r\n").unwrap().1, sent);
        assert_eq!(
            fields(&heard).iter().any(|field| field == kind),
            !kind.is_empty()
        );
    }
}

/// Goal: a pipeline's own fields stand above the executor's.
#[test]
fn own_fields() {
    let world = World::new();
    let server = Server::once(answer("200 OK", &[], ""));
    let request = get(&server.url("/")).http(|http| {
        for (name, value) in [
            ("accept", "text/csv"),
            ("User-Agent", "me"),
            ("IDEMPOTENCY-KEY", "mine"),
        ] {
            http.headers.insert(name.to_owned(), value.into());
        }
    });
    assert_succeeded(&world.run(request));
    let fields = fields(&server.heard());
    for field in [
        "accept: text/csv",
        "user-agent: me",
        "idempotency-key: mine",
    ] {
        assert!(fields.iter().any(|own| own == field), "{fields:?}");
    }
    assert_eq!(fields.len(), 5, "none is there twice: {fields:?}");
}

/// Goal: what could break a request apart, or is not the pipeline's to say, is refused
/// for good before anything is sent, and no message shows a value.
#[test]
fn refused() {
    let world = World::new();
    let server = Server::once("");
    let url = server.url("/");
    let with_header = |name: &str, value: &str| {
        get(&url).http(|http| {
            http.headers.insert(name.to_owned(), value.into());
        })
    };
    let twice = with_header("X-A", "1").http(|http| {
        http.headers.insert("x-a".to_owned(), "2".into());
    });
    let entry = get(&url).http(|http| http.allow_addresses = vec!["10.0.0.0/99".to_owned()]);
    for (request, said) in [
        (
            get("http://user:hunter2@host/"),
            "url: it holds a user or a password",
        ),
        (get("ftp://host/"), "url: `ftp:` is not supported"),
        (
            get("http://host/a b"),
            "url: it holds a space; write that percent-encoded",
        ),
        (get(""), "url: it is empty"),
        (
            with_header("X-A", "1\r\nX-Evil: hunter2"),
            "the value of header `X-A` holds a line break",
        ),
        (
            with_header("X-A", "hunter2\u{1}"),
            "the value of header `X-A` holds",
        ),
        (
            with_header("X-A", "hünter2"),
            "the value of header `X-A` holds",
        ),
        (
            with_header("X A", "1"),
            "`X A` cannot be the name of a header",
        ),
        (
            with_header("X-A: 1\r\nY", "1"),
            "cannot be the name of a header",
        ),
        (with_header("", "1"), "`` cannot be the name of a header"),
        (
            with_header("Host", "other"),
            "header `Host` is set by stagewright itself",
        ),
        (
            with_header("Content-Length", "3"),
            "header `Content-Length` is set by",
        ),
        (
            with_header("transfer-encoding", "chunked"),
            "header `transfer-encoding` is set by",
        ),
        (
            with_header("Accept-Encoding", "gzip"),
            "header `Accept-Encoding` is set by",
        ),
        (twice, "header `x-a` is given twice"),
        (entry, "`10.0.0.0/99` under `allow_addresses` is neither"),
    ] {
        let performed = world.run(request);
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidInput, "{message}");
        assert!(message.contains(said), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    assert!(server.heard_nothing());
}

/// Goal: a gate proves something on this machine; a server's word is no such proof.
#[test]
fn no_gates() {
    let performed = World::new().run(get("http://127.0.0.1:1/").gate());
    let (result, message) = verdict(&performed);
    assert_eq!(result, Verdict::Error);
    assert_eq!(
        message,
        "a gate is a program that runs here, not an HTTP request"
    );
}

/// Goal: the logs tell the conversation, and the answer is a log of its own.
#[test]
fn logs() {
    let world = World::new();
    let server = Server::once(answer("201 Created", &["X-Kind: test"], "made"));
    let text = HttpBody::Text {
        text: "make".into(),
    };
    let performed = world.run(post(&server.url("/things?n=1")).http(|http| http.body = text));
    assert_eq!(performed.document.http_status, Some(201));
    assert_eq!(world.stdout(&performed), b"made");
    let said = conversation(&world, &performed);
    let address = server.address;
    for line in [
        format!("* connected to {address}"),
        "> POST /things?n=1 HTTP/1.1".to_owned(),
        format!("> host: {address}"),
        "> [body: 4 bytes]\nmake".to_owned(),
        "< HTTP/1.1 201 Created".to_owned(),
        "< x-kind: test".to_owned(),
    ] {
        assert!(said.contains(&format!("{line}\n")), "{line}\n---\n{said}");
    }
}

/// Goal: a large body is sent whole, and logged as far as anybody reads.
#[test]
fn a_large_body() {
    let world = World::new();
    let server = Server::once(json("{}"));
    let body = "0123456789".repeat(100_000);
    let text = HttpBody::Text {
        text: body.as_str().into(),
    };
    let performed = world.run(post(&server.url("/")).http(|http| http.body = text));
    assert_succeeded(&performed);
    assert!(server.heard().ends_with(&body));
    let said = conversation(&world, &performed);
    assert!(
        said.contains("[the rest of the body is not logged]"),
        "{said}"
    );
    assert!(said.len() < 20_000, "{}", said.len());
}
