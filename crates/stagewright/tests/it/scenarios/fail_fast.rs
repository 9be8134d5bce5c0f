//! Scenario 10: the hotfix pipeline: no re-runs, and the first required failure ends it.

use crate::world::{World, agent, counts, is_alive, outcome};
use serde_json::json;

const HOTFIX: [&str; 9] = [
    "run",
    "hotfix_pipeline.yaml",
    "--id",
    "hotfix",
    "--mode",
    "parallel",
    "--timeout",
    "600",
    "--fail-fast",
];

/// Goal: the hotfix pipeline tries a failing agent once, and blocks.
#[test]
fn scenario_10_hotfix_without_retries() {
    let world = World::scenario("agent_failed.json");
    let mut call = HOTFIX.to_vec();
    call.push("--json");
    let output = world.call(&call).leaves(1).json();
    assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", "BLOCK"]));
    assert_eq!(counts(&output), [1, 1, 0, 1, 0]);
    assert_eq!(world.noted("code_best_practises", "start").len(), 1);
    assert!(
        agent(&output, "code_best_practises")["error"]
            .as_str()
            .unwrap()
            .contains("Agent failed")
    );
}

/// Goal: the hotfix pipeline merges what its one agent finds good.
#[test]
fn scenario_10_hotfix_merges() {
    let world = World::seed();
    world.call(&HOTFIX).leaves(0).says("MERGE");
}

const TWO_STAGES: &str = "
name: Two stages
stages:
  - stage_id: checks
    mode: parallel
    agents:
      - {agent_id: optional, required: false, run: 'exit 1'}
      - {agent_id: fails, run: 'while [ ! -s pid ]; do sleep 0.01; done; exit 7'}
      - {agent_id: sibling, run: 'echo $$ > pid; sleep 60'}
  - stage_id: more
    agents:
      - {agent_id: later, run: echo done}
";

/// Goal: with `--fail-fast` the first required failure stops its siblings and skips the
/// rest; the failure of an agent that is not required does not (rule A4).
#[test]
fn scenario_10_fail_fast_stops_the_rest() {
    let world = World::new();
    world.write("two.yaml", TWO_STAGES);
    let call = ["run", "two.yaml", "--id", "two", "--fail-fast", "--json"];
    let output = world.call(&call).leaves(1).json();
    assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", "BLOCK"]));
    assert_eq!(counts(&output), [4, 3, 0, 3, 1]);
    let later = agent(&output, "later");
    assert_eq!(later["status"], "SKIPPED");
    assert!(
        later["skip_reason"].as_str().unwrap().contains("fail_fast"),
        "{later}"
    );
    let pid = world.lines("pid")[0].parse().unwrap();
    assert!(!is_alive(pid), "the sibling was ended");
}

/// Goal: without it the review form goes on with the next stage, and our own form halts
/// (decision 28).
#[test]
fn scenario_10_after_a_failed_required_agent() {
    let quick = TWO_STAGES.replace("sleep 60", "true");
    let own = quick.replace("stage_id", "id").replace("agent_id", "id");
    for (text, later) in [(&quick, "SUCCESS"), (&own, "SKIPPED")] {
        let world = World::new();
        world.write("two.yaml", text);
        let output = world.call(&["run", "two.yaml", "--json"]).leaves(1).json();
        assert_eq!(agent(&output, "sibling")["status"], "SUCCESS");
        assert_eq!(agent(&output, "later")["status"], later);
        assert_eq!(output["decision"], "BLOCK");
    }
}

/// Goal: whether a critical finding stops the run is the pipeline's word, and the
/// setting's where the pipeline has none.
#[test]
fn a_pipelines_word_goes_before_the_setting() {
    let finding = json!({
        "file": "a.py", "line": 1, "type": "x", "severity": "CRITICAL", "description": "d",
    });
    let document = json!({"status": "FAIL", "violations": [finding], "violations_count": 1});
    for (said, setting, later) in [
        ("", "true", "SKIPPED"),
        ("", "false", "SUCCESS"),
        ("fail_fast_on_critical: false\n", "true", "SUCCESS"),
        ("fail_fast_on_critical: true\n", "false", "SKIPPED"),
    ] {
        let world = World::new();
        world.write("document.json", document.to_string());
        world.write(
            "stagewright.toml",
            format!("[run]\nfail_fast_on_critical = {setting}\n"),
        );
        world.write(
            "critical.yaml",
            format!(
                "name: Critical\n{said}stages:\n  - id: s\n    agents:\n      \
                 - {{id: finds, findings: agent, run: cat document.json}}\n      \
                 - {{id: later, run: echo done}}\n"
            ),
        );
        let call = ["run", "critical.yaml", "--json"];
        let output = world.call(&call).leaves(1).json();
        assert_eq!(agent(&output, "later")["status"], later, "{said}{setting}");
    }
}
