//! The documents' fields, written down by hand from the review specification: these
//! and no others, in this order, whatever the run (rule A18).

use crate::plans::{gated, review};
use crate::world::{START, Try, World};
use serde::Serialize;
use stagewright_core::decision::{Policy, Weighed, aggregate_of_run, weigh};
use stagewright_core::event::Verdict;
use stagewright_core::{ErrorClass, Input, NodeIx};
use stagewright_report::documents::{
    AggregateResultsOutput, CancelPipelineOutput, ExecuteAgentOutput, ExecutePipelineOutput,
    GetPipelineStatusOutput, MakeDecisionOutput, RunReport, StatusOptions,
};

const EXECUTE_PIPELINE: &[&str] = &[
    "status",
    "pipeline_id",
    "run_id", // ours
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

const STAGE_RESULT: &[&str] = &[
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

const AGENT_RESULT: &[&str] = &[
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

const AGGREGATED_RESULT: &[&str] = &[
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

const STATUS: &[&str] = &[
    "status",
    "pipeline_id",
    "run_id", // ours
    "current_stage",
    "current_agent",
    "total_agents",
    "agents_completed",
    "agents_in_progress",
    "agents_pending",
    "started_at",
    "estimated_completion_at",
    "elapsed_time_ms",
    "final_result",
    "agent_statuses",
    "recent_logs",
    "waiting_for", // ours
    "metrics",     // ours
];

/// The keys of an object in the order in which they are written.
fn keys(document: &impl Serialize) -> Vec<String> {
    // A `Value` may sort its keys; the text does not.
    let text = serde_json::to_string(document).unwrap();
    let mut keys = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let begin = at + 1;
                at = begin;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if depth == 1 && bytes.get(at + 1) == Some(&b':') {
                    keys.push(text[begin..at].to_owned());
                }
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// Worlds in which every optional field is once there and once not.
fn worlds() -> Vec<World> {
    let mut cancelled = World::new(review(), |submission| {
        submission.trace_id = Some("trace-1".to_owned());
    });
    cancelled.claim();
    cancelled.input(Input::Cancel {
        reason: "not needed".to_owned(),
        force: true,
    });
    cancelled.play_on();
    let mut undecided = review();
    undecided.policy = None;
    vec![
        World::new(review(), |_| {}).play(),
        World::new(review(), |_| {})
            .script("code", [Try::fails(5, ErrorClass::Network, "no route")])
            .play(),
        World::new(undecided, |_| {}).play(),
        cancelled,
    ]
}

/// Goal: the outcome of any run has every field, in order, at every level.
#[test]
fn execute_pipeline() {
    for world in worlds() {
        let results = world.results();
        let output = ExecutePipelineOutput::of(world.run(), &results, None).unwrap();
        assert_eq!(keys(&output), EXECUTE_PIPELINE);
        assert_eq!(keys(&output.aggregated_result), AGGREGATED_RESULT);
        for stage in &output.stage_results {
            assert_eq!(keys(stage), STAGE_RESULT);
            for agent in &stage.agent_results {
                assert_eq!(keys(agent), AGENT_RESULT);
            }
        }
    }
}

/// Goal: the status has every field before, during and after a run, and without one.
#[test]
fn status() {
    let pending = World::new(review(), |_| {});
    let waiting = World::new(gated(), |_| {})
        .script("tests", [Try::judged(5, Verdict::Pass, "")])
        .play();
    for world in worlds().into_iter().chain([pending, waiting]) {
        let options = StatusOptions {
            agent_details: true,
            ..StatusOptions::default()
        };
        let results = world.results();
        let status = GetPipelineStatusOutput::of(world.run(), &results, world.now, options);
        assert_eq!(keys(&status), STATUS);
    }
    assert_eq!(keys(&GetPipelineStatusOutput::not_found("pr-1")), STATUS);
}

/// Goal: the other four operations answer with the specification's fields.
#[test]
fn single_operations() {
    let world = &worlds()[1];
    let aggregate = aggregate_of_run(world.run());
    assert_eq!(
        keys(&AggregateResultsOutput::of(&aggregate, 2, 1)),
        [
            "status",
            "aggregated_result",
            "total_violations",
            "total_agents_analyzed",
            "aggregation_time_ms",
        ]
    );
    let record = weigh(&Weighed::default(), &Policy::default());
    assert_eq!(
        keys(&MakeDecisionOutput::of(&record, 1)),
        [
            "status",
            "decision",
            "decision_reason",
            "decision_factors",
            "override_applied",
            "override_reason",
            "decision_time_ms",
        ]
    );
    let agent = ExecuteAgentOutput::of(world.run(), NodeIx::new(0), &world.results()).unwrap();
    assert_eq!(
        keys(&agent),
        [
            "status",
            "agent_id",
            "agent_name",
            "output",
            "started_at",
            "completed_at",
            "duration_ms",
            "retry_count",
            "error",
            "error_type",
        ]
    );
    for cancel in [
        CancelPipelineOutput::of(worlds()[3].run()).unwrap(),
        CancelPipelineOutput::refused("pr-1", START, "it has ended"),
    ] {
        assert_eq!(
            keys(&cancel),
            [
                "status",
                "pipeline_id",
                "cancelled_at",
                "agents_cancelled",
                "agents_completed_before_cancel",
                "cleanup_performed",
                "error",
            ]
        );
    }
}

/// Goal: our own report begins with its format, so that a reader can refuse it.
#[test]
fn run_report() {
    let world = World::new(gated(), |_| {}).play();
    let report = RunReport::of(world.run(), &world.results(), world.now);
    assert_eq!(report.format, "stagewright.run-report/1");
    assert_eq!(
        keys(&report),
        [
            "format",
            "run_id",
            "pipeline_id",
            "name",
            "version",
            "plan_hash",
            "state",
            "state_detail",
            "status",
            "submission",
            "timing",
            "agents",
            "decision",
            "aggregated_result",
            "stages",
            "findings",
            "findings_not_listed",
            "waits",
            "cost",
            "errors",
            "warnings",
        ]
    );
}
