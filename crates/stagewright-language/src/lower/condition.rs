//! `if:` expressions and structured conditions.

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::repeat::without_braces;
use super::result::ResultRead;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::CONDITION;
use crate::syntax::{Content, Node};
use stagewright_core::plan::Repeated;
use stagewright_core::{Condition, Evaluator, Operator};

/// The condition of a stage, agent or gate while it is read.
struct Reading {
    owner: Owner,
    /// Whether programs may be asked: not between the iterations of a loop.
    programs: bool,
    /// How many custom conditions it has so far.
    custom: u32,
}

impl Lowering<'_> {
    /// The condition of a stage, agent or gate: its `if` or its `condition`.
    pub(super) fn condition_of(&mut self, owner: Owner, fields: &Fields<'_>) -> Option<Condition> {
        let expression = fields.get("if");
        let structured = fields.get("condition");
        if let (Some(_), Some(structured)) = (expression, structured) {
            self.report(
                Problem::new(
                    Code::Conflict,
                    structured.entry.key_extent,
                    "`if` and `condition` exclude each other",
                )
                .hint(
                    "put the expression into the condition: `{type: custom, custom_evaluator: …}`",
                ),
            );
        }
        let condition = if let Some(field) = structured {
            let mut reading = Reading {
                owner,
                programs: true,
                custom: 0,
            };
            self.structured(&mut reading, field.node())
        } else {
            self.if_expression(owner, expression?)
        };
        if condition.as_ref().and_then(constant) == Some(false) {
            self.never_runs(structured.or(expression)?);
            self.note_never(owner);
        }
        condition
    }

    /// Notes that what something belongs to never runs.
    pub(super) fn note_never(&mut self, owner: Owner) {
        match owner {
            Owner::Node(node)
            | Owner::List(Repeated::Node(node))
            | Owner::Loop(Repeated::Node(node)) => {
                self.never.insert(node);
            }
            Owner::Stage(stage)
            | Owner::List(Repeated::Stage(stage))
            | Owner::Loop(Repeated::Stage(stage)) => {
                self.never.extend(self.names.nodes_of(stage));
            }
        }
    }

    /// The condition of a loop: an expression, or a structured condition without programs.
    pub(super) fn loop_condition(&mut self, owner: Owner, field: Field<'_>) -> Option<Condition> {
        if field.node().as_map().is_none() {
            let text = self.scalar_text(field.node(), field.key.name, "an expression")?;
            return Some(self.expression(owner, field.node(), &text));
        }
        let mut reading = Reading {
            owner,
            programs: false,
            custom: 0,
        };
        self.structured(&mut reading, field.node())
    }

    fn if_expression(&mut self, owner: Owner, field: Field<'_>) -> Option<Condition> {
        let text = self.scalar_text(field.node(), "if", "an expression")?;
        Some(self.expression(owner, field.node(), &text))
    }

    /// An expression, with or without `{{ }}` around it.
    fn expression(&mut self, owner: Owner, node: &Node, text: &str) -> Condition {
        let (inner, offset) = without_braces(text);
        match inner {
            "true" => return Condition::Always,
            "false" => return Condition::Never,
            _ => {}
        }
        let compiled = self.check_expression(owner, Purpose::Condition, node, inner, offset);
        let constant = compiled.and_then(|compiled| self.constant(node, &compiled, offset));
        match constant {
            Some(true) => return Condition::Always,
            Some(false) => return Condition::Never,
            None => {}
        }
        Condition::Expression {
            source: inner.to_owned(),
        }
    }

    fn structured(&mut self, reading: &mut Reading, node: &Node) -> Option<Condition> {
        if let Some(scalar) = node.as_scalar() {
            match scalar.text.as_str() {
                "always" => return Some(Condition::Always),
                "never" => return Some(Condition::Never),
                _ => {}
            }
        }
        let fields = self.fields(node, &CONDITION)?;
        let condition = self.typed_or_combined(reading, &fields);
        // Which keys are read depends on the type; the others were judged as unused.
        for key in CONDITION.keys {
            let _ = fields.get(key.name);
        }
        fields.finish();
        condition
    }

    fn typed_or_combined(
        &mut self,
        reading: &mut Reading,
        fields: &Fields<'_>,
    ) -> Option<Condition> {
        let kind = fields.get("type");
        let combinations = ["all", "any", "not"].map(|name| fields.get(name));
        let given: Vec<Field<'_>> = kind
            .into_iter()
            .chain(combinations.into_iter().flatten())
            .collect();
        if given.len() != 1 {
            self.not_one(fields, &given);
        }
        // What is wrong inside of them is wrong in any case.
        let mut read: Vec<Option<Condition>> = given
            .iter()
            .map(|field| self.given(reading, fields, *field, given.len() == 1))
            .collect();
        match given[..] {
            [] => {
                self.details(reading, fields);
                None
            }
            [_] => read.pop().flatten(),
            _ => None,
        }
    }

    fn not_one(&mut self, fields: &Fields<'_>, given: &[Field<'_>]) {
        self.report(match given {
            [first, second, ..] => Problem::new(
                Code::Conflict,
                second.entry.key_extent,
                format!(
                    "`{}` and `{}` exclude each other",
                    first.key.name, second.key.name
                ),
            ),
            _ => Problem::new(
                Code::MissingKey,
                fields.extent,
                "a condition needs `type`, `all`, `any` or `not`",
            ),
        });
    }

    /// What one of `type`, `all`, `any` and `not` says, alone or beside another one.
    fn given(
        &mut self,
        reading: &mut Reading,
        fields: &Fields<'_>,
        field: Field<'_>,
        alone: bool,
    ) -> Option<Condition> {
        match field.key.name {
            "all" => self.parts(reading, field).map(|of| Condition::All { of }),
            "any" => self.parts(reading, field).map(|of| Condition::Any { of }),
            "not" => {
                let of = self.structured(reading, field.node())?;
                Some(Condition::Not { of: Box::new(of) })
            }
            _ => match self.word_of(Some(field)) {
                Some(word) => {
                    if alone {
                        self.unused_details(fields, word);
                    }
                    self.typed(reading, fields, word)
                }
                None => {
                    self.details(reading, fields);
                    None
                }
            },
        }
    }

    fn parts(&mut self, reading: &mut Reading, field: Field<'_>) -> Option<Vec<Condition>> {
        let Some(items) = field.node().as_list() else {
            self.wrong_shape(field.node(), field.key.name, "a list of conditions");
            return None;
        };
        if items.is_empty() {
            self.report(Problem::new(
                Code::BadValue,
                field.extent(),
                format!("`{}` is empty", field.key.name),
            ));
        }
        let parts: Vec<_> = items
            .iter()
            .map(|item| self.structured(reading, item))
            .collect();
        parts.into_iter().collect()
    }

    fn typed(
        &mut self,
        reading: &mut Reading,
        fields: &Fields<'_>,
        kind: &str,
    ) -> Option<Condition> {
        let needed: &[&str] = match kind {
            "if_field" => &["field_path", "operator"],
            "if_result" => &["agent_id", "result_field", "operator"],
            "custom" => &["custom_evaluator"],
            _ => &[],
        };
        for name in needed {
            self.need(fields, kind, name);
        }
        match kind {
            "always" => Some(Condition::Always),
            "never" => Some(Condition::Never),
            "if_field" => {
                let comparison = self.comparison(fields);
                let path = self.field_path(fields, comparison.as_ref());
                let (path, (operator, value)) = (path?, comparison?);
                Some(Condition::IfField {
                    path,
                    operator,
                    value,
                })
            }
            "if_result" => {
                let comparison = self.comparison(fields);
                let (agent, path) = self.result_path(reading, fields, comparison.as_ref());
                let (agent, path, (operator, value)) = (agent?, path?, comparison?);
                Some(Condition::IfResult {
                    agent,
                    path,
                    operator,
                    value,
                })
            }
            _ => {
                let field = fields.get("custom_evaluator")?;
                self.custom(reading, field)
            }
        }
    }

    /// Checks what stands beside a type that nobody knows, or that is not there, as far
    /// as it means something by itself.
    fn details(&mut self, reading: &mut Reading, fields: &Fields<'_>) {
        let comparison = self.comparison(fields);
        self.field_path(fields, comparison.as_ref());
        self.result_path(reading, fields, comparison.as_ref());
        if let Some(field) = fields.get("custom_evaluator") {
            self.custom(reading, field);
        }
    }

    /// The path below the context. One that is only asked whether it exists may be
    /// missing.
    fn field_path(
        &mut self,
        fields: &Fields<'_>,
        comparison: Option<&(Operator, serde_json::Value)>,
    ) -> Option<String> {
        let field = fields.get("field_path")?;
        let path = self.path_of(field)?;
        if !matches!(comparison, Some((Operator::Exists, _))) {
            self.check_context(Purpose::Condition, &path, field.extent());
        }
        Some(path)
    }

    /// The agent and the path of its result, each as far as it is there.
    fn result_path(
        &mut self,
        reading: &Reading,
        fields: &Fields<'_>,
        comparison: Option<&(Operator, serde_json::Value)>,
    ) -> (Option<String>, Option<String>) {
        let path_field = fields.get("result_field");
        let path = path_field.and_then(|field| self.path_of(field));
        let Some(field) = fields.get("agent_id") else {
            return (None, path);
        };
        let Some(id) = self.scalar_text(field.node(), "agent_id", "an id") else {
            return (None, path);
        };
        let id = self.mapped(&id).into_owned();
        let below = match &path {
            Some(path) => self.place_in_result(reading.owner, &id, path),
            None => "status".to_owned(),
        };
        let read = ResultRead {
            agent: &id,
            path: &below,
            asked: matches!(comparison, Some((Operator::Exists, _))),
            place: field.extent(),
            path_place: path_field.map_or(field.extent(), Field::extent),
        };
        self.read_field(reading.owner, Purpose::Condition, &read);
        (Some(id), path)
    }

    /// The path below a result that a structured condition means: a field of the result
    /// itself, else a path of its output (rule A10).
    fn place_in_result(&self, owner: Owner, agent: &str, path: &str) -> String {
        let first = path.split('.').next().unwrap_or_default();
        match path.strip_prefix("result.") {
            Some(rest) => format!("output.{rest}"),
            None if self.result_fields(owner, agent).contains(&first) => path.to_owned(),
            None => format!("output.{path}"),
        }
    }

    /// A list is a program, a name is looked up in the settings, and any other text
    /// is an expression.
    fn custom(&mut self, reading: &mut Reading, field: Field<'_>) -> Option<Condition> {
        let evaluator = if field.node().as_list().is_some() {
            let words = self.texts_of(Some(field))?;
            if words.is_empty() {
                self.report(Problem::new(
                    Code::BadValue,
                    field.extent(),
                    "`custom_evaluator` is empty",
                ));
                return None;
            }
            Evaluator::Command(words)
        } else {
            let text = self.text_of(field)?;
            if !super::identifier::is_id(&text) || matches!(text.as_str(), "true" | "false") {
                return Some(self.expression(reading.owner, field.node(), &text));
            }
            self.check_evaluator(&text, field.extent());
            Evaluator::Named(text)
        };
        if !reading.programs {
            self.report(
                Problem::new(
                    Code::BadValue,
                    field.extent(),
                    "the condition of a loop cannot be answered by a program",
                )
                .hint(
                    "let an agent of the loop find out, and read its result: \
                     `results.check.output.done`",
                ),
            );
            return None;
        }
        let number = reading.custom;
        reading.custom += 1;
        Some(Condition::Custom { number, evaluator })
    }

    fn path_of(&mut self, field: Field<'_>) -> Option<String> {
        let path = self.text_of(field)?;
        if path.split('.').any(|part| part.trim().is_empty()) {
            self.report(
                Problem::new(
                    Code::BadValue,
                    field.extent(),
                    format!("`{path}` is not a path"),
                )
                .hint("a path is names with dots between them: `pr.files_changed`"),
            );
            return None;
        }
        Some(path)
    }

    fn need(&mut self, fields: &Fields<'_>, kind: &str, name: &str) {
        if fields.get(name).is_none() {
            self.report(Problem::new(
                Code::MissingKey,
                fields.extent,
                format!("a condition of type `{kind}` needs `{name}`"),
            ));
        }
    }

    /// Keys that have no meaning for the condition's type would be read as if they had.
    fn unused_details(&mut self, fields: &Fields<'_>, kind: &str) {
        let used: &[&str] = match kind {
            "if_field" => &["field_path", "operator", "value"],
            "if_result" => &["agent_id", "result_field", "operator", "value"],
            "custom" => &["custom_evaluator"],
            _ => &[],
        };
        for field in fields.iter() {
            if field.key.name != "type" && !used.contains(&field.key.name) {
                self.report(Problem::new(
                    Code::NotForThisKind,
                    field.entry.key_extent,
                    format!("a condition of type `{kind}` has no `{}`", field.entry.key),
                ));
            }
        }
    }

    fn never_runs(&mut self, field: Field<'_>) {
        let extent = match &field.node().content {
            Content::Scalar(_) => field.node().extent,
            Content::List(_) | Content::Map(_) => field.entry.key_extent,
        };
        self.report(
            Problem::new(Code::NeverRuns, extent, "with this condition it never runs")
                .hint("a skip by a condition is never counted as missing evidence"),
        );
    }
}

/// The one answer that a condition can have, where that is known.
pub(super) fn constant(condition: &Condition) -> Option<bool> {
    match condition {
        Condition::Always => Some(true),
        Condition::Never => Some(false),
        Condition::All { of } => same(of, false),
        Condition::Any { of } => same(of, true),
        Condition::Not { of } => constant(of).map(|holds| !holds),
        Condition::IfField { .. }
        | Condition::IfResult { .. }
        | Condition::Expression { .. }
        | Condition::Custom { .. } => None,
    }
}

/// `decisive` where it is the answer of any part, the other one where it is that of all.
fn same(parts: &[Condition], decisive: bool) -> Option<bool> {
    let answers: Vec<Option<bool>> = parts.iter().map(constant).collect();
    if answers.contains(&Some(decisive)) {
        Some(decisive)
    } else {
        answers.iter().all(Option::is_some).then_some(!decisive)
    }
}
