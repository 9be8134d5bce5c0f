//! `outputs:`: what is taken from an answer, and what it must look like (rule A9).

use super::{agent, output, report, world};
use serde_json::{Value, json};

/// What an agent `a` with these keys has come to.
fn ran(keys: &str) -> Value {
    let pipeline = format!(
        "
name: Outputs
decision: none
stages:
  - id: s
    agents:
      - id: a
        {}
",
        keys.trim().replace('\n', "\n        ")
    );
    let world = world(&pipeline);
    let ended = world.call(&["run", "p.yaml", "--id", "p"]);
    assert_ne!(ended.code, Some(2), "{ended}");
    let mut ran = agent(&report(&world), "a").clone();
    ran["output"] = output(&world, "a");
    ran
}

/// Goal: values are taken by expressions with their types; text and lines are what they
/// say.
#[test]
fn values_are_taken() {
    let a = ran("
run: 'echo ''{\"all\": [{\"n\": 1}, {\"n\": 2}], \"rest\": true}'''
outputs: {take: {count: output.all | length, last: output.all | last}}
");
    assert_eq!(a["output"], json!({"count": 2, "last": {"n": 2}}), "{a:#}");
    let a = ran("
run: printf '1\\n2\\n'
outputs: {format: lines}
");
    assert_eq!(a["output"], json!({"items": ["1", "2"]}), "{a:#}");
    let a = ran("
run: echo 42
outputs: {format: text}
");
    assert_eq!(a["output"], json!({"text": "42"}), "{a:#}");
}

/// Goal: what is not there, is no JSON, or is not as the schema asks for is
/// `invalid_output`: with the place, what was expected and what was found.
#[test]
fn what_does_not_fit_is_said() {
    for (keys, said) in [
        (
            "run: echo nothing\noutputs: {take: {n: output.n}}",
            "not JSON",
        ),
        (
            "run: 'echo ''{\"m\": 1}'''\noutputs: {take: {n: output.n}}",
            "outputs.n: ",
        ),
        (
            "run: 'echo ''{\"items\": [{\"n\": 1}, {\"n\": \"two\"}]}'''
outputs:
  schema:
    type: object
    properties: {items: {type: array, items: {type: object, properties: {n: {type: integer}}}}}",
            "`output.items[1].n` should be a whole number, found \"two\"",
        ),
        (
            "run: 'echo ''{\"n\": 1}'''
outputs: {schema: {type: object, required: [n, m]}}",
            "`output` has no \"m\"",
        ),
    ] {
        let a = ran(keys);
        assert_eq!(a["error_type"], "invalid_output", "{keys}\n{a:#}");
        let error = a["error"].as_str().unwrap();
        assert!(error.contains(said), "{keys}\n{error}");
    }
}

/// Goal: conditions and later agents read what was taken.
#[test]
fn conditions_read_what_was_taken() {
    let world = world(
        "
name: Read
decision: none
stages:
  - id: s
    agents:
      - id: a
        run: 'echo ''{\"deep\": {\"risk\": 7}}'''
        outputs:
          take: {risk: output.deep.risk}
          schema: {type: object, properties: {risk: {type: integer}}, required: [risk]}
      - {id: high, if: results.a.output.risk > 5, run: 'echo {{ results.a.output.risk }} >> log'}
      - {id: low, if: results.a.output.risk <= 5, run: echo low >> log}
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["7"]);
}
