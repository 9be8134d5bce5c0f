//! What is taken from an answer, and what it must look like (`outputs:`, rule A9).
//!
//! `output` is the whole answer: the JSON document, the text or the list of lines; where
//! findings are read by a named reader, the document that conditions see without
//! `outputs:`. With names under `take`, the agent's output is an object of just these; the
//! schema is that of the agent's output, taken values included.
//!
//! What does not fit is `invalid_output`: a missing value never turns into an empty one.

use crate::schema::Schema;
use minijinja::Value as Scoped;
use serde_json::{Map, Value};
use stagewright_core::expression::{Expression, MAX_TEXT_BYTES, from_json};
use stagewright_core::plan::{OutputForm, Outputs};

/// Checks what can be checked before anything runs.
///
/// # Errors
/// When an expression or the schema is wrong.
pub(crate) fn check(outputs: &Outputs) -> Result<(), String> {
    for (name, source) in &outputs.take {
        Expression::compile(source).map_err(|error| wrong(name, &error.message))?;
    }
    match &outputs.schema {
        Some(schema) => Schema::compile(schema).map(drop),
        None => Ok(()),
    }
}

/// An agent's output, made of its answer.
///
/// # Errors
/// When a value cannot be taken, or the output is not what the schema asks for.
pub fn take_outputs(outputs: &Outputs, answer: Value) -> Result<Value, String> {
    let answer = match (outputs.form, answer) {
        (OutputForm::Lines, Value::String(text)) => text.lines().map(Value::from).collect(),
        (OutputForm::Json | OutputForm::Text | OutputForm::Lines, answer) => answer,
    };
    let output = if outputs.take.is_empty() {
        answer
    } else {
        taken(outputs, &answer)?
    };
    if let Some(schema) = &outputs.schema {
        Schema::compile(schema)?.check(&output)?;
    }
    Ok(output)
}

fn taken(outputs: &Outputs, answer: &Value) -> Result<Value, String> {
    let scope = Scoped::from_pairs([("output", from_json(answer))]);
    let mut taken = Map::new();
    let mut bytes = 0;
    for (name, source) in &outputs.take {
        let value = Expression::compile(source)
            .and_then(|expression| expression.evaluate(&scope))
            .map_err(|error| wrong(name, &error.message))?;
        let value =
            serde_json::to_value(&value).map_err(|error| wrong(name, &error.to_string()))?;
        bytes += value.to_string().len();
        if bytes > MAX_TEXT_BYTES {
            let why = format!("the values have more than {MAX_TEXT_BYTES} bytes of JSON");
            return Err(wrong(name, &why));
        }
        taken.insert(name.clone(), value);
    }
    Ok(Value::Object(taken))
}

fn wrong(name: &str, why: &str) -> String {
    format!("outputs.{name}: {why}")
}
