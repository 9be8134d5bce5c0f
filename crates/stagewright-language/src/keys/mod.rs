//! The key tables: one for each kind of object that a pipeline file can hold.
//!
//! These tables are the only place where a key's name, aliases, shape and meaning are
//! written down. Unknown keys and "did you mean", the "not in this version" notice,
//! the JSON Schema and `docs/language.md` all come from here, and the readers in
//! [`crate::lower`] take a value's shape from here too. Nothing here reads a file.

mod agent;
mod answer;
mod condition;
mod gate;
mod kind;
mod pipeline;
mod stage;

pub(crate) use agent::{AGENT, DEPENDENCY, EXIT_CODES, RETRY};
pub(crate) use answer::{FINDING, FINDINGS, FINDINGS_MAPPING, OUTPUTS};
pub(crate) use condition::CONDITION;
pub(crate) use gate::{GATE, GATE_EXIT_CODES};
pub(crate) use kind::{FALLBACK, HTTP, HUMAN, SUB_PIPELINE};
pub(crate) use pipeline::{DEFAULTS, LIMITS, PIPELINE, POLICY, REPORT};
pub(crate) use stage::STAGE;

/// Agent types whose documents the engine knows (review specification, section 1),
/// and the seventh step of its sibling documents. Any other word may be used.
pub(crate) const KNOWN_TYPES: [&str; 6] = [
    "code_best_practises",
    "architect_best_practises",
    "lld_alignment",
    "pattern_matching",
    "peer_review_documentation",
    "jira_integration",
];

/// Every table, in the order of the reference.
pub(crate) fn all() -> [&'static Table; 20] {
    [
        &PIPELINE,
        &LIMITS,
        &DEFAULTS,
        &STAGE,
        &AGENT,
        &HTTP,
        &HUMAN,
        &SUB_PIPELINE,
        &FALLBACK,
        &OUTPUTS,
        &FINDINGS_MAPPING,
        &FINDING,
        &RETRY,
        &EXIT_CODES,
        &DEPENDENCY,
        &GATE,
        &GATE_EXIT_CODES,
        &CONDITION,
        &POLICY,
        &REPORT,
    ]
}

/// The keys of one kind of object.
pub(crate) struct Table {
    /// Its name in the schema, such as `agent`.
    pub(crate) name: &'static str,
    /// Its name in messages, with an article.
    pub(crate) noun: &'static str,
    /// What it is, for the reference.
    pub(crate) doc: &'static str,
    /// The keys, in the order of the reference.
    pub(crate) keys: &'static [Key],
    /// Keys that people look for here although they live elsewhere, with the hint.
    pub(crate) elsewhere: &'static [(&'static str, &'static str)],
}

/// One key.
pub(crate) struct Key {
    /// Its name in our own form.
    pub(crate) name: &'static str,
    /// Further names, those of the review form first.
    pub(crate) aliases: &'static [&'static str],
    /// The shape of its value.
    pub(crate) shape: Shape,
    /// What it means, in one sentence without a full stop.
    pub(crate) doc: &'static str,
    /// Whether it has to be there.
    pub(crate) required: bool,
    /// Whether this version executes it.
    pub(crate) availability: Availability,
    /// For keys of agents: the kinds that have it; empty for all.
    pub(crate) kinds: &'static [&'static str],
}

/// Whether this version executes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Availability {
    /// It does.
    Now,
    /// The language knows it; a later version will execute it.
    Later,
}

/// The shape of a value.
pub(crate) enum Shape {
    /// One line or more of text; numbers are taken as they are written.
    Text,
    /// A text in which `{{ … }}` is filled in.
    Template,
    /// An identifier.
    Id,
    /// True or false.
    Bool,
    /// A whole number between two bounds, both included.
    Whole(u64, u64),
    /// A number between two bounds, both included.
    Number(f64, f64),
    /// A duration: `90s`, `10m`, `1h30m`, `500ms`, or a number of seconds.
    Duration,
    /// A duration that may be zero.
    Wait,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list of texts; a single text is a list of one.
    Texts,
    /// A whole number or a list of them: exit codes.
    Codes,
    /// Any value.
    Tree,
    /// A mapping with any keys and values.
    Mapping,
    /// A mapping of environment names to templates.
    Environment,
    /// A mapping of names to secret references.
    Secrets,
    /// A mapping of words to severities.
    Severities,
    /// Another object.
    Object(&'static Table),
    /// A list of other objects.
    Objects(&'static Table),
    /// A structured condition, or the words `always` and `never`.
    Condition,
    /// A list of them.
    Conditions,
    /// An expression.
    Expression,
    /// An expression, or a structured condition.
    Loop,
    /// An expression that gives a list, or the list itself.
    Items,
    /// One of some words, or an expression in `{{ … }}` that gives one.
    WordOrExpression(&'static [&'static str]),
    /// One of some words, or another object.
    WordOr(&'static [&'static str], &'static Table),
    /// A text that stands for another object by itself.
    TextOr(&'static Table),
    /// Another object, or a list of them.
    OneOrMore(&'static Table),
    /// A size: `64KiB`, `10MiB`, or a number of bytes, at most so many.
    Size(u64),
    /// A mapping of names to templates: header fields.
    Headers,
    /// A mapping of names to expressions.
    Expressions,
    /// A JSON Schema, or the path of a file that holds one.
    Schema,
    /// A shell text, or a list of arguments.
    Run,
    /// A list of ids, or of mappings with `id` and `when`; a single one is a list.
    Dependencies,
    /// The argument list, name or expression of a custom condition.
    Evaluator,
    /// The argument list or name of a program that settings know.
    Helper,
    /// The comparison value of a condition.
    Operand,
}

impl Key {
    /// A key that this version executes.
    const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            shape,
            doc,
            required: false,
            availability: Availability::Now,
            kinds: &[],
        }
    }

    /// A key that a later version executes.
    const fn later(name: &'static str, doc: &'static str) -> Self {
        Self {
            availability: Availability::Later,
            ..Self::new(name, Shape::Tree, doc)
        }
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn kinds(mut self, kinds: &'static [&'static str]) -> Self {
        self.kinds = kinds;
        self
    }

    /// Its name and its aliases.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

impl Table {
    /// The key with this name or alias, with its index.
    pub(crate) fn find(&self, written: &str) -> Option<(usize, &Key)> {
        self.keys
            .iter()
            .enumerate()
            .find(|(_, key)| key.name == written || key.aliases.contains(&written))
    }

    /// Every name and alias of the keys that this version executes.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys
            .iter()
            .filter(|key| key.availability == Availability::Now)
            .flat_map(Key::names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_within_a_table_and_documented() {
        // Goal: no key can be read as two, and every one is explained.
        for table in all() {
            let mut seen = BTreeSet::new();
            assert!(
                table.keys.len() <= 64,
                "{}: keys are counted in 64 bits",
                table.name
            );
            for key in table.keys {
                for name in key.names() {
                    assert!(seen.insert(name), "{}: `{name}` stands twice", table.name);
                }
                assert!(
                    !key.doc.is_empty() && !key.doc.ends_with('.'),
                    "{}",
                    key.name
                );
            }
            for (name, _) in table.elsewhere {
                assert!(seen.insert(name), "{}: `{name}` is a key", table.name);
            }
        }
    }

    #[test]
    fn every_object_that_a_shape_names_is_listed() {
        // Goal: schema and reference leave no table out.
        let listed: BTreeSet<_> = all().iter().map(|table| table.name).collect();
        assert_eq!(listed.len(), all().len(), "table names are unique");
        for key in all().iter().flat_map(|table| table.keys) {
            if let Shape::Object(table)
            | Shape::Objects(table)
            | Shape::WordOr(_, table)
            | Shape::TextOr(table)
            | Shape::OneOrMore(table) = key.shape
            {
                assert!(listed.contains(table.name), "{}", table.name);
            }
        }
    }
}
