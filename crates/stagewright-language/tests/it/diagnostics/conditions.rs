//! Structured conditions: everything that is wrong, in one pass.

use super::told;
use insta::assert_snapshot;

#[test]
fn an_unknown_type_does_not_hide_the_rest() {
    // Goal: whoever corrects the type does not get the next error, and the next.
    let text = r#"name: Review
context: {pr: {}}
stages:
  - id: quality
    agents:
      - id: lint
        run: ruff check .
        condition: {type: if_feild, field_path: prr..size, operator: equals, value: 1}
      - id: types
        run: mypy .
        condition: {agent_id: lnt, result_field: output.count, operator: gt, value: many}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0115]: `type` cannot be `if_feild`
     --> pipeline.yaml:8:27
      |
    8 |         condition: {type: if_feild, field_path: prr..size, operator: equals, value: 1}
      |                           ^^^^^^^^
      |
      = note: the words are `always`, `never`, `if_field`, `if_result`, `custom`
      = help: did you mean `if_field`?

    error[SW0114]: `prr..size` is not a path
     --> pipeline.yaml:8:49
      |
    8 |         condition: {type: if_feild, field_path: prr..size, operator: equals, value: 1}
      |                                                 ^^^^^^^^^
      |
      = help: a path is names with dots between them: `pr.files_changed`

    error[SW0115]: `operator` cannot be `equals`
     --> pipeline.yaml:8:70
      |
    8 |         condition: {type: if_feild, field_path: prr..size, operator: equals, value: 1}
      |                                                                      ^^^^^^
      |
      = note: the words are `eq`, `ne`, `gt`, `lt`, `gte`, `lte`, `contains`, `regex`, `in`, `exists`, `any_equals`

    error[SW0112]: a condition needs `type`, `all`, `any` or `not`
      --> pipeline.yaml:11:21
       |
    11 |         condition: {agent_id: lnt, result_field: output.count, operator: gt, value: many}
       |                     ^^^^^^^^

    error[SW0130]: there is no agent `lnt`
      --> pipeline.yaml:11:31
       |
    11 |         condition: {agent_id: lnt, result_field: output.count, operator: gt, value: many}
       |                               ^^^
       |
       = help: did you mean `lint`?

    error[SW0142]: `gt` compares with a number, this is a text
      --> pipeline.yaml:11:85
       |
    11 |         condition: {agent_id: lnt, result_field: output.count, operator: gt, value: many}
       |                                                                                     ^^^^
    "#);
}

#[test]
fn parts_that_exclude_each_other_are_all_looked_at() {
    // Goal: the conflict does not hide what is wrong in the parts.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: lint
        run: ruff check .
        condition:
          all: [{type: if_field, field_path: pr.size, operator: equals, value: 1}]
          any: [sometimes]
      - id: types
        run: mypy .
        condition: {type: if_result, agent_id: lnt, operator: eq, value: SUCCESS}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0115]: `operator` cannot be `equals`
     --> pipeline.yaml:8:65
      |
    8 |           all: [{type: if_field, field_path: pr.size, operator: equals, value: 1}]
      |                                                                 ^^^^^^
      |
      = note: the words are `eq`, `ne`, `gt`, `lt`, `gte`, `lte`, `contains`, `regex`, `in`, `exists`, `any_equals`

    error[SW0116]: `all` and `any` exclude each other
     --> pipeline.yaml:9:11
      |
    9 |           any: [sometimes]
      |           ^^^

    error[SW0113]: a condition is a mapping, this is a text
     --> pipeline.yaml:9:17
      |
    9 |           any: [sometimes]
      |                 ^^^^^^^^^
      |
      = help: write keys and values: `type: …`

    error[SW0112]: a condition of type `if_result` needs `result_field`
      --> pipeline.yaml:12:21
       |
    12 |         condition: {type: if_result, agent_id: lnt, operator: eq, value: SUCCESS}
       |                     ^^^^

    error[SW0130]: there is no agent `lnt`
      --> pipeline.yaml:12:48
       |
    12 |         condition: {type: if_result, agent_id: lnt, operator: eq, value: SUCCESS}
       |                                                ^^^
       |
       = help: did you mean `lint`?
    "#);
}

#[test]
fn a_field_that_may_be_missing_is_no_mistake() {
    // Goal: where absence is asked for it is an answer; a misspelt field still shows.
    let text = r#"name: Review
context: {pr: {}}
stages:
  - id: quality
    agents:
      - {id: a, run: make, if: context.urgent is defined}
      - {id: b, run: make, if: context.urgent | default(false)}
      - {id: c, run: make, condition: {type: if_field, field_path: urgent, operator: exists}}
      - {id: d, run: make, if: context.urgent == 1}
      - {id: e, run: make, condition: {type: if_field, field_path: urgent, operator: eq, value: 1}}
      - {id: f, run: make, if: context.who.team is defined}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    warning[SW0136]: the pipeline's `context` declares no `urgent`
     --> pipeline.yaml:9:32
      |
    9 |       - {id: d, run: make, if: context.urgent == 1}
      |                                ^^^^^^^^^^^^^^
      |
      = help: without it in a submission, the condition is an error: give it a default, or ask with `is defined` or `exists`

    warning[SW0136]: the pipeline's `context` declares no `urgent`
      --> pipeline.yaml:10:68
       |
    10 |       - {id: e, run: make, condition: {type: if_field, field_path: urgent, operator: eq, value: 1}}
       |                                                                    ^^^^^^
       |
       = help: without it in a submission, the condition is an error: give it a default, or ask with `is defined` or `exists`

    warning[SW0136]: the pipeline's `context` declares no `who`
      --> pipeline.yaml:11:32
       |
    11 |       - {id: f, run: make, if: context.who.team is defined}
       |                                ^^^^^^^^^^^^^^^^
       |
       = help: without it in a submission, the condition is an error: give it a default, or ask with `is defined` or `exists`
    "#);
}
