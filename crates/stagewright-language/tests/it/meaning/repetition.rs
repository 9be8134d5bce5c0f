//! Repetition: what it is over, who waits for what, and what events carry of it.

use super::{node, plan, stage};
use stagewright_core::Condition;
use stagewright_core::plan::{Items, Over, Plan, Repeated};

/// The ids that a node waits for because of what it reads.
fn after<'p>(plan: &'p Plan, id: &str) -> Vec<&'p str> {
    let others = node(plan, id).after.iter();
    others.map(|other| plan.node(*other).id.as_str()).collect()
}

fn expression(source: &str) -> Condition {
    Condition::Expression {
        source: source.to_owned(),
    }
}

#[test]
fn an_agent_is_repeated_over_a_list_or_in_a_loop() {
    // Goal: each form with its bound and its room, braces or not.
    let plan = stage(
        "context: {files: []}\n",
        "
      - {id: a, run: 'check -- {{ item }}', for_each: context.files, max_parallelism: 4}
      - {id: b, run: [check, '{{ item.name }}', '{{ index }}'], for_each: '{{ context.files }}'}
      - {id: c, set: '{{ item }}', for_each: [1, 'x{{ context.files | length }}', {k: '{{ run.id }}'}]}
      - {id: d, run: poll, while: index < 3, max_iterations: 3}
      - {id: e, run: poll, until: results.e.status == 'SUCCESS', max_iterations: 10000}
",
    );
    let repeat = |id: &str| node(&plan, id).repeat.clone().expect("it is repeated");
    let over_expression = Over::Items {
        items: Items::Expression("context.files".to_owned()),
    };
    assert_eq!(repeat("a").over, over_expression);
    assert_eq!(repeat("a").max_parallelism, Some(4));
    assert_eq!(repeat("b").over, over_expression);
    assert_eq!(repeat("b").max_parallelism, None);
    assert_eq!(
        repeat("c").over,
        Over::Items {
            items: Items::List(vec![
                1.into(),
                "x{{ context.files | length }}".into(),
                serde_json::json!({"k": "{{ run.id }}"}),
            ])
        }
    );
    assert_eq!(
        repeat("d").over,
        Over::While {
            condition: expression("index < 3"),
            max_iterations: 3
        }
    );
    assert_eq!(
        repeat("e").over,
        Over::Until {
            condition: expression("results.e.status == 'SUCCESS'"),
            max_iterations: 10_000
        }
    );
    assert!(repeat("e").over.is_loop());
}

#[test]
fn a_stage_is_repeated_with_all_that_is_in_it() {
    // Goal: `item` and `index` reach conditions, templates and gates of the stage.
    let plan = plan(
        "
name: t
context: {parts: []}
stages:
  - id: each
    for_each: context.parts
    max_parallelism: 2
    mode: parallel
    agents:
      - {id: build, run: 'build -- {{ item.name }}', if: item.wanted}
      - {id: pack, run: 'pack {{ index }}', if: results.build.output.made}
    gates: [{id: fits, run: 'fits {{ index }}', if: index > 0}]
",
    );
    let of = Repeated::Stage(plan.nodes[0].stage);
    for id in ["build", "pack", "fits"] {
        let node = plan.find(id).expect("it is there");
        assert_eq!(plan.repeated_by(node), Some(of), "{id}");
        assert_eq!(plan.node(node).repeat, None, "{id}");
    }
    let repeat = plan.repeat(of).expect("the stage is repeated");
    assert_eq!(repeat.max_parallelism, None, "the stage's own says it");
    assert_eq!(plan.stages[0].max_parallelism, Some(2));
    // Inside, a sibling is that of the same iteration, so its path is carried as usual.
    assert_eq!(node(&plan, "build").projection, ["output.made"]);
    assert_eq!(after(&plan, "pack"), ["build"]);
}

#[test]
fn seen_from_outside_a_repeated_result_is_a_list() {
    // Goal: whatever is read of the list, the events carry each whole output (decision 34).
    for read in [
        "results.scan.output | length > 1",
        "results.scan.items | length > 1",
        "results.scan.items[0].output.x == 1",
        "results.scan.output | first == 1",
        "(results.scan.items | map(attribute='output.x') | list) == [1]",
        "(results.scan | items | list | length) > 0",
    ] {
        let plan = stage(
            "context: {l: []}\n",
            &format!(
                "
      - {{id: scan, run: [x], for_each: context.l}}
      - {{id: next, run: [x], if: \"{read}\"}}
"
            ),
        );
        assert_eq!(node(&plan, "scan").projection, ["output"], "{read}");
        assert_eq!(after(&plan, "next"), ["scan"], "{read}");
    }
    // The envelope of the whole is always there.
    let plan = stage(
        "context: {l: []}\n",
        "
      - {id: scan, run: [x], for_each: context.l}
      - {id: next, run: [x], if: results.scan.status == 'SUCCESS' and results.scan.findings.total == 0}
      - {id: text, run: 'x {{ results.scan.items | length }}'}
",
    );
    assert!(node(&plan, "scan").projection.is_empty());
}

#[test]
fn structured_conditions_read_lists_too() {
    // Goal: the lookup order of rule A10, with `items` in the envelope of a repeated agent.
    for (field, projected) in [
        ("status", None),
        ("items.0.status", Some("output")),
        ("output.length", Some("output")),
        ("output.0.x", Some("output")),
        ("result.0", Some("output")),
    ] {
        let plan = stage(
            "context: {l: []}\n",
            &format!(
                "
      - {{id: scan, run: [x], for_each: context.l}}
      - id: next
        run: [x]
        condition: {{type: if_result, agent_id: scan, result_field: {field}, operator: exists}}
"
            ),
        );
        let carried: Vec<&str> = node(&plan, "scan")
            .projection
            .iter()
            .map(String::as_str)
            .collect();
        assert_eq!(carried, Vec::from_iter(projected), "{field}");
    }
}

#[test]
fn what_repetition_reads_everything_repeated_waits_for() {
    // Goal: a resumed run that repeats what was read repeats what follows from it: edges
    // from every node of a stage, and none of a loop's own body.
    let plan = plan(
        "
name: t
stages:
  - id: first
    agents: [{id: list, run: [x]}, {id: other, run: [x]}]
    gates: [{id: gate, run: [x]}]
  - id: over
    for_each: results.list.output.parts
    agents: [{id: a, run: [x]}, {id: b, run: [x]}]
    gates: [{id: g, run: [x]}]
  - id: again
    until: results.c.output.done and results.other.status == 'SUCCESS' and results.h.verdict == 'pass'
    max_iterations: 3
    agents: [{id: c, run: [x]}, {id: d, run: [x]}]
    gates: [{id: h, run: [x]}]
  - id: alone
    mode: parallel
    agents:
      - {id: e, run: [x], for_each: results.f.output}
      - {id: f, run: [x], while: stages.first.status == 'SUCCESS' and results.f.output.more, max_iterations: 2}
",
    );
    for id in ["a", "b", "g"] {
        assert_eq!(after(&plan, id), ["list"], "{id}");
    }
    for id in ["c", "d", "h"] {
        assert_eq!(after(&plan, id), ["other"], "{id}");
    }
    assert_eq!(after(&plan, "e"), ["f"]);
    assert_eq!(
        after(&plan, "f"),
        ["list", "other", "gate"],
        "of `stages.first`"
    );
    // A list is made with full outputs; conditions need theirs in the events.
    assert!(node(&plan, "list").projection.is_empty());
    assert_eq!(node(&plan, "c").projection, ["output.done"]);
    assert_eq!(node(&plan, "f").projection, ["output.more"]);
    assert_eq!(
        node(&plan, "h").projection,
        [""; 0],
        "a gate's verdict is there"
    );
}

#[test]
fn a_loop_can_be_a_structured_condition() {
    // Goal: both ways to write a condition, of agents and of stages.
    let plan = plan(
        "
name: t
stages:
  - id: s
    while: {not: {type: if_result, agent_id: a, result_field: status, operator: eq, value: SUCCESS}}
    max_iterations: 2
    agents: [{id: a, run: [x]}]
",
    );
    let Some(Over::While { condition, .. }) = plan.stages[0].repeat.as_ref().map(|r| &r.over)
    else {
        panic!("a loop");
    };
    assert!(matches!(condition, Condition::Not { .. }));
}
