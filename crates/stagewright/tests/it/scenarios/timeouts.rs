//! Scenario 4: a required agent does not answer in time, and neither it nor its children
//! care about TERM.

use crate::world::{Ended, World, agent, counts, is_alive, outcome};
use serde_json::json;

const ARN: &str = "arn:aws:lambda:us-east-1:123456789:function:code-agent";

/// A child of the same process group, and one of a session of its own.
const HANGS: &str = r#"
trap '' TERM
echo "$$" >> pids
sleep 60 & echo "$!" >> pids
if command -v setsid; then setsid sleep 60 & echo "$!" >> pids; fi
wait
"#;

fn time_out(arguments: &[&str]) -> (World, Ended) {
    let mut world = World::new();
    world.set("STAGEWRIGHT_AGENTS_GRACE", "100ms");
    world.write("hangs.sh", HANGS);
    world.write(
        "stagewright.toml",
        format!("[lambda.\"{ARN}\"]\nrun = [\"sh\", \"hangs.sh\"]\n"),
    );
    world.write(
        "pipeline.yaml",
        format!(
            r#"
name: Slow review
version: "1.0"
stages:
  - stage_id: quality
    stage_name: Quality
    agents:
      - agent_id: slow
        agent_name: Slow
        agent_type: code_best_practises
        lambda_function_arn: "{ARN}"
        timeout_seconds: 0.6
  - stage_id: more
    stage_name: More
    agents:
      - {{agent_id: next, agent_name: Next, run: "echo done"}}
"#
        ),
    );
    let mut call = vec!["run", "pipeline.yaml", "--id", "slow", "--json"];
    call.extend(arguments);
    let ended = world.call(&call);
    (world, ended)
}

/// Goal: three tries with growing limits, TIMEOUT, no process left, BLOCK, and the rest
/// of the pipeline has run.
#[test]
fn scenario_04_a_required_agent_times_out() {
    let (world, ended) = time_out(&[]);
    let output = ended.leaves(1).json();
    assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", "BLOCK"]));
    assert_eq!(counts(&output), [2, 2, 1, 1, 0]);
    let slow = agent(&output, "slow");
    assert_eq!(slow["status"], "TIMEOUT");
    assert_eq!(slow["retry_count"], 2);
    assert_eq!(agent(&output, "next")["status"], "SUCCESS");
    assert_eq!(output["errors"][0]["agent_id"], "slow");
    assert_eq!(output["errors"][0]["error_type"], "timeout");
    let warnings = output["warnings"].to_string();
    assert!(warnings.contains("`slow` timed out"), "{warnings}");
    let reason = output["decision_reason"].as_str().unwrap();
    assert!(reason.contains("slow"), "{reason}");

    let limits: Vec<u64> = world
        .history("slow")
        .iter()
        .filter(|event| event["event"] == "attempt_started" && event["node"] == "slow")
        .map(|event| event["data"]["timeout_ms"].as_u64().unwrap())
        .collect();
    assert_eq!(
        limits,
        [600, 900, 1350],
        "each re-run has half as much again (rule A7)"
    );

    let pids: Vec<i64> = world
        .lines("pids")
        .iter()
        .map(|pid| pid.parse().unwrap())
        .collect();
    assert!(
        pids.len() == 9 || pids.len() == 6,
        "three tries of all processes: {pids:?}"
    );
    let alive: Vec<_> = pids.iter().filter(|pid| is_alive(**pid)).collect();
    assert!(alive.is_empty(), "{alive:?} of {pids:?} are still there");
    // The blocking factor is the missing evidence (rule A2).
    let report = world
        .call(&["report", "slow", "--format", "json"])
        .leaves(0)
        .json();
    let factors = report["decision"]["factors"].as_array().unwrap();
    let missing = factors
        .iter()
        .find(|factor| factor["factor"] == "missing_evidence");
    let missing = missing.unwrap_or_else(|| panic!("{factors:?}"));
    assert_eq!(missing["blocking"], true);
    assert!(missing.to_string().contains("slow"));
}

/// Goal: the same where partial success is not allowed is a FAILURE of the run (rule A1).
#[test]
fn scenario_04_without_partial_success() {
    let (_world, ended) = time_out(&["--no-partial-success"]);
    let output = ended.leaves(3).json();
    assert_eq!(outcome(&output), json!(["FAILURE", "BLOCK"]));
    assert_eq!(counts(&output), [2, 2, 1, 1, 0]);
    assert_eq!(agent(&output, "slow")["status"], "TIMEOUT");
}
