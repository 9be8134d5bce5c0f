//! `http:` steps against a server on this machine.

use super::{agent, report, world};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A server that gives these answers in order; what it heard comes back.
fn server(answers: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (say, heard) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !is_whole(&request) {
                match stream.read(&mut piece).unwrap() {
                    0 => break,
                    count => request.extend(&piece[..count]),
                }
            }
            stream.write_all(answer.as_bytes()).unwrap();
            // The test may have ended meanwhile.
            let _ = say.send(String::from_utf8_lossy(&request).into_owned());
        }
    });
    (address, heard)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{headers}\r\n{body}"
    )
}

/// Goal: a server that asks for patience gets it, and its JSON answer is the output; the
/// input is sent as the body, a secret header reaches the server and nothing else, and both
/// tries carry the same key for each try.
#[test]
fn a_server_is_asked_again_when_it_says_when() {
    let (address, heard) = server(vec![
        answer("503 Service Unavailable", "Retry-After: 1\r\n", ""),
        answer("200 OK", "", "{\"verdict\": \"fine\"}"),
    ]);
    let mut world = world(&format!(
        "
name: Ask
decision: none
context: {{change: 7}}
stages:
  - id: s
    agents:
      - id: review
        http:
          url: http://{address}/changes/{{{{ context.change }}}}
          method: POST
          headers: {{Authorization: 'Bearer {{{{ secrets.TOKEN }}}}'}}
        secrets: {{TOKEN: 'env:MY_TOKEN'}}
        input: {{change: '{{{{ context.change }}}}'}}
        retries: 2
  - id: t
    agents:
      - {{id: after, run: 'echo {{{{ results.review.output.verdict }}}} > out'}}
"
    ));
    world.set("MY_TOKEN", "tok-1234567");
    let begun = Instant::now();
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(world.lines("out"), ["fine"]);
    for attempt in 1..=2 {
        let request = heard.recv().unwrap();
        assert!(
            request.starts_with("POST /changes/7 HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("Bearer tok-1234567"), "{request}");
        assert!(request.ends_with("{\"change\":7}"), "{request}");
        assert!(
            request.contains(&format!("/review/{attempt}\r\n")),
            "{request}"
        );
    }
    let review = agent(&report(&world), "review").clone();
    assert_eq!(review["retry_count"], json!(1), "{review:#}");
    let told = world.call(&["logs", "p"]).out + &world.call(&["history", "p", "--jsonl"]).out;
    assert!(!told.contains("tok-1234567"), "{told}");
}

/// Goal: what a client did wrong is not repeated, and the server's words are passed on.
#[test]
fn a_refusal_is_final() {
    let (address, _heard) = server(vec![answer(
        "422 Unprocessable Content",
        "",
        "{\"error\": \"no such change\"}",
    )]);
    let world = world(&format!(
        "
name: Refused
decision: none
stages:
  - id: s
    agents:
      - {{id: a, http: 'http://{address}/'}}
"
    ));
    world.call(&["run", "p.yaml", "--id", "p"]);
    let a = agent(&report(&world), "a").clone();
    assert_eq!(a["retry_count"], json!(0), "{a:#}");
    let error = a["error"].as_str().unwrap();
    assert!(
        error.contains("422") && error.contains("no such change"),
        "{error}"
    );
}

/// Goal: a value from outside does not say which server is asked, unless it is trusted.
#[test]
fn the_server_is_the_authors_choice() {
    let (address, heard) = server(vec![answer("200 OK", "", "{}")]);
    let pipeline = |trusted: &str| {
        world(&format!(
            "
name: Choice
decision: none
{trusted}
stages:
  - id: s
    agents:
      - {{id: a, http: '{{{{ context.base }}}}/x'}}
"
        ))
    };
    let base = format!("base=http://{address}");
    let untrusted = pipeline("");
    untrusted.call(&["run", "p.yaml", "--id", "p", "--context", &base]);
    let refused = agent(&report(&untrusted), "a").clone();
    assert_eq!(refused["error_type"], "invalid_input", "{refused:#}");
    assert!(heard.try_recv().is_err());
    pipeline("trusted: [context.base]")
        .call(&["run", "p.yaml", "--context", &base])
        .leaves(0);
    assert!(heard.recv().unwrap().starts_with("GET /x "));
}
