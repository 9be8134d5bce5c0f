//! Keys and kinds: what is not in the tables.

use super::told;
use insta::assert_snapshot;

#[test]
fn an_unknown_key_says_what_was_meant() {
    // Goal: a misspelt key comes with the right one.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: lint
        run: ruff check .
        time_out: 5m
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0110]: an agent has no key `time_out`
     --> pipeline.yaml:7:9
      |
    7 |         time_out: 5m
      |         ^^^^^^^^
      |
      = help: did you mean `timeout`?
    "#);
}

#[test]
fn a_key_of_another_place_says_where_it_belongs() {
    // Goal: a right key at a wrong place comes with its place.
    let text = r#"name: Review
timeout: 30m
stages:
  - id: quality
    agents: [{id: lint, run: ruff check .}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0110]: a pipeline has no key `timeout`
     --> pipeline.yaml:2:1
      |
    2 | timeout: 30m
      | ^^^^^^^
      |
      = help: the run's time limit is `limits: {timeout: …}`, the agents' is `defaults: {timeout: …}`
    "#);
}

#[test]
fn two_names_of_one_key_name_both_lines() {
    // Goal: a key and its alias are not silently one of the two.
    let text = r#"name: Review
stages:
  - stage_id: quality
    id: quality
    agents: [{agent_id: lint, run: ruff check .}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0116]: `stage_id` and `id` are the same key
     --> pipeline.yaml:4:5
      |
    4 |     id: quality
      |     ^^
      |
      = note: `stage_id` stands on line 3
    "#);
}

#[test]
fn an_agent_without_a_kind_lists_the_kinds() {
    // Goal: somebody new learns what an agent can be.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: lint
        timeout: 5m
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0123]: this agent does not say who does it
     --> pipeline.yaml:5:9
      |
    5 |       - id: lint
      |         ^^
      |
      = help: add one of `run`, `http`, `lambda_function_arn`, `pipeline`, `set`, `human`
    "#);
}

#[test]
fn a_later_key_is_not_an_unknown_one() {
    // Goal: a key of a later version is told as such, and not ignored.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: each
        run: ruff check .
        compensate: ./undo.sh
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0111]: `compensate` is known, but not in this version
     --> pipeline.yaml:7:9
      |
    7 |         compensate: ./undo.sh
      |         ^^^^^^^^^^ how its outside effects are undone
      |
      = help: leave it out: a key that is not executed must not look as if it were
    "#);
}

#[test]
fn a_function_has_no_shell_and_a_question_no_retries() {
    // Goal: keys of other kinds are told, references to mapped ids work.
    let text = r#"name: Review
stages:
  - stage_id: quality
    agents:
      - {agent_id: code-agent, lambda_function_arn: "arn:aws:lambda:us-east-1:1:function:code", shell: bash}
      - {agent_id: sign_off, human: {ask: Merge?}, max_retries: 2, depends_on: [code-agent]}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    warning[SW0122]: the id `code-agent` is used as `code_agent`
     --> pipeline.yaml:5:20
      |
    5 |       - {agent_id: code-agent, lambda_function_arn: "arn:aws:lambda:us-east-1:1:function:code", shell: bash}
      |                    ^^^^^^^^^^
      |
      = help: expressions and commands know it as `code_agent`

    error[SW0117]: an agent with `lambda_function_arn` has no `shell`
     --> pipeline.yaml:5:97
      |
    5 |       - {agent_id: code-agent, lambda_function_arn: "arn:aws:lambda:us-east-1:1:function:code", shell: bash}
      |                                                                                                 ^^^^^ goes with `run`

    error[SW0117]: an agent with `human` has no `max_retries`
     --> pipeline.yaml:6:52
      |
    6 |       - {agent_id: sign_off, human: {ask: Merge?}, max_retries: 2, depends_on: [code-agent]}
      |                                                    ^^^^^^^^^^^ goes with `run`, `http`, `lambda_function_arn`, `pipeline`
    "#);
}

#[test]
fn wide_characters_do_not_move_the_caret() {
    // Goal: columns count characters, and the caret stands under the key.
    let text = r#"name: Prüfung 🔍
stages:
  - id: quality
    name: "Qualität ✓"
    agents: [{id: lint, name: Prüfer 🔍, run: ruff check ., requird: true}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0110]: an agent has no key `requird`
     --> pipeline.yaml:5:60
      |
    5 |     agents: [{id: lint, name: Prüfer 🔍, run: ruff check ., requird: true}]
      |                                                             ^^^^^^^
      |
      = help: did you mean `required`?
    "#);
}
