//! The metrics of a run.

use crate::plans::review;
use crate::world::{Try, World};
use serde_json::{Value, json};
use stagewright_core::ErrorClass;
use stagewright_report::documents::{RunMetrics, SaveDurations};

fn metrics(world: &World, saves: Option<SaveDurations>) -> Value {
    let metrics = RunMetrics::of(world.run(), &world.events, world.now, saves);
    serde_json::to_value(metrics).unwrap()
}

/// Goal: tries, retries and timeouts are counted from the events, in all and for each
/// agent; durations are those of documents; what was skipped has neither duration nor rate.
#[test]
fn of_a_run_that_has_ended() {
    let mut plan = review();
    plan.nodes[0].retry.limit = 2;
    let world = World::new(plan, |_| {})
        .script(
            "code",
            [
                Try::fails(1_000, ErrorClass::Timeout, "too slow"),
                Try::fails(500, ErrorClass::Timeout, "too slow"),
                Try::ok(200),
            ],
        )
        .script("pattern", [Try::fails(50, ErrorClass::Execution, "broken")])
        .play();
    let saves = SaveDurations {
        count: 9,
        p50: 1.5,
        p95: 4.0,
        max: 4.2,
    };
    let metrics = metrics(&world, Some(saves));
    let took = metrics["PipelineExecutionDuration"].as_u64().unwrap();
    let expected = [
        ("PipelineSuccessRate", json!(0)),
        ("AgentsExecuted", json!(3)),
        ("AgentsFailed", json!(1)),
        ("AgentsSkipped", json!(2)),
        ("MergeDecision", json!(1)),
        (
            "StateSaveDuration",
            json!({"count": 9, "p50": 1.5, "p95": 4.0, "max": 4.2}),
        ),
        ("events", json!(world.events.len())),
        ("launches", json!(5)),
        ("tries", json!(5)),
        ("retries", json!(2)),
        ("timeouts", json!(2)),
        // Of the two conditions of stages, both were decided.
        ("conditions_evaluated", json!(2)),
        ("custom_conditions", json!({"count": 0, "max_ms": 0})),
    ];
    for (name, value) in expected {
        assert_eq!(metrics[name], value, "{name} of {metrics:#}");
    }
    let code = &metrics["agents"][0];
    // Between the tries 4 s and 8 s (rule A6); then 50 ms of the next stage.
    assert_eq!(took, 1_700 + 12_000 + 50);
    assert_eq!(
        code,
        &json!({
            "agent_id": "code",
            "AgentType": "code_best_practises",
            "Status": "SUCCESS",
            "AgentExecutionDuration": 13_700,
            "AgentSuccessRate": 1,
            "tries": 3,
            "retries": 2,
            "timeouts": 2,
            "cpu_ms": null,
            "peak_memory_bytes": null,
        })
    );
    let skipped = &metrics["agents"][3];
    assert_eq!(skipped["Status"], "SKIPPED");
    assert_eq!(skipped["AgentExecutionDuration"], Value::Null);
    assert_eq!(skipped["AgentSuccessRate"], Value::Null);
    let stages: Vec<(&Value, &Value)> = metrics["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| (&stage["Status"], &stage["StageExecutionDuration"]))
        .collect();
    assert_eq!(stages[1], (&json!("PARTIAL_SUCCESS"), &json!(50)));
    assert_eq!(stages[2], (&json!("SKIPPED"), &Value::Null));
}

/// Goal: before the end, durations are up to now, and what is not known yet is null.
#[test]
fn of_a_run_that_goes_on() {
    let mut world = World::new(review(), |_| {})
        .script("code", [Try::ok(60_000), Try::ok(60_000)])
        .script("architect", [Try::ok(1_000)])
        .play_for(5_000);
    // A launch that is lost and made again is one try.
    world.crash();
    let world = world.play_for(5_000);
    let metrics = metrics(&world, None);
    for name in ["PipelineSuccessRate", "MergeDecision", "StateSaveDuration"] {
        assert_eq!(metrics[name], Value::Null, "{name}");
    }
    let code = &metrics["agents"][0];
    assert_eq!(code["Status"], "RUNNING");
    assert_eq!(code["tries"], 1);
    assert_eq!(
        metrics["launches"].as_u64().unwrap(),
        metrics["tries"].as_u64().unwrap() + 1
    );
    assert_eq!(
        code["AgentExecutionDuration"],
        metrics["PipelineExecutionDuration"]
    );
    assert_eq!(metrics["conditions_evaluated"], 0);
    assert_eq!(metrics["agents"][2]["AgentExecutionDuration"], Value::Null);
}
