//! `findings:`: a reader by its name, or a mapping by expressions.

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::repeat::without_braces;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::{FINDING, FINDINGS, FINDINGS_MAPPING, KNOWN_TYPES};
use crate::syntax::Node;
use stagewright_core::expression::Expression;
use stagewright_core::plan::{AnswerReader, FindingsMapping, ItemForm};
use std::collections::BTreeMap;

impl Lowering<'_> {
    /// The reader of the answer: what `findings` says, else the agents' document for a
    /// known type (decision 25).
    pub(super) fn findings(
        &mut self,
        owner: Owner,
        fields: &Fields<'_>,
        agent_type: Option<&str>,
    ) -> Option<AnswerReader> {
        let by_type = agent_type
            .filter(|word| KNOWN_TYPES.contains(word))
            .map(|_| AnswerReader::Named("agent".to_owned()));
        let Some(field) = fields.get("findings") else {
            return by_type;
        };
        let reader = if field.node().as_map().is_some() {
            let mapping = self.findings_mapping(owner, field)?;
            AnswerReader::Mapping(Box::new(mapping))
        } else {
            let wanted = "the name of a reader, or a mapping with `item`";
            let word = self.scalar_text(field.node(), "findings", wanted)?;
            if !FINDINGS.contains(&word.as_str()) {
                self.unknown_word(field.node(), "findings", &word, &FINDINGS);
                return None;
            }
            AnswerReader::Named(word)
        };
        let is_agents = reader == AnswerReader::Named("agent".to_owned());
        if !is_agents && fields.get("lambda_function_arn").is_some() {
            self.report(
                Problem::new(
                    Code::NotForThisKind,
                    field.extent(),
                    "a function answers with an agent's document",
                )
                .hint("leave `findings` out"),
            );
        }
        Some(reader)
    }

    fn findings_mapping(&mut self, owner: Owner, field: Field<'_>) -> Option<FindingsMapping> {
        let fields = self.fields(field.node(), &FINDINGS_MAPPING)?;
        let format = fields.get("format");
        let form = match self.word_of(format) {
            Some("jsonl") => ItemForm::Jsonl,
            Some("lines") => ItemForm::Lines,
            _ => ItemForm::Json,
        };
        let pattern = fields.get("pattern");
        let each = fields.get("each");
        for (key, of, wanted) in [
            (each, ItemForm::Json, "json"),
            (pattern, ItemForm::Lines, "lines"),
        ] {
            if let Some(key) = key
                && form != of
            {
                self.report(Problem::new(
                    Code::Conflict,
                    key.entry.key_extent,
                    format!("`{}` goes with `format: {wanted}` only", key.key.name),
                ));
            }
        }
        if form == ItemForm::Lines && pattern.is_none() {
            self.report(
                Problem::new(
                    Code::MissingKey,
                    format.map_or(fields.extent, |field| field.entry.key_extent),
                    "`format: lines` needs `pattern`",
                )
                .hint("a pattern names what it finds: `^(?<file>[^:]+):(?<line>\\d+): (?<message>.*)$`"),
            );
        }
        let mapping = FindingsMapping {
            form,
            pattern: pattern.and_then(|field| self.pattern(field)),
            each: each.and_then(|field| {
                let text = self.scalar_text(field.node(), "each", "an expression")?;
                Some(self.of_answer(owner, field.node(), &text, &["output"]))
            }),
            item: fields
                .get("item")
                .map(|field| self.finding(owner, field))
                .unwrap_or_default(),
            severities: self.severities(fields.get("severities")),
        };
        fields.finish();
        Some(mapping)
    }

    /// A pattern with names for what it finds.
    fn pattern(&mut self, field: Field<'_>) -> Option<String> {
        let text = self.text_of(field)?;
        match self.pattern_has_names(&text) {
            Ok(true) => {}
            Ok(false) => self.report(
                Problem::new(
                    Code::BadValue,
                    field.extent(),
                    "`pattern` names nothing that it finds",
                )
                .hint("write groups with names: `(?<file>[^:]+)`"),
            ),
            Err(reason) => self.report(Problem::new(
                Code::BadValue,
                field.extent(),
                format!("`pattern` is not a regular expression: {reason}"),
            )),
        }
        Some(text)
    }

    /// `item:`, what is what in a finding.
    fn finding(&mut self, owner: Owner, field: Field<'_>) -> BTreeMap<String, String> {
        let mut item = BTreeMap::new();
        let Some(fields) = self.fields(field.node(), &FINDING) else {
            return item;
        };
        let inner = fields.get("each").is_some();
        for key in FINDING.keys {
            let Some(field) = fields.get(key.name) else {
                continue;
            };
            let known: &[&str] = match inner && key.name != "each" {
                true => &["item", "parent"],
                false => &["item"],
            };
            let Some(text) = self.scalar_text(field.node(), key.name, "an expression") else {
                continue;
            };
            let expression = self.of_answer(owner, field.node(), &text, known);
            item.insert(key.name.to_owned(), expression);
        }
        if fields.get("rule").is_none() && fields.get("message").is_none() {
            self.report(
                Problem::new(
                    Code::MissingKey,
                    field.entry.key_extent,
                    "a finding needs `rule` or `message`",
                )
                .label("such a finding would say nothing"),
            );
        }
        fields.finish();
        item
    }

    fn of_answer(&mut self, owner: Owner, node: &Node, text: &str, known: &[&str]) -> String {
        let (expression, offset) = without_braces(text);
        self.check_of_answer(owner, node, expression, offset, known);
        expression.to_owned()
    }

    /// Checks an expression over an answer, which sees nothing else.
    pub(super) fn check_of_answer(
        &mut self,
        owner: Owner,
        node: &Node,
        expression: &str,
        offset: usize,
        known: &[&str],
    ) {
        let Ok(compiled) = Expression::compile(expression) else {
            // The same check that finds it says where.
            self.check_expression(owner, Purpose::Text, node, expression, offset);
            return;
        };
        let extent = self.within(node, offset, expression.len());
        for read in compiled.reads() {
            let root = read.split('.').next().unwrap_or_default();
            if known.contains(&root) {
                continue;
            }
            let place = self.word_within(extent, read);
            let hint = self.problems.did_you_mean(root, known.iter().copied());
            self.report(
                Problem::new(
                    Code::UnknownName,
                    place,
                    format!("there is no `{root}` here"),
                )
                .hint_if(hint)
                .note(format!(
                    "an expression over an answer sees {}",
                    super::value::listed(known)
                )),
            );
        }
    }
}
