//! The three unit tests of the review specification, with its own pipelines, its own
//! contexts and its own assertions.

use crate::world::{World, counts};
use serde_json::json;

/// Goal: a pipeline of one agent that answers ends with SUCCESS.
#[test]
fn test_execute_pipeline_sequential() {
    let world = World::seed();
    let call = [
        "run",
        "unit_sequential.yaml",
        "--id",
        "test-pipeline",
        "--context",
        "pr.number:=123",
        "--mode",
        "sequential",
        "--json",
    ];
    let output = world.call(&call).leaves(0).json();
    assert_eq!(output["status"], "SUCCESS");
    assert_eq!(output["agents_executed"], 1);
    assert_eq!(output["agents_succeeded"], 1);
    assert_eq!(output["pipeline_id"], "test-pipeline");
    assert_eq!(counts(&output), [1, 1, 1, 0, 0]);
}

/// Goal: an agent for Java files is skipped when no Java file has changed, and runs when
/// one has.
#[test]
fn test_conditional_agent_skipping() {
    for (files, executed) in [
        (r#"["test.py", "test.js"]"#, 0),
        (r#"["test.py", "Test.java"]"#, 1),
    ] {
        let world = World::seed();
        let context = format!("pr.files_changed:={files}");
        let call = [
            "run",
            "unit_conditional.yaml",
            "--id",
            "test-conditional",
            "--context",
            &context,
            "--mode",
            "sequential",
            "--json",
        ];
        let ended = world.call(&call);
        let output = ended.json();
        assert_eq!(output["agents_skipped"], 1 - executed, "{files}");
        assert_eq!(output["agents_executed"], executed, "{files}");
        assert_eq!(output["status"], "SUCCESS", "{files}");
        // Nobody looked at anything: there is no evidence for a MERGE (decision 24).
        let (decision, code) = if executed == 1 {
            ("MERGE", 0)
        } else {
            ("BLOCK", 1)
        };
        assert_eq!(output["decision"], decision, "{files}");
        ended.leaves(code);
    }
}

/// Goal: an agent that is not required fails, and the pipeline is a partial success.
#[test]
fn test_partial_failure_handling() {
    let world = World::scenario("agent_failed.json");
    let call = [
        "run",
        "unit_partial.yaml",
        "--id",
        "test-partial",
        "--context",
        "pr.number:=123",
        "--json",
    ];
    let output = world.call(&call).json();
    assert_eq!(output["status"], "PARTIAL_SUCCESS");
    assert_eq!(output["agents_failed"], 1);
    let warnings = output["warnings"].as_array().unwrap();
    let names_the_agent =
        |warning: &&serde_json::Value| warning.as_str().unwrap().contains("`non_critical_agent`");
    assert_eq!(
        warnings.iter().filter(names_the_agent).count(),
        1,
        "{warnings:?}"
    );
    assert_eq!(output["errors"][0]["agent_id"], json!("non_critical_agent"));
    assert_eq!(counts(&output), [1, 1, 0, 1, 0]);
}
