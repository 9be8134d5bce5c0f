//! Whether a schema is one.

use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_SCHEMA_VALUES;
use crate::syntax::{Content, Entry, Node, Plain};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Keywords that are checked at run time.
const CHECKED: [&str; 20] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "$ref",
    "$defs",
    "definitions",
];

/// Keywords that say something to people and check nothing.
const NOTES: [&str; 10] = [
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Keywords of the draft that are not checked.
const UNCHECKED: [&str; 22] = [
    "not",
    "if",
    "then",
    "else",
    "format",
    "contains",
    "minContains",
    "maxContains",
    "prefixItems",
    "uniqueItems",
    "multipleOf",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
];

/// The words of `type`.
const TYPES: [&str; 7] = [
    "null", "boolean", "integer", "number", "string", "array", "object",
];

/// Everything that is wrong with a schema; `pattern` judges a regular expression.
pub(crate) fn check(
    root: &Node,
    pattern: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Vec<Problem> {
    if root.count() > MAX_SCHEMA_VALUES {
        return vec![Problem::new(
            Code::TooLarge,
            root.extent,
            format!("a schema has at most {MAX_SCHEMA_VALUES} values"),
        )];
    }
    let mut checking = Checking {
        whole: root.to_json(),
        problems: Vec::new(),
        followed: BTreeMap::new(),
        pattern,
    };
    checking.schema(root);
    checking.problems
}

/// A schema that is being checked.
struct Checking<'p> {
    /// All of it, for references.
    whole: Value,
    problems: Vec<Problem>,
    /// References that were followed, and whether they lead to a schema.
    followed: BTreeMap<String, bool>,
    pattern: &'p mut dyn FnMut(&str) -> Result<(), String>,
}

impl Checking<'_> {
    fn bad(&mut self, node: &Node, message: impl Into<String>) {
        self.problems
            .push(Problem::new(Code::BadSchema, node.extent, message));
    }

    fn schema(&mut self, node: &Node) {
        match &node.content {
            Content::Map(entries) => {
                for entry in entries {
                    self.keyword(entry);
                }
                self.bounds(entries);
            }
            Content::Scalar(scalar) if matches!(scalar.plain(), Plain::Bool(_)) => {}
            Content::Scalar(_) | Content::List(_) => self.bad(
                node,
                format!(
                    "a schema is a mapping, true or false; this is {}",
                    node.describe()
                ),
            ),
        }
    }

    fn keyword(&mut self, entry: &Entry) {
        let value = &entry.value;
        match entry.key.as_str() {
            "type" => self.types(value),
            "properties" | "$defs" | "definitions" => match value.as_map() {
                Some(entries) => entries.iter().for_each(|entry| self.schema(&entry.value)),
                None => self.wrong(entry, "a mapping of names to schemas"),
            },
            "additionalProperties" | "items" => self.schema(value),
            "anyOf" | "oneOf" | "allOf" => match value.as_list() {
                Some(parts) if !parts.is_empty() => {
                    parts.iter().for_each(|part| self.schema(part));
                }
                _ => self.wrong(entry, "a list of schemas that is not empty"),
            },
            "enum" => {
                if value.as_list().is_none_or(<[Node]>::is_empty) {
                    self.wrong(entry, "a list of values that is not empty");
                }
            }
            "required" => self.required(entry),
            "minimum" | "maximum" => {
                if number(value).is_none() {
                    self.wrong(entry, "a number");
                }
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" => {
                if count(value).is_none() {
                    self.wrong(entry, "a whole number that is not negative");
                }
            }
            "pattern" => self.pattern(entry),
            "$ref" => self.reference(entry),
            "const" => {}
            note if NOTES.contains(&note) => {}
            other => self.unknown(entry, other),
        }
    }

    fn wrong(&mut self, entry: &Entry, wanted: &str) {
        let found = entry.value.describe();
        let message = format!("`{}` takes {wanted}, this is {found}", entry.key);
        self.bad(&entry.value, message);
    }

    fn types(&mut self, value: &Node) {
        let single = std::slice::from_ref(value);
        for word in value.as_list().unwrap_or(single) {
            let known = text(word).is_some_and(|word| TYPES.contains(&word));
            if !known {
                let shown = word
                    .as_scalar()
                    .map_or(word.describe(), |s| s.text.as_str());
                let message = format!(
                    "`{shown}` is not a type: the types are {}",
                    TYPES.join(", ")
                );
                self.bad(word, message);
            }
        }
    }

    fn required(&mut self, entry: &Entry) {
        let names: Option<Vec<&str>> = entry
            .value
            .as_list()
            .map(|items| items.iter().filter_map(text).collect());
        match names {
            Some(names) if Some(names.len()) == entry.value.as_list().map(<[Node]>::len) => {
                let distinct: BTreeSet<&str> = names.iter().copied().collect();
                if distinct.len() < names.len() {
                    self.bad(&entry.value, "`required` has a name twice");
                }
            }
            _ => self.wrong(entry, "a list of names"),
        }
    }

    fn pattern(&mut self, entry: &Entry) {
        let Some(pattern) = text(&entry.value) else {
            self.wrong(entry, "a text");
            return;
        };
        if let Err(reason) = (self.pattern)(pattern) {
            let message = format!("this is not a regular expression: {reason}");
            self.bad(&entry.value, message);
        }
    }

    /// References lead to a place of the same document, and not in a circle of nothing but
    /// references.
    fn reference(&mut self, entry: &Entry) {
        let Some(written) = text(&entry.value) else {
            self.wrong(entry, "a text");
            return;
        };
        let mut passed = BTreeSet::new();
        let found = self.lead(written, &mut passed);
        for reference in passed {
            self.followed.insert(reference, found.is_ok());
        }
        if let Err(message) = found {
            self.problems.push(
                Problem::new(Code::BadSchema, entry.value.extent, message)
                    .hint("write `#/$defs/NAME`, and describe NAME there"),
            );
        }
    }

    /// Follows a reference to a schema, and notes those that it leads through.
    fn lead(&self, written: &str, passed: &mut BTreeSet<String>) -> Result<(), String> {
        let mut reference = written;
        loop {
            match self.followed.get(reference) {
                Some(true) => return Ok(()),
                Some(false) => return Err(format!("`{written}` leads to no schema")),
                None => {}
            }
            let pointer = reference
                .strip_prefix('#')
                .ok_or_else(|| format!("`{reference}` leads out of this document"))?;
            let target = self
                .whole
                .pointer(pointer)
                .ok_or_else(|| format!("`{reference}` leads nowhere in this schema"))?;
            if !passed.insert(reference.to_owned()) {
                return Err(format!("`{written}` leads in a circle"));
            }
            match target.get("$ref").and_then(Value::as_str) {
                Some(next) => reference = next,
                None => return Ok(()),
            }
        }
    }

    fn unknown(&mut self, entry: &Entry, key: &str) {
        let problem = Problem::new(
            Code::BadSchema,
            entry.key_extent,
            if UNCHECKED.contains(&key) {
                format!("`{key}` is not checked by this version")
            } else {
                format!("JSON Schema has no keyword `{key}`")
            },
        );
        let close = CHECKED
            .iter()
            .find(|known| strsim::damerau_levenshtein(known, key) <= 2);
        let hint = match close {
            Some(close) if !UNCHECKED.contains(&key) => format!("did you mean `{close}`?"),
            _ => {
                "leave it out: a keyword that is not checked must not look as if it were".to_owned()
            }
        };
        self.problems.push(problem.hint(hint));
    }

    /// A lower bound above its upper bound lets nothing through.
    fn bounds(&mut self, entries: &[Entry]) {
        let value = |name: &str| entries.iter().find(|entry| entry.key == name);
        for (least, most) in [
            ("minimum", "maximum"),
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
        ] {
            if let (Some(low), Some(high)) = (value(least), value(most))
                && let (Some(from), Some(to)) = (number(&low.value), number(&high.value))
                && from > to
            {
                let message = format!("`{least}` is above `{most}`, so nothing is valid");
                self.bad(&high.value, message);
            }
        }
    }
}

fn text(node: &Node) -> Option<&str> {
    let scalar = node.as_scalar()?;
    // `type: null` means the word.
    (scalar.plain() == Plain::Text || scalar.text == "null").then_some(scalar.text.as_str())
}

fn number(node: &Node) -> Option<f64> {
    match node.as_scalar()?.plain() {
        Plain::Whole(value) => Some(value as f64),
        Plain::Large(value) => Some(value as f64),
        Plain::Decimal(value) => Some(value),
        Plain::Null | Plain::Bool(_) | Plain::Text => None,
    }
}

fn count(node: &Node) -> Option<u64> {
    match node.as_scalar()?.plain() {
        Plain::Whole(value) => u64::try_from(value).ok(),
        Plain::Large(value) => Some(value),
        Plain::Null | Plain::Bool(_) | Plain::Decimal(_) | Plain::Text => None,
    }
}
