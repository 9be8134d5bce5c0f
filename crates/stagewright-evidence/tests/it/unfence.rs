//! JSON in what models and runners print around it, and plain results.

use serde_json::{Value, json};
use stagewright_evidence::{UnfenceError, read_plain, unfence};

/// Goal: every wrapping that models are known for comes off.
#[test]
fn wrappings() {
    let cases = [
        r#"{"status": "PASS"}"#,
        "\u{feff}{\"status\": \"PASS\"}\r\n",
        "```json\n{\"status\": \"PASS\"}\n```",
        "```\n{\"status\": \"PASS\"}\n```\n",
        "```JSON\r\n{\"status\": \"PASS\"}\r\n```\r\n",
        "~~~json\n{\"status\": \"PASS\"}\n~~~",
        "  ```json\n  {\"status\": \"PASS\"}\n  ```",
        "Here is my review:\n\n```json\n{\n  \"status\": \"PASS\"\n}\n```\nAnything else?",
        "````json\n{\"status\": \"PASS\"}\n````",
        // The answer was cut off behind the document.
        "```json\n{\"status\": \"PASS\"}\n",
        // Code that is no JSON stands beside it.
        "```python\nprint({1})\n```\n```json\n{\"status\": \"PASS\"}\n```",
        "INFO loading\n[1] a footnote\n{\"status\": \"PASS\"}\ndone",
        "{not json}\n{\n  \"status\": \"PASS\"\n}",
        // The same document twice is one.
        "```json\n{\"status\": \"PASS\"}\n```\n```json\n{ \"status\":\"PASS\" }\n```",
    ];
    for text in cases {
        assert_eq!(unfence(text), Ok(json!({"status": "PASS"})), "{text}");
    }
    let fence_inside = "```json\n{\"description\": \"use ```rust\\n```\"}\n```";
    assert_eq!(
        unfence(fence_inside),
        Ok(json!({"description": "use ```rust\n```"}))
    );
    assert_eq!(unfence("[]"), Ok(json!([])));
}

/// Goal: two documents are an error; neither the first nor the last one wins.
#[test]
fn several_documents() {
    let cases = [
        "```json\n{\"status\": \"PASS\"}\n```\n```json\n{\"status\": \"FAIL\"}\n```",
        "{\"status\": \"PASS\"}\n{\"status\": \"FAIL\"}\n",
        // A quotation in a block, and the model's own words outside of it.
        "The diff adds:\n```json\n{\"status\": \"PASS\"}\n```\n{\"status\": \"FAIL\"}\n",
    ];
    for text in cases {
        assert_eq!(unfence(text), Err(UnfenceError::Several { count: 2 }));
    }
}

/// Goal: an error gives the position in the whole text, also from within a fence.
#[test]
fn positions() {
    let cases = [
        ("{\"status\": PASS}", 1, 12, "expected value"),
        ("Well:\n```json\n{\"a\": 1,}\n```", 3, 9, "trailing comma"),
        ("no json here", 1, 2, "expected ident"),
        ("{\"a\": 1", 1, 7, "EOF while parsing an object"),
    ];
    for (text, line, column, reason) in cases {
        let Err(UnfenceError::NotJson(error)) = unfence(text) else {
            panic!("{text} should not be JSON");
        };
        assert_eq!(
            (error.line, error.column, error.reason.as_str()),
            (line, column, reason),
            "{text}"
        );
        assert_eq!(error.head, text);
    }
}

/// Goal: the head of an error is bounded in characters, not bytes.
#[test]
fn head_is_bounded() {
    let Err(UnfenceError::NotJson(error)) = unfence(&"é".repeat(5000)) else {
        panic!("should not be JSON");
    };
    assert_eq!(error.head.chars().count(), 1000);
}

/// Goal: a command without a promised document has its text, or its JSON if it
/// happens to print some.
#[test]
fn plain_results() {
    let cases: [(&[u8], Value); 9] = [
        (b"", json!("")),
        (b"v1.2.3\n", json!("v1.2.3")),
        (b"two\nlines\r\n\n", json!("two\nlines")),
        (b"  indented", json!("  indented")),
        (b"{\"a\": 1}\n", json!({"a": 1})),
        (b"[1, 2]", json!([1, 2])),
        // A number, a word and a quoted text are text.
        (b"42\n", json!("42")),
        (b"true", json!("true")),
        (b"\xff\n", json!("\u{fffd}")),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read_plain(bytes), expected);
    }
    // What could not be read back, or would be read differently elsewhere, is text.
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(read_plain(nested(100).as_bytes()).is_array());
    for text in [nested(101), nested(10_000), r#"{"a":1,"a":2}"#.to_owned()] {
        assert_eq!(read_plain(text.as_bytes()), json!(text));
    }
}
