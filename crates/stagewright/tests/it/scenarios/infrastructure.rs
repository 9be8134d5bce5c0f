//! Settings that are wrong, and state that cannot be read or written.

use crate::world::World;

const PIPELINE: &str = "name: P\nstages: [{id: s, agents: [{id: a, run: echo done}]}]\n";

/// Goal: wrong settings are refused with their file or variable, exit code 2.
#[test]
fn wrong_settings() {
    for (file, variable, says) in [
        ("[agents]\nconcurency = 3\n", None, "`agents.concurrency`"),
        ("runn = 1\n", None, "runn"),
        ("[agents\n", None, "line 1"),
        ("[retries]\nbase = \"soon\"\n", None, "retries.base"),
        (
            "[lambda.\"arn:aws:lambda:test\"]\nrun = []\n",
            None,
            "arn:aws:lambda:test",
        ),
        (
            "",
            Some(("STAGEWRIGHT_RUN_TIMEOUT", "soon")),
            "STAGEWRIGHT_RUN_TIMEOUT",
        ),
        (
            "",
            Some(("STAGEWRIGHT_AGENTS_CONCURRENCY", "0")),
            "STAGEWRIGHT_AGENTS_CONCURRENCY",
        ),
    ] {
        let mut world = World::new();
        world.write("p.yaml", PIPELINE);
        world.write("stagewright.toml", file);
        if let Some((name, value)) = variable {
            world.set(name, value);
        }
        world.call(&["run", "p.yaml"]).leaves(2).says(says);
        assert!(!world.has_state(), "{says}");
    }
}

/// Goal: state that is no state is exit code 4, and is left as it is.
#[test]
fn state_that_is_none() {
    let mut world = World::new();
    world.write("p.yaml", PIPELINE);
    world.write("file", "precious");
    world.set(
        "STAGEWRIGHT_STATE_DIR",
        world.path("file").to_str().unwrap(),
    );
    world.call(&["run", "p.yaml"]).leaves(4);
    assert_eq!(world.lines("file"), ["precious"]);

    std::fs::create_dir(world.path("state")).unwrap();
    let garbage = "this is no database\n".repeat(1000);
    world.write("state/journal.db", &garbage);
    world.set(
        "STAGEWRIGHT_STATE_DIR",
        world.path("state").to_str().unwrap(),
    );
    for call in [&["run", "p.yaml"][..], &["list"], &["status", "latest"]] {
        world.call(call).leaves(4).says("journal.db");
    }
    let kept = std::fs::read_to_string(world.path("state/journal.db")).unwrap();
    assert_eq!(kept, garbage);
}

/// Goal: what a lambda agent lacks on this machine is said with what to write, and is not
/// tried again.
#[test]
fn a_function_that_nothing_stands_in_for() {
    let world = World::new();
    world.write(
        "p.yaml",
        "name: P\nstages: [{id: s, agents: [{id: a, lambda_function_arn: 'arn:aws:lambda:us-east-1:1:function:f'}]}]\n",
    );
    let output = world.call(&["run", "p.yaml", "--json"]).leaves(1).json();
    let error = &output["errors"][0];
    assert_eq!(error["error_type"], "invalid_input");
    let text = error["error"].as_str().unwrap();
    assert!(
        text.contains("[lambda.\"arn:aws:lambda:us-east-1:1:function:f\"]"),
        "{text}"
    );
    assert_eq!(
        output["stage_results"][0]["agent_results"][0]["retry_count"],
        0
    );
}

/// Goal: an agent that takes the journal away does not end in a decision that nobody can
/// look up: exit 4 (decision 40).
#[test]
fn a_journal_that_is_taken_away() {
    let world = World::new();
    let state = world.path("state");
    let pipeline = "name: Gone\nstages:\n  - id: s\n    agents:\n      \
                    - {id: a, run: [rm, -rf, --, '{{ context.state }}']}\n      \
                    - {id: b, run: 'true'}\n";
    world.write("p.yaml", pipeline);
    let context = format!("state={}", state.display());
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_stagewright"))
        .args(["run", "p.yaml", "--context", &context])
        .current_dir(world.path("."))
        .env("STAGEWRIGHT_STATE_DIR", &state)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(4), "{said}");
    assert!(said.contains("removed or replaced while in use"), "{said}");
    assert!(!said.contains("MERGE"), "{said}");
}
