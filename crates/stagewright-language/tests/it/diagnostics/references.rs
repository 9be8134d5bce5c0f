//! References: who waits for whom and reads what.

use super::told;
use insta::assert_snapshot;

#[test]
fn an_unknown_dependency_is_pointed_at_in_its_list() {
    // Goal: the caret is at the one wrong id of a list.
    let text = r#"name: Review
stages:
  - id: quality
    mode: parallel
    agents:
      - {id: lint, run: ruff check .}
      - {id: types, run: mypy .}
      - {id: merge, run: ./merge.sh, depends_on: [lint, tipes]}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0130]: there is no agent `tipes` to depend on
     --> pipeline.yaml:8:57
      |
    8 |       - {id: merge, run: ./merge.sh, depends_on: [lint, tipes]}
      |                                                         ^^^^^
      |
      = help: did you mean `types`?
    "#);
}

#[test]
fn a_circle_is_shown_as_a_path() {
    // Goal: the circle through `depends_on`, `when: any` and a read result is one path.
    let text = r#"name: Review
stages:
  - id: quality
    mode: parallel
    agents:
      - {id: a, run: make a, depends_on: [b]}
      - {id: b, run: make b, depends_on: [{id: c, when: any}]}
      - id: c
        run: make c
        if: results.a.output == 'go'
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0132]: agents wait for each other: a → b → c → a
      --> pipeline.yaml:10:13
       |
    10 |         if: results.a.output == 'go'
       |             ^^^^^^^^^^^^^^^^ this closes the circle
       |
       = help: an agent waits for what it depends on and for siblings whose results it reads
    "#);
}

#[test]
fn a_name_inside_of_an_expression_is_pointed_at() {
    // Goal: names are found inside of the expression, two problems at once.
    let text = r#"name: Review
stages:
  - id: quality
    agents: [{id: lint, run: ruff check .}]
  - id: design
    if: "{{ results.lint.outputs.count > 0 and results.lnt.status == 'SUCCESS' }}"
    agents: [{id: draw, run: make draw}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0134]: a result has no field `outputs`
     --> pipeline.yaml:6:13
      |
    6 |     if: "{{ results.lint.outputs.count > 0 and results.lnt.status == 'SUCCESS' }}"
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: the fields are `status`, `output`, `findings`, `error`, `error_type`, `tries`, `retry_count`, `duration_ms`, `cost`, `skipped`, `skip_reason`, `strategy_used`
      = help: did you mean `output`?

    error[SW0130]: there is no agent `lnt`
     --> pipeline.yaml:6:48
      |
    6 |     if: "{{ results.lint.outputs.count > 0 and results.lnt.status == 'SUCCESS' }}"
      |                                                ^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `lint`?
    "#);
}

#[test]
fn a_broken_expression_is_pointed_at_where_it_breaks() {
    // Goal: a syntax error of an expression has a place in the file.
    let text = r#"name: Review
stages:
  - id: quality
    if: "context.pr.number > 10 andd true"
    agents: [{id: lint, run: ruff check .}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0140]: unexpected input after expression
     --> pipeline.yaml:4:33
      |
    4 |     if: "context.pr.number > 10 andd true"
      |                                 ^^^^
      |
      = help: expressions are minijinja's: `results.lint.status == 'SUCCESS'`
    "#);
}

#[test]
fn a_hole_in_a_block_of_shell_text_is_pointed_at() {
    // Goal: a place in a block text is found behind blank lines and indentation.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: lint
        run: |
          set -u

          count=$(( {{ context.pr.number }} + 1 ))
          echo "$count"
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0150]: arithmetic evaluates what is in a variable, commands included
     --> pipeline.yaml:9:21
      |
    9 |           count=$(( {{ context.pr.number }} + 1 ))
      |                     ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: compute in the expression (`{{ a + 1 }}`), or compare with `[ "$n" -gt 1 ]`
    "#);
}
