//! Mistakes with pipelines in pipelines.

use super::{check, told};
use insta::assert_snapshot;

#[test]
fn files_and_inputs_are_checked() {
    // Goal: paths, inputs and keys of `pipeline:`.
    for (agents, expected) in [
        (
            "id: a, pipeline: nope.yaml",
            &["SW0125@nope.yaml :: there is no such file"][..],
        ),
        (
            "id: a, pipeline: '{{ context.n }}'",
            &["SW0114@'{{ context.n }}' :: is fixed when the plan is made"],
        ),
        (
            "id: a, pipeline: [x]",
            &["SW0113@[x] :: the path of a pipeline file"],
        ),
        ("id: a, pipeline: pipeline.yaml/../build.yaml", &[]),
        (
            "id: a, pipeline: {input: {target: x}}",
            &["SW0112@input :: needs `file`"],
        ),
        (
            "id: a, pipeline: {file: build.yaml, context: {}}",
            &["SW0110@context :: no key `context`"],
        ),
        (
            "id: a, pipeline: {file: build.yaml, input: [x]}",
            &["SW0113@[x] :: a mapping, since it is the context"],
        ),
        (
            "id: a, pipeline: build.yaml, input: text",
            &["SW0113@text :: a mapping, since it is the context"],
        ),
        (
            "id: a, pipeline: {file: build.yaml, input: {targte: x}}",
            &["SW0136@targte :: declares no `targte`"],
        ),
        (
            "id: a, pipeline: {file: build.yaml, input: {target: '{{ item }}'}}",
            &["SW0134@item :: there is no `item`"],
        ),
        (
            "id: a, input: {target: x}, pipeline: {file: build.yaml, input: {target: y}}",
            &["SW0116@input :: both have an `input`"],
        ),
        (
            "id: a, pipeline: build.yaml, secrets: {A: 'env:A'}",
            &["SW0117@secrets :: an agent with `pipeline` has no `secrets`"],
        ),
        (
            "id: a, pipeline: build.yaml, findings: sarif",
            &["SW0117@findings :: an agent with `pipeline` has no `findings`"],
        ),
    ] {
        check(agents, expected);
    }
}

#[test]
fn what_is_wrong_with_another_file_is_shown_there() {
    // Goal: the place that names it, then the problem under the other file's name.
    let text = r#"name: Review
stages:
  - id: build
    agents:
      - {id: all, pipeline: broken.yaml}
      - {id: measure, run: ./measure.sh, outputs: {schema: bad.json}}
"#;
    assert_snapshot!(told("ci/../pipeline.yaml", text), @r#"
    error[SW0127]: the pipeline `broken.yaml` has 1 error
     --> ci/../pipeline.yaml:5:29
      |
    5 |       - {id: all, pipeline: broken.yaml}
      |                             ^^^^^^^^^^^ they are listed below

    error[SW0143]: the schema `bad.json` cannot be used
     --> ci/../pipeline.yaml:6:60
      |
    6 |       - {id: measure, run: ./measure.sh, outputs: {schema: bad.json}}
      |                                                            ^^^^^^^^ why is listed below

    error[SW0114]: `stages` is empty
     --> ci/../broken.yaml:2:1
      |
    2 | stages: []
      | ^^^^^^
      |
      = help: a pipeline without stages would end as if everything were fine

    error[SW0143]: `objct` is not a type: the types are null, boolean, integer, number, string, array, object
     --> ci/../bad.json:2:11
      |
    2 |   "type": "objct"
      |           ^^^^^^^
    "#);
}
