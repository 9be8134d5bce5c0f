//! The decision over a pipeline that is a step is the one over the same agents in the
//! step's place, and never laxer (decisions 29, 35).

use crate::world::{Seen, World, drive, plan};
use serde_json::{Value, json};
use stagewright_core::decision::{Choice, DecisionRecord, FactorKind};
use stagewright_core::plan::{Action, SubPipeline};
use stagewright_core::{NodeView, Plan, Run};

/// A HIGH finding, as an agent's document.
const HIGH: &str = r#"echo '{"status": "FAIL", "violations": [{"severity": "HIGH", "rule": "r", "message": "m", "file": "f", "line": 1}]}'"#;

/// Head of a pipeline whose policy tolerates no HIGH finding and honours no label.
const STRICT: &str = "policy: {max_high_violations: 0, allow_override_by_label: false}";
/// The same, with the usual labels.
const LABELLED: &str = "policy: {max_high_violations: 0}";
/// A policy of its own label.
const OWN_LABEL: &str = "policy: {max_high_violations: 0, override_labels: [mine]}";

/// A pipeline that is never run.
const ANY: &str = "
name: Any
decision: none
stages: [{id: s, agents: [{id: a, run: echo any}]}]
";

fn pipeline(head: &str, stages: &str) -> String {
    format!("name: Pipeline\n{head}\nstages:\n{stages}")
}

fn agents(agents: &str) -> String {
    format!("  - {{id: s, agents: [{agents}]}}\n")
}

/// A pipeline of `beside` and a step that is this one; the step's own keys come from `step`.
fn around(inner: Plan, head: &str, step: &str, more: &str) -> Plan {
    let stages = format!("{}{more}", agents(&format!("{{id: sub, run: x{step}}}")));
    let mut outer = plan(&pipeline(head, &stages));
    let sub = outer.find("sub").unwrap();
    let node = outer.nodes.iter_mut().find(|node| node.id == "sub");
    node.unwrap().action = Action::Pipeline(SubPipeline {
        source: "inner.yaml".to_owned(),
        plan: Box::new(inner),
        input: None,
    });
    assert_eq!(outer.node(sub).id, "sub");
    outer
}

fn ran(plan: Plan, labels: &Value) -> Run {
    let world = World::new();
    let engine = world.engine();
    let mut submission = world.submission(ANY, json!({}));
    submission.plan = plan;
    submission.context = json!({"pr": {"labels": labels}});
    let live = engine.submit(submission).unwrap();
    drive(&engine, live, &mut Seen::default()).unwrap()
}

#[track_caller]
fn decided(run: &Run) -> &DecisionRecord {
    run.end().expect("it has ended").1.expect("it decides")
}

fn blocking(record: &DecisionRecord) -> Vec<FactorKind> {
    let blocking = record.factors.iter().filter(|factor| factor.blocking);
    blocking.map(|factor| factor.factor).collect()
}

/// Goal: whatever its agents come to, a pipeline decides the same with them in a pipeline
/// below, whether that one decides or not.
#[test]
fn nested_is_as_flat() {
    let is_high = format!(
        "{{id: high, type: code_best_practises, run: {}}}",
        json!(HIGH)
    );
    let none: [&str; 0] = [];
    let cases: [(&str, String, &str, &[&str], Choice); 9] = [
        (
            "proved",
            "{id: a, run: 'true'}".to_owned(),
            LABELLED,
            &none,
            Choice::Merge,
        ),
        (
            "only values",
            "{id: a, set: {x: 1}}".to_owned(),
            LABELLED,
            &none,
            Choice::Block,
        ),
        (
            "skipped by its condition",
            "{id: a, run: 'true', if: 'false'}".to_owned(),
            LABELLED,
            &none,
            Choice::Block,
        ),
        (
            "a condition that breaks",
            r#"{id: a, run: "echo '{\"y\": 1}'"}, {id: b, run: 'true', if: 'results.a.output.x > 1'}"#.to_owned(),
            LABELLED,
            &none,
            Choice::Block,
        ),
        (
            "a failure that is not required",
            "{id: a, run: 'true'}, {id: b, required: false, run: 'false'}".to_owned(),
            LABELLED,
            &none,
            Choice::Merge,
        ),
        (
            "a failure",
            "{id: a, run: 'true'}, {id: b, run: 'false'}".to_owned(),
            LABELLED,
            &none,
            Choice::Block,
        ),
        ("findings", is_high.clone(), LABELLED, &none, Choice::Block),
        (
            "an override",
            is_high.clone(),
            LABELLED,
            &["emergency-deploy"],
            Choice::Merge,
        ),
        (
            "no override",
            is_high,
            STRICT,
            &["emergency-deploy"],
            Choice::Block,
        ),
    ];
    for (what, inner, head, labels, expected) in cases {
        let labels = json!(labels);
        let flat = ran(plan(&pipeline(head, &agents(&inner))), &labels);
        let flat = decided(&flat);
        assert_eq!(flat.decision, expected, "{what}, flat: {flat:#?}");
        for below in ["decision: none", head] {
            let inner = plan(&pipeline(below, &agents(&inner)));
            // One more run above it makes no difference.
            let twice = (below != head).then(|| around(inner.clone(), below, "", ""));
            for inner in [inner].into_iter().chain(twice) {
                let nested = ran(around(inner, head, "", ""), &labels);
                let nested = decided(&nested);
                assert_eq!(nested.decision, expected, "{what}, {below}: {nested:#?}");
                assert_eq!(
                    nested.override_applied, flat.override_applied,
                    "{what}, {below}"
                );
            }
        }
    }
}

/// Goal: a stricter policy below is not undone above, and a label that a policy below
/// honours overrides above only what the policy above lets it.
#[test]
fn an_override_below_is_none_above() {
    let high = format!(
        "{{id: high, type: code_best_practises, run: {}}}",
        json!(HIGH)
    );
    let usual = "policy: {max_low_violations: 100}";
    let cases = [
        (LABELLED, usual, "other", Choice::Block, false),
        (LABELLED, usual, "emergency-deploy", Choice::Merge, true),
        (LABELLED, STRICT, "emergency-deploy", Choice::Block, false),
        (OWN_LABEL, usual, "mine", Choice::Block, false),
        (OWN_LABEL, OWN_LABEL, "mine", Choice::Merge, true),
    ];
    for (below, above, label, expected, overridden) in cases {
        let inner = plan(&pipeline(below, &agents(&high)));
        let run = ran(around(inner, above, "", ""), &json!([label]));
        let record = decided(&run);
        let what = format!("{below} below {above} with {label}: {record:#?}");
        assert_eq!(record.decision, expected, "{what}");
        assert_eq!(record.override_applied, overridden, "{what}");
        assert!(
            blocking(record).contains(&FactorKind::PipelineBlocked),
            "{what}"
        );
        let NodeView::Done(outcome) = run.view(run.find("sub").unwrap()) else {
            panic!("the step has ended")
        };
        let was_overridden = label != "other";
        let said = outcome
            .warnings
            .iter()
            .any(|warning| warning.contains(label));
        assert_eq!(said, was_overridden, "{:?}", outcome.warnings);
    }
}

/// Goal: what a step makes of its answer changes nothing of what its run has decided.
#[test]
fn outputs_do_not_decide() {
    let high = format!(
        "{{id: high, type: code_best_practises, run: {}}}",
        json!(HIGH)
    );
    let inner = plan(&pipeline(LABELLED, &agents(&high)));
    let claims = ", outputs: {take: {decision: \"'MERGE'\", decision_reason: \"'all is well'\"}}";
    let reads = "  - {id: t, agents: [{id: after, run: 'true', if: \"results.sub.output.decision == 'MERGE'\"}]}\n";
    let run = ran(
        around(inner, "policy: {max_low_violations: 100}", claims, reads),
        &json!([]),
    );
    let after = run.view(run.find("after").unwrap());
    assert_eq!(
        after.status(),
        Some("SUCCESS"),
        "conditions read what the step says"
    );
    assert_eq!(decided(&run).decision, Choice::Block);
    assert_eq!(blocking(decided(&run)), [FactorKind::PipelineBlocked]);
}

/// Goal: a step that is not required holds nothing up, and proves nothing that its run has
/// not proved.
#[test]
fn a_step_that_is_not_required() {
    for (beside, expected) in [
        ("{id: b, run: 'true'}", Choice::Merge),
        ("{id: b, set: {x: 1}}", Choice::Block),
    ] {
        let inner = "{id: a, run: 'true', if: 'results.nobody.output.x'}, {id: v, set: {x: 1}}";
        let inner = inner.replace("results.nobody.output.x", "context.nobody");
        let inner = plan(&pipeline("decision: none", &agents(&inner)));
        let more = format!("  - {{id: t, agents: [{beside}]}}\n");
        let run = ran(
            around(
                inner,
                "policy: {max_low_violations: 100}",
                ", required: false",
                &more,
            ),
            &json!([]),
        );
        assert_eq!(
            decided(&run).decision,
            expected,
            "{beside}: {:#?}",
            decided(&run)
        );
    }
}

/// Goal: a further try of a step repeats no agent that has succeeded, and asks its gates
/// again, since what they judge may be another thing by then.
#[test]
fn a_further_try_judges_again() {
    let inner = "
  - id: s
    agents: [{id: first, run: echo first >> log}]
    gates: [{id: judged, run: echo judged >> log}]
  - {id: t, agents: [{id: second, run: exit 1}]}
";
    let inner = plan(&pipeline("decision: none", inner));
    let world = World::new();
    let engine = world.engine();
    let mut submission = world.submission(ANY, json!({}));
    let step = ", retries: 1";
    submission.plan = around(inner, LABELLED, step, "");
    let live = engine.submit(submission).unwrap();
    let run = drive(&engine, live, &mut Seen::default()).unwrap();
    assert_eq!(decided(&run).decision, Choice::Block);
    let log = std::fs::read_to_string(world.path("log")).unwrap();
    assert_eq!(log, "first\njudged\njudged\n");
}
