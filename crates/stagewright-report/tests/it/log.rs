//! The structured log: the specification's names, ids, durations, levels.

use crate::plans::{gated, review};
use crate::world::{Try, World};
use serde_json::Value;
use stagewright_core::ErrorClass;
use stagewright_core::event::Verdict;
use stagewright_report::log::{LogLevel, RunLog};

/// The records of a world's events, one line each: level, event, and some fields.
fn told(world: &World, least: LogLevel) -> String {
    let records = RunLog::default().records(world.run(), &world.events);
    let lines: Vec<String> = records
        .iter()
        .filter(|record| record.level >= least)
        .map(|record| {
            let fields = [
                "stage_id",
                "agent_id",
                "gate_id",
                "status",
                "duration_ms",
                "retry_count",
                "try",
                "retry_in_ms",
                "error_type",
                "verdict",
                "decision",
                "reason",
            ];
            let mut line = format!("{:<7} {}", record.level.as_str(), record.event);
            for name in fields {
                match record.field(name) {
                    Value::Null => {}
                    value => line.push_str(&format!(" {name}={value}")),
                }
            }
            line
        })
        .collect();
    lines.join("\n")
}

/// Goal: a run is told under the specification's names, each with its ids, statuses,
/// durations and retries; further tries and skips under ours.
#[test]
fn a_run_with_retries_and_skips() {
    let mut plan = review();
    plan.nodes[0].retry.limit = 1;
    let world = World::new(plan, |submission| {
        submission.trace_id = Some("trace-1".to_owned());
    })
    .script(
        "code",
        [
            Try::fails(300, ErrorClass::Network, "no answer"),
            Try::ok(200),
        ],
    )
    .script("pattern", [Try::fails(50, ErrorClass::Timeout, "too slow")])
    .play();
    insta::assert_snapshot!(told(&world, LogLevel::Info), @r#"
    info    pipeline_execution_started
    info    stage_execution_started stage_id="code_quality"
    info    agent_execution_started stage_id="code_quality" agent_id="code"
    info    agent_execution_started stage_id="code_quality" agent_id="architect"
    warning agent_attempt_failed stage_id="code_quality" agent_id="code" try=1 retry_in_ms=4000 error_type="network"
    info    agent_execution_completed stage_id="code_quality" agent_id="architect" status="SUCCESS" duration_ms=1000 retry_count=0
    info    agent_attempt_started stage_id="code_quality" agent_id="code" try=2
    info    agent_execution_completed stage_id="code_quality" agent_id="code" status="SUCCESS" duration_ms=4500 retry_count=1
    info    stage_execution_completed stage_id="code_quality" status="SUCCESS" duration_ms=4500
    info    stage_execution_started stage_id="pattern_analysis"
    info    agent_execution_started stage_id="pattern_analysis" agent_id="pattern"
    warning agent_execution_completed stage_id="pattern_analysis" agent_id="pattern" status="TIMEOUT" duration_ms=50 retry_count=0 error_type="timeout"
    info    stage_execution_completed stage_id="pattern_analysis" status="PARTIAL_SUCCESS" duration_ms=50
    info    stage_skipped stage_id="lld_check" reason="condition_false"
    warning stage_skipped stage_id="documentation" reason="condition_error"
    info    pipeline_execution_completed status="PARTIAL_SUCCESS" duration_ms=4550 decision="MERGE"
    "#);
    let mut log = RunLog::default();
    for record in log.records(world.run(), &world.events) {
        assert_eq!(*record.field("pipeline_id"), "pr-123-review");
        assert_eq!(*record.field("run_id"), "run_7f3a");
        assert_eq!(*record.field("trace_id"), "trace-1");
    }
}

/// Goal: a failed run says why; gates and people are told apart from agents.
#[test]
fn a_run_that_fails_and_one_that_waits() {
    let failing = World::new(review(), |submission| {
        submission.partial_success_allowed = false;
    })
    .script("code", [Try::fails(300, ErrorClass::Execution, "exit 3")])
    .play();
    let mut log = RunLog::default();
    let records = log.records(failing.run(), &failing.events);
    let last = records.last().unwrap();
    assert_eq!(last.level, LogLevel::Error);
    assert_eq!(last.event, "pipeline_execution_failed");
    assert_eq!(*last.field("error"), "code: exit 3");
    assert_eq!(*last.field("error_type"), "execution");

    let waiting = World::new(gated(), |_| {})
        .script("tests", [Try::judged(900, Verdict::Fail, "3 failed")])
        .play();
    insta::assert_snapshot!(told(&waiting, LogLevel::Info), @r#"
    info    pipeline_execution_started
    info    stage_execution_started stage_id="build"
    info    agent_execution_started stage_id="build" agent_id="compile"
    info    agent_execution_completed stage_id="build" agent_id="compile" status="SUCCESS" duration_ms=1000 retry_count=0
    info    gate_execution_started stage_id="build" gate_id="tests"
    warning gate_execution_completed stage_id="build" gate_id="tests" status="FAILURE" duration_ms=900 retry_count=0 verdict="fail"
    info    stage_execution_completed stage_id="build" status="FAILURE" duration_ms=1900
    info    stage_execution_started stage_id="release"
    warning parked stage_id="release" agent_id="sign_off" reason="approval"
    "#);
}

/// Goal: after a crash the log says that the run was resumed and the step launched again,
/// and its duration counts from its first start.
#[test]
fn a_run_that_is_resumed() {
    let mut world = World::new(review(), |_| {})
        .script("code", [Try::ok(60_000), Try::ok(60_000)])
        .script("architect", [Try::ok(1_000)])
        .play_for(5_000);
    let before = world.events.len();
    world.crash();
    let mut log = RunLog::default();
    let world = world.play();
    let records = log.records(world.run(), &world.events[before..]);
    let found = |event: &str| records.iter().find(|record| record.event == event).unwrap();
    assert_eq!(found("pipeline_execution_resumed").field("total_agents"), 5);
    assert_eq!(*found("agent_attempt_started").field("agent_id"), "code");
    let completed = found("agent_execution_completed");
    assert_eq!(*completed.field("agent_id"), "code");
    assert_eq!(*completed.field("duration_ms"), 65_000);
    assert_eq!(
        *completed.field("retry_count"),
        0,
        "the same try, launched again"
    );
}
