//! Mistakes with outputs, schemas, findings and inputs that are made.

use super::{check, told};
use insta::assert_snapshot;

#[test]
fn schemas_are_schemas() {
    // Goal: each keyword with its own mistake, at its place.
    for (schema, expected) in [
        ("{type: strng}", &["SW0143@strng :: is not a type"][..]),
        ("{type: [string, 3]}", &["SW0143@3 :: is not a type"]),
        ("{type: null}", &[]),
        ("{type: 'null'}", &[]),
        (
            "{propertes: {}}",
            &["SW0143@propertes :: no keyword `propertes`"],
        ),
        ("{format: date}", &["SW0143@format :: is not checked"]),
        (
            "{properties: [a]}",
            &["SW0143@[a] :: a mapping of names to schemas"],
        ),
        (
            "{properties: {a: 3}}",
            &["SW0143@3 :: a schema is a mapping"],
        ),
        (
            "{additionalProperties: no}",
            &["SW0143@no :: a schema is a mapping"],
        ),
        ("{items: [{}]}", &["SW0143@[{}] :: a schema is a mapping"]),
        ("{anyOf: []}", &["SW0143@[] :: a list of schemas"]),
        ("{allOf: {}}", &["SW0143@{} :: a list of schemas"]),
        ("{enum: []}", &["SW0143@[] :: a list of values"]),
        ("{required: a}", &["SW0143@a :: a list of names"]),
        ("{required: [a, 1]}", &["SW0143@[a, 1] :: a list of names"]),
        ("{required: [a, a]}", &["SW0143@[a, a] :: a name twice"]),
        ("{minimum: a}", &["SW0143@a :: takes a number"]),
        (
            "{minimum: 2, maximum: 1.5}",
            &["SW0143@1.5 :: nothing is valid"],
        ),
        ("{maxLength: -1}", &["SW0143@-1 :: whole number"]),
        ("{minItems: 1.5}", &["SW0143@1.5 :: whole number"]),
        (
            "{pattern: '('}",
            &["SW0143@'(' :: not a regular expression"],
        ),
        ("{pattern: 3}", &["SW0143@3 :: takes a text"]),
        (
            "{$ref: other.json}",
            &["SW0143@other.json :: leads out of this document"],
        ),
        (
            "{$ref: '#/$defs/a'}",
            &["SW0143@'#/$defs/a' :: leads nowhere"],
        ),
        (
            "{$ref: '#/$defs/a', $defs: {a: {$ref: '#/$defs/a'}}}",
            &[
                "SW0143@'#/$defs/a' :: leads in a circle",
                "SW0143@'#/$defs/a' :: leads to no schema",
            ],
        ),
        ("{$ref: 3}", &["SW0143@3 :: takes a text"]),
        ("3", &["SW0125@3 :: there is no such file"]),
        ("[]", &["SW0113@[] :: a JSON Schema, or the path"]),
        (
            "{title: A, description: b, $id: x, default: 3, const: 4, examples: [1]}",
            &[],
        ),
    ] {
        check(
            &format!("id: a, run: x, outputs: {{schema: {schema}}}"),
            expected,
        );
    }
}

#[test]
fn outputs_are_checked() {
    // Goal: what is taken, what that must be, and what a text cannot have.
    for (outputs, expected) in [
        ("format: xml", &["SW0115@xml :: cannot be `xml`"][..]),
        (
            "take: [a]",
            &["SW0113@[a] :: a mapping of names to expressions"],
        ),
        ("take: {}", &["SW0114@take :: `take` is empty"]),
        (
            "take: {'a b': output}",
            &["SW0120@'a b' :: cannot be the name"],
        ),
        (
            "take: {a: otput.x}",
            &["SW0134@otput.x :: there is no `otput`"],
        ),
        (
            "take: {a: context.n}",
            &["SW0134@context.n :: there is no `context`"],
        ),
        ("take: {a: [1]}", &["SW0113@[1] :: an expression"]),
        ("take: {a: 'output.'}", &["SW0140@. :: unexpected end"]),
        (
            "format: text, take: {a: output.b}",
            &["SW0138@output.b :: the answer is a text"],
        ),
        (
            "take: {a: output}, schema: {required: [b]}",
            &["SW0143@schema :: requires `b`"],
        ),
        (
            "take: {a: output}, schema: {properties: {b: {}}, additionalProperties: false}",
            &["SW0143@schema :: gives `a`"],
        ),
        ("type: object", &["SW0110@type :: no key `type`"]),
    ] {
        check(&format!("id: a, run: x, outputs: {{{outputs}}}"), expected);
    }
    check(
        "id: a, run: x, findings: ruff, outputs: {format: text}",
        &["SW0116@format :: `findings` says already"],
    );
    check(
        "id: a, set: 1, outputs: {format: text}",
        &["SW0117@outputs :: an agent with `set` has no `outputs`"],
    );
}

#[test]
fn what_is_read_of_outputs_can_be_there() {
    // Goal: rule A9, from schemas, taken values, forms and `set:`.
    let closed =
        "outputs: {schema: {properties: {a: {type: string}}, additionalProperties: false}}";
    let open = "outputs: {schema: {properties: {verdict: {}}}}";
    let cases: &[(&str, &str, &[&str])] = &[
        (closed, "results.a.output.a == 'x'", &[]),
        (
            closed,
            "results.a.output.b",
            &["SW0138@results.a.output.b :: cannot have `b`"],
        ),
        (
            closed,
            "results.a.output.a.b",
            &["SW0138@results.a.output.a.b :: cannot have `a.b`"],
        ),
        (closed, "results.a.output.b is defined", &[]),
        (closed, "results.a.output.b | default(false)", &[]),
        (
            open,
            "results.a.output.verdikt",
            &["SW0139@results.a.output.verdikt :: not known to have"],
        ),
        (
            "outputs: {take: {n: output}}",
            "results.a.output.m",
            &["SW0138@results.a.output.m :: cannot have `m`"],
        ),
        (
            "outputs: {format: text}",
            "results.a.output.m",
            &["SW0138@results.a.output.m :: cannot have `m`"],
        ),
        (
            "outputs: {format: lines}",
            "results.a.output.m",
            &["SW0138@results.a.output.m :: cannot have `m`"],
        ),
        (
            "type: architect_best_practises",
            "results.a.output.deviations",
            &["SW0139@results.a.output.deviations :: not known to report"],
        ),
        (
            "type: architect_best_practises",
            "results.a.output.new_pattern_detected",
            &[],
        ),
        ("type: notes", "results.a.output.deviations", &[]),
        ("input: {x: 1}", "results.a.output.anything", &[]),
    ];
    for (keys, expression, expected) in cases {
        check(
            &format!("id: a, run: x, {keys}\nid: b, run: y, if: {expression}"),
            expected,
        );
    }
    check(
        "id: a, set: {x: {y: 1}, z: '{{ context.n }}'}\nid: b, run: y, if: results.a.output.z.any and results.a.output.x.q",
        &["SW0138@results.a.output.x.q :: cannot have `x.q`"],
    );
    check(
        &format!(
            "id: a, run: x, {closed}\nid: b, run: y, condition: {{type: if_result, agent_id: a, result_field: b, operator: eq, value: 1}}"
        ),
        &["SW0138@b :: cannot have `b`"],
    );
    check(
        &format!(
            "id: a, run: x, {closed}\nid: b, run: y, condition: {{type: if_result, agent_id: a, result_field: b, operator: exists}}"
        ),
        &[],
    );
}

#[test]
fn findings_are_read_by_name_or_mapping() {
    // Goal: every key of a mapping with its mistake.
    for (findings, expected) in [
        ("eslnt", &["SW0115@eslnt :: cannot be `eslnt`"][..]),
        ("[ruff]", &["SW0113@[ruff] :: the name of a reader"]),
        ("{}", &["SW0112@{} :: `findings` needs `item`"]),
        (
            "{item: {file: item.f}}",
            &["SW0112@item :: needs `rule` or `message`"],
        ),
        (
            "{item: {rule: output.x}}",
            &["SW0134@output.x :: there is no `output`"],
        ),
        (
            "{item: {rule: parent.x}}",
            &["SW0134@parent.x :: there is no `parent`"],
        ),
        (
            "{item: {each: parent.x, rule: parent.y}}",
            &["SW0134@parent.x :: there is no `parent`"],
        ),
        ("{item: {rule: item.}}", &["SW0140@. :: unexpected end"]),
        (
            "{item: {rule: item.x, column: 3}}",
            &["SW0110@column :: has no key `column`"],
        ),
        ("{item: {rule: [x]}}", &["SW0113@[x] :: an expression"]),
        (
            "{item: x}",
            &["SW0113@x :: `item` of `findings` is a mapping"],
        ),
        (
            "{format: csv, item: {rule: item.x}}",
            &["SW0115@csv :: cannot be `csv`"],
        ),
        (
            "{format: lines, item: {rule: item.x}}",
            &["SW0112@format :: needs `pattern`"],
        ),
        (
            "{format: lines, pattern: '(', item: {rule: item.x}}",
            &["SW0114@'(' :: not a regular expression"],
        ),
        (
            "{format: lines, pattern: 'x', item: {rule: item.x}}",
            &["SW0114@'x' :: names nothing"],
        ),
        (
            "{pattern: '(?<x>.)', item: {rule: item.x}}",
            &["SW0116@pattern :: `format: lines` only"],
        ),
        (
            "{format: jsonl, each: output, item: {rule: item.x}}",
            &["SW0116@each :: `format: json` only"],
        ),
        (
            "{each: item.x, item: {rule: item.x}}",
            &["SW0134@item.x :: there is no `item`"],
        ),
        (
            "{item: {rule: item.x}, severities: {warn: SEVERE}}",
            &["SW0115@SEVERE :: cannot be `SEVERE`"],
        ),
        (
            "{item: {rule: item.x}, severities: [a]}",
            &["SW0113@[a] :: a mapping of words"],
        ),
    ] {
        check(&format!("id: a, run: x, findings: {findings}"), expected);
    }
    check(
        "id: a, lambda_function_arn: 'arn:aws:lambda:x', findings: sarif",
        &["SW0117@sarif :: answers with an agent's document"],
    );
}

#[test]
fn inputs_are_made_by_one() {
    // Goal: a transformer is a program or a name, and makes the input alone.
    for (keys, expected) in [
        (
            "input_transformer: []",
            "SW0114@input_transformer :: is empty",
        ),
        ("input_transformer: a b", "SW0114@a b :: not a name"),
        (
            "input: {x: 1}, input_transformer: shrink",
            "SW0116@input_transformer :: exclude each other",
        ),
    ] {
        check(&format!("id: a, run: x, {keys}"), &[expected]);
    }
}

#[test]
fn a_read_that_cannot_be_says_what_there_is() {
    // Goal: what a person reads of rule A9.
    let text = r#"name: Review
stages:
  - id: quality
    agents:
      - id: scan
        run: ./scan.sh
        outputs:
          schema:
            properties: {status: {enum: [clean, dirty]}, count: {type: integer}}
            additionalProperties: false
      - id: report
        run: echo {{ results.scan.output.cuont }}
"#;
    assert_snapshot!(told("pipeline.yaml", text), @r#"
    error[SW0138]: the output of `scan` cannot have `cuont`
      --> pipeline.yaml:12:22
       |
    12 |         run: echo {{ results.scan.output.cuont }}
       |                      ^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = note: there is `count`, `status`
       = help: did you mean `count`?
    "#);
}
