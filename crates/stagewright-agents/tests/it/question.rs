//! Custom conditions.

use crate::world::{World, block_on};
use serde_json::json;
use stagewright_agents::Question;
use std::time::Duration;

fn ask(world: &World, text: &str) -> Result<bool, String> {
    let question = Question {
        argv: ["bash", "-c", text].map(str::to_owned).to_vec(),
        env: [("WHO".to_owned(), "me".to_owned())].into(),
        input: json!({"context": {"n": 3}}),
        timeout: Duration::from_millis(2_000),
        work_dir: world.directory.path().to_owned(),
        marker: format!("run_q_{}/stage/1", std::process::id()),
    };
    block_on(world.agents().evaluate(question))
}

/// Goal: only a clear answer is an answer.
#[test]
fn answers() {
    let world = World::new();
    for (text, expected) in [
        ("echo true", Ok(true)),
        ("echo ' False'", Ok(false)),
        ("grep -q '\"n\":3' && [ $WHO = me ] && echo true", Ok(true)),
        (
            "echo yes",
            Err("`bash` printed `yes` instead of `true` or `false`"),
        ),
        (":", Err("`bash` printed `` instead of `true` or `false`")),
        ("echo true; exit 1", Err("`bash`: exit code 1")),
        ("echo oops >&2; exit 1", Err("`bash`: exit code 1: oops")),
        (
            "head -c 5000 /dev/zero",
            Err("`bash` printed more than 4096 bytes instead of `true` or `false`"),
        ),
    ] {
        assert_eq!(ask(&world, text), expected.map_err(str::to_owned), "{text}");
    }
}

/// Goal: a condition has a time limit, and a missing program says so.
#[test]
fn failures() {
    let world = World::new();
    let question = |argv: &[&str]| Question {
        argv: argv.iter().map(ToString::to_string).collect(),
        env: [].into(),
        input: json!(null),
        timeout: Duration::from_millis(50),
        work_dir: world.directory.path().to_owned(),
        marker: format!("run_q_{}/stage/2", std::process::id()),
    };
    for (argv, message) in [
        (
            &["sleep", "30"][..],
            "`sleep`: not done within 50 ms (limit: total)",
        ),
        (
            &["no_such_program"],
            "program `no_such_program` was not found on PATH",
        ),
        (&[], "there is no program to ask"),
    ] {
        let answer = block_on(world.agents().evaluate(question(argv)));
        assert_eq!(answer, Err(message.to_owned()));
    }
}
