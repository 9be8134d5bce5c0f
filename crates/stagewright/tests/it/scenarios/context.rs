//! What a run is given: files, texts and JSON laid over the pipeline's defaults.

use crate::world::World;
use serde_json::{Value, json};

const PIPELINE: &str = "
name: Show
context: {pr: {number: 0, labels: [a], title: default}, kept: 1}
stages:
  - id: s
    agents:
      - {id: show, run: cat > given.json}
";

/// Goal: maps merge deep, lists replace, `=` is text and `:=` is JSON, the later lies over
/// the earlier, YAML and JSON files are read; the agent gets it all on standard input.
#[test]
fn pieces_of_context() {
    let world = World::new();
    world.write("show.yaml", PIPELINE);
    world.write("one.yaml", "pr: {labels: [b, c], branch: x}\n");
    world.write("two.json", r#"{"pr": {"branch": "y", "draft": true}}"#);
    let mut call = vec!["run", "show.yaml"];
    for piece in [
        "one.yaml",
        "two.json",
        "pr.number:=123",
        "pr.title=007",
        "new.deep.key:={\"x\": [1, null]}",
        "text=a=b $(touch hacked)",
    ] {
        call.extend(["--context", piece]);
    }
    world.call(&call).leaves(0);
    let given: Value = serde_json::from_str(&world.lines("given.json").join("\n")).unwrap();
    assert_eq!(
        given,
        json!({
            "pr": {"number": 123, "labels": ["b", "c"], "title": "007", "branch": "y", "draft": true},
            "kept": 1,
            "new": {"deep": {"key": {"x": [1, null]}}},
            "text": "a=b $(touch hacked)",
        })
    );
}

/// Goal: a secret in the clear is refused before anything is written, and not repeated;
/// a reference is fine (decision 21).
#[test]
fn secrets_are_refused() {
    let world = World::new();
    world.write("show.yaml", PIPELINE);
    world.write("secret.yaml", "auth: {api_key: s3cr3t-value}\n");
    for piece in [
        "github_token=s3cr3t-value",
        "db.password:=\"s3cr3t-value\"",
        "secret.yaml",
    ] {
        let ended = world
            .call(&["run", "show.yaml", "--context", piece])
            .leaves(2);
        assert!(!ended.err.contains("s3cr3t-value"), "{ended}");
        assert!(ended.err.contains("env:NAME"), "{ended}");
        assert!(!world.has_state(), "{piece}");
    }
    world
        .call(&["run", "show.yaml", "--context", "github_token=env:TOKEN"])
        .leaves(0);
}

/// Goal: what cannot be read is named, with exit code 2 and nothing on disk.
#[test]
fn pieces_that_cannot_be_read() {
    let world = World::new();
    world.write("show.yaml", PIPELINE);
    world.write("list.yaml", "[1, 2]\n");
    world.write("broken.json", "{\"a\": ");
    world.write("bytes.yaml", b"a: \xff\xfe\n");
    for (piece, says) in [
        ("nowhere.yaml", "nowhere.yaml"),
        ("list.yaml", "mapping"),
        ("broken.json", "broken.json"),
        ("bytes.yaml", "UTF-8"),
        ("n:=nope", "needs JSON"),
    ] {
        world
            .call(&["run", "show.yaml", "--context", piece])
            .leaves(2)
            .says(says);
        assert!(!world.has_state(), "{piece}");
    }
}
