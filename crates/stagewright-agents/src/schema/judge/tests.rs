//! Each keyword with what it lets through, what it does not, and what is said then.

use crate::schema::Schema;
use serde_json::{Value, json};

fn judge(schema: &Value, document: &Value) -> Result<(), String> {
    let judged = Schema::compile(schema).unwrap().check(document);
    judged.map_err(|message| {
        let heading = "the output is not as `outputs.schema` asks for: ";
        message.strip_prefix(heading).unwrap_or(&message).to_owned()
    })
}

/// Goal: each keyword, satisfied and not, with the path, what is expected and what is there.
#[test]
fn keywords() {
    for (schema, fine, wrong, said) in [
        (
            json!({"type": "string"}),
            json!("a"),
            json!(12),
            "`output` should be a text, found 12",
        ),
        (
            json!({"type": ["integer", "null"]}),
            json!(2.0),
            json!(2.5),
            "`output` should be a whole number or null, found 2.5",
        ),
        (
            json!({"type": null}),
            json!(null),
            json!(false),
            "`output` should be null, found false",
        ),
        (
            json!({"type": "array"}),
            json!([]),
            json!({"a": 1}),
            "`output` should be a list, found an object",
        ),
        (
            json!({"const": {"a": 1}}),
            json!({"a": 1.0}),
            json!({"a": 2}),
            "`output` should be {\"a\":1}, found an object",
        ),
        (
            json!({"enum": ["low", "high"]}),
            json!("low"),
            json!("mid"),
            "`output` should be one of [\"low\",\"high\"], found \"mid\"",
        ),
        (
            json!({"minimum": 1}),
            json!(1),
            json!(0.5),
            "`output` should be at least 1, found 0.5",
        ),
        (
            json!({"maximum": 9_007_199_254_740_993_u64}),
            json!(9_007_199_254_740_993_u64),
            json!(9_007_199_254_740_994_u64),
            "`output` should be at most 9007199254740993, found 9007199254740994",
        ),
        (
            json!({"minLength": 2}),
            json!("éé"),
            json!("é"),
            "`output` should have at least 2 characters, found 1",
        ),
        (
            json!({"maxLength": 2}),
            json!("éé"),
            json!("abc"),
            "`output` should have at most 2 characters, found 3",
        ),
        (
            json!({"pattern": "b+"}),
            json!("abc"),
            json!("ac"),
            "`output` should match `b+`, found \"ac\"",
        ),
        (
            json!({"minItems": 1}),
            json!([1]),
            json!([]),
            "`output` should have at least 1 items, found 0",
        ),
        (
            json!({"maxItems": 1}),
            json!([1]),
            json!([1, 2]),
            "`output` should have at most 1 items, found 2",
        ),
        (
            json!({"items": {"type": "number"}}),
            json!([1, 2]),
            json!([1, "2"]),
            "`output[1]` should be a number, found \"2\"",
        ),
        (
            json!({"required": ["a"]}),
            json!({"a": null}),
            json!({"b": 1}),
            "`output` has no \"a\"",
        ),
        (
            json!({"properties": {"a": {"type": "number"}}}),
            json!({"b": "x"}),
            json!({"a": "x"}),
            "`output.a` should be a number, found \"x\"",
        ),
        (
            json!({"properties": {"a": true}, "additionalProperties": false}),
            json!({"a": 1}),
            json!({"a": 1, "b c": 2}),
            "`output[\"b c\"]` must not be there",
        ),
        (
            json!({"additionalProperties": {"type": "number"}}),
            json!({"x": 1}),
            json!({"x": "1"}),
            "`output.x` should be a number, found \"1\"",
        ),
        (
            json!({"allOf": [{"minimum": 1}, {"maximum": 2}]}),
            json!(1),
            json!(3),
            "`output` should be at most 2, found 3",
        ),
        (
            json!({"anyOf": [{"type": "null"}, {"minimum": 3}]}),
            json!(null),
            json!(1),
            "`output` satisfies none of the 2 schemas of `anyOf`",
        ),
        (
            json!({"oneOf": [{"minimum": 1}, {"maximum": 5}]}),
            json!(0),
            json!(3),
            "`output` satisfies 2 of the 2 schemas of `oneOf` instead of one",
        ),
        (
            json!({"$defs": {"n~x": {"type": "number"}}, "$ref": "#/$defs/n~0x"}),
            json!(1),
            json!("1"),
            "`output` should be a number, found \"1\"",
        ),
        (
            json!({"type": "array", "items": {"$ref": "#"}}),
            json!([[], [[]]]),
            json!([[1]]),
            "`output[0][0]` should be a list, found 1",
        ),
    ] {
        assert_eq!(judge(&schema, &fine), Ok(()), "{schema} {fine}");
        assert_eq!(
            judge(&schema, &wrong),
            Err(said.to_owned()),
            "{schema} {wrong}"
        );
    }
}

/// Goal: keywords of one kind of value say nothing about the others.
#[test]
fn other_kinds_are_let_through() {
    for keyword in [
        json!({"minimum": 5}),
        json!({"minLength": 5}),
        json!({"pattern": "x"}),
        json!({"minItems": 5}),
        json!({"required": ["a"]}),
        json!({"items": false}),
        json!({"additionalProperties": false}),
    ] {
        assert_eq!(judge(&keyword, &json!(true)), Ok(()), "{keyword}");
    }
}

/// Goal: a message has bounds, however much is wrong.
#[test]
fn messages_are_bounded() {
    let schema = json!({"items": {"type": "string", "maxLength": 3}});
    let long = "x".repeat(10_000);
    let document: Value = (0..1_000).map(Value::from).chain([json!(long)]).collect();
    let said = judge(&schema, &document).unwrap_err();
    assert!(
        said.ends_with("; and 998 more") && said.len() < 300,
        "{said}"
    );
    let said = judge(&json!({"const": 1}), &json!(long)).unwrap_err();
    assert!(said.len() < 150, "{said}");
}

/// Goal: a schema that leads in circles ends, and lets nothing through.
#[test]
fn circles_end() {
    let itself = json!({"anyOf": [{"$ref": "#"}]});
    let twice = json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]});
    for schema in [itself, twice] {
        let said = judge(&schema, &json!(1)).unwrap_err();
        assert!(said.contains("refers to itself"), "{said}");
    }
}

/// Goal: what nobody checks is refused before anything runs.
#[test]
fn unknown_keywords_are_refused() {
    for (schema, why) in [
        (
            json!({"format": "email"}),
            "format: nobody checks this keyword",
        ),
        (
            json!({"items": {"not": {}}}),
            "items: not: nobody checks this keyword",
        ),
        (json!({"type": "text"}), "type: \"text\" is no type"),
        (json!({"pattern": "("}), "pattern: regex parse error"),
        (
            json!({"$ref": "https://a.example/s.json"}),
            "$ref: `https://a.example/s.json` leads to no place",
        ),
        (
            json!({"$ref": "#/$defs/x"}),
            "$ref: `#/$defs/x` leads to no place in this schema",
        ),
        (
            json!({"minLength": -1}),
            "minLength: a whole number is needed",
        ),
        (
            json!({"enum": []}),
            "enum: a list is needed that is not empty",
        ),
        (json!(3), "3 is no schema"),
    ] {
        let said = Schema::compile(&schema).unwrap_err();
        assert!(
            said.starts_with(&format!("outputs.schema: {why}")),
            "{said}"
        );
    }
}

/// Goal: a message names the first problems and counts the rest, however many there are;
/// what a branch of `anyOf` finds wrong is nobody's problem.
#[test]
fn problems_are_counted() {
    let document = Value::from(vec![1; 1_000]);
    let said = judge(&json!({"items": {"type": "string"}}), &document).unwrap_err();
    assert_eq!(said.matches("should be a text").count(), 3, "{said}");
    assert!(said.ends_with("; and 997 more"), "{said}");
    let either = json!({"anyOf": [
        {"items": {"type": "string"}},
        {"items": {"type": "integer"}},
    ]});
    assert_eq!(judge(&either, &document), Ok(()));
    let after_three = json!({"allOf": [{"items": {"type": "string"}}, either]});
    let said = judge(&after_three, &document).unwrap_err();
    assert!(said.ends_with("; and 997 more"), "{said}");
}

/// Goal: what is compared is counted, so a small schema cannot make a document a long
/// piece of work; what people write is far below that.
#[test]
fn comparisons_are_steps() {
    let listed = |count: u32| (0..count).map(|n| format!("w{n}")).collect::<Vec<_>>();
    let last = |count: usize| Value::from(vec!["w299"; count]);
    let some = json!({"items": {"enum": listed(300)}});
    assert_eq!(judge(&some, &last(1_000)), Ok(()));
    let long = json!("x".repeat(1_000_000));
    let again = json!({"allOf": vec![json!({"maxLength": 2_000_000}); 500]});
    for (schema, document) in [
        (some, last(10_000)),
        (
            json!({"items": {"const": listed(1_000)}}),
            json!(vec![listed(1_000); 2_000]),
        ),
        (
            json!({"items": {"required": listed(1_000)}}),
            Value::from(vec![json!({}); 2_000]),
        ),
        (again, long),
    ] {
        let said = judge(&schema, &document).unwrap_err();
        assert!(said.contains("takes more than can be checked"), "{said}");
    }
}
