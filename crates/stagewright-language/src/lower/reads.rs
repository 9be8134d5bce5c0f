//! Checks the names that expressions and templates read, and keeps what follows from
//! them: which siblings a node has to wait for, and which paths of results the events
//! must carry (decision 5).

use super::value::listed;
use super::{Edge, Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::source::Extent;
use stagewright_core::plan::{NodeIx, Role, StageIx};
use stagewright_core::scope::ENVELOPE;
use std::collections::{BTreeMap, BTreeSet};

/// What a gate's result has besides the envelope.
const GATE_FIELDS: [&str; 2] = ["verdict", "message"];

/// The fields of `run`, of a stage, and of `gate`.
const RUN_FIELDS: [&str; 3] = ["id", "pipeline_id", "started_at"];
const RUN_FIELDS_OF_TEMPLATES: [&str; 4] = ["id", "pipeline_id", "started_at", "dir"];
const STAGE_FIELDS: [&str; 1] = ["status"];
const GATE_SCOPE_FIELDS: [&str; 2] = ["id", "dir"];

/// Names and fields that belong to parts of the language which this version does not
/// have.
const LATER_NAMES: [(&str, &str); 3] = [
    ("item", "repetition"),
    ("index", "repetition"),
    ("feedback", "feedback loops"),
];
const LATER_FIELDS: [&str; 4] = ["cycle", "commit", "agents", "gates"];

/// For what a text is evaluated.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'s> {
    /// To decide whether something runs.
    Condition,
    /// To show or to compute something without launching.
    Text,
    /// To launch something that gets these secrets.
    Launch(&'s BTreeMap<String, String>),
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
                "results" => self.check_result(owner, purpose, rest, place),
                "stages" => self.check_stage(owner, rest, place),
                "run" if matches!(purpose, Purpose::Condition) => {
                    self.check_field("run", rest, &RUN_FIELDS, place);
                }
                "run" => self.check_field("run", rest, &RUN_FIELDS_OF_TEMPLATES, place),
                "now" => {}
                "secrets" => self.check_secret(purpose, rest, place),
                "attempt" if !matches!(purpose, Purpose::Condition) => {}
                "gate" if self.is_gates_template(owner, purpose) => {
                    self.check_field("gate", rest, &GATE_SCOPE_FIELDS, place);
                }
                _ => self.unknown_name(owner, purpose, root, place),
            }
        }
    }

    /// Checks that a condition may read a path of an agent's result, and notes it.
    pub(super) fn read_result(
        &mut self,
        owner: Owner,
        purpose: Purpose<'_>,
        agent: &str,
        projected: Option<String>,
        place: Extent,
    ) {
        let Some(target) = self.names.node(agent) else {
            let names = &self.names;
            let ids = names.nodes.iter().map(|node| node.id.as_str());
            let hint = self.problems.did_you_mean(agent, ids);
            self.report(
                Problem::new(
                    Code::UnknownReference,
                    place,
                    format!("there is no agent `{agent}`"),
                )
                .hint_if(hint),
            );
            return;
        };
        if !self.has_ended_before(owner, target, agent, place) {
            return;
        }
        if let Some(path) = projected
            && matches!(purpose, Purpose::Condition)
        {
            self.projections[target.index()].insert(path);
        }
    }

    /// Whether `target` can have ended when `owner` is looked at; a sibling that can
    /// is noted as something to wait for.
    fn has_ended_before(
        &mut self,
        owner: Owner,
        target: NodeIx,
        agent: &str,
        place: Extent,
    ) -> bool {
        let target_stage = self.names.nodes[target.index()].stage;
        let owner_stage = match owner {
            Owner::Stage(stage) => stage,
            Owner::Node(node) => self.names.nodes[node.index()].stage,
        };
        if target_stage < owner_stage {
            // It has ended anyway. The edge says that this node's result follows from
            // that one, so a resumed run repeats both or neither.
            if let Owner::Node(node) = owner {
                self.after[node.index()].insert(target);
            }
            return true;
        }
        let why = match owner {
            _ if target_stage > owner_stage => {
                let stage = &self.names.stages[target_stage.index()].id;
                format!("it runs in the later stage `{stage}`")
            }
            Owner::Stage(_) => "it runs in this very stage".to_owned(),
            Owner::Node(node) if node == target => "this is its own result".to_owned(),
            Owner::Node(node) => {
                let role = |node: NodeIx| self.names.nodes[node.index()].role;
                let parallel = self.names.stages[owner_stage.index()].parallel;
                let (own, other) = (role(node), role(target));
                if own == Role::Gate && other == Role::Agent {
                    return true;
                }
                let both_agents = own == Role::Agent && other == Role::Agent;
                if target < node || (parallel && both_agents) {
                    self.after[node.index()].insert(target);
                    self.edges.push(Edge {
                        from: node,
                        to: target,
                        extent: place,
                    });
                    return true;
                }
                match (own, other) {
                    (Role::Agent, Role::Gate) => "gates run after the agents of their stage",
                    (Role::Gate, _) => "it comes later in this stage",
                    (Role::Agent, Role::Agent) => "it comes later in this sequential stage",
                }
                .to_owned()
            }
        };
        self.report(
            Problem::new(
                Code::TooEarly,
                place,
                format!("`{agent}` cannot have a result yet: {why}"),
            )
            .hint("read results of earlier stages, or of agents that run before this one"),
        );
        false
    }

    fn check_result(&mut self, owner: Owner, purpose: Purpose<'_>, rest: &str, place: Extent) {
        if rest.is_empty() {
            self.report(
                Problem::new(
                    Code::DynamicResult,
                    place,
                    "which result this reads is known only at run time",
                )
                .hint("write the agent's id: `results.lint.output…`"),
            );
            return;
        }
        let (agent, path) = rest.split_once('.').unwrap_or((rest, ""));
        let field = path.split('.').next().unwrap_or_default();
        let gate = self
            .names
            .node(agent)
            .is_some_and(|node| self.names.nodes[node.index()].role == Role::Gate);
        let mut fields = ENVELOPE.to_vec();
        if gate {
            fields.extend(GATE_FIELDS);
        }
        if !field.is_empty() && !fields.contains(&field) {
            let hint = self
                .problems
                .did_you_mean(field, fields.iter().copied())
                .unwrap_or_else(|| {
                    format!(
                        "what the agent answered is below `output`: `results.{agent}.output.{path}`"
                    )
                });
            self.report(
                Problem::new(
                    Code::UnknownName,
                    place,
                    format!("a result has no field `{field}`"),
                )
                .hint(hint)
                .note(format!("the fields are {}", listed(&fields))),
            );
            return;
        }
        let projected = match field {
            "" => Some("output".to_owned()),
            "output" => Some(without_length(path)),
            _ => None,
        };
        self.read_result(owner, purpose, agent, projected, place);
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
        let own: StageIx = match owner {
            Owner::Stage(stage) => stage,
            Owner::Node(node) => self.names.nodes[node.index()].stage,
        };
        if stage >= own {
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
                Purpose::Condition | Purpose::Text => Problem::new(
                    Code::SecretOutOfPlace,
                    place,
                    "a secret cannot be read here: its value would be stored or shown",
                )
                .hint("secrets reach a command by `run` and `env`"),
            };
        self.report(problem);
    }

    /// `gate` is there in what a gate launches.
    fn is_gates_template(&self, owner: Owner, purpose: Purpose<'_>) -> bool {
        let gate = match owner {
            Owner::Node(node) => self.names.nodes[node.index()].role == Role::Gate,
            Owner::Stage(_) => false,
        };
        gate && !matches!(purpose, Purpose::Condition)
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
        if !matches!(purpose, Purpose::Condition) {
            names.push("attempt");
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
        let hint = if inside_context {
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

/// The length of a list is computed from the list.
pub(super) fn without_length(path: &str) -> String {
    path.strip_suffix(".length").unwrap_or(path).to_owned()
}
