//! Tests of redaction: hard secrets, in every spelling, cut at every place.

use super::{MASK, Redactor};
use serde_json::{Value, json};

/// Redacts a text that comes in pieces of this size.
fn in_pieces(redactor: &Redactor, text: &[u8], size: usize) -> Vec<u8> {
    let mut stream = redactor.stream();
    let mut clean = Vec::new();
    for piece in text.chunks(size) {
        stream.push(piece, &mut clean);
    }
    stream.finish(&mut clean);
    clean
}

/// Goal: texts become what they should, wherever they are cut.
#[test]
fn texts() {
    let redactor = Redactor::new([
        "hunter22",
        "pä\"ss/w?rd",
        "22abcd",
        "line one\nline two long",
    ]);
    for (text, clean) in [
        ("", ""),
        ("nothing here", "nothing here"),
        ("hunter22", "***"),
        ("a hunter22 b hunter22", "a *** b ***"),
        ("hunter2", "hunter2"),
        ("huntehunter22", "hunte***"),
        ("hunter22hunter22", "***"),
        ("hunter22abcd!", "***!"),
        (r#"{"a": "pä\"ss/w?rd"}"#, r#"{"a": "***"}"#),
        (r#"{"a": "p\u00e4\"ss\/w?rd"}"#, r#"{"a": "***"}"#),
        (
            r#""{\"a\": \"p\\u00E4\\\"ss/w?rd\"}""#,
            r#""{\"a\": \"***\"}""#,
        ),
        (r"p\xc3\xa4\x22ss/w?rd", "***"),
        (r"p\303\244\042ss/w?rd", "***"),
        ("x=p%C3%a4%22ss%2Fw%3Frd&y", "x=***&y"),
        ("x=p%c3%A4%22ss/w%3Frd&y", "x=***&y"),
        ("68756e7465723232", "***"),
        ("68756E7465723232", "***"),
        ("aHVudGVyMjI=", "***"),
        ("aHVudGVyMjI", "***"),
        ("dXNlcjpodW50ZXIyMjo=", "dXNlcjp***jo="),
        ("line one\nline two long", "***"),
        (r"line one\nline two long", "***"),
        ("see line two long here", "see *** here"),
        ("line one\nline three", "***\nline three"),
        ("50% of 100%, \\o/ %2", "50% of 100%, \\o/ %2"),
        ("unfinished hunter2\\u003", "unfinished hunter2\\u003"),
    ] {
        for size in [1, 2, 3, 7, 1000] {
            let actual = in_pieces(&redactor, text.as_bytes(), size);
            assert_eq!(
                String::from_utf8_lossy(&actual),
                clean,
                "{text} in pieces of {size}"
            );
        }
        assert_eq!(redactor.text(text), clean);
    }
}

/// Goal: a long secret is found in base64 that was broken into lines, at all alignments.
#[test]
fn broken_lines() {
    let secret = "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    let redactor = Redactor::new([secret]);
    // What `printf` and `base64` print for "", "u:", and "us:" before the secret.
    for encoded in [
        "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6LUFCQ0RFRkdISUpLTE1OT1BRUlNU\nVVZXWFlaXzAxMjM0NTY3ODk=\n",
        "dTowMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXotQUJDREVGR0hJSktMTU5PUFFS\r\nU1RVVldYWVpfMDEyMzQ1Njc4OQ==\r\n",
        "dXM6MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6LUFCQ0RFRkdISUpLTE1OT1BR\nUlNUVVZXWFlaXzAxMjM0NTY3ODk=\n",
    ] {
        for text in [encoded.to_owned(), json!(encoded).to_string()] {
            let clean = redactor.text(&text);
            assert!(clean.contains(MASK), "{clean}");
            assert!(clean.len() < 20, "{clean}");
        }
    }
}

/// Goal: what cannot become a secret any more is passed on at once.
#[test]
fn little_is_held_back() {
    let redactor = Redactor::new(["hunter22"]);
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    for (piece, passed) in [
        ("first line\n", "first line\n"),
        ("ends in hunt", "first line\nends in "),
        ("ing\n", "first line\nends in hunting\n"),
        ("hunter", "first line\nends in hunting\n"),
        ("22", "first line\nends in hunting\n***"),
        ("\n", "first line\nends in hunting\n***\n"),
    ] {
        stream.push(piece.as_bytes(), &mut out);
        assert_eq!(String::from_utf8_lossy(&out), passed, "after {piece:?}");
    }
}

/// Goal: bytes that are no text pass unchanged, and without secrets everything does.
#[test]
fn bytes() {
    let bytes: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    for redactor in [Redactor::new([]), Redactor::new(["hunter22"])] {
        assert_eq!(in_pieces(&redactor, &bytes, 64), bytes);
    }
}

/// Goal: values lose secrets in texts, keys and numbers, and nothing else.
#[test]
fn values() {
    let redactor = Redactor::new(["hunter22", "48151623"]);
    let mut value = json!({
        "hunter22": ["x hunter22", 1, null, true],
        "number": 48_151_623,
        "other": 48_151,
    });
    redactor.value(&mut value);
    let clean: Value = json!({
        "***": ["x ***", 1, null, true],
        "number": "***",
        "other": 48_151,
    });
    assert_eq!(value, clean);
}
