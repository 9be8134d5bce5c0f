//! The judgement: every keyword that is there must be satisfied.

use super::compile::{Schema, names, types};
use super::place::{Place, described, shown, type_in_words};
use serde_json::{Map, Value};

/// The most problems that a message names.
const MAX_PROBLEMS: usize = 3;

/// The most schemas, fields, listed values and pieces of text that are looked at for one
/// document.
const MAX_STEPS: u32 = 1_000_000;

/// How much of a text is one step, in bytes.
const BYTES_OF_A_STEP: usize = 256;

/// The deepest that schemas and documents lead together.
const MAX_DEPTH: u32 = 400;

/// One judgement under way.
pub(super) struct Judging<'a> {
    schema: &'a Schema,
    /// The first problems, as many as a message names.
    problems: Vec<String>,
    /// How many there are; no document makes us keep them all.
    found: usize,
    steps: u32,
    depth: u32,
    /// It led too far, and nothing that it says counts.
    exceeded: bool,
}

impl<'a> Judging<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            problems: Vec::new(),
            found: 0,
            steps: 0,
            depth: 0,
            exceeded: false,
        }
    }

    /// Judges a document.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn judge(mut self, document: &Value) -> Result<(), String> {
        let schema = self.schema;
        self.value(&schema.root, document, Place::Root);
        if self.exceeded {
            return Err(format!(
                "outputs.schema: this output takes more than can be checked against it (at most \
                 {MAX_STEPS} steps, {MAX_DEPTH} levels); it refers to itself too often, or lists \
                 too much"
            ));
        }
        let more = match self.found.saturating_sub(MAX_PROBLEMS) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        match self.problems.as_slice() {
            [] => Ok(()),
            problems => Err(format!(
                "the output is not as `outputs.schema` asks for: {}{more}",
                problems.join("; ")
            )),
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, at: Place<'_>) {
        self.depth += 1;
        self.spend(1);
        self.exceeded |= self.depth > MAX_DEPTH;
        if !self.exceeded {
            match schema {
                Value::Object(keywords) => self.keywords(keywords, value, at),
                Value::Bool(true) => {}
                _ => self.problem(at, "must not be there"),
            }
        }
        self.depth -= 1;
    }

    /// Takes steps; whether there were as many left.
    fn spend(&mut self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.steps = self.steps.saturating_add(steps);
        self.exceeded |= self.steps > MAX_STEPS;
        !self.exceeded
    }

    fn keywords(&mut self, keywords: &Map<String, Value>, value: &Value, at: Place<'_>) {
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            let schema = self.schema;
            if let Some(target) = schema.referred(reference) {
                self.value(target, value, at);
            }
        }
        self.itself(keywords, value, at);
        match value {
            Value::Number(_) => self.number(keywords, value, at),
            Value::String(text) => self.text(keywords, text, at),
            Value::Array(items) => self.list(keywords, items, at),
            Value::Object(fields) => self.object(keywords, fields, at),
            Value::Null | Value::Bool(_) => {}
        }
        self.several(keywords, value, at);
    }

    /// What may be asked of any value.
    fn itself(&mut self, keywords: &Map<String, Value>, value: &Value, at: Place<'_>) {
        if let Some(words) = keywords.get("type").and_then(|asked| types(asked).ok())
            && !words.iter().any(|word| is_of_type(value, word))
        {
            let wanted: Vec<&str> = words.iter().map(|word| type_in_words(word)).collect();
            let wanted = wanted.join(" or ");
            self.problem(
                at,
                &format!("should be {wanted}, found {}", described(value)),
            );
        }
        if let Some(only) = keywords.get("const")
            && !self.is_same(only, value)
        {
            let (only, found) = (shown(only), described(value));
            self.problem(at, &format!("should be {only}, found {found}"));
        }
        if let Some(Value::Array(listed)) = keywords.get("enum")
            && !listed.iter().any(|one| self.is_same(one, value))
            // Showing them walks through them once more.
            && self.spend(listed.len())
        {
            let all = shown(&Value::Array(listed.clone()));
            self.problem(
                at,
                &format!("should be one of {all}, found {}", described(value)),
            );
        }
    }

    fn number(&mut self, keywords: &Map<String, Value>, value: &Value, at: Place<'_>) {
        let bound = |keyword: &str| keywords.get(keyword).filter(|bound| bound.is_number());
        if let Some(least) = bound("minimum")
            && is_less(value, least)
        {
            self.problem(at, &format!("should be at least {least}, found {value}"));
        }
        if let Some(most) = bound("maximum")
            && is_less(most, value)
        {
            self.problem(at, &format!("should be at most {most}, found {value}"));
        }
    }

    fn text(&mut self, keywords: &Map<String, Value>, text: &str, at: Place<'_>) {
        if !self.spend(text.len() / BYTES_OF_A_STEP) {
            return;
        }
        let length = text.chars().count() as u64;
        self.length(
            keywords,
            ["minLength", "maxLength"],
            length,
            "characters",
            at,
        );
        let pattern = keywords.get("pattern").and_then(Value::as_str);
        if let Some(source) = pattern
            && let Some(pattern) = self.schema.patterns.get(source)
            && !pattern.is_match(text)
        {
            let found = shown(&Value::from(text));
            self.problem(at, &format!("should match `{source}`, found {found}"));
        }
    }

    fn length(
        &mut self,
        keywords: &Map<String, Value>,
        [least, most]: [&str; 2],
        length: u64,
        unit: &str,
        at: Place<'_>,
    ) {
        let bound = |keyword: &str| keywords.get(keyword).and_then(Value::as_u64);
        if let Some(least) = bound(least).filter(|least| length < *least) {
            self.problem(
                at,
                &format!("should have at least {least} {unit}, found {length}"),
            );
        }
        if let Some(most) = bound(most).filter(|most| length > *most) {
            self.problem(
                at,
                &format!("should have at most {most} {unit}, found {length}"),
            );
        }
    }

    fn list(&mut self, keywords: &Map<String, Value>, items: &[Value], at: Place<'_>) {
        self.length(
            keywords,
            ["minItems", "maxItems"],
            items.len() as u64,
            "items",
            at,
        );
        if let Some(schema) = keywords.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.value(schema, item, Place::Item(&at, index));
            }
        }
    }

    fn object(
        &mut self,
        keywords: &Map<String, Value>,
        fields: &Map<String, Value>,
        at: Place<'_>,
    ) {
        let required = keywords.get("required").and_then(|asked| names(asked).ok());
        for name in required.into_iter().flatten() {
            if !self.spend(1) {
                return;
            }
            if !fields.contains_key(name) {
                self.problem(at, &format!("has no {}", shown(&Value::from(name))));
            }
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        let others = keywords.get("additionalProperties");
        for (name, field) in fields {
            let place = Place::Field(&at, name);
            match (properties.and_then(|known| known.get(name)), others) {
                (Some(schema), _) | (None, Some(schema)) => self.value(schema, field, place),
                (None, None) => {
                    self.spend(1);
                }
            }
        }
    }

    /// Schemas that are asked for together.
    fn several(&mut self, keywords: &Map<String, Value>, value: &Value, at: Place<'_>) {
        let parts = |keyword: &str| keywords.get(keyword).and_then(Value::as_array);
        for schema in parts("allOf").into_iter().flatten() {
            self.value(schema, value, at);
        }
        if let Some(schemas) = parts("anyOf")
            && self.satisfied(schemas, value, at) == 0
        {
            let what = format!("satisfies none of the {} schemas of `anyOf`", schemas.len());
            self.problem(at, &what);
        }
        if let Some(schemas) = parts("oneOf") {
            let satisfied = self.satisfied(schemas, value, at);
            if satisfied != 1 {
                let of = schemas.len();
                let what = format!("satisfies {satisfied} of the {of} schemas of `oneOf`");
                self.problem(at, &format!("{what} instead of one"));
            }
        }
    }

    /// How many of these schemas a value satisfies; their problems are nobody's.
    fn satisfied(&mut self, schemas: &[Value], value: &Value, at: Place<'_>) -> usize {
        let (known, shown) = (self.found, self.problems.len());
        let mut satisfied = 0;
        for schema in schemas {
            self.value(schema, value, at);
            satisfied += usize::from(self.found == known);
            self.found = known;
            self.problems.truncate(shown);
        }
        satisfied
    }

    fn problem(&mut self, at: Place<'_>, what: &str) {
        self.found += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(format!("`{at}` {what}"));
        }
    }

    /// Whether two values are the same: `1` and `1.0` are. Each value that is compared is a
    /// step, and when there are none left nothing is the same.
    fn is_same(&mut self, a: &Value, b: &Value) -> bool {
        if !self.spend(1) {
            return false;
        }
        match (a, b) {
            (Value::Number(_), Value::Number(_)) => !is_less(a, b) && !is_less(b, a),
            (Value::String(a), Value::String(b)) => {
                a.len() == b.len() && self.spend(a.len() / BYTES_OF_A_STEP) && a == b
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_same(a, b))
            }
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|(name, a)| b.get(name).is_some_and(|b| self.is_same(a, b)))
            }
            (a, b) => a == b,
        }
    }
}

fn is_of_type(value: &Value, word: &str) -> bool {
    match word {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => is_whole(value),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

/// Whether a number has no fraction, however it is written: `2.0` is whole.
fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// Whether a number is less than another one. Whole numbers are compared as such, since a
/// float has not all of them.
fn is_less(a: &Value, b: &Value) -> bool {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a < b,
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        },
    }
}

fn whole(value: &Value) -> Option<i128> {
    let signed = value.as_i64().map(i128::from);
    signed.or_else(|| value.as_u64().map(i128::from))
}

#[cfg(test)]
mod tests;
