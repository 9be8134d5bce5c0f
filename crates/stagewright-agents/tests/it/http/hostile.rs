//! Servers that break down, lie, or never stop.

use super::server::{Server, Step, answer, json};
use super::{Asking, conversation, get, post};
use crate::world::{With, World, assert_succeeded, failure};
use serde_json::{Value, json};
use stagewright_agents::{HttpBody, Performed, Request};
use stagewright_core::plan::TimeLimits;
use stagewright_core::retry::ErrorClass;
use std::time::{Duration, Instant};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

fn limited(request: Request, limits: TimeLimits) -> Request {
    request.with(|request| request.limits = limits)
}

fn ask(answer: impl AsRef<[u8]>) -> Performed {
    let server = Server::once(answer);
    World::new().run(get(&server.url("/")))
}

/// Goal: an answer that is broken or not whole is a failure of the network, which may
/// be repeated, and never a shorter answer. The message says with whom.
#[test]
fn broken() {
    for (what, sent) in [
        ("nothing", String::new()),
        ("half a status", "HTTP/1.1 20".to_owned()),
        ("half a header", "HTTP/1.1 200 OK\r\nContent-Len".to_owned()),
        (
            "a short body",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}".to_owned(),
        ),
        ("no last chunk", format!("{CHUNKED}2\r\n{{}}\r\n")),
        ("half a chunk", format!("{CHUNKED}ff\r\n{{}}")),
        (
            "a bad chunk size",
            format!("{CHUNKED}zz\r\n{{}}\r\n0\r\n\r\n"),
        ),
        (
            "a huge chunk size",
            format!("{CHUNKED}fffffffffffffffff\r\n{{}}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk without its end",
            format!("{CHUNKED}2\r\n{{}}xx0\r\n\r\n"),
        ),
        (
            "two lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x".to_owned(),
        ),
        (
            "a negative length",
            "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}".to_owned(),
        ),
        (
            "a length that is none",
            "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}".to_owned(),
        ),
        ("not HTTP", "SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
        (
            "an old protocol",
            "<html>no header at all</html>".to_owned(),
        ),
        ("a bad status", "HTTP/1.1 abc OK\r\n\r\n".to_owned()),
        (
            "a bad field",
            "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n".to_owned(),
        ),
        (
            "a field with a zero byte",
            "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n".to_owned(),
        ),
    ] {
        let server = Server::once(&sent);
        let performed = World::new().run(get(&server.url("/")));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::Network, "{what}: {message}");
        assert!(
            message.contains(&server.address.to_string()),
            "{what}: {message}"
        );
        assert_eq!(performed.document.output, Value::Null, "{what}");
    }
}

/// Goal: the ways not to be there at all, each with what to do.
#[test]
fn not_there() {
    let world = World::new();
    let address = Server::resetting();
    let performed = world.run(get(&format!("http://{address}/")));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Network, "{message}");
    assert!(message.contains(&address.to_string()), "{message}");

    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let performed = world.run(get(&format!("http://{address}/")));
    assert_eq!(
        failure(&performed),
        (
            ErrorClass::Network,
            format!(
                "cannot connect to {address}: {address}: connection refused; is the service \
                 running, and is it reachable from here?"
            )
            .as_str()
        )
    );

    let performed = world.run(get("http://nowhere.invalid/"));
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::Network);
    assert!(
        message.starts_with("the host name `nowhere.invalid` cannot be resolved"),
        "{message}"
    );
}

/// Goal: a header has a size and a number of fields, and an answer beyond them is
/// refused with both.
#[test]
fn large_headers() {
    let fields: String = (0..10_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    for field in [fields, long] {
        let performed = ask(format!("HTTP/1.1 200 OK\r\n{field}\r\n{{}}"));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidOutput);
        assert!(
            message.contains("is larger than 65536 bytes or 256 fields"),
            "{message}"
        );
    }
    // A large one that is not too large is fine.
    let fields: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    assert_succeeded(&ask(format!("HTTP/1.1 200 OK\r\n{fields}\r\n{{}}")));
}

/// Goal: a body without end costs no more than its limit: a text is cut, a document is
/// refused, and nobody goes on reading.
#[test]
fn endless() {
    let world = World::new();
    let start = |kind: &str| {
        Server::new(vec![vec![
            send(format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n")),
            Step::Endless(b"[0123456789]".repeat(1_000), Duration::ZERO),
        ]])
    };
    let capped = |url: &str| get(url).http(|http| http.max_answer_bytes = Some(50_000));

    let server = start("text/plain");
    let performed = world.run(capped(&server.url("/")));
    assert_succeeded(&performed);
    assert_eq!(performed.document.output.as_str().unwrap().len(), 50_000);
    assert!(performed.outcome.warnings[0].contains("larger than the limit of 50000 bytes"));
    server.gone();

    for request in [
        |url: &str| get(url).http(|http| http.max_answer_bytes = Some(50_000)),
        |url: &str| {
            let http = get(url).http(|http| http.max_answer_bytes = Some(50_000));
            http.format("agent")
        },
    ] {
        let server = start("application/json");
        let performed = world.run(request(&server.url("/")));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidOutput);
        assert!(
            message.contains("larger than the limit of 50000 bytes"),
            "{message}"
        );
        server.gone();
    }
}

/// Goal: the settings' cap stands above a request's own, and a body of exactly the cap
/// is whole.
#[test]
fn caps() {
    let mut world = World::new();
    world.settings.caps.answer_bytes = 10;
    let run = |world: &World, length: usize, own: Option<u64>| {
        let server = Server::once(answer("200 OK", &[], "x".repeat(length)));
        let performed = world.run(get(&server.url("/")).http(|http| http.max_answer_bytes = own));
        performed.document.output.as_str().unwrap().len()
    };
    assert_eq!(run(&world, 10, None), 10);
    assert_eq!(run(&world, 11, None), 10);
    assert_eq!(run(&world, 11, Some(1_000)), 10);
    assert_eq!(run(&world, 11, Some(4)), 4);
    assert_eq!(run(&world, 11, Some(u64::MAX)), 10);
}

/// Goal: an error's body is read for its words only; when it never ends or breaks off,
/// the status still counts.
#[test]
fn errors_without_end() {
    let world = World::new();
    let head = send("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n\r\n");
    let server = Server::new(vec![vec![
        head.clone(),
        Step::Endless(b"over and over ".repeat(100), Duration::ZERO),
    ]]);
    let performed = world.run(get(&server.url("/")));
    assert_eq!(failure(&performed).0, ErrorClass::Network);
    assert!(failure(&performed).1.contains("503"), "{performed:?}");
    assert_eq!(performed.outcome.retry_after_ms, Some(2_000));
    server.gone();

    let server = Server::once("HTTP/1.1 404 Not Found\r\nContent-Length: 50\r\n\r\ngone");
    let performed = world.run(get(&server.url("/")));
    assert_eq!(failure(&performed).0, ErrorClass::InvalidInput);
    assert!(
        failure(&performed).1.ends_with("404 Not Found: gone"),
        "{performed:?}"
    );
}

/// Goal: JSON that cannot be stored or means two things is refused, each with a reason.
#[test]
fn evil_json() {
    for (body, said) in [
        (b"{\"a\": \"\xff\"}".to_vec(), "not valid UTF-8 (at byte 7)"),
        (
            [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
            "nested too deeply",
        ),
        (
            br#"{"a": {"b": 1, "b": 2}}"#.to_vec(),
            "the key `b` is repeated",
        ),
        (b"{\"a\": NaN}".to_vec(), "not JSON"),
        (b"{\"a\": 1}{\"a\": 2}".to_vec(), "2 JSON documents"),
        (b"{\"a\": 1e99999}".to_vec(), "not JSON"),
        (b"{\"a\": \"\\ud800\"}".to_vec(), "not JSON"),
    ] {
        let performed = ask(answer("200 OK", &["Content-Type: application/json"], &body));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidOutput, "{message}");
        assert!(message.contains(said), "{message}");
        assert!(message.len() < 500, "{}", message.len());
    }
    // Where no JSON was announced, bytes that are no text are replaced, as a command's are.
    let performed = ask(answer("200 OK", &[], b"a\xffb"));
    assert_eq!(performed.document.output, json!("a\u{fffd}b"));
}

/// Goal: an encoding that nobody asked for is named instead of taken for a text.
#[test]
fn encoded() {
    for encoding in ["gzip", "br", "gzip, identity", "aws-chunked"] {
        let header = format!("Content-Encoding: {encoding}");
        let performed = ask(answer("200 OK", &[&header], b"\x1f\x8b\x08"));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::InvalidOutput);
        assert!(
            message.contains(&format!("encoded as `{encoding}`")),
            "{message}"
        );
    }
    assert_succeeded(&ask(answer(
        "200 OK",
        &["Content-Encoding: identity"],
        b"x",
    )));
}

/// Goal: each time limit is noticed at its own place, and named.
#[test]
fn slow() {
    let world = World::new();
    let trickle = |bytes: &[u8]| Step::Endless(bytes.to_vec(), Duration::from_millis(20));
    let first = |ms| TimeLimits {
        first_output_ms: Some(ms),
        ..TimeLimits::default()
    };
    let idle = |ms| TimeLimits {
        idle_ms: Some(ms),
        ..TimeLimits::default()
    };
    let total = |ms| TimeLimits {
        total_ms: Some(ms),
        ..TimeLimits::default()
    };
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    for (script, limits, said) in [
        (
            vec![Step::Hang],
            first(100),
            "no answer within 100 ms of its start (limit: first output), waiting for",
        ),
        (
            vec![Step::Hang],
            idle(100),
            "no answer within 100 ms of its start (limit: first output)",
        ),
        (
            vec![Step::Hang],
            total(100),
            "not done within 100 ms (limit: total), waiting for",
        ),
        // A header that comes byte by byte is not there until it is whole.
        (
            vec![send("HTTP/1.1 200 OK\r\nX-Slow: "), trickle(b"x")],
            first(200),
            "(limit: first output)",
        ),
        (
            vec![send("HTTP/1.1 200 OK\r\nX-Slow: "), trickle(b"x")],
            idle(200),
            "(limit: first output)",
        ),
        (
            vec![send(head), send("some"), Step::Hang],
            idle(100),
            "no more of the answer for 100 ms (limit: idle), reading",
        ),
        (
            vec![send(head), trickle(b"x")],
            total(300),
            "not done within 300 ms (limit: total), reading",
        ),
    ] {
        let server = Server::new(vec![script]);
        let started = Instant::now();
        let performed = world.run(limited(get(&server.url("/")), limits));
        let (class, message) = failure(&performed);
        assert_eq!(class, ErrorClass::Timeout, "{message}");
        assert!(message.contains(said), "{message}");
        assert!(started.elapsed() < Duration::from_secs(3), "{message}");
        assert!(conversation(&world, &performed).contains("(limit: "));
    }
    // Redirects do not begin anew.
    let again = vec![
        Step::Pause(Duration::from_millis(60)),
        send("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
    ];
    let server = Server::new(vec![again; 5]);
    let performed = world.run(limited(get(&server.url("/")), first(150)));
    assert_eq!(failure(&performed).0, ErrorClass::Timeout);
    // A body that trickles within the idle limit is fine, although the whole takes longer.
    let piece = [send("x"), Step::Pause(Duration::from_millis(50))];
    let pieces = std::iter::repeat_n(piece, 6).flatten();
    let script = [send(head)].into_iter().chain(pieces).collect();
    let server = Server::new(vec![script]);
    let performed = world.run(limited(get(&server.url("/")), idle(200)));
    assert_eq!(performed.document.output, json!("xxxxxx"));
}

/// Goal: a grown limit of the job stands above the request's own (rule A7).
#[test]
fn the_jobs_limit_counts() {
    let world = World::new();
    let server = Server::new(vec![vec![
        Step::Pause(Duration::from_millis(100)),
        send(json("{}")),
    ]]);
    let limits = TimeLimits {
        total_ms: Some(20),
        ..TimeLimits::default()
    };
    let mut job = world.job(limited(get(&server.url("/")), limits));
    job.timeout_ms = Some(5_000);
    assert_succeeded(&world.perform(job));
}

/// Goal: a server that answers before it has read everything is understood.
#[test]
fn an_early_answer() {
    let world = World::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (done, wait) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().unwrap();
        // The header is there, and the body is not.
        stream.read_exact(&mut [0; 64]).unwrap();
        let sent = answer("413 Content Too Large", &[], "too much");
        stream.write_all(&sent).unwrap();
        // Not closed before it was read, since unread input would reset it.
        let _ = wait.recv();
    });
    let text = HttpBody::Text {
        text: "x".repeat(8 * 1024 * 1024).into(),
    };
    let performed = world.run(post(&format!("http://{address}/")).http(|http| http.body = text));
    drop(done);
    let (class, message) = failure(&performed);
    assert_eq!(class, ErrorClass::InvalidInput, "{message}");
    assert!(message.ends_with("too much"), "{message}");
}
