//! `outputs:`, and whether what is read of outputs can be there (rule A9).

use super::fields::{Field, Fields};
use super::known_type::reported_by_another;
use super::repeat::without_braces;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem, Problems};
use crate::json_schema::{Described, Reach, check};
use crate::keys::OUTPUTS;
use crate::limit::MAX_LISTED;
use crate::source::Extent;
use crate::syntax::{self, Content, Node, Plain};
use serde_json::{Map, Value, json};
use stagewright_core::expression::Expression;
use stagewright_core::plan::{NodeIx, OutputForm, Outputs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many schemas are looked at for all that is read of outputs. What a larger file reads
/// beyond that is not judged.
const MAX_LOOKS: u32 = 1_000_000;

/// Keys of an output that a note lists.
const MAX_SHOWN: usize = 20;

/// A part of an output that a text reads.
pub(super) struct OutputRead {
    /// Whose output.
    pub(super) of: NodeIx,
    /// The path below `output`.
    pub(super) path: String,
    /// Whether it may be missing.
    pub(super) asked: bool,
    /// Where it stands.
    pub(super) place: Extent,
}

impl Lowering<'_> {
    /// `outputs:` of an agent; what it says of the output is noted.
    pub(super) fn outputs(
        &mut self,
        owner: Owner,
        fields: &Fields<'_>,
        described: &mut Described,
    ) -> Option<Outputs> {
        let field = fields.get("outputs")?;
        let own = self.fields(field.node(), &OUTPUTS)?;
        // What is taken need not be the known document any more.
        described.document_of = None;
        let format = own.get("format");
        let form = match self.word_of(format) {
            Some("text") => OutputForm::Text,
            Some("lines") => OutputForm::Lines,
            _ => OutputForm::Json,
        };
        if let (Some(format), Some(_)) = (format, fields.get("findings")) {
            self.report(
                Problem::new(
                    Code::Conflict,
                    format.entry.key_extent,
                    "`findings` says already what the answer is",
                )
                .hint("leave `format` out"),
            );
        }
        let take = own
            .get("take")
            .map(|field| self.take(owner, form, field))
            .unwrap_or_default();
        let schema = own.get("schema").and_then(|field| self.schema(field));
        if let Some(field) = own.get("schema")
            && let Some(schema) = &schema
        {
            self.taken_against_schema(field, schema, &take);
            described.add(schema.clone());
        }
        describe_form(described, form, &take, fields.get("findings").is_some());
        own.finish();
        Some(Outputs { form, schema, take })
    }

    /// `take:`, names to expressions over the whole answer.
    fn take(
        &mut self,
        owner: Owner,
        form: OutputForm,
        field: Field<'_>,
    ) -> BTreeMap<String, String> {
        let mut take = BTreeMap::new();
        let Some(entries) = field.node().as_map() else {
            self.wrong_shape(field.node(), "take", "a mapping of names to expressions");
            return take;
        };
        if entries.is_empty() {
            self.report(Problem::new(
                Code::BadValue,
                field.extent(),
                "`take` is empty: the output would be empty",
            ));
        }
        for entry in entries {
            if !super::identifier::is_id(&entry.key) {
                self.report(Problem::new(
                    Code::BadId,
                    entry.key_extent,
                    format!("`{}` cannot be the name of an output", entry.key),
                ));
                continue;
            }
            let Some(text) = self.scalar_text(&entry.value, &entry.key, "an expression") else {
                continue;
            };
            let (expression, offset) = without_braces(&text);
            self.check_of_answer(owner, &entry.value, expression, offset, &["output"]);
            if form == OutputForm::Text
                && Expression::compile(expression)
                    .is_ok_and(|compiled| compiled.reads().iter().any(|name| name.contains('.')))
            {
                self.report(
                    Problem::new(
                        Code::NotInOutput,
                        entry.value.extent,
                        "the answer is a text, which has no parts",
                    )
                    .hint("cut it: `output | trim`, `output | lines | first`"),
                );
            }
            take.insert(entry.key.clone(), expression.to_owned());
        }
        take
    }

    /// A schema that stands here, or in a file.
    fn schema(&mut self, field: Field<'_>) -> Option<Value> {
        if field.node().as_map().is_some() {
            let problems = check(field.node(), &mut |source| {
                self.pattern_has_names(source).map(drop)
            });
            let is_good = problems.is_empty();
            for problem in problems {
                self.report(problem);
            }
            return is_good.then(|| field.node().to_json());
        }
        let wanted = "a JSON Schema, or the path of a file that holds one";
        let path = self.scalar_text(field.node(), "schema", wanted)?;
        let source = self.named_file("schema", &path, field.extent())?;
        let mut problems = Problems::new(&source.text);
        let schema = match syntax::read(&source) {
            Ok(root) => {
                let found = check(&root, &mut |source| {
                    self.pattern_has_names(source).map(drop)
                });
                for problem in found {
                    problems.report(problem);
                }
                Some(root.to_json())
            }
            Err(problem) => {
                problems.report(problem);
                None
            }
        };
        let is_good = !problems.has_errors();
        if !is_good {
            self.report(
                Problem::new(
                    Code::BadSchema,
                    field.extent(),
                    format!("the schema `{path}` cannot be used"),
                )
                .label("why is listed below"),
            );
        }
        self.problems.adopt(problems.finish(), &Arc::new(source));
        schema.filter(|_| is_good)
    }

    /// What is taken is all that there is, so a schema must let it through.
    fn taken_against_schema(
        &mut self,
        field: Field<'_>,
        schema: &Value,
        take: &BTreeMap<String, String>,
    ) {
        if take.is_empty() {
            return;
        }
        let required = schema.get("required").and_then(Value::as_array);
        let missing = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .find(|name| !take.contains_key(*name));
        let mut described = Described::default();
        described.add(schema.clone());
        let mut fuel = MAX_LOOKS;
        let excluded = take
            .keys()
            .find(|name| matches!(described.reach(&[name], &mut fuel), Reach::Excluded(_)));
        let message = match (missing, excluded) {
            (Some(name), _) => format!("the schema requires `{name}`, which `take` does not give"),
            (None, Some(name)) => format!("`take` gives `{name}`, which the schema does not allow"),
            (None, None) => return,
        };
        self.report(
            Problem::new(Code::BadSchema, field.entry.key_extent, message)
                .hint("the schema is that of the output: of what `take` gives, where there is one"),
        );
    }

    /// Checks what is read of outputs, when all of them are known.
    pub(super) fn check_output_reads(&mut self) {
        let mut fuel = MAX_LOOKS;
        let mut told = 0;
        for read in std::mem::take(&mut self.output_reads) {
            if told == MAX_LISTED {
                return;
            }
            told += 1;
            if self.never.contains(&read.of) && !read.asked {
                self.never_there(&read);
                continue;
            }
            let mut parts: Vec<&str> = read.path.split('.').collect();
            if read.asked {
                // Whether the last part is there is the question itself.
                parts.pop();
            }
            let described = &self.described[read.of.index()];
            let document_of = described.document_of;
            match described.reach(&parts, &mut fuel) {
                Reach::Declared => told -= 1,
                Reach::Open => {
                    let field = parts.first().copied();
                    told -= usize::from(!self.at_another(&read, document_of, field));
                }
                Reach::Excluded(keys) => self.not_in_output(&read, true, &keys),
                Reach::Undeclared(keys) => self.not_in_output(&read, false, &keys),
            }
        }
    }

    fn never_there(&mut self, read: &OutputRead) {
        let id = &self.names.nodes[read.of.index()].id;
        let problem = Problem::new(
            Code::NeverRuns,
            read.place,
            format!("`{id}` never runs, so there is no output to read"),
        );
        self.report(problem.hint(
            "what reads a missing output is not run; ask for it with `is defined` or `exists`",
        ));
    }

    /// Whether a field is one that agents of another type are known for, which is told.
    fn at_another(
        &mut self,
        read: &OutputRead,
        document_of: Option<&'static str>,
        field: Option<&str>,
    ) -> bool {
        let (Some(own), Some(field)) = (document_of, field) else {
            return false;
        };
        let Some(other) = reported_by_another(own, field) else {
            return false;
        };
        self.report(
            Problem::new(
                Code::UndeclaredOutput,
                read.place,
                format!("agents of the type `{own}` are not known to report `{field}`"),
            )
            .hint(format!("agents of the type `{other}` do")),
        );
        true
    }

    fn not_in_output(&mut self, read: &OutputRead, excluded: bool, keys: &BTreeSet<String>) {
        let id = self.names.nodes[read.of.index()].id.clone();
        let last = read.path.rsplit('.').next().unwrap_or_default();
        let hint = self
            .problems
            .did_you_mean(last, keys.iter().map(String::as_str));
        let (code, message) = if excluded {
            let message = format!("the output of `{id}` cannot have `{}`", read.path);
            (Code::NotInOutput, message)
        } else {
            let message = format!("the output of `{id}` is not known to have `{}`", read.path);
            (Code::UndeclaredOutput, message)
        };
        let mut problem = Problem::new(code, read.place, message).hint_if(hint);
        if !keys.is_empty() {
            let shown: Vec<&str> = keys.iter().take(MAX_SHOWN).map(String::as_str).collect();
            let more = if keys.len() > MAX_SHOWN { ", …" } else { "" };
            let shown = super::value::listed(&shown);
            problem = problem.note(format!("there is {shown}{more}"));
        }
        self.report(problem);
    }
}

/// Notes what follows from the form of an answer and from what is taken of it.
fn describe_form(
    described: &mut Described,
    form: OutputForm,
    take: &BTreeMap<String, String>,
    has_reader: bool,
) {
    if !take.is_empty() {
        let properties: Map<String, Value> = take
            .keys()
            .map(|name| (name.clone(), json!(true)))
            .collect();
        described.add(json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        }));
    } else if !has_reader {
        match form {
            OutputForm::Json => {}
            OutputForm::Text => described.add(json!({"type": "string"})),
            OutputForm::Lines => {
                described.add(json!({"type": "array", "items": {"type": "string"}}));
            }
        }
    }
}

/// The schema of a tree of templates: its shape is known, what is filled in is not.
pub(super) fn schema_of_tree(node: &Node) -> Value {
    match &node.content {
        Content::Scalar(scalar) if scalar.text.contains("{{") => json!(true),
        Content::Scalar(scalar) => match scalar.plain() {
            Plain::Null => json!({"type": "null"}),
            Plain::Bool(_) => json!({"type": "boolean"}),
            Plain::Whole(_) | Plain::Large(_) | Plain::Decimal(_) => json!({"type": "number"}),
            Plain::Text => json!({"type": "string"}),
        },
        Content::List(_) => json!({"type": "array"}),
        Content::Map(entries) => {
            let properties: Map<String, Value> = entries
                .iter()
                .map(|entry| (entry.key.clone(), schema_of_tree(&entry.value)))
                .collect();
            json!({"type": "object", "properties": properties, "additionalProperties": false})
        }
    }
}
