//! Checks the names that expressions and templates read. Those that lead into results
//! are [`super::result`]'s business.

use super::names::Repetition;
use super::value::listed;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::source::Extent;
use stagewright_core::plan::{Repeated, Role, StageIx};
use std::collections::{BTreeMap, BTreeSet};

/// The fields of `run`, of a stage, and of `gate`.
const RUN_FIELDS: [&str; 3] = ["id", "pipeline_id", "started_at"];
const RUN_FIELDS_OF_TEMPLATES: [&str; 4] = ["id", "pipeline_id", "started_at", "dir"];
const STAGE_FIELDS: [&str; 1] = ["status"];
const GATE_SCOPE_FIELDS: [&str; 2] = ["id", "dir"];

/// Names and fields that belong to parts of the language which this version does not
/// have.
const LATER_NAMES: [(&str, &str); 1] = [("feedback", "feedback loops")];
const LATER_FIELDS: [&str; 4] = ["cycle", "commit", "agents", "gates"];

/// For what a text is evaluated.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'s> {
    /// To decide whether something runs. What it reads of results, the events carry.
    Condition,
    /// To make the list that something is repeated over.
    List,
    /// To show or to compute something without launching.
    Text,
    /// To launch something that gets these secrets.
    Launch(&'s BTreeMap<String, String>),
}

impl Purpose<'_> {
    /// Whether it is evaluated for one launch, which has a number and a directory.
    fn is_of_a_launch(self) -> bool {
        match self {
            Self::Condition | Self::List => false,
            Self::Text | Self::Launch(_) => true,
        }
    }
}

impl Lowering<'_> {
    /// Checks every name that a text reads. `extent` is where the text stands.
    pub(super) fn check_reads(
        &mut self,
        owner: Owner,
        purpose: Purpose<'_>,
        reads: &BTreeSet<String>,
        extent: Extent,
    ) {
        for read in reads {
            let place = self.word_within(extent, read);
            let (root, rest) = read.split_once('.').unwrap_or((read, ""));
            match root {
                "context" if self.asks_whether_there_is(extent, rest) => {}
                "context" => self.check_context(purpose, rest, place),
                "results" => {
                    let asked = self.asks_for_the_path(extent, read);
                    self.check_result(owner, purpose, rest, asked, place);
                }
                "stages" => self.check_stage(owner, rest, place),
                "run" if purpose.is_of_a_launch() => {
                    self.check_field("run", rest, &RUN_FIELDS_OF_TEMPLATES, place);
                }
                "run" => self.check_field("run", rest, &RUN_FIELDS, place),
                "now" => {}
                "secrets" => self.check_secret(purpose, rest, place),
                "attempt" if purpose.is_of_a_launch() => {}
                "index" if self.repetition_around(owner).is_some() => {}
                "item" if self.repetition_around(owner) == Some(Repetition::List) => {}
                "gate" if self.is_gates_template(owner, purpose) => {
                    self.check_field("gate", rest, &GATE_SCOPE_FIELDS, place);
                }
                _ => self.unknown_name(owner, purpose, root, place),
            }
        }
    }

    fn check_stage(&mut self, owner: Owner, rest: &str, place: Extent) {
        let (id, path) = rest.split_once('.').unwrap_or((rest, ""));
        if id.is_empty() {
            self.report(
                Problem::new(
                    Code::DynamicResult,
                    place,
                    "which stage this reads is known only at run time",
                )
                .hint("write the stage's id: `stages.quality.status`"),
            );
            return;
        }
        let Some(stage) = self.names.stage(id) else {
            let ids = self.names.stages.iter().map(|stage| stage.id.as_str());
            let hint = self.problems.did_you_mean(id, ids);
            self.report(
                Problem::new(
                    Code::UnknownReference,
                    place,
                    format!("there is no stage `{id}`"),
                )
                .hint_if(hint),
            );
            return;
        };
        if stage < self.stage_of(owner) {
            self.note_stage(owner, stage, place);
        } else {
            self.report(
                Problem::new(
                    Code::TooEarly,
                    place,
                    format!("the stage `{id}` cannot have ended yet"),
                )
                .hint("only earlier stages can be read"),
            );
        }
        let field = path.split('.').next().unwrap_or_default();
        if !field.is_empty() {
            self.check_field(&format!("stages.{id}"), field, &STAGE_FIELDS, place);
        }
    }

    fn check_field(&mut self, of: &str, path: &str, fields: &[&str], place: Extent) {
        let field = path.split('.').next().unwrap_or_default();
        if field.is_empty() || fields.contains(&field) {
            return;
        }
        if LATER_FIELDS.contains(&field) {
            self.report(Problem::new(
                Code::NotInThisVersion,
                place,
                format!("`{of}.{field}` is known, but not in this version"),
            ));
            return;
        }
        let hint = self.problems.did_you_mean(field, fields.iter().copied());
        self.report(
            Problem::new(
                Code::UnknownName,
                place,
                format!("`{of}` has no field `{field}`"),
            )
            .hint_if(hint)
            .note(format!("the fields are {}", listed(fields))),
        );
    }

    fn check_secret(&mut self, purpose: Purpose<'_>, name: &str, place: Extent) {
        let problem =
            match purpose {
                Purpose::Launch(secrets) if secrets.contains_key(name) => return,
                Purpose::Launch(_) if name.is_empty() => Problem::new(
                    Code::SecretOutOfPlace,
                    place,
                    "`secrets` is read one by one",
                )
                .hint("write `secrets.NAME`"),
                Purpose::Launch(secrets) => {
                    let hint = self
                        .problems
                        .did_you_mean(name, secrets.keys().map(String::as_str));
                    Problem::new(
                        Code::UnknownReference,
                        place,
                        format!("no secret `{name}` is declared for this"),
                    )
                    .hint(hint.unwrap_or_else(|| {
                        format!("declare it: `secrets: {{{name}: env:{name}}}`")
                    }))
                }
                Purpose::Condition | Purpose::List | Purpose::Text => Problem::new(
                    Code::SecretOutOfPlace,
                    place,
                    "a secret cannot be read here: its value would be stored or shown",
                )
                .hint("secrets reach a command by `run` and `env`, and an endpoint by `url`, `headers` and `body`"),
            };
        self.report(problem);
    }

    /// `gate` is there in what a gate launches.
    fn is_gates_template(&self, owner: Owner, purpose: Purpose<'_>) -> bool {
        let gate = match owner {
            Owner::Node(node) => self.names.nodes[node.index()].role == Role::Gate,
            Owner::Stage(_) | Owner::List(_) | Owner::Loop(_) => false,
        };
        gate && purpose.is_of_a_launch()
    }

    fn unknown_name(&mut self, owner: Owner, purpose: Purpose<'_>, name: &str, place: Extent) {
        if let Some((_, what)) = LATER_NAMES.iter().find(|(later, _)| *later == name) {
            self.report(Problem::new(
                Code::NotInThisVersion,
                place,
                format!("`{name}` belongs to {what}, which is not in this version"),
            ));
            return;
        }
        let mut names = vec!["context", "results", "stages", "run", "now"];
        if purpose.is_of_a_launch() {
            names.push("attempt");
        }
        let around = self.repetition_around(owner);
        if around == Some(Repetition::List) {
            names.push("item");
        }
        if around.is_some() {
            names.push("index");
        }
        if self.is_gates_template(owner, purpose) {
            names.push("gate");
        }
        if matches!(purpose, Purpose::Launch(_)) {
            names.push("secrets");
        }
        let inside_context = self
            .inherited
            .context
            .as_ref()
            .is_some_and(|declared| declared.contains(name));
        let hint = if matches!(name, "item" | "index") {
            Some(self.why_no_item(owner, name).to_owned())
        } else if inside_context {
            Some(format!("did you mean `context.{name}`?"))
        } else if self.names.node(name).is_some() {
            Some(format!("did you mean `results.{name}`?"))
        } else {
            self.problems.did_you_mean(name, names.iter().copied())
        };
        self.report(
            Problem::new(
                Code::UnknownName,
                place,
                format!("there is no `{name}` here"),
            )
            .hint_if(hint)
            .note(format!("the names are {}", listed(&names))),
        );
    }
}

impl Lowering<'_> {
    /// In what kind of repetition something is evaluated, if in any.
    pub(super) fn repetition_around(&self, owner: Owner) -> Option<Repetition> {
        match owner {
            Owner::Node(node) => self.names.repeated_by(node).map(|(_, kind)| kind),
            Owner::Loop(_) => Some(Repetition::Loop),
            Owner::Stage(_) | Owner::List(_) => None,
        }
    }

    fn why_no_item(&self, owner: Owner, name: &str) -> &'static str {
        match owner {
            Owner::List(_) => "the list is made before there are elements",
            Owner::Stage(stage) if self.names.stages[stage.index()].repetition.is_some() => {
                "a stage's condition is asked once, before it is repeated"
            }
            Owner::Stage(_) | Owner::Node(_) | Owner::Loop(_) => {
                match (self.repetition_around(owner), name) {
                    (Some(Repetition::Loop), "item") => {
                        "a loop has no elements, only the number of its iteration: `index`"
                    }
                    _ => "`item` and `index` are there inside of what `for_each` repeats",
                }
            }
        }
    }

    /// The stage in which something is evaluated.
    pub(super) fn stage_of(&self, owner: Owner) -> StageIx {
        match owner {
            Owner::Stage(stage)
            | Owner::List(Repeated::Stage(stage))
            | Owner::Loop(Repeated::Stage(stage)) => stage,
            Owner::Node(node)
            | Owner::List(Repeated::Node(node))
            | Owner::Loop(Repeated::Node(node)) => self.names.nodes[node.index()].stage,
        }
    }
}

/// The length of a list is computed from the list.
pub(super) fn without_length(path: &str) -> String {
    path.strip_suffix(".length").unwrap_or(path).to_owned()
}
