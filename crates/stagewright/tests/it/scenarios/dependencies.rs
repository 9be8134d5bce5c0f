//! What follows from a failure elsewhere: dependencies, optional stages, conditions on
//! results (decisions 23 and 33, rules A1, A2 and A15).

use crate::world::{World, agent, counts, outcome};
use serde_json::{Value, json};

fn run(pipeline: &str, arguments: &[&str], code: i32) -> Value {
    let world = World::new();
    world.write("p.yaml", pipeline);
    let mut call = vec!["run", "p.yaml", "--json"];
    call.extend(arguments);
    world.call(&call).leaves(code).json()
}

/// Goal: what depends on a failed agent is skipped and leaves evidence missing, unless it
/// asks for any end; a required agent of a stage that is not required fails nothing.
#[test]
fn a_failed_dependency() {
    let pipeline = "
name: Dependencies
stages:
  - stage_id: optional
    required: false
    execution_mode: parallel
    agents:
      - {agent_id: bad, run: exit 1}
      - {agent_id: good, run: echo done}
  - stage_id: rest
    agents:
      - {agent_id: needs_bad, REQUIRED depends_on: [bad], run: echo done}
      - {agent_id: any_end, depends_on: [{id: bad, when: any}], run: echo done}
      - {agent_id: needs_good, depends_on: [good], run: echo done}
";
    // Partial success need not be allowed: no required agent has failed.
    for (required, code, decision) in [("", 1, "BLOCK"), ("required: false,", 0, "MERGE")] {
        let text = pipeline.replace("REQUIRED", required);
        let output = run(&text, &["--no-partial-success"], code);
        assert_eq!(outcome(&output), json!(["PARTIAL_SUCCESS", decision]));
        assert_eq!(counts(&output), [5, 4, 3, 1, 1]);
        let skipped = agent(&output, "needs_bad");
        assert_eq!(skipped["status"], "SKIPPED");
        assert!(skipped["skip_reason"].as_str().unwrap().contains("`bad`"));
        for id in ["any_end", "needs_good"] {
            assert_eq!(agent(&output, id)["status"], "SUCCESS", "{id}");
        }
        let reason = output["decision_reason"].as_str().unwrap();
        assert_eq!(
            reason.contains("needs_bad"),
            decision == "BLOCK",
            "{reason}"
        );
    }
}

/// Goal: a dependency that a false condition skipped lets its dependants go.
#[test]
fn a_dependency_with_a_false_condition() {
    let output = run(
        "
name: Dependencies
context: {wanted: false}
stages:
  - id: s
    mode: parallel
    agents:
      - {id: maybe, if: context.wanted, run: echo done}
      - {id: never, condition: never, run: echo done}
      - {id: after, depends_on: [maybe, never], run: echo done}
",
        &[],
        0,
    );
    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(counts(&output), [3, 1, 1, 0, 2]);
}

/// Goal: a required agent whose condition cannot be evaluated is skipped with a warning,
/// and its evidence is missing (decision 23).
#[test]
fn a_required_agent_with_a_broken_condition() {
    let output = run(
        "
name: Broken
context: {pr: {number: 1, title: x}}
stages:
  - id: s
    agents:
      - {id: good, run: echo done}
      - {id: bad, if: context.pr.size > 3, run: echo done}
",
        &[],
        1,
    );
    assert_eq!(outcome(&output), json!(["SUCCESS", "BLOCK"]));
    assert_eq!(agent(&output, "bad")["status"], "SKIPPED");
    let warnings = output["warnings"].to_string();
    for part in ["`bad`", "context.pr.size", "number", "title"] {
        assert!(warnings.contains(part), "no {part} in {warnings}");
    }
}

/// Goal: `status` in a condition is the result's own field, `output.status` the agent's
/// (rule A10): a design agent that found deviations has answered, and is not compliant.
#[test]
fn two_kinds_of_status() {
    let document = json!({
        "status": "LLD_DEVIATION_FOUND",
        "lld_compliant": false,
        "deviations": [{"lld_section": "3", "file": "a.java", "description": "d"}],
        "deviations_count": 1,
    });
    let pipeline = "
name: Status
stages:
  - stage_id: design
    agents:
      - agent_id: lld
        agent_type: lld_alignment
        exit_codes: {success: [0, 1]}
        run: cat answer.json; exit 1
  - stage_id: envelope
    condition: {type: if_result, agent_id: lld, result_field: status, operator: eq, value: SUCCESS}
    agents: [{agent_id: by_envelope, run: echo done}]
  - stage_id: own
    condition: {type: if_result, agent_id: lld, result_field: output.status, operator: eq, value: LLD_COMPLIANT}
    agents: [{agent_id: by_output, run: echo done}]
";
    let world = World::new();
    world.write("p.yaml", pipeline);
    world.write("answer.json", document.to_string());
    let output = world.call(&["run", "p.yaml", "--json"]).leaves(1).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "BLOCK"]));
    assert_eq!(agent(&output, "by_envelope")["status"], "SUCCESS");
    assert_eq!(agent(&output, "by_output")["status"], "SKIPPED");
    // One deviation without a severity blocks (decision 26).
    assert_eq!(output["aggregated_result"]["lld_deviations_count"], 1);
}
