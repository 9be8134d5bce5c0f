//! The result that programs read: the specification's fields, all of them, no others.

use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `ExecutePipelineOutput` of the review specification.
const PIPELINE: &[&str] = &[
    "status",
    "pipeline_id",
    "total_agents",
    "agents_executed",
    "agents_succeeded",
    "agents_failed",
    "agents_skipped",
    "started_at",
    "completed_at",
    "duration_ms",
    "stage_results",
    "aggregated_result",
    "decision",
    "decision_reason",
    "errors",
    "warnings",
    "trace_id",
    "execution_logs_url",
];

/// The one field that is ours.
const OURS: &str = "run_id";

const STAGE: &[&str] = &[
    "stage_id",
    "stage_name",
    "status",
    "agent_results",
    "started_at",
    "completed_at",
    "duration_ms",
    "skipped",
    "skip_reason",
];

const AGENT: &[&str] = &[
    "agent_id",
    "agent_name",
    "agent_type",
    "status",
    "output",
    "started_at",
    "completed_at",
    "duration_ms",
    "error",
    "retry_count",
    "skipped",
    "skip_reason",
];

const AGGREGATED: &[&str] = &[
    "overall_severity",
    "critical_violations",
    "high_violations",
    "medium_violations",
    "low_violations",
    "jira_tickets",
    "code_violations_found",
    "code_violations_count",
    "architect_violations_found",
    "architect_violations_count",
    "lld_deviations_found",
    "lld_deviations_count",
    "new_pattern_detected",
    "pattern_details",
    "documentation_updated",
    "total_issues_found",
    "blocking_issues_found",
];

#[track_caller]
fn has_exactly(document: &Value, names: &[&str]) {
    let found: BTreeSet<&str> = document
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(found, names.iter().copied().collect());
}

/// Goal: the document of every kind of end has exactly the fields of the specification:
/// with findings, with failures, with skips, cancelled by its own time limit.
#[test]
fn the_result_has_exactly_the_fields_of_the_specification() {
    for (scenario, more, code) in [
        ("no_new_pattern.json", &[][..], 0),
        (
            "new_pattern.json",
            &["--trace-id", "1-67891233-abcdef"][..],
            0,
        ),
        ("findings_and_exit_1.json", &[][..], 1),
        ("garbage_and_exit_0.json", &["--no-partial-success"][..], 3),
        ("agent_failed.json", &["--fail-fast"][..], 1),
        ("hangs.json", &["--timeout", "1s"][..], 124),
    ] {
        let mut world = World::scenario(scenario);
        world.set("STAGEWRIGHT_AGENTS_GRACE", "100ms");
        let mut call = vec!["run", "pr_review_pipeline.yaml", "--json"];
        call.extend(more);
        let output = world.call(&call).leaves(code).json();
        let mut names = PIPELINE.to_vec();
        names.push(OURS);
        has_exactly(&output, &names);
        has_exactly(&output["aggregated_result"], AGGREGATED);
        let stages = output["stage_results"].as_array().unwrap();
        assert_eq!(stages.len(), 4, "{scenario}");
        for stage in stages {
            has_exactly(stage, STAGE);
            for agent in stage["agent_results"].as_array().unwrap() {
                has_exactly(agent, AGENT);
                assert_eq!(
                    agent["skipped"] == true,
                    agent["status"] == "SKIPPED",
                    "{agent}"
                );
                assert_eq!(
                    agent["skip_reason"].is_string(),
                    agent["skipped"] == true,
                    "{agent}"
                );
            }
        }
        for error in output["errors"].as_array().into_iter().flatten() {
            has_exactly(error, &["agent_id", "stage_id", "error", "error_type"]);
        }
        assert_eq!(
            output["trace_id"].is_string(),
            more.contains(&"--trace-id"),
            "{scenario}"
        );
        for name in ["started_at", "completed_at"] {
            let text = output[name].as_str().unwrap();
            let instant: Result<jiff::Timestamp, _> = text.parse();
            assert!(instant.is_ok(), "{name} is ISO 8601: {text}");
        }
    }
}

/// Goal: with `--jsonl` every event is one line, in order and without gaps, and the last
/// is the end; it is what `history --jsonl` says afterwards.
#[test]
fn the_stream_of_events_is_the_history() {
    let world = World::seed();
    let call = ["run", "pr_review_pipeline.yaml", "--id", "s", "--jsonl"];
    let ended = world.call(&call).leaves(0);
    let events: Vec<Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sequence: Vec<_> = events
        .iter()
        .map(|event| event["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(sequence, (0..events.len() as u64).collect::<Vec<_>>());
    assert_eq!(events[0]["event"], "submitted");
    let last = events.last().unwrap();
    assert_eq!(last["event"], "ended");
    assert_eq!(last["data"]["decision"], json!("MERGE"));
    assert_eq!(world.history("s"), events);
}
