//! From the plain mapping of a plan to one that can read, with everything that is wrong.

use super::item::{FIELDS, Field, Fields};
use super::{Cut, Mapping, MappingProblem};
use crate::severity_table::SeverityTable;
use regex::Regex;
use stagewright_core::expression::Expression;
use stagewright_core::plan::{FindingsMapping, ItemForm};

pub(super) fn compile(mapping: &FindingsMapping) -> Result<Mapping, Vec<MappingProblem>> {
    let mut problems = Vec::new();
    let cut = cut(mapping, &mut problems);
    let item = item(mapping, &mut problems);
    let entries = mapping.severities.iter();
    let severities =
        SeverityTable::parse(entries.map(|(key, value)| (key.as_str(), value.as_str())))
            .unwrap_or_else(|wrong| {
                problems.extend(wrong.into_iter().map(MappingProblem::from));
                SeverityTable::default()
            });
    match cut {
        Some(cut) if problems.is_empty() => Ok(Mapping {
            cut,
            item,
            severities,
        }),
        _ => Err(problems),
    }
}

/// How items are cut; `None` leaves a problem behind.
fn cut(mapping: &FindingsMapping, problems: &mut Vec<MappingProblem>) -> Option<Cut> {
    let misplaced = |key, form| MappingProblem::Misplaced { key, form };
    if mapping.form != ItemForm::Json && mapping.each.is_some() {
        problems.push(misplaced("each", "json"));
    }
    if mapping.form != ItemForm::Lines && mapping.pattern.is_some() {
        problems.push(misplaced("pattern", "lines"));
    }
    match mapping.form {
        ItemForm::Json => {
            let each = mapping.each.as_deref();
            let each = each.and_then(|source| expression("each", source, &["output"], problems));
            Some(Cut::Json { each })
        }
        ItemForm::Jsonl => Some(Cut::Jsonl),
        ItemForm::Lines => {
            let pattern = match mapping.pattern.as_deref().map(Regex::new) {
                Some(Ok(pattern)) => pattern,
                Some(Err(error)) => {
                    let reason = error.to_string();
                    problems.push(MappingProblem::Pattern { reason });
                    return None;
                }
                None => {
                    problems.push(MappingProblem::MissingPattern);
                    return None;
                }
            };
            if pattern.capture_names().flatten().next().is_none() {
                problems.push(MappingProblem::NoGroups);
            }
            Some(Cut::Lines { pattern })
        }
    }
}

/// The expressions over an item, as far as they are right.
fn item(mapping: &FindingsMapping, problems: &mut Vec<MappingProblem>) -> Fields {
    const OUTER: &[&str] = &["item"];
    const INNER: &[&str] = &["item", "parent"];
    let known = match mapping.item.contains_key("each") {
        true => INNER,
        false => OUTER,
    };
    let mut fields = Fields::default();
    for (name, source) in &mapping.item {
        let key = format!("item.{name}");
        match name.as_str() {
            "each" => fields.each = expression(&key, source, OUTER, problems),
            "when" => fields.when = expression(&key, source, known, problems),
            name => match FIELDS.iter().find(|field| **field == name) {
                Some(field) => {
                    let compiled = expression(&key, source, known, problems);
                    let name = *field;
                    fields
                        .of_finding
                        .extend(compiled.map(|source| Field { name, source }));
                }
                None => problems.push(MappingProblem::UnknownField { key, known: KEYS }),
            },
        }
    }
    if !mapping.item.contains_key("rule") && !mapping.item.contains_key("message") {
        problems.push(MappingProblem::SaysNothing);
    }
    fields
}

/// Every key below `item`, for messages.
const KEYS: &[&str] = &[
    "when",
    "each",
    "rule",
    "severity",
    "score",
    "file",
    "line",
    "message",
    "suggestion",
    "tool",
];

fn expression(
    key: &str,
    source: &str,
    known: &'static [&'static str],
    problems: &mut Vec<MappingProblem>,
) -> Option<Expression> {
    let compiled = match Expression::compile(source) {
        Ok(compiled) => compiled,
        Err(error) => {
            let key = key.to_owned();
            problems.push(MappingProblem::Expression { key, error });
            return None;
        }
    };
    let root = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let stranger = compiled
        .reads()
        .iter()
        .map(|name| root(name))
        .find(|root| !known.contains(&root.as_str()));
    if let Some(name) = stranger {
        problems.push(MappingProblem::UnknownName {
            key: key.to_owned(),
            name,
            known: match known {
                ["output"] => "`output`",
                ["item"] => "`item`",
                _ => "`item` and `parent`",
            },
        });
    }
    Some(compiled)
}
