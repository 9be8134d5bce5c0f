//! Which paths of an output a schema allows (rule A9).

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How many schemas are looked at for one path. A schema that needs more is not judged.
const MAX_SCHEMAS: u32 = 1_000;

/// How deep they may lie in or refer to each other.
const MAX_DEPTH: u32 = 100;

/// The most keys that are told.
const MAX_KEYS: usize = 1_000;

/// What is known of an output: schemas that it satisfies, all of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Described {
    parts: Vec<Value>,
    /// The known type whose document it is.
    pub(crate) document_of: Option<&'static str>,
}

/// Whether a path can lead somewhere in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing is said of it.
    Open,
    /// It is named.
    Declared,
    /// Others are named beside it, and it is not forbidden.
    Undeclared(BTreeSet<String>),
    /// It cannot be there; these are.
    Excluded(BTreeSet<String>),
}

impl Described {
    /// Adds what is known.
    pub(crate) fn add(&mut self, schema: Value) {
        self.parts.push(schema);
    }

    /// Whether the path can lead somewhere. What it costs is taken from `fuel`; without
    /// any left, nothing is said.
    pub(crate) fn reach(&self, path: &[&str], fuel: &mut u32) -> Reach {
        let mut reach = Reach::Open;
        for root in &self.parts {
            let given = MAX_SCHEMAS.min(*fuel);
            let mut search = Search {
                root,
                fuel: given,
                depth: 0,
            };
            reach = both(reach, search.schema(root, path));
            *fuel -= given - search.fuel;
        }
        reach
    }
}

struct Search<'s> {
    root: &'s Value,
    fuel: u32,
    depth: u32,
}

impl Search<'_> {
    fn schema(&mut self, schema: &Value, path: &[&str]) -> Reach {
        if path.is_empty() || self.fuel == 0 || self.depth == MAX_DEPTH {
            return Reach::Open;
        }
        self.fuel -= 1;
        self.depth += 1;
        let reach = match schema {
            Value::Bool(false) => Reach::Excluded(BTreeSet::new()),
            Value::Object(keywords) => self.keywords(keywords, path),
            _ => Reach::Open,
        };
        self.depth -= 1;
        reach
    }

    fn keywords(&mut self, keywords: &Map<String, Value>, path: &[&str]) -> Reach {
        let mut reach = self.own(keywords, path);
        let target = keywords
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.root.pointer(reference.strip_prefix('#')?));
        if let Some(target) = target {
            reach = both(reach, self.schema(target, path));
        }
        for part in list(keywords, "allOf") {
            reach = both(reach, self.schema(part, path));
        }
        for word in ["anyOf", "oneOf"] {
            let parts = list(keywords, word).iter();
            let best = parts.map(|part| self.schema(part, path)).reduce(either);
            reach = both(reach, best.unwrap_or(Reach::Open));
        }
        let values = keywords.get("const").into_iter();
        let values = values.chain(list(keywords, "enum"));
        let best = values.map(|value| in_value(value, path)).reduce(either);
        both(reach, best.unwrap_or(Reach::Open))
    }

    /// What `type`, `properties` and `items` say.
    fn own(&mut self, keywords: &Map<String, Value>, path: &[&str]) -> Reach {
        let Some((head, rest)) = path.split_first() else {
            return Reach::Open;
        };
        let by_number = head.bytes().all(|byte| byte.is_ascii_digit());
        let types: Option<Vec<&str>> = keywords.get("type").map(|types| match types {
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
            word => word.as_str().into_iter().collect(),
        });
        let may_be = |word: &str| types.as_ref().is_none_or(|types| types.contains(&word));
        if by_number && may_be("array") {
            let items = keywords.get("items");
            return items.map_or(Reach::Open, |items| self.schema(items, rest));
        }
        if !may_be("object") {
            return Reach::Excluded(BTreeSet::new());
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        if let Some(property) = properties.and_then(|known| known.get(*head)) {
            return match self.schema(property, rest) {
                Reach::Open => Reach::Declared,
                reach => reach,
            };
        }
        let known = || {
            properties
                .into_iter()
                .flat_map(Map::keys)
                .cloned()
                .collect()
        };
        match keywords.get("additionalProperties") {
            Some(Value::Bool(false)) => Reach::Excluded(known()),
            Some(others) => self.schema(others, rest),
            None if properties.is_some_and(|known| !known.is_empty()) => Reach::Undeclared(known()),
            None => Reach::Open,
        }
    }
}

/// Both hold: what one excludes is excluded, what one names is named.
fn both(one: Reach, other: Reach) -> Reach {
    match (one, other) {
        (Reach::Excluded(one), Reach::Excluded(other)) => {
            Reach::Excluded(one.intersection(&other).cloned().collect())
        }
        (excluded @ Reach::Excluded(_), _) | (_, excluded @ Reach::Excluded(_)) => excluded,
        (Reach::Declared, _) | (_, Reach::Declared) => Reach::Declared,
        (Reach::Undeclared(one), Reach::Undeclared(other)) => {
            Reach::Undeclared(one.union(&other).cloned().collect())
        }
        (known @ Reach::Undeclared(_), Reach::Open)
        | (Reach::Open, known @ Reach::Undeclared(_)) => known,
        (Reach::Open, Reach::Open) => Reach::Open,
    }
}

/// One of them holds: only what all exclude is excluded.
fn either(one: Reach, other: Reach) -> Reach {
    let union = |one: &BTreeSet<String>, other: &BTreeSet<String>| one | other;
    match (one, other) {
        (Reach::Declared, _) | (_, Reach::Declared) => Reach::Declared,
        (Reach::Open, _) | (_, Reach::Open) => Reach::Open,
        (Reach::Excluded(one), Reach::Excluded(other)) => Reach::Excluded(union(&one, &other)),
        (
            Reach::Undeclared(one) | Reach::Excluded(one),
            Reach::Undeclared(other) | Reach::Excluded(other),
        ) => Reach::Undeclared(union(&one, &other)),
    }
}

fn in_value(value: &Value, path: &[&str]) -> Reach {
    let mut value = value;
    for part in path {
        let next = match value {
            Value::Object(entries) => entries.get(*part),
            Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        let Some(next) = next else {
            let keys = value.as_object().into_iter().flat_map(Map::keys);
            return Reach::Excluded(keys.take(MAX_KEYS).cloned().collect());
        };
        value = next;
    }
    Reach::Declared
}

fn list<'s>(keywords: &'s Map<String, Value>, name: &str) -> &'s [Value] {
    keywords
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reach(schema: Value, path: &str) -> Reach {
        let mut described = Described::default();
        described.add(schema);
        let parts: Vec<&str> = path.split('.').collect();
        described.reach(&parts, &mut 1_000)
    }

    fn keys(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn objects_say_what_they_have() {
        // Goal: named, not named, and forbidden are three things.
        let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let closed = json!({
            "properties": {"a": {"properties": {"b": true}, "additionalProperties": false}},
            "additionalProperties": false,
        });
        for (schema, path, expected) in [
            (&open, "a", Reach::Declared),
            (&open, "x", Reach::Undeclared(keys(&["a"]))),
            (&open, "a.b", Reach::Excluded(keys(&[]))),
            (&closed, "a", Reach::Declared),
            (&closed, "a.b", Reach::Declared),
            (&closed, "a.b.c", Reach::Declared),
            (&closed, "a.c", Reach::Excluded(keys(&["b"]))),
            (&closed, "x", Reach::Excluded(keys(&["a"]))),
            (&json!({}), "x", Reach::Open),
            (&json!(true), "x", Reach::Open),
            (&json!(false), "x", Reach::Excluded(keys(&[]))),
            (&json!({"type": "string"}), "x", Reach::Excluded(keys(&[]))),
            (&json!({"type": ["string", "object"]}), "x", Reach::Open),
        ] {
            assert_eq!(reach(schema.clone(), path), expected, "{schema} {path}");
        }
        let map = json!({"additionalProperties": {"type": "object", "properties": {"n": {}}}});
        assert_eq!(reach(map.clone(), "any"), Reach::Open);
        assert_eq!(reach(map.clone(), "any.n"), Reach::Declared);
        assert_eq!(reach(map, "any.m"), Reach::Undeclared(keys(&["n"])));
    }

    #[test]
    fn lists_have_elements_by_number() {
        // Goal: a name of a list is excluded, a number leads into its elements.
        let list = json!({"type": "array", "items": {"properties": {"a": {}}, "additionalProperties": false}});
        assert_eq!(reach(list.clone(), "0.a"), Reach::Declared);
        assert_eq!(reach(list.clone(), "0"), Reach::Open);
        assert_eq!(reach(list.clone(), "0.b"), Reach::Excluded(keys(&["a"])));
        assert_eq!(reach(list, "a"), Reach::Excluded(keys(&[])));
    }

    #[test]
    fn combinations_and_references_are_followed() {
        // Goal: all parts of `allOf` hold, one of `anyOf`; references lead on, circles end.
        let closed = |name: &str| json!({"properties": {name: {}}, "additionalProperties": false});
        let any = json!({"anyOf": [closed("a"), closed("b")]});
        assert_eq!(reach(any.clone(), "a"), Reach::Declared);
        assert_eq!(reach(any, "c"), Reach::Excluded(keys(&["a", "b"])));
        let all = json!({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]});
        assert_eq!(reach(all.clone(), "b"), Reach::Declared);
        assert_eq!(reach(all, "c"), Reach::Undeclared(keys(&["a", "b"])));
        let one = json!({"oneOf": [closed("a"), {"type": "object"}]});
        assert_eq!(reach(one, "c"), Reach::Open);
        let tree = json!({
            "$ref": "#/$defs/tree",
            "$defs": {"tree": {
                "properties": {"left": {"$ref": "#/$defs/tree"}},
                "additionalProperties": false,
            }},
        });
        assert_eq!(reach(tree.clone(), "left.left.left"), Reach::Declared);
        assert_eq!(reach(tree, "left.right"), Reach::Excluded(keys(&["left"])));
        let circle = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}});
        assert_eq!(reach(circle, "x"), Reach::Open);
    }

    #[test]
    fn values_that_are_listed_are_known() {
        // Goal: `const` and `enum` say what there is.
        let one = json!({"const": {"a": [1]}});
        assert_eq!(reach(one.clone(), "a.0"), Reach::Declared);
        assert_eq!(reach(one.clone(), "a.1"), Reach::Excluded(keys(&[])));
        assert_eq!(reach(one, "b"), Reach::Excluded(keys(&["a"])));
        let several = json!({"enum": [{"a": 1}, {"b": 2}]});
        assert_eq!(reach(several.clone(), "b"), Reach::Declared);
        assert_eq!(reach(several, "c"), Reach::Excluded(keys(&["a", "b"])));
    }
}
