//! Scenarios 1 and 2: the specification's own pipeline, unchanged, in its YAML form.

use crate::world::{World, agent, agents, counts, outcome};
use serde_json::{Value, json};

const CALL: [&str; 7] = [
    "run",
    "pr_review_pipeline.yaml",
    "--context",
    "context.json",
    "--id",
    "pr-123-review",
    "--json",
];

fn at(world: &World, agent: &str, event: &str) -> i64 {
    let notes = world.noted(agent, event);
    assert_eq!(notes.len(), 1, "{agent} has one {event}: {notes:?}");
    notes[0]["at_ns"].as_i64().unwrap()
}

fn stage_statuses(output: &Value) -> Vec<&str> {
    let stages = output["stage_results"].as_array().unwrap();
    stages
        .iter()
        .map(|stage| stage["status"].as_str().unwrap())
        .collect()
}

/// Goal: the two agents of stage 1 overlap; without a new pattern stages 3 and 4 are
/// skipped, and the change may be merged.
#[test]
fn scenario_01_no_new_pattern() {
    let world = World::scenario("no_new_pattern.json");
    let output = world.call(&CALL).leaves(0).json();

    let (code, architect) = ("code_best_practises", "architect_best_practises");
    assert!(at(&world, code, "start") < at(&world, architect, "end"));
    assert!(at(&world, architect, "start") < at(&world, code, "end"));
    let end_of_stage_1 = at(&world, code, "end").max(at(&world, architect, "end"));
    assert!(end_of_stage_1 < at(&world, "pattern_matching", "start"));

    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&output), [5, 3, 3, 0, 2]);
    assert_eq!(
        stage_statuses(&output),
        ["SUCCESS", "SUCCESS", "SKIPPED", "SKIPPED"]
    );
    for id in ["lld_alignment", "peer_review_docs"] {
        let skipped = agent(&output, id);
        assert_eq!(skipped["status"], "SKIPPED");
        assert_eq!(skipped["skipped"], true);
        assert!(
            skipped["skip_reason"]
                .as_str()
                .unwrap()
                .contains("condition")
        );
        assert!(world.noted(id, "start").is_empty(), "{id} was not started");
    }
    // A false condition is nothing to warn of.
    assert_eq!(output["warnings"], Value::Null);
}

/// Goal: a pattern agent as the sibling documents describe it says nothing about new
/// patterns: the condition cannot be evaluated, the stage is skipped, and a warning
/// names the path and the keys that there are (rule A9).
#[test]
fn scenario_01_a_condition_without_its_field() {
    let world = World::scripted(&json!({"agents": {"pattern_matching": {"document": {
        "agent": "pattern_matching", "status": "SUCCESS", "pattern_id": "PTN-JAVA-001",
    }}}}));
    let output = world.call(&CALL).leaves(0).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&output), [5, 3, 3, 0, 2]);
    assert_eq!(
        stage_statuses(&output),
        ["SUCCESS", "SUCCESS", "SKIPPED", "SKIPPED"]
    );
    let warnings = output["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let warning = warnings[0].as_str().unwrap();
    for part in [
        "`lld_check`",
        "new_pattern_detected",
        "pattern_id",
        "status",
    ] {
        assert!(warning.contains(part), "no {part} in: {warning}");
    }
}

/// Goal: with a new pattern that fits the design all five agents run, in order.
#[test]
fn scenario_02_new_pattern_and_compliant() {
    let world = World::scenario("new_pattern.json");
    let output = world.call(&CALL).leaves(0).json();

    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&output), [5, 5, 5, 0, 0]);
    assert_eq!(stage_statuses(&output), ["SUCCESS"; 4]);
    assert_eq!(agents(&output).len(), 5);

    let stage_1 = ["code_best_practises", "architect_best_practises"];
    let mut last = stage_1
        .iter()
        .map(|id| at(&world, id, "end"))
        .max()
        .unwrap();
    for id in ["pattern_matching", "lld_alignment", "peer_review_docs"] {
        assert!(last < at(&world, id, "start"), "{id} began too early");
        last = at(&world, id, "end");
    }
    let aggregated = &output["aggregated_result"];
    assert_eq!(aggregated["new_pattern_detected"], true);
    assert_eq!(aggregated["pattern_details"]["pattern_name"], "Outbox");
    assert_eq!(aggregated["lld_deviations_found"], false);
    assert_eq!(aggregated["overall_severity"], "NONE");
}

/// Goal: the same pipeline with `--mode sequential` runs one agent at a time, whatever
/// its stages say (rule A15).
#[test]
fn scenario_01_sequential_mode() {
    let world = World::seed();
    let mut call = CALL.to_vec();
    call.extend(["--mode", "sequential"]);
    world.call(&call).leaves(0);
    let (first, second) = ("code_best_practises", "architect_best_practises");
    assert!(at(&world, first, "end") < at(&world, second, "start"));
}

/// Goal: the agents get the context of the run and no environment but theirs; the
/// reference to a secret stays a reference (rule A26).
#[test]
fn scenario_01_what_agents_get() {
    let mut world = World::scripted(&json!({"default": {"note_input": true}}));
    world.set("GITHUB_TOKEN", "ghp_thisIsTheSecretItself");
    world.call(&CALL).leaves(0);
    let given = &world.noted("code_best_practises", "start")[0]["input"];
    assert_eq!(given["pr"]["number"], 123);
    assert_eq!(given["github_token"], "env:GITHUB_TOKEN");
}

/// Goal: the YAML and the JSON form of the pipeline are one plan (scenario 12).
#[test]
fn scenario_12_yaml_and_json_are_equivalent() {
    let world = World::seed();
    let plan = |file: &str| world.call(&["plan", file, "--json"]).leaves(0).json();
    assert_eq!(
        plan("pr_review_pipeline.yaml"),
        plan("pr_review_pipeline.json")
    );
}
