//! Conditions in words.

use serde_json::Value;
use stagewright_core::condition::{Condition, Evaluator, Operator};

/// A condition as one would say it, in the notation of expressions where it has one:
/// `context.pr.labels contains "urgent"`.
pub fn in_words(condition: &Condition) -> String {
    match condition {
        Condition::Always => "always".to_owned(),
        Condition::Never => "never".to_owned(),
        Condition::IfField {
            path,
            operator,
            value,
        } => compared(&format!("context.{path}"), *operator, value),
        Condition::IfResult {
            agent,
            path,
            operator,
            value,
        } => compared(&format!("results.{agent}.{path}"), *operator, value),
        Condition::Expression { source } => source.trim().to_owned(),
        Condition::Custom {
            evaluator: Evaluator::Named(name),
            ..
        } => format!("evaluator {name} says so"),
        Condition::Custom {
            evaluator: Evaluator::Command(words),
            ..
        } => format!("program {} says so", words.join(" ")),
        Condition::All { of } => joined(of, " and ", "always"),
        Condition::Any { of } => joined(of, " or ", "never"),
        Condition::Not { of } => format!("not ({})", in_words(of)),
    }
}

fn compared(subject: &str, operator: Operator, value: &Value) -> String {
    let sign = match operator {
        Operator::Eq => "==",
        Operator::Ne => "!=",
        Operator::Gt => ">",
        Operator::Lt => "<",
        Operator::Gte => ">=",
        Operator::Lte => "<=",
        Operator::Contains => "contains",
        Operator::Regex => "matches",
        Operator::In => "in",
        Operator::AnyEquals => "has an element equal to",
        Operator::Exists if value == &Value::Bool(false) => {
            return format!("{subject} does not exist");
        }
        Operator::Exists => return format!("{subject} exists"),
    };
    format!("{subject} {sign} {value}")
}

/// The parts in brackets where there are several; nothing at all is `empty`.
fn joined(parts: &[Condition], word: &str, empty: &str) -> String {
    match parts {
        [] => empty.to_owned(),
        [only] => in_words(only),
        several => several
            .iter()
            .map(|part| format!("({})", in_words(part)))
            .collect::<Vec<_>>()
            .join(word),
    }
}
