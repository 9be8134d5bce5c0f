//! What is made to break the program: files, URLs and answers. Each gets an answer that
//! says what is wrong, where, and what to do; nothing panics, and no state is left that
//! the next command could not read.

mod answers;
mod files;
mod http_answers;
mod server;
mod urls;

use crate::world::{Ended, World};
use serde_json::Value;

/// A pipeline of one agent with these keys.
fn pipeline(keys: &str) -> String {
    format!("name: Hostile\nstages:\n  - id: s\n    agents:\n      - {{id: a, {keys}}}\n")
}

/// Checks that the program has said something, and not in the words of a panic.
#[track_caller]
fn calm(ended: Ended, what: &str) -> Ended {
    for word in ["panicked", "RUST_BACKTRACE", "stack overflow"] {
        assert!(!ended.err.contains(word), "{what}: {ended}");
    }
    ended
}

/// Runs a pipeline of one agent, which has to fail; returns the class and the message of
/// its error. Nothing was checked, so the decision is BLOCK and the exit code 1.
#[track_caller]
fn failure(world: &World, keys: &str) -> (String, String) {
    world.write("hostile.yaml", pipeline(keys));
    let ended = calm(world.call(&["run", "hostile.yaml", "--json"]), keys).leaves(1);
    let output = ended.json();
    assert_eq!(output["status"], "PARTIAL_SUCCESS", "{keys}\n{ended}");
    assert_eq!(output["decision"], "BLOCK", "{keys}\n{ended}");
    let error = &output["errors"][0];
    assert_eq!(error["agent_id"], "a", "{keys}\n{ended}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&error["error_type"]), text(&error["error"]))
}

/// Checks that everything that was written can be read, and that nothing goes on.
#[track_caller]
fn state_is_whole(world: &World) {
    let report = world.call(&["doctor", "--full", "--json"]).leaves(0).json();
    assert_eq!(report["ok"], true, "{report:#}");
    let runs = world.call(&["list", "--json"]).leaves(0).json();
    let runs = runs["runs"].as_array().or(runs.as_array()).unwrap().clone();
    assert!(!runs.is_empty());
    for run in runs {
        assert_eq!(run["status"], "PARTIAL_SUCCESS", "{run:#}");
    }
}
