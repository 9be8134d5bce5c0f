//! The JSON Schema (2020-12) of pipeline files, made from the key tables.
//!
//! It is for editors: completion, hover texts, and the first mistakes while typing.
//! What needs more than one value at a time (references, cycles, secrets) is found by
//! [`load`](crate::load) only.

use crate::keys::{self, Availability, Key, Shape, Table};
use serde_json::{Map, Value, json};

/// What the schema is called. It is a name and no address, so that nobody fetches it.
const ID: &str = "urn:stagewright:schema:pipeline";

/// The schema of both forms. Every alias is a property of its own; keys of later
/// versions are not offered.
pub fn schema() -> Value {
    let definitions: Map<String, Value> = keys::all()
        .into_iter()
        .map(|table| (table.name.to_owned(), object(table)))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "stagewright pipeline",
        "$ref": "#/$defs/pipeline",
        "$defs": definitions,
    })
}

fn object(table: &Table) -> Value {
    let mut properties = Map::new();
    let mut needs = Vec::new();
    for key in table.keys {
        if key.availability == Availability::Later {
            continue;
        }
        for name in key.names() {
            let mut property = value(&key.shape);
            if let Some(entries) = property.as_object_mut() {
                entries.insert("description".to_owned(), describe(key, name).into());
            }
            properties.insert(name.to_owned(), property);
        }
        if key.required {
            needs.push(present(key));
        }
    }
    let mut schema = json!({
        "title": table.noun.replace('`', ""),
        "type": "object",
        "description": table.doc,
        "properties": properties,
        "patternProperties": {"^x-": {}},
        "additionalProperties": false,
    });
    if !needs.is_empty() {
        schema["allOf"] = Value::Array(needs);
    }
    schema
}

/// That a key is there under one of its names.
fn present(key: &Key) -> Value {
    let names: Vec<Value> = key
        .names()
        .map(|name| json!({"required": [name]}))
        .collect();
    match names.len() {
        1 => names.into_iter().next().unwrap_or_default(),
        _ => json!({"anyOf": names}),
    }
}

fn describe(key: &Key, name: &str) -> String {
    if name == key.name {
        key.doc.to_owned()
    } else {
        format!("The same as `{}`. {}", key.name, key.doc)
    }
}

/// The schema of a value. Null is allowed wherever a key may be left out, since it
/// means the same.
fn value(shape: &Shape) -> Value {
    let scalar = json!({"type": ["string", "number", "boolean", "null"]});
    match shape {
        Shape::Text | Shape::Template | Shape::Expression => scalar,
        Shape::Loop => json!({"anyOf": [scalar, reference(&keys::CONDITION)]}),
        Shape::Items => json!({"type": ["string", "number", "boolean", "null", "array"]}),
        Shape::WordOrExpression(words) => json!({"anyOf": [
            {"enum": or_null_words(words)},
            {"type": "string", "pattern": "^\\s*\\{\\{"},
        ]}),
        Shape::WordOr(words, table) => json!({"anyOf": [
            {"enum": or_null_words(words)},
            reference(table),
        ]}),
        Shape::TextOr(table) => json!({"anyOf": [scalar, reference(table)]}),
        Shape::OneOrMore(table) => or_null(&one_or_more(&reference(table))),
        Shape::Size(_) => json!({
            "type": ["string", "integer", "null"],
            "pattern": "^\\s*[0-9]+\\s*(B|KiB|MiB|GiB)?\\s*$",
            "minimum": 1,
        }),
        Shape::Headers => json!({
            "type": ["object", "null"],
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Shape::Expressions => json!({
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Shape::Schema => json!({"type": ["string", "number", "boolean", "object", "null"]}),
        // `true` is a word like others where an id stands.
        Shape::Id => json!({
            "type": ["string", "boolean", "null"],
            "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$",
        }),
        Shape::Bool => json!({"type": ["boolean", "null"]}),
        Shape::Whole(least, most) => {
            json!({"type": ["integer", "null"], "minimum": least, "maximum": most})
        }
        Shape::Number(least, most) => {
            json!({"type": ["number", "null"], "minimum": least, "maximum": most})
        }
        Shape::Duration => duration("exclusiveMinimum"),
        Shape::Wait => duration("minimum"),
        Shape::Word(words) => {
            json!({"enum": or_null_words(words)})
        }
        Shape::Texts => one_or_more(&scalar),
        Shape::Codes => or_null(&one_or_more(
            &json!({"type": "integer", "minimum": 0, "maximum": 255}),
        )),
        Shape::Tree | Shape::Operand => json!({}),
        Shape::Mapping => json!({"type": ["object", "null"]}),
        Shape::Environment => json!({
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Shape::Secrets => json!({
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"},
        }),
        Shape::Severities => {
            json!({"type": ["object", "null"], "additionalProperties": {"type": "string"}})
        }
        Shape::Object(table) => or_null(&reference(table)),
        Shape::Objects(table) => json!({"type": ["array", "null"], "items": reference(table)}),
        Shape::Condition => or_null(&condition()),
        Shape::Conditions => json!({"type": ["array", "null"], "items": condition()}),
        Shape::Run => one_or_more(&scalar),
        Shape::Dependencies => one_or_more(&json!({"anyOf": [
            value(&Shape::Id),
            reference(&keys::DEPENDENCY),
        ]})),
        Shape::Evaluator | Shape::Helper => one_or_more(&scalar),
    }
}

/// A duration, with the keyword that bounds a number of seconds at zero.
fn duration(bound: &str) -> Value {
    json!({
        "type": ["string", "number", "null"],
        "pattern": "^([0-9]+(ms|s|m|h|d))+$|^[+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$",
        bound: 0,
    })
}

/// A condition, or a word that is one.
fn condition() -> Value {
    json!({"anyOf": [{"enum": ["always", "never"]}, reference(&keys::CONDITION)]})
}

fn or_null(schema: &Value) -> Value {
    json!({"anyOf": [{"type": "null"}, schema]})
}

fn or_null_words(words: &[&str]) -> Vec<Value> {
    let words = words.iter().map(|word| Value::from(*word));
    words.chain([Value::Null]).collect()
}

fn one_or_more(item: &Value) -> Value {
    json!({"anyOf": [item, {"type": "array", "items": item}]})
}

fn reference(table: &Table) -> Value {
    json!({"$ref": format!("#/$defs/{}", table.name)})
}
