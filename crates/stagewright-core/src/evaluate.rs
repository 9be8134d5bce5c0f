//! The meaning of conditions (rules A9 to A11).
//!
//! Structured conditions and expressions look at the same scope and the same values.
//! The scope holds only what a condition reads, so that evaluating one costs the same
//! in a run of ten agents and in one of ten thousand (decision 7).

use crate::condition::{Condition, Operator};
use crate::event::Asker;
use crate::expression::{ExpressionError, from_json, no_such_name};
use crate::run::{Run, Viewpoint};
use crate::scope;
use minijinja::Value;
use minijinja::value::ValueKind;
use std::cmp::Ordering;

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be evaluated.
    Error(String),
    /// A program must be asked first: the number of the custom condition.
    Unasked(u32),
}

impl From<Result<bool, String>> for Answer {
    fn from(result: Result<bool, String>) -> Self {
        match result {
            Ok(true) => Self::True,
            Ok(false) => Self::False,
            Err(message) => Self::Error(message),
        }
    }
}

impl Run {
    /// Evaluates a condition on the present state, as seen from there.
    pub(crate) fn evaluate(&self, condition: &Condition, asker: Asker, from: Viewpoint) -> Answer {
        match condition {
            Condition::Always => Answer::True,
            Condition::Never => Answer::False,
            Condition::IfField {
                path,
                operator,
                value,
            } => {
                let found = look_up(&self.context, "context", path);
                self.compare(found, *operator, value).into()
            }
            Condition::IfResult {
                agent,
                path,
                operator,
                value,
            } => {
                let full = scope::result_path(self, agent, path, from);
                match scope::refuse_too_large(self, agent, &full, from) {
                    // Too large to look at is not missing, for `exists` neither.
                    Err(error) => Answer::Error(error.message),
                    Ok(()) => {
                        let found = scope::result_field(self, agent, path, from);
                        self.compare(found, *operator, value).into()
                    }
                }
            }
            Condition::Expression { source } => {
                let expression = self.graph.expression(source);
                let reads = expression.reads();
                let value = scope::of_run(self, reads, from).and_then(|scope| {
                    expression
                        .evaluate(&scope)
                        .map_err(|error| scope::name_missing(self, reads, from, error))
                });
                truth(value).into()
            }
            Condition::Custom { number, .. } => match self.answers.get(&(asker, *number)) {
                Some(answer) => answer.clone().into(),
                None => Answer::Unasked(*number),
            },
            Condition::All { of } => self.combine(of, asker, from, &Answer::False, Answer::True),
            Condition::Any { of } => self.combine(of, asker, from, &Answer::True, Answer::False),
            Condition::Not { of } => match self.evaluate(of, asker, from) {
                Answer::True => Answer::False,
                Answer::False => Answer::True,
                open @ (Answer::Error(_) | Answer::Unasked(_)) => open,
            },
        }
    }

    /// `all` and `any`: left to right, the first part that decides wins; an error or
    /// an open question stops, since a later part must not hide it.
    fn combine(
        &self,
        parts: &[Condition],
        asker: Asker,
        from: Viewpoint,
        decisive: &Answer,
        otherwise: Answer,
    ) -> Answer {
        for part in parts {
            let answer = self.evaluate(part, asker, from);
            let undecided = matches!(answer, Answer::Error(_) | Answer::Unasked(_));
            if undecided || answer == *decisive {
                return answer;
            }
        }
        otherwise
    }

    fn compare(
        &self,
        found: Result<Value, ExpressionError>,
        operator: Operator,
        expected: &serde_json::Value,
    ) -> Result<bool, String> {
        if operator == Operator::Exists {
            return Ok(found.is_ok() == expected.as_bool().unwrap_or(true));
        }
        let found = found.map_err(|error| error.message)?;
        let wanted = from_json(expected);
        match operator {
            Operator::Eq => Ok(found == wanted),
            Operator::Ne => Ok(found != wanted),
            Operator::Gt => ordered(&found, &wanted, operator).map(Ordering::is_gt),
            Operator::Lt => ordered(&found, &wanted, operator).map(Ordering::is_lt),
            Operator::Gte => ordered(&found, &wanted, operator).map(Ordering::is_ge),
            Operator::Lte => ordered(&found, &wanted, operator).map(Ordering::is_le),
            Operator::Contains => contains(&found, &wanted),
            Operator::AnyEquals => any_equals(&found, &wanted),
            Operator::In => any_equals(&wanted, &found),
            Operator::Regex => {
                let text = found
                    .as_str()
                    .ok_or_else(|| format!("`regex` needs a text, found {}", found.kind()))?;
                let regex = self.graph.regex(expected.as_str().unwrap_or_default());
                Ok(regex.is_match(text))
            }
            Operator::Exists => unreachable!("answered above"),
        }
    }
}

/// An expression's value as true or false; anything else is an error.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are another crate's, and the rest is answered alike"
)]
fn truth(value: Result<Value, ExpressionError>) -> Result<bool, String> {
    let value = value.map_err(|error| error.message)?;
    match value.kind() {
        ValueKind::Bool => Ok(value.is_true()),
        ValueKind::String if matches!(value.as_str(), Some("true" | "false")) => Err(format!(
            "a condition must be true or false, and this is the text `{value}`; \
             `--context KEY:=JSON` gives a value its type"
        )),
        kind => Err(format!(
            "a condition must be true or false, this one is {kind} ({value}); compare it with something"
        )),
    }
}

/// The value at a dotted path. `.length` at the end of a path is the number of
/// elements where the value has no key of that name.
///
/// # Errors
/// When a part of the path does not exist; the error lists what there is.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are another crate's, and the rest is answered alike"
)]
pub(crate) fn look_up(root: &Value, root_name: &str, path: &str) -> Result<Value, ExpressionError> {
    let mut value = root.clone();
    let mut seen = root_name.to_owned();
    for name in path.split('.') {
        let next = match value.kind() {
            ValueKind::Map => value.get_attr(name).ok(),
            ValueKind::Seq => match name.parse() {
                Ok(index) => value.get_item_by_index(index).ok(),
                Err(_) => None,
            },
            _ => None,
        };
        let next = next.filter(|next| !next.is_undefined());
        value = match next {
            Some(next) => next,
            None if name == "length" && value.len().is_some() => {
                Value::from(value.len().unwrap_or_default())
            }
            None => return Err(no_such_name(&seen, name, &value)),
        };
        seen.push('.');
        seen.push_str(name);
    }
    Ok(value)
}

/// The order of two numbers; anything else is an error, not false (rule A11).
fn ordered(found: &Value, wanted: &Value, operator: Operator) -> Result<Ordering, String> {
    let word = Operator::ALL
        .into_iter()
        .find(|(_, known)| *known == operator)
        .map_or("gt", |(word, _)| word);
    if !found.is_number() || !wanted.is_number() {
        return Err(format!(
            "`{word}` compares numbers, found {} and {}",
            found.kind(),
            wanted.kind()
        ));
    }
    found
        .partial_cmp(wanted)
        .ok_or_else(|| format!("`{word}` cannot order {found} and {wanted}"))
}

/// `contains` (rule A11): a substring of a text; on a list, an equal element or a
/// text element that contains the value; a key of a mapping.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are another crate's, and the rest is answered alike"
)]
fn contains(found: &Value, wanted: &Value) -> Result<bool, String> {
    match found.kind() {
        ValueKind::String => {
            let (Some(text), Some(part)) = (found.as_str(), wanted.as_str()) else {
                return Err(format!(
                    "a text can only contain a text, not {}",
                    wanted.kind()
                ));
            };
            Ok(text.contains(part))
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items = found.try_iter().map_err(|error| error.to_string())?;
            Ok(items.into_iter().any(|item| {
                item == *wanted
                    || matches!((item.as_str(), wanted.as_str()), (Some(text), Some(part)) if text.contains(part))
            }))
        }
        ValueKind::Map => Ok(wanted
            .as_str()
            .and_then(|key| found.get_attr(key).ok())
            .is_some_and(|value| !value.is_undefined())),
        kind => Err(format!("`contains` needs a text or a list, found {kind}")),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are another crate's, and the rest is answered alike"
)]
fn any_equals(list: &Value, wanted: &Value) -> Result<bool, String> {
    match list.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let mut items = list.try_iter().map_err(|error| error.to_string())?;
            Ok(items.any(|item| item == *wanted))
        }
        kind => Err(format!("a list is needed here, found {kind}")),
    }
}
