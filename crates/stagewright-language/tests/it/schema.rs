//! The JSON Schema says the same as the reader, as far as a schema can.

use regex::Regex;
use serde_json::{Value, json};
use stagewright_language::{Source, explain, read_data, schema};
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

/// The part of JSON Schema that ours uses; any other keyword is a mistake in the test.
fn valid(schema: &Value, root: &Value, value: &Value) -> bool {
    let keywords = schema.as_object().expect("a schema is an object");
    keywords
        .iter()
        .all(|(keyword, argument)| match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let path = text(argument).trim_start_matches('#');
                valid(
                    root.pointer(path).expect("the reference leads somewhere"),
                    root,
                    value,
                )
            }
            "type" => {
                let types = argument
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![argument.clone()]);
                types.iter().any(|name| is_type(text(name), value))
            }
            "enum" => list(argument).contains(value),
            "anyOf" => list(argument).iter().any(|part| valid(part, root, value)),
            "allOf" => list(argument).iter().all(|part| valid(part, root, value)),
            "items" => value
                .as_array()
                .is_none_or(|items| items.iter().all(|item| valid(argument, root, item))),
            "required" => value.as_object().is_none_or(|entries| {
                list(argument)
                    .iter()
                    .all(|name| entries.contains_key(text(name)))
            }),
            "minimum" => value.as_f64().is_none_or(|found| found >= number(argument)),
            "maximum" => value.as_f64().is_none_or(|found| found <= number(argument)),
            "exclusiveMinimum" => value.as_f64().is_none_or(|found| found > number(argument)),
            "pattern" => value
                .as_str()
                .is_none_or(|word| matches(text(argument), word)),
            "propertyNames" => value
                .as_object()
                .is_none_or(|entries| entries.keys().all(|key| valid(argument, root, &json!(key)))),
            "properties" => value.as_object().is_none_or(|entries| {
                entries.iter().all(|(key, entry)| {
                    argument
                        .get(key)
                        .is_none_or(|part| valid(part, root, entry))
                })
            }),
            "patternProperties" => true,
            "additionalProperties" => value.as_object().is_none_or(|entries| {
                let known = keywords.get("properties");
                entries
                    .iter()
                    .filter(|(key, _)| known.is_none_or(|known| known.get(key).is_none()))
                    .filter(|(key, _)| known.is_none() || !key.starts_with("x-"))
                    .all(|(_, entry)| *argument != json!(false) && valid(argument, root, entry))
            }),
            other => panic!("the test does not know `{other}`"),
        })
}

/// Whether a pattern is found in a word. Patterns are few, and compiled once.
fn matches(pattern: &str, word: &str) -> bool {
    static PATTERNS: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    let mut patterns = PATTERNS.lock().expect("no test panics meanwhile");
    patterns
        .entry(pattern.to_owned())
        .or_insert_with(|| Regex::new(pattern).expect("a pattern"))
        .is_match(word)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the keyword takes a text")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("the keyword takes a number")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("the keyword takes a list")
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    }
}

fn seed() -> Value {
    serde_json::from_str(include_str!("data/pr_review_pipeline.json")).expect("the seed is JSON")
}

/// Whether the schema accepts a document.
pub(crate) fn check(value: &Value) -> bool {
    static SCHEMA: LazyLock<Value> = LazyLock::new(schema);
    valid(&SCHEMA, &SCHEMA, value)
}

/// Whether the schema accepts a text that the loader accepts.
pub(crate) fn accepts(source: &Source) -> bool {
    check(&read_data(source).expect("what loads can be read"))
}

#[test]
fn both_forms_are_valid() {
    // Goal: the seed's file, and one in our own words with most shapes.
    assert!(check(&seed()));
    assert!(check(&json!({
        "name": "t", "x-note": 1, "version": 2, "limits": {"timeout": "1h30m", "max_parallelism": 3},
        "stages": [{
            "id": "s", "mode": "parallel", "if": "context.a", "timeout": null,
            "agents": [
                {"id": "a", "run": "make", "env": {"A": 1}, "secrets": {"K": "env:K"}, "depends_on": "b"},
                {"id": "b", "run": ["make", 3], "exit_codes": {"success": [0, 1]}, "retry": {"limit": 2}},
                {"id": "c", "human": {"ask": "?", "choices": ["a", "b"]}, "depends_on": [{"id": "a", "when": "any"}]},
                {"id": "d", "set": {"x": [1, {"y": "{{ context.z }}"}]}, "condition": {"not": {"type": "never"}}}
            ],
            "gates": [{"id": "g", "run": "make check", "exit_codes": {"pass": 0}}]
        }],
        "policy": {"max_high_violations": 0}, "decision": null
    })));
}

#[test]
fn mistakes_are_not_valid() {
    // Goal: what the reader refuses for its shape, the schema refuses too.
    let change = |pointer: &str, key: &str, value: Value| {
        let mut document = seed();
        document.pointer_mut(pointer).unwrap()[key] = value;
        document
    };
    for document in [
        json!([]),
        json!({"name": "t"}),
        change("", "verson", json!("1")),
        change("/stages/0", "execution_mode", json!("hybrid")),
        change("/stages/0/agents/0", "required", json!("yes")),
        change("/stages/0/agents/0", "timeout_seconds", json!("soon")),
        change("/stages/0/agents/0", "timeout_seconds", json!(0)),
        change("/stages/0/agents/0", "max_retries", json!(-1)),
        change("/stages/0/agents/0", "agent_id", json!("1 2")),
        change("/stages/0/agents/0", "for_each", json!({"a": 1})),
        change("/stages/0/agents/0", "max_iterations", json!(0)),
        change(
            "/stages/0/agents/0",
            "fallback",
            json!({"human": {"ask": "?"}}),
        ),
        change("/stages/0/agents/0", "model", json!({})),
        change("/stages/0/agents/0", "secrets", json!({"A": "plain"})),
        change("/stages/0/agents/0", "findings", json!("pylint")),
        change("/stages/2/condition", "operator", json!("equals")),
        change("/stages/2/condition", "all", json!({})),
        change("/stages/2/condition", "any", json!(["sometimes"])),
        change("/stages/0", "agents", json!({})),
    ] {
        assert!(!check(&document), "{document}");
    }
}

#[test]
fn keys_and_references_are_complete() {
    // Goal: nothing dangles, and hover texts are there.
    let schema = schema();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        assert!(definition["description"].is_string(), "{name}");
        assert!(definition["title"].is_string(), "{name}");
        for (key, property) in definition["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{name}.{key}");
        }
    }
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(explain::page("SW0110").is_some());
}
