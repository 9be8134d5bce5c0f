//! Mistakes with repetition.

use super::{check, told};
use insta::assert_snapshot;

#[test]
fn a_loop_has_an_end_and_one_way() {
    // Goal: bounds, and keys that exclude each other, on agents.
    for (agents, expected) in [
        (
            "id: a, run: x, while: index < 3",
            &["SW0112@while :: needs `max_iterations`"][..],
        ),
        (
            "id: a, run: x, until: index > 3, max_iterations: null",
            &["SW0112@until :: needs `max_iterations`"],
        ),
        (
            "id: a, run: x, until: index > 3, max_iterations: 0",
            &["SW0114@0 :: between 1 and 10000"],
        ),
        (
            "id: a, run: x, until: index > 3, max_iterations: 10001",
            &["SW0114@10001 :: between 1 and 10000"],
        ),
        (
            "id: a, run: x, max_iterations: 3",
            &["SW0116@max_iterations :: needs `while` or `until`"],
        ),
        (
            "id: a, run: x, for_each: context.files, max_iterations: 3",
            &["SW0116@max_iterations :: belongs to `while` and `until`"],
        ),
        (
            "id: a, run: x, for_each: context.files, until: index > 2, max_iterations: 3",
            &["SW0116@until :: `for_each` and `until` exclude"],
        ),
        (
            "id: a, run: x, max_parallelism: 3",
            &["SW0112@max_parallelism :: needs `for_each`"],
        ),
        (
            "id: a, run: x, while: index < 3, max_iterations: 3, max_parallelism: 2",
            &["SW0116@max_parallelism :: follow each other"],
        ),
        (
            "id: a, run: x, for_each: {a: 1}",
            &["SW0113@{a: 1} :: an expression or a list"],
        ),
        (
            "id: a, run: x, while: [1], max_iterations: 3",
            &["SW0113@[1] :: an expression"],
        ),
        (
            "id: a, run: x, for_each: context.files +",
            &["SW0140@+ :: unexpected end"],
        ),
        (
            "id: a, run: x, for_each: [{token: abc}]",
            &["SW0160@token :: looks like a secret"],
        ),
        (
            "id: a, run: x, for_each: ['{{ secrets.X }}']",
            &["SW0135@secrets.X :: cannot be read here"],
        ),
        (
            "id: a, run: x, for_each: ['{{ attempt }}']",
            &["SW0134@attempt :: there is no `attempt`"],
        ),
    ] {
        check(agents, expected);
    }
}

#[test]
fn constant_loops_are_seen() {
    // Goal: a loop that never runs, runs once, or never ends by itself.
    for (agents, expected) in [
        (
            "id: a, run: x, while: true, max_iterations: 3",
            &["SW0174@true :: only at `max_iterations`"][..],
        ),
        (
            "id: a, run: x, until: 1 > 2, max_iterations: 3",
            &["SW0174@1 > 2 :: only at `max_iterations`"],
        ),
        (
            "id: a, run: x, while: false, max_iterations: 3",
            &["SW0171@false :: never runs"],
        ),
        (
            "id: a, run: x, until: 'true', max_iterations: 3",
            &["SW0172@'true' :: after its first iteration"],
        ),
        (
            "id: a, run: x, for_each: []",
            &["SW0171@for_each :: with an empty list"],
        ),
        (
            "id: a, run: x, until: {type: custom, custom_evaluator: [ask]}, max_iterations: 3",
            &["SW0114@custom_evaluator :: answered by a program"],
        ),
    ] {
        check(agents, expected);
    }
}

#[test]
fn names_of_repetition_are_there_inside_only() {
    // Goal: `item`, `index` and results, from each place.
    for (agents, expected) in [
        (
            "id: a, run: x, if: item == 1",
            &["SW0134@item :: there is no `item`"][..],
        ),
        (
            "id: a, run: 'x {{ index }}'",
            &["SW0134@index :: there is no `index`"],
        ),
        (
            "id: a, run: x, for_each: item",
            &["SW0134@item :: there is no `item`"],
        ),
        (
            "id: a, run: x, while: item, max_iterations: 3",
            &["SW0134@item :: there is no `item`"],
        ),
        (
            "id: a, run: 'x {{ item }}', until: index > 1, max_iterations: 3",
            &["SW0134@item :: there is no `item`"],
        ),
        (
            "id: a, run: x, for_each: context.flies",
            &["SW0136@context.flies :: declares no `flies`"],
        ),
        (
            "id: a, run: x, for_each: results.a.output",
            &["SW0131@results.a.output :: its own result"],
        ),
        (
            "id: a, run: x, until: results.a.status == 'x', max_iterations: 2, if: results.a.status == 'x'",
            &["SW0131@results.a.status :: its own result"],
        ),
        (
            "id: a, run: x, until: results.a.outptu, max_iterations: 2",
            &["SW0134@results.a.outptu :: no field `outptu`"],
        ),
    ] {
        check(agents, expected);
    }
}

#[test]
fn a_repeated_result_is_a_list_from_outside() {
    // Goal: members of the list are not read as if it were one result; one that is not
    // repeated has no `items`.
    let repeated = "id: scan, run: x, for_each: context.files";
    for (reader, expected) in [
        (
            "if: results.scan.output.status == 'x'",
            "SW0134@results.scan.output.status :: `results.scan.output` is a list",
        ),
        (
            "if: results.scan.items.status == 'x'",
            "SW0134@results.scan.items.status :: `results.scan.items` is a list",
        ),
        (
            "set: '{{ results.scan.output.n }}'",
            "SW0134@results.scan.output.n :: is a list",
        ),
        (
            "for_each: results.scan.output.n",
            "SW0134@results.scan.output.n :: is a list",
        ),
        (
            "condition: {type: if_result, agent_id: scan, result_field: found, operator: eq, value: 1}",
            "SW0134@found :: is a list",
        ),
    ] {
        let kind = if reader.starts_with("set") {
            ""
        } else {
            "run: y, "
        };
        check(&format!("{repeated}\nid: b, {kind}{reader}"), &[expected]);
    }
    check(
        "id: scan, run: x\nid: b, run: y, if: results.scan.items",
        &["SW0134@results.scan.items :: no field `items`"],
    );
}

#[test]
fn stages_and_gates_say_what_they_can() {
    // Goal: nested repetition, gates, and a stage's own condition, as a person reads it.
    let text = r#"name: Review
context: {parts: []}
stages:
  - id: each
    for_each: context.parts
    if: item.wanted
    agents:
      - {id: inner, run: make, for_each: [1, 2]}
      - {id: own, run: make, while: results.inner.status == 'x', max_iterations: 2}
    gates:
      - {id: gate, run: make check, while: index < 3}
  - id: loop
    until: results.later.status == 'SUCCESS'
    max_iterations: 3
    agents: [{id: body, run: make}]
  - id: last
    agents: [{id: later, run: make}]
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0134]: there is no `item` here
     --> pipeline.yaml:6:9
      |
    6 |     if: item.wanted
      |         ^^^^^^^^^^^
      |
      = note: the names are `context`, `results`, `stages`, `run`, `now`
      = help: a stage's condition is asked once, before it is repeated

    error[SW0116]: the stage `each` is repeated, so its agents cannot be repeated besides
     --> pipeline.yaml:8:32
      |
    8 |       - {id: inner, run: make, for_each: [1, 2]}
      |                                ^^^^^^^^
      |
      = help: put the inner repetition into a pipeline of its own, and use that with `pipeline:`

    error[SW0116]: the stage `each` is repeated, so its agents cannot be repeated besides
     --> pipeline.yaml:9:30
      |
    9 |       - {id: own, run: make, while: results.inner.status == 'x', max_iterations: 2}
      |                              ^^^^^
      |
      = help: put the inner repetition into a pipeline of its own, and use that with `pipeline:`

    error[SW0110]: a gate has no key `while`
      --> pipeline.yaml:11:37
       |
    11 |       - {id: gate, run: make check, while: index < 3}
       |                                     ^^^^^
       |
       = help: a gate is not repeated by itself; a stage with `while` repeats its gates too

    error[SW0131]: `later` cannot have a result yet: it runs in the later stage `last`
      --> pipeline.yaml:13:12
       |
    13 |     until: results.later.status == 'SUCCESS'
       |            ^^^^^^^^^^^^^^^^^^^^
       |
       = help: read results of earlier stages, or of agents that run before this one
    "#);
}
