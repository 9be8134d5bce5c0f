//! Answers of servers that break the protocol: a failure of the agent with its class, never
//! half an answer that passes for a whole one.

use super::server::serve;
use super::{failure, state_is_whole};
use crate::world::World;

/// Goal: lengths that do not fit, heads without end and bodies that nobody asked for are
/// told apart, and none is an answer.
#[test]
fn answers_that_break_the_protocol() {
    let world = World::new();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let endless = format!(
        "{head}{}",
        "X-Fill: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(8_000)
    );
    let fields = format!(
        "{head}{}Content-Length: 2\r\n\r\n{{}}",
        "X-F: a\r\n".repeat(300)
    );
    for (what, answer, class, says) in [
        (
            "fewer bytes than announced",
            format!("{head}Content-Length: 100\r\n\r\n{{\"a\": 1}}"),
            "network",
            "before its answer was complete",
        ),
        (
            "more bytes than announced",
            format!("{head}Content-Length: 4\r\n\r\n{{\"a\": 1}}"),
            "invalid_output",
            "JSON",
        ),
        (
            "two lengths",
            format!("{head}Content-Length: 2\r\nContent-Length: 7\r\n\r\n{{\"a\":1}}"),
            "network",
            "does not answer in HTTP/1.1",
        ),
        (
            "a negative length",
            format!("{head}Content-Length: -1\r\n\r\n{{}}"),
            "network",
            "does not answer in HTTP/1.1",
        ),
        (
            "a length of letters",
            format!("{head}Content-Length: two\r\n\r\n{{}}"),
            "network",
            "does not answer in HTTP/1.1",
        ),
        (
            "a chunk without its end",
            format!("{head}Transfer-Encoding: chunked\r\n\r\n8\r\n{{\"a\": 1}}"),
            "network",
            "before its answer was complete",
        ),
        (
            "a chunk of no size",
            format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n"),
            "network",
            "before its answer was complete",
        ),
        (
            "no HTTP at all",
            "220 mail.example.org ESMTP\r\n\r\n".to_owned(),
            "network",
            "check scheme and port",
        ),
        (
            "silence",
            String::new(),
            "network",
            "before its answer was complete",
        ),
        (
            "a head without end",
            endless,
            "invalid_output",
            "65536 bytes or 256 fields",
        ),
        (
            "too many fields",
            fields,
            "invalid_output",
            "65536 bytes or 256 fields",
        ),
        (
            "packed",
            format!("{head}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{{}}"),
            "invalid_output",
            "gzip",
        ),
        (
            "half a document",
            format!("{head}Content-Length: 6\r\n\r\n{{\"a\": "),
            "invalid_output",
            "JSON",
        ),
        (
            "a key twice",
            format!("{head}Content-Length: 13\r\n\r\n{{\"a\":1,\"a\":2}}"),
            "invalid_output",
            "`a`",
        ),
    ] {
        let address = serve(answer);
        let (found, message) = failure(&world, &format!("retries: 0, http: 'http://{address}/'"));
        assert_eq!(found, class, "{what}: {message}");
        assert!(message.contains(says), "{what}: {message}");
    }
    state_is_whole(&world);
}

/// Goal: nobody reads beyond the limit, announced or not.
#[test]
fn answers_that_are_too_large() {
    let world = World::new();
    let document = format!("\"{}\"", "x".repeat(100_000));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let length = document.len();
    for answer in [
        format!("{head}Content-Length: {length}\r\n\r\n{document}"),
        format!("{head}Content-Length: 109951162777600\r\n\r\n{document}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{document}\r\n0\r\n\r\n"),
        format!("{head}\r\n{document}"),
    ] {
        let address = serve(answer);
        let keys = format!("retries: 0, http: {{url: 'http://{address}/', max_answer: 64KiB}}");
        let (class, message) = failure(&world, &keys);
        assert_eq!(class, "invalid_output", "{message}");
        assert!(message.contains("65536 bytes"), "{message}");
        assert!(message.contains("`max_answer`"), "what to do: {message}");
    }
    state_is_whole(&world);
}
