//! The documents that programs read: exact fields, exact order, true counts.

use crate::plans::review;
use crate::world::{Try, World};
use serde_json::Value;
use stagewright_core::ErrorClass;
use stagewright_report::ExecutePipelineOutput;

/// The keys of an object in the order in which they are written.
fn keys(document: &impl serde::Serialize) -> Vec<String> {
    // `Value` sorts keys; the text does not.
    let text = serde_json::to_string(document).unwrap();
    let mut keys = Vec::new();
    let mut depth = 0;
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['{', '}', '[', ']', '"']) {
        let c = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        match c {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {
                let mut end = 0;
                let bytes = rest.as_bytes();
                while bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                if depth == 1 && bytes.get(end + 1) == Some(&b':') {
                    keys.push(rest[..end].to_owned());
                }
                rest = &rest[end + 1..];
            }
        }
    }
    keys
}

/// Goal: the outcome has exactly the review specification's fields in its order,
/// plus `run_id`, with null where there is nothing (rule A18).
#[test]
fn execute_pipeline_fields() {
    let world = World::new(review(), |_| {})
        .script(
            "pattern",
            [Try::fails(700, ErrorClass::Execution, "left with 3")],
        )
        .play();
    let output = ExecutePipelineOutput::of(world.run(), &world.results(), None).unwrap();
    assert_eq!(
        keys(&output),
        [
            "status",
            "pipeline_id",
            "run_id",
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
        ]
    );
    let document: Value = serde_json::to_value(&output).unwrap();
    assert_eq!(document["trace_id"], Value::Null);
}
