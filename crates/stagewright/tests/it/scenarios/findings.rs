//! Scenario 5: a finding is not a failure, and prose is not a document.

use crate::world::{World, agent, counts, outcome};
use serde_json::json;

const CALL: [&str; 5] = ["run", "pr_review_pipeline.yaml", "--id", "pr-5", "--json"];

/// Goal: valid findings with exit code 1 are a success that blocks, without a re-run.
#[test]
fn scenario_05_findings_and_exit_1() {
    let world = World::scenario("findings_and_exit_1.json");
    let output = world.call(&CALL).leaves(1).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "BLOCK"]));
    assert_eq!(counts(&output), [5, 3, 3, 0, 2]);
    let code = agent(&output, "code_best_practises");
    assert_eq!(code["status"], "SUCCESS");
    assert_eq!(code["retry_count"], 0);
    assert_eq!(code["output"]["violations"].as_array().unwrap().len(), 2);
    assert_eq!(world.noted("code_best_practises", "start").len(), 1);
    let aggregated = &output["aggregated_result"];
    assert_eq!(aggregated["overall_severity"], "CRITICAL");
    assert_eq!(aggregated["critical_violations"], 1);
    // MINOR has no place on the scale and counts as LOW (rule A29).
    assert_eq!(aggregated["low_violations"], 1);
    assert_eq!(aggregated["code_violations_found"], true);
    assert_eq!(aggregated["code_violations_count"], 2);
    assert_eq!(aggregated["total_issues_found"], 2);
    assert_eq!(aggregated["blocking_issues_found"], true);
    assert_eq!(output["errors"], json!(null));
}

/// Goal: prose with exit code 0 is a failure, `invalid_output`, without a re-run; the
/// missing evidence blocks.
#[test]
fn scenario_05_garbage_and_exit_0() {
    let world = World::scenario("garbage_and_exit_0.json");
    let output = world.call(&CALL).leaves(1).json();
    assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", "BLOCK"]));
    assert_eq!(counts(&output), [5, 3, 2, 1, 2]);
    let code = agent(&output, "code_best_practises");
    assert_eq!(code["status"], "FAILURE");
    assert_eq!(code["retry_count"], 0);
    assert_eq!(world.noted("code_best_practises", "start").len(), 1);
    assert_eq!(output["errors"][0]["error_type"], "invalid_output");
    assert_eq!(output["errors"][0]["stage_id"], "code_quality");
}

/// Goal: documents that contradict themselves are no answers (decision 24), and ERROR is
/// a failure that is tried again.
#[test]
fn scenario_05_documents_that_contradict_themselves() {
    let finding =
        json!({"file": "a.py", "line": 1, "type": "x", "severity": "LOW", "description": "d"});
    for (document, error_type, starts) in [
        (
            json!({"status": "FAIL", "violations": [], "violations_count": 0}),
            "invalid_output",
            1,
        ),
        (
            json!({"status": "PASS", "violations": [finding], "violations_count": 3}),
            "invalid_output",
            1,
        ),
        (
            json!({"status": "ERROR", "summary": "no model"}),
            "execution",
            3,
        ),
    ] {
        let world = World::scripted(&json!({
            "agents": {"code_best_practises": {"document": document}},
        }));
        let output = world.call(&CALL).leaves(1).json();
        assert_eq!(
            outcome(&output),
            json!(["PARTIAL_SUCCESS", "BLOCK"]),
            "{document}"
        );
        assert_eq!(output["errors"][0]["error_type"], error_type, "{document}");
        let started = world.noted("code_best_practises", "start").len();
        assert_eq!(started, starts, "{document}");
    }
}

/// Goal: a document within a fence and prose around it is understood.
#[test]
fn scenario_05_fences_are_tolerated() {
    let text =
        "Here is my review:\n```json\n{\"status\": \"PASS\", \"violations\": []}\n```\nBye.\n";
    let world = World::scripted(&json!({"agents": {"code_best_practises": {"text": text}}}));
    let output = world.call(&CALL).leaves(0).json();
    assert_eq!(
        agent(&output, "code_best_practises")["output"]["status"],
        "PASS"
    );
}
