//! Answers that point elsewhere.

use super::server::{Server, Step, answer, json};
use super::{Asking, conversation, get, post};
use crate::world::{With, World, assert_succeeded, failure};
use serde_json::json;
use stagewright_agents::{HttpBody, SecretText};
use stagewright_core::retry::ErrorClass;

fn to(status: &str, location: &str) -> Vec<u8> {
    answer(status, &[&format!("Location: {location}")], "moved")
}

fn scripts(answers: Vec<Vec<u8>>) -> Vec<Vec<Step>> {
    answers
        .into_iter()
        .map(|answer| vec![Step::Send(answer)])
        .collect()
}

/// Goal: redirects are followed one by one, relative ones too, and the log shows it.
#[test]
fn followed() {
    let world = World::new();
    let server = Server::new(scripts(vec![
        to("301 Moved Permanently", "/b/c?x=1"),
        to("302 Found", "d"),
        to("307 Temporary Redirect", "?y=2#z"),
        json("{\"at\": \"end\"}"),
    ]));
    let performed = world.run(get(&server.url("/a")));
    assert_succeeded(&performed);
    assert_eq!(performed.document.output, json!({"at": "end"}));
    for path in ["/a", "/b/c?x=1", "/b/d", "/b/d?y=2"] {
        assert!(
            server
                .heard()
                .starts_with(&format!("GET {path} HTTP/1.1\r\n"))
        );
    }
    let said = conversation(&world, &performed);
    assert!(
        said.contains(&format!("* redirected to {}", server.url("/b/d"))),
        "{said}"
    );
}

/// Goal: 303 becomes GET without a body; 307 keeps method and body; 302 of a POST is
/// not guessed at.
#[test]
fn methods() {
    let world = World::new();
    let body = || HttpBody::json(json!({"a": 1}), |text| text.into());
    let server = Server::new(scripts(vec![to("303 See Other", "/done"), json("{}")]));
    assert_succeeded(&world.run(post(&server.url("/")).http(|http| http.body = body())));
    assert!(server.heard().ends_with("{\"a\":1}"));
    let second = server.heard().to_lowercase();
    assert!(second.starts_with("get /done "), "{second}");
    assert!(
        second.ends_with("\r\n\r\n") && !second.contains("content-"),
        "{second}"
    );

    let server = Server::new(scripts(vec![
        to("308 Permanent Redirect", "/new"),
        json("{}"),
    ]));
    assert_succeeded(&world.run(post(&server.url("/")).http(|http| http.body = body())));
    let (first, second) = (server.heard(), server.heard());
    assert!(
        second.starts_with("POST /new ") && second.ends_with("{\"a\":1}"),
        "{second}"
    );
    let key = |request: &str| {
        let line = request
            .lines()
            .find(|line| line.starts_with("Idempotency-Key"));
        line.unwrap().to_owned()
    };
    assert_eq!(key(&first), key(&second));

    let server = Server::new(scripts(vec![to("302 Found", "/new"), json("{}")]));
    let performed = world.run(post(&server.url("/")));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Invocation);
    assert!(
        message.contains(&format!("use {} instead", server.url("/new"))),
        "{message}"
    );
}

/// Goal: a loop ends at the limit, and a limit of none follows none.
#[test]
fn bounded() {
    let world = World::new();
    for (limit, asked) in [(0, 1), (2, 3), (5, 6), (1_000, 21)] {
        let server = Server::new(scripts(vec![to("302 Found", "/again"); asked + 1]));
        let performed = world.run(get(&server.url("/")).http(|http| http.redirects = limit));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::Invocation);
        assert!(
            message.contains(&format!("after {} redirects", asked - 1)),
            "{message}"
        );
        for _ in 0..asked {
            server.heard();
        }
        assert!(server.heard_nothing());
    }
}

/// Goal: at another origin no secret arrives: no field that holds one or is named like
/// one; everything else does.
#[test]
fn secrets_stay() {
    let mut world = World::new();
    world.set("OWN", "s3cret-value");
    let other = Server::once(answer("401 Unauthorized", &[], ""));
    let server = Server::new(scripts(vec![
        to("307 Temporary Redirect", "/same"),
        to("307 Temporary Redirect", &other.url("/other")),
    ]));
    let request = get(&server.url("/")).secret("T", "env:OWN").http(|http| {
        for (name, value) in [
            ("X-Custom", SecretText::secret("T")),
            ("Authorization", "Bearer plain-in-the-file".into()),
            ("Cookie", "id=1".into()),
            ("X-Team", "core".into()),
        ] {
            http.headers.insert(name.to_owned(), value);
        }
    });
    let performed = world.run(request);
    for _ in 0..2 {
        let heard = server.heard();
        for part in ["s3cret-value", "plain-in-the-file", "id=1", "core"] {
            assert!(heard.contains(part), "{part}: {heard}");
        }
    }
    let heard = other.heard();
    for part in ["s3cret-value", "plain-in-the-file", "id=1"] {
        assert!(!heard.contains(part), "{part}: {heard}");
    }
    assert!(heard.contains("X-Team: core"), "{heard}");
    let (_, message) = failure(&performed);
    assert!(
        message.contains("headers with secrets are not sent"),
        "{message}"
    );
}

/// Goal: a body with a secret does not follow to another origin.
#[test]
fn secret_bodies_stay() {
    let mut world = World::new();
    world.set("OWN", "s3cret-value");
    let other = Server::once(json("{}"));
    let server = Server::once(to("308 Permanent Redirect", &other.url("/")));
    let request = post(&server.url("/")).secret("T", "env:OWN").http(|http| {
        http.body = HttpBody::Text {
            text: SecretText::secret("T"),
        };
    });
    let performed = world.run(request);
    assert!(server.heard().ends_with("s3cret-value"));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Invocation);
    assert!(message.contains("the body holds a secret"), "{message}");
    assert!(other.heard_nothing());
}

/// Goal: a redirect is as hostile as any URL: each target is checked like the first.
#[test]
fn hostile() {
    let world = World::new();
    use ErrorClass::{InvalidInput, Invocation};
    for (location, class, said) in [
        (
            "http://169.254.169.254/latest/meta-data/",
            InvalidInput,
            "169.254.169.254, the metadata service of a cloud",
        ),
        (
            "http://[::ffff:a9fe:a9fe]/",
            InvalidInput,
            "the metadata service of a cloud",
        ),
        ("//[fe80::1]/", InvalidInput, "a link-local address"),
        ("http://0.0.0.0:80/", InvalidInput, "an unspecified address"),
        (
            "http://2852039166/",
            Invocation,
            "unusual spelling of an address",
        ),
        (
            "http://0251.0376.0251.0376/",
            Invocation,
            "unusual spelling of an address",
        ),
        ("http://a@b/", Invocation, "a user or a password"),
        ("file:///etc/passwd", Invocation, "`file:` is not supported"),
        ("gopher://x/", Invocation, "`gopher:` is not supported"),
        ("/a b", Invocation, "a space"),
        ("/caf\u{e9}", Invocation, "not ASCII"),
        ("http://", Invocation, "no host"),
    ] {
        let server = Server::once(to("302 Found", location));
        let performed = world.run(get(&server.url("/")));
        let (actual, message) = failure(&performed);
        assert_eq!(actual, class, "{location}: {message}");
        assert!(message.contains(said), "{location}: {message}");
    }
    let server = Server::once(answer("302 Found", &[], ""));
    let performed = world.run(get(&server.url("/")));
    assert!(failure(&performed).1.contains("nothing of where to go"));
}
