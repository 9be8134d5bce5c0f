//! Secrets arrive, and are found nowhere afterwards.

use super::server::{Server, Step, answer};
use super::{Asking, conversation, post};
use crate::world::{With, World, assert_succeeded, failure};
use serde_json::json;
use stagewright_agents::{HttpBody, Performed, Request, SecretPart, SecretText};
use stagewright_core::retry::ErrorClass;

const SECRET: &str = "s3cr\"et/va lue";

fn world() -> World {
    let mut world = World::new();
    world.set("OWN", SECRET);
    world.set("IN_PATH", "T0K/EN-in-path");
    world
}

fn with_text(before: &str, name: &str) -> SecretText {
    SecretText::Parts(vec![
        SecretPart::Text(before.to_owned()),
        SecretPart::Secret(name.to_owned()),
    ])
}

/// A request with a secret in each place that can have one.
fn request(server: &Server) -> Request {
    let url = with_text(&server.url("/hook/"), "P");
    post("")
        .secret("T", "env:OWN")
        .secret("P", "env:IN_PATH")
        .http(|http| {
            http.url = url;
            http.headers
                .insert("Authorization".to_owned(), with_text("Bearer ", "T"));
            http.headers
                .insert("X-Plain".to_owned(), with_text("v=", "T"));
            http.body =
                HttpBody::json(json!({"key": "$T", "list": ["a", "$T"]}), |text| match text
                    .strip_prefix('$')
                {
                    Some(name) => SecretText::secret(name),
                    None => text.into(),
                });
        })
}

#[track_caller]
fn assert_clean(world: &World, performed: &Performed) {
    let said = conversation(world, performed);
    let body = String::from_utf8(world.stdout(performed)).unwrap();
    let stored = serde_json::to_string(&performed.document).unwrap();
    let shown = format!("{performed:?}");
    for (place, text) in [
        ("log", said),
        ("body", body),
        ("document", stored),
        ("result", shown),
    ] {
        for trace in ["s3cr", "va lue", "T0K", "EN-in"] {
            assert!(!text.contains(trace), "{trace} is in the {place}: {text}");
        }
    }
}

/// Goal: secrets arrive in URL, fields and body, and an echo of all of them is redacted
/// wherever it ends up.
#[test]
fn arrive_and_vanish() {
    let world = world();
    let server = Server::new(vec![vec![Step::Echo]]);
    let performed = world.run(request(&server));
    assert_succeeded(&performed);
    let heard = server.heard();
    for part in [
        "POST /hook/T0K/EN-in-path HTTP/1.1\r\n",
        "Authorization: Bearer s3cr\"et/va lue\r\n",
        "X-Plain: v=s3cr\"et/va lue\r\n",
        r#"{"key":"s3cr\"et/va lue","list":["a","s3cr\"et/va lue"]}"#,
    ] {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    assert_clean(&world, &performed);
    let said = conversation(&world, &performed);
    assert!(said.contains("> POST /hook/*** HTTP/1.1"), "{said}");
    assert!(said.contains("> authorization: ***\n"), "{said}");
    assert!(performed.document.output.as_str().unwrap().contains("***"));
}

/// Goal: failures are as clean as answers: of the server, of the network, of a redirect.
#[test]
fn failures_are_clean() {
    let world = world();
    let echo = format!("key {SECRET} at /hook/T0K/EN-in-path");
    let location = "Location: /again/T0K/EN-in-path";
    for sent in [
        answer("403 Forbidden", &["Set-Cookie: s=s3cr"], &echo),
        answer(
            "500 Internal Server Error",
            &[&format!("X-Key: {SECRET}")],
            &echo,
        ),
        answer("302 Found", &[location], ""),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_vec(),
        answer("200 OK", &["Content-Type: application/json"], &echo),
    ] {
        let server = Server::once(sent);
        let performed = world.run(request(&server));
        assert!(!failure(&performed).1.is_empty());
        assert_clean(&world, &performed);
    }
}

/// Goal: what a server sets for sessions is in no log, declared or not.
#[test]
fn cookies_are_not_logged() {
    let world = World::new();
    let server = Server::once(answer(
        "200 OK",
        &["Set-Cookie: session=abc123", "X-Auth-Token: abc123"],
        "",
    ));
    let performed = world.run(post(&server.url("/")));
    let said = conversation(&world, &performed);
    assert!(
        said.contains("< set-cookie: ***\n") && !said.contains("abc123"),
        "{said}"
    );
}

/// Goal: a secret that would break the request apart is refused without being shown.
#[test]
fn unusable() {
    let mut world = World::new();
    world.set("LINES", "first-line\r\nX-Evil: second-line");
    let server = Server::once("");
    let header = post(&server.url("/"))
        .secret("T", "env:LINES")
        .http(|http| {
            http.headers
                .insert("X-Key".to_owned(), SecretText::secret("T"));
        });
    let url = post("").secret("T", "env:LINES").http(|http| {
        http.url = with_text(&server.url("/"), "T");
    });
    let undeclared = post("").http(|http| http.url = SecretText::secret("U"));
    for (request, said) in [
        (header, "the value of header `X-Key` holds a line break"),
        (url, "url: it holds a control character (U+000D)"),
        (undeclared, "secret `U` is not declared under `secrets:`"),
    ] {
        let performed = world.run(request);
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidInput);
        assert!(message.contains(said), "{message}");
        assert!(!message.contains("-line"), "{message}");
    }
    assert!(server.heard_nothing());
}
