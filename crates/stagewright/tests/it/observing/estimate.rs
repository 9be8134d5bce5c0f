//! Estimates and metrics of a run, from the runs before it (rule A28).

use crate::world::{World, eventually};
use serde_json::{Value, json};

/// A pipeline whose second agent waits until it is let go.
const PIPELINE: &str = "name: Slow
context: {deploy: true}
stages:
  - id: build
    agents:
      - {id: compile, run: 'sleep 0.05'}
      - {id: test, run: 'until test -e go-on; do sleep 0.02; done'}
  - id: deploy
    if: context.deploy
    agents:
      - {id: upload, run: 'sleep 0.05'}
";

fn milliseconds(time: &Value) -> i64 {
    let text = time.as_str().unwrap();
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Goal: the first run of a pipeline has no estimate, since nobody knows how long its
/// agents take; a later one has, whatever its id: what is left takes what it took before.
/// While it goes on, its status says where it is, and shows what its agents wrote.
#[test]
fn a_later_run_knows_when_it_will_end() {
    let world = World::new();
    world.write("slow.yaml", PIPELINE);
    let going = |id: &str| {
        let run = world.start(&["run", "slow.yaml", "--id", id]);
        let status = eventually("the second agent runs", || {
            let ended = world.call(&["status", id, "--json", "--include-logs"]);
            let status = (ended.code == Some(0)).then(|| ended.json())?;
            (status["current_agent"] == "test").then_some(status)
        });
        (run, status)
    };
    let (run, status) = going("first");
    assert_eq!(status["estimated_completion_at"], Value::Null);
    assert_eq!(status["current_stage"], "build");
    assert_eq!(status["agents_completed"], 1);
    assert_eq!(status["agents_in_progress"], 1);
    assert_eq!(status["agents_pending"], 1);
    assert_eq!(status["recent_logs"], json!([]));
    world.write("go-on", "");
    run.end().leaves(0);
    std::fs::remove_file(world.path("go-on")).unwrap();

    let (run, status) = going("second");
    let started = milliseconds(&status["started_at"]);
    let ends = milliseconds(&status["estimated_completion_at"]);
    // At least what the upload takes; at most what the whole first run took, and the time
    // that has passed since.
    let now = started + status["elapsed_time_ms"].as_i64().unwrap();
    let first = world.status("first")["elapsed_time_ms"].as_i64().unwrap();
    assert!(ends >= now + 50, "{status:#}");
    assert!(ends <= now + first, "{status:#}");
    world.write("go-on", "");
    run.end().leaves(0);
    assert_eq!(
        world.status("second")["estimated_completion_at"],
        Value::Null
    );
}

/// Goal: an agent that its condition has always left out is not waited for, and what is
/// left out counts for the metrics; how long saving took is there once it was measured.
#[test]
fn what_is_left_out_takes_no_time() {
    let world = World::new();
    world.write("slow.yaml", PIPELINE);
    world.write("go-on", "");
    let call = [
        "run",
        "slow.yaml",
        "--context",
        "deploy:=false",
        "--id",
        "a",
    ];
    world.call(&call).leaves(0);
    let metrics = &world.status("a")["metrics"];
    let expected = [
        ("PipelineSuccessRate", json!(1)),
        ("AgentsExecuted", json!(2)),
        ("AgentsFailed", json!(0)),
        ("AgentsSkipped", json!(1)),
        ("MergeDecision", json!(1)),
        ("launches", json!(2)),
        ("tries", json!(2)),
        ("retries", json!(0)),
        ("timeouts", json!(0)),
        ("conditions_evaluated", json!(1)),
    ];
    for (name, value) in expected {
        assert_eq!(metrics[name], value, "{name} of {metrics:#}");
    }
    let saves = &metrics["StateSaveDuration"];
    assert!(saves["count"].as_u64().unwrap() >= 1, "{metrics:#}");
    assert!(saves["p50"].as_f64() <= saves["p95"].as_f64());
    assert!(saves["p95"].as_f64() <= saves["max"].as_f64());

    std::fs::remove_file(world.path("go-on")).unwrap();
    let run = world.start(&[
        "run",
        "slow.yaml",
        "--context",
        "deploy:=false",
        "--id",
        "b",
    ]);
    let status = eventually("the second agent runs", || {
        let ended = world.call(&["status", "b", "--json"]);
        let status = (ended.code == Some(0)).then(|| ended.json())?;
        (status["current_agent"] == "test").then_some(status)
    });
    assert!(status["estimated_completion_at"].is_string(), "{status:#}");
    assert_eq!(status["metrics"]["MergeDecision"], Value::Null);
    world.write("go-on", "");
    run.end().leaves(0);
}
