//! One name for what the generations name differently.
//!
//! Conditions rely on `new_pattern_detected`, `lld_compliant`, `violations_count`,
//! `deviations_count` and `pattern_data`. They are added where the document lacks
//! them (or has null) and says the same in another way; the status stays the
//! agent's own word. Where two ways of saying it disagree, a condition would skip or
//! run a check by accident of spelling, so the document is refused.

use super::list::Lists;
use super::status::{CODE, LLD, LLD_COMPLIANT, Meaning, NEW_PATTERN, Word};
use crate::answer::Options;
use crate::error::ReadError;
use crate::node::Node;
use serde_json::{Value, json};

/// A field to add.
pub(super) type Addition = (&'static str, Value);

/// The fields that the document lacks.
pub(super) fn additions(
    node: &Node<'_>,
    options: &Options,
    word: &Word,
    lists: &Lists,
    warnings: &mut Vec<String>,
) -> Result<Vec<Addition>, ReadError> {
    let mut additions = Vec::new();
    let new_pattern = agreed(node, word, NEW_PATTERN, &[NEW_PATTERN, "new_pattern_found"])?;
    if let Some(detected) = new_pattern {
        additions.push((NEW_PATTERN, json!(detected)));
    }
    let compliant = agreed(node, word, LLD_COMPLIANT, &[LLD_COMPLIANT])?;
    if let Some(compliant) = compliant {
        additions.push((LLD_COMPLIANT, json!(compliant)));
    }
    check_compliance(word, compliant, lists, warnings)?;
    let agent_type = options.agent_type.as_deref();
    if lists.violations.is_some() || agent_type == Some(CODE) {
        additions.push(("violations_count", json!(lists.violations.unwrap_or(0))));
    }
    let counts_deviations = node.get("/deviation_count").is_some();
    if lists.deviations.is_some() || counts_deviations || agent_type == Some(LLD) {
        additions.push(("deviations_count", json!(lists.deviations.unwrap_or(0))));
    }
    if let Some(pattern) = first_pattern(node) {
        additions.push(("pattern_data", pattern));
    }
    Ok(additions)
}

/// Adds what is not there. A field that the agent wrote stays as it is.
pub(super) fn add(document: &mut Value, additions: Vec<Addition>) {
    let Value::Object(fields) = document else {
        return;
    };
    for (key, value) in additions {
        let field = fields.entry(key).or_insert(Value::Null);
        if field.is_null() {
            *field = value;
        }
    }
}

/// The value of a boolean that the document may state under several names and by its
/// status word.
fn agreed(
    node: &Node<'_>,
    word: &Word,
    canonical: &str,
    names: &[&str],
) -> Result<Option<bool>, ReadError> {
    let by_word = word
        .claim
        .filter(|(key, _)| *key == canonical)
        .map(|(_, value)| (format!("the status is {}", word.word), value));
    let mut claims: Vec<(String, bool)> = by_word.into_iter().collect();
    for name in names {
        if let Some(value) = node.boolean(&format!("/{name}"))? {
            claims.push((format!("`{name}` is {value}"), value));
        }
    }
    let Some((first, value)) = claims.first() else {
        return Ok(None);
    };
    match claims.iter().find(|(_, other)| other != value) {
        None => Ok(Some(*value)),
        Some((other, _)) => Err(ReadError::Contradiction {
            one: first.clone(),
            other: other.clone(),
        }),
    }
}

/// A document that passes must not call itself non-compliant without a deviation
/// that the decision can weigh.
fn check_compliance(
    word: &Word,
    compliant: Option<bool>,
    lists: &Lists,
    warnings: &mut Vec<String>,
) -> Result<(), ReadError> {
    let deviations = lists.deviations.unwrap_or(0);
    if word.meaning == Meaning::Pass && compliant == Some(false) && deviations == 0 {
        return Err(ReadError::Contradiction {
            one: format!("the status is {}", word.word),
            other: format!("`{LLD_COMPLIANT}` is false"),
        });
    }
    if compliant == Some(true) && deviations > 0 {
        warnings.push(format!(
            "the document calls the change compliant, but lists deviations ({deviations}), \
             which count"
        ));
    }
    Ok(())
}

/// The first of `patterns` in the form of `pattern_data`.
fn first_pattern(node: &Node<'_>) -> Option<Value> {
    let mut pattern = match node.get("/patterns/0")? {
        Value::String(name) => json!({ "name": name }),
        pattern @ Value::Object(_) => pattern.clone(),
        _ => return None,
    };
    let name = pattern.get("name").cloned();
    if let (Some(fields), Some(name)) = (pattern.as_object_mut(), name) {
        fields.entry("pattern_name").or_insert(name);
    }
    Some(pattern)
}
