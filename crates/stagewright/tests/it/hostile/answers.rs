//! Answers of programs that are too large, no text, cut off, or contradict themselves:
//! `invalid_output`, which is never "no findings".

use super::{calm, failure, pipeline, state_is_whole};
use crate::world::World;
use std::path::Path;

/// What an agent may answer at most.
const CAP: &str = "10485760 bytes";

/// The character that turns the direction of what follows it.
const OVERRIDE: char = '\u{202e}';

/// Goal: where a document was promised, nothing but one counts, and the message says what
/// is wrong with it and where.
#[test]
fn answers_that_are_no_documents() {
    let world = World::new();
    let deep = format!(
        "{{\"status\": \"PASS\", \"x\": {}{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let bomb = "<!DOCTYPE t [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
                <testsuite tests=\"1\"><testcase name=\"&b;\"/></testsuite>";
    let sarif = "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"x\"}}, \"results\": [{\"ruleId\": \"a\"";
    let junit =
        "<testsuite tests=\"2\" failures=\"1\"><testcase name=\"a\"/><testcase name=\"b\"><failure";
    for (what, answer, reading, says) in [
        (
            "bytes",
            &b"\x00\xff\xfe\x80"[..],
            "findings: agent",
            "not valid UTF-8 (at byte 1)",
        ),
        ("nothing", b"", "findings: agent", "empty"),
        (
            "a key twice",
            b"{\"status\": \"PASS\", \"status\": \"FAIL\"}",
            "findings: agent",
            "`status` is repeated",
        ),
        (
            "10,000 levels",
            deep.as_bytes(),
            "findings: agent",
            "nested too deeply (line 1",
        ),
        (
            "no number",
            b"{\"status\": \"PASS\", \"x\": NaN}",
            "findings: agent",
            "line 1, column",
        ),
        (
            "half a letter",
            b"{\"status\": \"PASS\", \"x\": \"\\ud800\"}",
            "findings: agent",
            "line 1, column",
        ),
        (
            "a list",
            b"[]",
            "findings: agent",
            "a list, expected an object",
        ),
        (
            "two documents",
            b"{\"status\": \"PASS\"}{\"status\": \"SUCCESS\"}",
            "findings: agent",
            "holds 2 JSON documents",
        ),
        (
            "SARIF that was cut off",
            sarif.as_bytes(),
            "findings: sarif",
            "EOF",
        ),
        (
            "JUnit that was cut off",
            junit.as_bytes(),
            "findings: junit",
            "not closed",
        ),
        (
            "JUnit with entities",
            bomb.as_bytes(),
            "findings: junit",
            "without a document type or entities",
        ),
        (
            "not as its schema",
            b"{\"percent\": \"most\"}",
            "outputs: {schema: {properties: {percent: {type: number}}}}",
            "percent",
        ),
        ("not JSON", b"done", "outputs: {format: json}", "JSON"),
    ] {
        world.write("answer", answer);
        let (class, message) = failure(&world, &format!("run: cat answer, {reading}"));
        assert_eq!(class, "invalid_output", "{what}: {message}");
        assert!(message.contains(says), "{what}: {message}");
    }
    state_is_whole(&world);
}

/// Goal: of an agent that writes a gigabyte the beginning is kept and told as too much; one
/// that writes without end is ended by its time limit; neither fills memory or disk.
#[test]
fn documents_without_end() {
    let world = World::new();
    for (program, expected, says) in [
        ("head -c 1073741824 /dev/zero", "invalid_output", CAP),
        ("'yes', timeout: 1s", "timeout", "not done within 1 s"),
    ] {
        let (class, message) = failure(&world, &format!("findings: agent, run: {program}"));
        assert_eq!(class, expected, "{program}: {message}");
        assert!(message.contains(says), "{program}: {message}");
    }
    let kept = size_of(&world.state());
    assert!(kept < 128 << 20, "{kept} bytes are kept of it");
    state_is_whole(&world);
}

/// Goal: a text is cut at the cap with a warning, since its beginning is worth something;
/// bytes that are no text become one.
#[test]
fn texts_are_cut() {
    let world = World::new();
    world.write(
        "hostile.yaml",
        pipeline("run: head -c 16777216 /dev/zero | tr '\\0' x"),
    );
    let output = calm(
        world.call(&["run", "hostile.yaml", "--json"]),
        "a long text",
    )
    .leaves(0)
    .json();
    let text = output["stage_results"][0]["agent_results"][0]["output"]["text"]
        .as_str()
        .unwrap();
    assert!(text.len() <= 10 << 20, "{}", text.len());
    assert!(text.starts_with("xxx"));
    let warning = output["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("`a`") && warning.contains(CAP),
        "{warning}"
    );

    world.write("hostile.yaml", pipeline("run: 'printf \"a\\377\\000b\"'"));
    let output = calm(world.call(&["run", "hostile.yaml", "--json"]), "bytes")
        .leaves(0)
        .json();
    let text = &output["stage_results"][0]["agent_results"][0]["output"]["text"];
    assert_eq!(*text, "a\u{fffd}\0b");
}

/// Goal: what an agent says cannot move the cursor, set the title or hide a line of the
/// terminal in which the run is watched, nor of one in which a report is read.
#[test]
fn answers_do_not_write_to_the_terminal() {
    let world = World::new();
    let finding = "{\"file\": \"a\\u001b[2J.py\", \"line\": 1, \"type\": \"x\\u001b]0;owned\\u0007\", \
                   \"severity\": \"LOW\", \"description\": \"\\u001b[1A\\u202eevil\"}";
    world.write(
        "answer",
        format!(
            "{{\"status\": \"FAIL\", \"violations\": [{finding}], \"summary\": \"\\u001b[8m\"}}"
        ),
    );
    world.write("hostile.yaml", pipeline("run: cat answer, findings: agent"));
    let ended = calm(world.call(&["run", "hostile.yaml"]), "escapes").leaves(0);
    let mut shown = vec![ended.err, ended.out];
    shown.push(world.call(&["status", "latest"]).leaves(0).out);
    for format in ["markdown", "html", "junit", "json", "sarif"] {
        let call = ["report", "latest", "--format", format];
        let text = world.call(&call).leaves(0).out;
        // JSON is for programs, which get what was said, with its controls escaped.
        shown.push(match format {
            "json" | "sarif" => text.replace(OVERRIDE, ""),
            _ => text,
        });
    }
    for text in shown {
        let moves = |c: char| (c.is_control() && c != '\n') || c == OVERRIDE;
        assert_eq!(text.chars().find(|&c| moves(c)), None, "{text}");
    }
}

/// The bytes of all files below a directory.
fn size_of(directory: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        bytes += match kind.is_dir() {
            true => size_of(&entry.path()),
            false => entry.metadata().unwrap().len(),
        };
    }
    bytes
}
