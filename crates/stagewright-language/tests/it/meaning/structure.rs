//! Dependencies, reads, conditions, ids, and the conveniences of YAML.

use super::{node, plan, stage};
use stagewright_core::plan::NodeIx;
use stagewright_core::{Condition, Evaluator, Operator};

#[test]
fn edges_follow_from_dependencies_and_reads() {
    // Goal: success and any apart; a read adds an edge once, one of an earlier stage too,
    // since what a repeated result led to is repeated.
    let plan = plan(
        "
name: t
stages:
  - id: first
    agents: [{id: early, run: [x]}]
  - id: second
    mode: parallel
    agents:
      - {id: a, run: [x]}
      - {id: b, run: [x], depends_on: [a, {id: early, when: any}]}
      - {id: c, run: [x, '{{ results.a.output }}', '{{ results.early.output }}'], depends_on: b}
      - {id: d, run: [x], depends_on: [{id: c, when: any}], if: results.c.status == 'SUCCESS' and results.a.output.go}
    gates:
      - {id: g, run: [x, '{{ results.d.status }}'], if: results.d.output.n > 1}
",
    );
    let edges: Vec<_> = plan
        .nodes
        .iter()
        .map(|node| {
            let ids = |list: &[NodeIx]| -> Vec<String> {
                list.iter().map(|ix| plan.node(*ix).id.clone()).collect()
            };
            format!(
                "{}: {:?} {:?}",
                node.id,
                ids(&node.depends_on),
                ids(&node.after)
            )
        })
        .collect();
    assert_eq!(
        edges,
        [
            "early: [] []",
            "a: [] []",
            r#"b: ["a"] ["early"]"#,
            r#"c: ["b"] ["early", "a"]"#,
            r#"d: [] ["c", "a"]"#,
            "g: [] []",
        ]
    );
    // Templates are rendered from full outputs; only conditions need projections.
    assert_eq!(node(&plan, "a").projection, ["output.go"]);
    assert_eq!(node(&plan, "d").projection, ["output.n"]);
    assert!(node(&plan, "c").projection.is_empty());
}

#[test]
fn conditions_in_every_form() {
    // Goal: each way to write a condition arrives as the core's.
    let custom = |number, evaluator| Condition::Custom { number, evaluator };
    let expression = |source: &str| Condition::Expression {
        source: source.to_owned(),
    };
    let field = |path: &str, operator, value| Condition::IfField {
        path: path.to_owned(),
        operator,
        value,
    };
    for (written, expected) in [
        ("if: context.a == 1", expression("context.a == 1")),
        ("if: '{{ context.a == 1 }}'", expression("context.a == 1")),
        ("if: true", Condition::Always),
        ("condition: always", Condition::Always),
        ("condition: {type: always}", Condition::Always),
        (
            "condition: {type: if_field, field_path: pr.files.length, operator: gt, value: 10}",
            field("pr.files.length", Operator::Gt, 10.into()),
        ),
        (
            "condition: {type: if_field, field_path: pr.draft, operator: exists}",
            field("pr.draft", Operator::Exists, true.into()),
        ),
        (
            "condition: {type: if_field, field_path: pr.x, operator: ne, value: null}",
            field("pr.x", Operator::Ne, serde_json::Value::Null),
        ),
        (
            "condition: {type: custom, custom_evaluator: office_hours}",
            custom(0, Evaluator::Named("office_hours".to_owned())),
        ),
        (
            "condition: {type: custom, custom_evaluator: context.a > 1}",
            expression("context.a > 1"),
        ),
        (
            "condition: {all: [{type: custom, custom_evaluator: [./x, y]}, {not: {type: custom, custom_evaluator: z}}, always]}",
            Condition::All {
                of: vec![
                    custom(
                        0,
                        Evaluator::Command(vec!["./x".to_owned(), "y".to_owned()]),
                    ),
                    Condition::Not {
                        of: Box::new(custom(1, Evaluator::Named("z".to_owned()))),
                    },
                    Condition::Always,
                ],
            },
        ),
        (
            "condition: {any: [{type: if_field, field_path: a, operator: in, value: [1, x]}]}",
            Condition::Any {
                of: vec![field("a", Operator::In, serde_json::json!([1, "x"]))],
            },
        ),
    ] {
        let plan = stage("", &format!("      - {{id: a, run: [x]}}\n    {written}\n"));
        assert_eq!(
            plan.stages[0].condition.as_ref(),
            Some(&expected),
            "{written}"
        );
    }
}

#[test]
fn yaml_conveniences_mean_what_they_say() {
    // Goal: anchors, merge keys, null, own keys; the later of two merges loses.
    let plan = plan(
        "
name: 2024
version: 1.10
x-slow: &slow {timeout: 10m, required: false}
x-quick: &quick {timeout: 1m, required: true}
stages:
  - id: s
    timeout:
    agents:
      - {<<: *slow, id: a, run: [x]}
      - {<<: *slow, id: b, run: [x], timeout: 5m, x-note: mine}
      - {<<: [*quick, *slow], id: c, run: [x]}
",
    );
    assert_eq!(
        (plan.name.as_str(), plan.version.as_str()),
        ("2024", "1.10"),
        "as written"
    );
    assert_eq!(plan.stages[0].timeout_ms, None);
    let seen: Vec<_> = plan
        .nodes
        .iter()
        .map(|n| (n.limits.total_ms, n.required))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(600_000), false),
            (Some(300_000), false),
            (Some(60_000), true)
        ]
    );
}

#[test]
fn hyphens_are_mapped_in_the_review_form() {
    // Goal: declared and referred ids agree after the mapping (decision 6).
    let plan = plan(
        "
name: t
stages:
  - stage_id: code-quality
    agents: [{agent_id: code-agent, run: [x]}]
  - stage_id: next
    condition: {type: if_result, agent_id: code-agent, result_field: output.ok, operator: eq, value: true}
    agents: [{agent_id: b, run: [x], depends_on: [code-agent]}]
",
    );
    assert_eq!(
        (plan.stages[0].id.as_str(), plan.nodes[0].id.as_str()),
        ("code_quality", "code_agent")
    );
    assert_eq!(plan.nodes[0].projection, ["output.ok"]);
    assert_eq!(plan.nodes[1].depends_on, [NodeIx::new(0)]);
}

#[test]
fn gates_have_results_too() {
    // Goal: a gate reads the agents and earlier gates of its stage, later stages read its
    // verdict, and a gate that reads a gate waits for it.
    let plan = plan(
        "
name: t
stages:
  - id: s
    mode: parallel
    agents: [{id: a, run: [x]}]
    gates:
      - {id: tests, run: 'pytest --junitxml \"{{ gate.dir }}/junit.xml\"'}
      - {id: report, run: [x, '{{ results.tests.verdict }}', '{{ results.a.output }}']}
  - id: next
    if: results.tests.verdict == 'pass' and stages.s.status == 'SUCCESS'
    agents: [{id: b, run: [x], depends_on: [tests]}]
",
    );
    assert_eq!(node(&plan, "report").after, [NodeIx::new(1)]);
    assert_eq!(node(&plan, "b").depends_on, [NodeIx::new(1)]);
    assert!(
        node(&plan, "tests").projection.is_empty(),
        "the verdict is no output"
    );
}
