//! From a document to a schema that can judge, with the first thing that is wrong.

use super::judge::Judging;
use regex::Regex;
use serde_json::{Map, Value};
use std::collections::HashMap;

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

/// The words of `type`.
pub(super) const TYPES: [&str; 7] = [
    "null", "boolean", "integer", "number", "string", "array", "object",
];

/// The deepest nesting of a schema.
const MAX_DEPTH: u32 = 200;

/// A schema that was checked.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(super) root: Value,
    /// The regular expressions in it, compiled.
    pub(super) patterns: HashMap<String, Regex>,
}

impl Schema {
    /// Checks a schema.
    ///
    /// # Errors
    /// When it is none, or asks for what nobody here checks.
    pub(crate) fn compile(root: &Value) -> Result<Self, String> {
        let mut schema = Self {
            root: root.clone(),
            patterns: HashMap::new(),
        };
        let mut patterns = HashMap::new();
        schema
            .walk(root, 0, &mut patterns)
            .map_err(|why| format!("outputs.schema: {why}"))?;
        schema.patterns = patterns;
        Ok(schema)
    }

    /// Checks a document.
    ///
    /// # Errors
    /// Where it is not as the schema asks for: the path, what was expected and what was
    /// found.
    pub(crate) fn check(&self, document: &Value) -> Result<(), String> {
        Judging::new(self).judge(document)
    }

    fn walk(
        &self,
        schema: &Value,
        depth: u32,
        patterns: &mut HashMap<String, Regex>,
    ) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("it is nested deeper than {MAX_DEPTH} levels"));
        }
        let keywords = match schema {
            Value::Bool(_) => return Ok(()),
            Value::Object(keywords) => keywords,
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(format!("{schema} is no schema"));
            }
        };
        for (keyword, value) in keywords {
            self.keyword(keyword, value, depth, patterns)
                .map_err(|why| format!("{keyword}: {why}"))?;
        }
        Ok(())
    }

    fn keyword(
        &self,
        keyword: &str,
        value: &Value,
        depth: u32,
        patterns: &mut HashMap<String, Regex>,
    ) -> Result<(), String> {
        match keyword {
            "type" => types(value).map(drop),
            "properties" | "$defs" | "definitions" => mapping(value)?
                .values()
                .try_for_each(|schema| self.walk(schema, depth + 1, patterns)),
            "items" | "additionalProperties" => self.walk(value, depth + 1, patterns),
            "anyOf" | "oneOf" | "allOf" => list(value)?
                .iter()
                .try_for_each(|schema| self.walk(schema, depth + 1, patterns)),
            "enum" => list(value).map(drop),
            "required" => names(value).map(drop),
            "minimum" | "maximum" if !value.is_number() => Err("a number is needed".to_owned()),
            "minLength" | "maxLength" | "minItems" | "maxItems" if !value.is_u64() => {
                Err("a whole number is needed".to_owned())
            }
            "pattern" => {
                let source = value.as_str().ok_or("a text is needed")?;
                let pattern = Regex::new(source).map_err(|error| error.to_string())?;
                patterns.insert(source.to_owned(), pattern);
                Ok(())
            }
            "$ref" => {
                let reference = value.as_str().ok_or("a text is needed")?;
                self.referred(reference)
                    .map(drop)
                    .ok_or_else(|| format!("`{reference}` leads to no place in this schema"))
            }
            "const" | "minimum" | "maximum" | "minLength" | "maxLength" | "minItems"
            | "maxItems" => Ok(()),
            note if NOTES.contains(&note) => Ok(()),
            _ => Err("nobody checks this keyword".to_owned()),
        }
    }

    /// The schema at a reference, which begins with `#`.
    pub(super) fn referred(&self, reference: &str) -> Option<&Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }
}

/// The words of a `type`.
pub(super) fn types(value: &Value) -> Result<Vec<&str>, String> {
    let single = std::slice::from_ref(value);
    let words = value.as_array().map_or(single, Vec::as_slice);
    words
        .iter()
        .map(|word| match word {
            // YAML reads the word as nothing.
            Value::Null => Ok("null"),
            Value::String(word) if TYPES.contains(&word.as_str()) => Ok(word.as_str()),
            other => Err(format!("{other} is no type")),
        })
        .collect()
}

fn mapping(value: &Value) -> Result<&Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| "a mapping is needed".to_owned())
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value
        .as_array()
        .filter(|list| !list.is_empty())
        .ok_or_else(|| "a list is needed that is not empty".to_owned())
}

pub(super) fn names(value: &Value) -> Result<Vec<&str>, String> {
    value
        .as_array()
        .and_then(|names| names.iter().map(Value::as_str).collect())
        .ok_or_else(|| "a list of names is needed".to_owned())
}
