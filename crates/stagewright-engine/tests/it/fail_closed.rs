//! What is missing, too large or from outside never turns into a pass.

use crate::world::{World, output};
use serde_json::json;
use stagewright_core::decision::Choice;
use stagewright_core::event::{AttemptResult, RunStatus, SkipReason};
use stagewright_core::{NodeView, Run};

fn decision(run: &Run) -> Choice {
    let (_, decision) = run.end().expect("the run has ended");
    decision.expect("a decision was asked for").decision
}

fn skip_message(run: &Run, id: &str) -> String {
    match run.view(run.find(id).unwrap()) {
        NodeView::Skipped(SkipReason::ConditionError { message }) => message.clone(),
        other => panic!("{id} is {other:?}"),
    }
}

/// Goal: a value that is too large for conditions is an error, not a missing one: the
/// required agent behind it leaves the decision without evidence.
#[test]
fn a_value_too_large_for_conditions_is_not_missing() {
    let world = World::new();
    let run = world.run(
        r#"
name: large
stages:
  - id: scan
    agents:
      - {id: scan, run: "python3 -c 'import json; print(json.dumps({\"problems\": [\"x\" * 100] * 1500}))'"}
  - id: react
    mode: parallel
    agents:
      - {id: by_default, if: "results.scan.output.problems | default([]) | length > 0", run: "true"}
      - id: by_existence
        condition: {type: if_result, agent_id: scan, result_field: problems, operator: exists, value: true}
        run: "true"
"#,
        json!({}),
    );
    for id in ["by_default", "by_existence"] {
        let message = skip_message(&run, id);
        assert!(message.contains("more than 65536 bytes"), "{message}");
    }
    assert_eq!(decision(&run), Choice::Block);
}

/// Goal: however many results one batch holds, the next agent can read the first.
#[test]
fn a_large_batch_of_values_is_readable_at_once() {
    let world = World::new();
    let sets: String = (0..400)
        .map(|n| format!("      - {{id: s{n}, set: {{n: {n}}}}}\n"))
        .collect();
    let yaml = format!(
        "name: many\nstages:\n  - id: work\n    agents:\n      - {{id: first, run: \"echo first >> log\"}}\n  \
         - id: sets\n    mode: parallel\n    agents:\n{sets}  - id: last\n    agents:\n      \
         - {{id: last, run: \"echo {{{{ results.s0.output.n }}}} {{{{ results.s399.output.n }}}}\"}}\n"
    );
    let run = world.run(&yaml, json!({}));
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::Success)
    );
    assert_eq!(output(&world.engine(), &run, "last"), json!("0 399"));
    assert_eq!(
        std::fs::read_to_string(world.path("log")).unwrap(),
        "first\n"
    );
}

/// Goal: a value from outside does not become an option, wherever it stands in a word.
#[test]
fn a_value_does_not_become_an_option() {
    let world = World::new();
    let yaml = |word: &str| {
        format!(
            "name: dash\nstages:\n  - id: s\n    agents:\n      - {{id: a, run: [echo, {word}]}}\n"
        )
    };
    let context = json!({"f": "--output=/etc/x", "g": "", "ok": "a"});
    for word in [
        "\"{{ context.f }}\"",
        "\"{{ context.f }}.txt\"",
        "\"{{ context.g }}{{ context.f }}\"",
        "\"{% if context.ok %}{{ context.f }}{% endif %}\"",
    ] {
        let run = world.run(&yaml(word), context.clone());
        let NodeView::Done(outcome) = run.view(run.find("a").unwrap()) else {
            panic!("done");
        };
        let AttemptResult::Failed { message, .. } = &outcome.result else {
            panic!("{word} was run");
        };
        assert!(message.contains("would be read as an option"), "{message}");
    }
    for word in [
        "\"--name={{ context.f }}\"",
        "--, \"{{ context.f }}\"",
        "\"{{ context.ok }}\"",
    ] {
        let run = world.run(&yaml(word), context.clone());
        assert_eq!(
            run.end().map(|(status, _)| status),
            Some(RunStatus::Success),
            "{word}"
        );
    }
}

/// Goal: a resumed run judges again what was judged before the repeated agent.
#[test]
fn a_gate_is_judged_again_after_a_repeated_agent() {
    let world = World::new();
    let yaml = r#"
name: stale
stages:
  - id: write
    on_failure: continue
    agents:
      - {id: writer, run: "test -e second && echo broken > tree; test -e second"}
  - id: check
    gates:
      - {id: intact, run: "test ! -e tree"}
"#;
    let run = world.run(yaml, json!({}));
    assert_eq!(
        run.end().map(|(status, _)| status),
        Some(RunStatus::PartialSuccess)
    );
    std::fs::write(world.path("second"), "").unwrap();
    let engine = world.engine();
    let mut live = engine.claim(&run.submission().run_id).unwrap();
    engine.reopen(&mut live).unwrap();
    let run = crate::world::drive(&engine, live, &mut crate::world::Seen::default()).unwrap();
    assert_eq!(decision(&run), Choice::Block);
}

/// Goal: two runs of one key do not go on side by side.
#[test]
fn a_run_is_not_reopened_beside_another_of_its_key() {
    let world = World::new();
    let yaml = "name: k\nstages:\n  - id: s\n    agents:\n      - {id: a, run: \"test -e go\"}\n";
    let first = world.run(yaml, json!({}));
    let engine = world.engine();
    let second = engine.submit(world.submission(yaml, json!({}))).unwrap();
    let mut live = engine.claim(&first.submission().run_id).unwrap();
    let error = engine.reopen(&mut live).unwrap_err().to_string();
    assert!(error.contains(&second.run().submission().run_id), "{error}");
}
