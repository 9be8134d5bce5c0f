//! Checks what is read of results, and keeps what follows from it: which siblings a node
//! has to wait for, and which paths of results the events must carry (decision 5).
//!
//! Where something is repeated it matters from where it is read (decision 34): inside, a
//! sibling means the same iteration; outside, a result has the list of all instances.

use super::output::OutputRead;
use super::reads::{Purpose, without_length};
use super::value::listed;
use super::{Edge, Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_EDGES;
use crate::source::Extent;
use stagewright_core::plan::{NodeIx, Repeated, Role, StageIx};
use stagewright_core::scope::ENVELOPE;

/// What a gate's result has besides the envelope.
const GATE_FIELDS: [&str; 2] = ["verdict", "message"];

/// What the result of something repeated has besides the envelope, seen from outside.
const ITEMS: &str = "items";

/// What is read of a result.
pub(super) struct ResultRead<'p> {
    /// The agent or gate.
    pub(super) agent: &'p str,
    /// The path below its result, such as `output.count`; empty for all of it.
    pub(super) path: &'p str,
    /// Whether it may be missing.
    pub(super) asked: bool,
    /// Where the agent is named.
    pub(super) place: Extent,
    /// Where the path stands.
    pub(super) path_place: Extent,
}

impl Lowering<'_> {
    /// Checks a name that begins with `results`.
    pub(super) fn check_result(
        &mut self,
        owner: Owner,
        purpose: Purpose<'_>,
        rest: &str,
        asked: bool,
        place: Extent,
    ) {
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
        let read = ResultRead {
            agent,
            path,
            asked,
            place,
            path_place: place,
        };
        self.read_field(owner, purpose, &read);
    }

    /// Checks that something may be read of an agent's result, and notes it.
    pub(super) fn read_field(&mut self, owner: Owner, purpose: Purpose<'_>, read: &ResultRead<'_>) {
        if !self.check_result_field(owner, read) {
            return;
        }
        let Some(target) = self.names.node(read.agent) else {
            let names = &self.names;
            let ids = names.nodes.iter().map(|node| node.id.as_str());
            let hint = self.problems.did_you_mean(read.agent, ids);
            self.report(
                Problem::new(
                    Code::UnknownReference,
                    read.place,
                    format!("there is no agent `{}`", read.agent),
                )
                .hint_if(hint),
            );
            return;
        };
        if !self.has_ended_before(owner, target, read) {
            return;
        }
        let as_list = self.is_seen_as_list(owner, target);
        let projected = match read.path.split('.').next().unwrap_or_default() {
            "" => Some("output".to_owned()),
            "output" | ITEMS if as_list => Some("output".to_owned()),
            "output" => Some(without_length(read.path)),
            _ => None,
        };
        let Some(projected) = projected else {
            return;
        };
        if !as_list && let Some(inner) = projected.strip_prefix("output.") {
            self.output_reads.push(OutputRead {
                of: target,
                path: inner.to_owned(),
                asked: read.asked,
                place: read.path_place,
            });
        }
        if matches!(purpose, Purpose::Condition) {
            self.projections[target.index()].insert(projected);
        }
    }

    /// Whether a result is that of all instances: it is repeated, and read from outside.
    pub(super) fn is_seen_as_list(&self, owner: Owner, target: NodeIx) -> bool {
        let Some((of, _)) = self.names.repeated_by(target) else {
            return false;
        };
        let around = match owner {
            Owner::Node(node) => self.names.repeated_by(node).map(|(around, _)| around),
            Owner::Loop(around) => Some(around),
            Owner::Stage(_) | Owner::List(_) => None,
        };
        around != Some(of)
    }

    /// Whether a result has what is read of it. Of an unknown agent nothing is said here.
    fn check_result_field(&mut self, owner: Owner, read: &ResultRead<'_>) -> bool {
        let target = self.names.node(read.agent);
        let as_list = target.is_some_and(|target| self.is_seen_as_list(owner, target));
        let mut parts = read.path.split('.');
        let (field, next) = (parts.next().unwrap_or_default(), parts.next());
        let fields = self.result_fields(owner, read.agent);
        if !field.is_empty() && !fields.contains(&field) {
            self.no_such_field(read, field, &fields);
            return false;
        }
        if as_list && matches!(field, "output" | ITEMS) {
            return next.is_none_or(|next| self.check_element(read, field, next));
        }
        true
    }

    /// The fields that a result has, seen from there.
    pub(super) fn result_fields(&self, owner: Owner, agent: &str) -> Vec<&'static str> {
        let mut fields = ENVELOPE.to_vec();
        let Some(target) = self.names.node(agent) else {
            return fields;
        };
        if self.names.nodes[target.index()].role == Role::Gate {
            fields.extend(GATE_FIELDS);
        }
        if self.is_seen_as_list(owner, target) {
            fields.push(ITEMS);
        }
        fields
    }

    fn no_such_field(&mut self, read: &ResultRead<'_>, field: &str, fields: &[&str]) {
        let (agent, path) = (read.agent, read.path);
        let hint = match field {
            ITEMS => "`items` is there where it is repeated and this stands outside".to_owned(),
            _ => self
                .problems
                .did_you_mean(field, fields.iter().copied())
                .unwrap_or_else(|| {
                    format!(
                        "what the agent answered is below `output`: `results.{agent}.output.{path}`"
                    )
                }),
        };
        self.report(
            Problem::new(
                Code::UnknownName,
                read.path_place,
                format!("a result has no field `{field}`"),
            )
            .hint(hint)
            .note(format!("the fields are {}", listed(fields))),
        );
    }

    /// Lists have elements by their number and a length, and no names.
    fn check_element(&mut self, read: &ResultRead<'_>, field: &str, next: &str) -> bool {
        if next == "length" || next.bytes().all(|byte| byte.is_ascii_digit()) {
            return true;
        }
        let agent = read.agent;
        let of = match field {
            ITEMS => next.to_owned(),
            _ => format!("output.{next}"),
        };
        self.report(
            Problem::new(
                Code::UnknownName,
                read.path_place,
                format!("`results.{agent}.{field}` is a list, since `{agent}` is repeated"),
            )
            .hint(format!(
                "`results.{agent}.items` has a result for each instance: \
                 `results.{agent}.items | map(attribute='{of}')`"
            )),
        );
        false
    }

    /// Whether `target` can have ended when `owner` is looked at; a sibling that can
    /// is noted as something to wait for.
    fn has_ended_before(&mut self, owner: Owner, target: NodeIx, read: &ResultRead<'_>) -> bool {
        let target_stage = self.names.nodes[target.index()].stage;
        let owner_stage = self.stage_of(owner);
        if target_stage < owner_stage {
            // It has ended anyway. The edge says that this node's result follows from
            // that one, so a resumed run repeats both or neither.
            self.note(owner, target, read.place);
            return true;
        }
        let why = if target_stage > owner_stage {
            let stage = &self.names.stages[target_stage.index()].id;
            format!("it runs in the later stage `{stage}`")
        } else {
            match owner {
                Owner::Stage(_) | Owner::List(Repeated::Stage(_)) => {
                    "it runs in this very stage".to_owned()
                }
                Owner::Loop(Repeated::Stage(_)) => return true,
                Owner::Loop(Repeated::Node(node)) if node == target => return true,
                Owner::Node(node)
                | Owner::List(Repeated::Node(node))
                | Owner::Loop(Repeated::Node(node)) => {
                    match self.why_sibling_is_too_early(node, target) {
                        Some(why) => why.to_owned(),
                        None => {
                            self.wait_for_sibling(node, target, read.place);
                            return true;
                        }
                    }
                }
            }
        };
        self.report(
            Problem::new(
                Code::TooEarly,
                read.place,
                format!("`{}` cannot have a result yet: {why}", read.agent),
            )
            .hint("read results of earlier stages, or of agents that run before this one"),
        );
        false
    }

    fn why_sibling_is_too_early(&self, node: NodeIx, target: NodeIx) -> Option<&'static str> {
        if node == target {
            return Some("this is its own result");
        }
        let (own, other) = (
            self.names.nodes[node.index()].role,
            self.names.nodes[target.index()].role,
        );
        let stage = self.names.nodes[node.index()].stage;
        let parallel = self.names.stages[stage.index()].parallel;
        match (own, other) {
            (Role::Gate, Role::Agent) => None,
            _ if target < node => None,
            (Role::Agent, Role::Agent) if parallel => None,
            (Role::Agent, Role::Gate) => Some("gates run after the agents of their stage"),
            (Role::Gate, Role::Gate) => Some("it comes later in this stage"),
            (Role::Agent, Role::Agent) => Some("it comes later in this sequential stage"),
        }
    }

    /// A gate runs after all agents of its stage anyway.
    fn wait_for_sibling(&mut self, node: NodeIx, target: NodeIx, place: Extent) {
        let role = |node: NodeIx| self.names.nodes[node.index()].role;
        if role(node) == Role::Gate && role(target) == Role::Agent {
            return;
        }
        self.note_one(node, target, place);
        self.edges.push(Edge {
            from: node,
            to: target,
            extent: place,
        });
    }

    /// Notes that what `owner` belongs to follows from `target`: of something that is
    /// repeated, every node.
    fn note(&mut self, owner: Owner, target: NodeIx, place: Extent) {
        match owner {
            Owner::Stage(_) => {}
            Owner::Node(node)
            | Owner::List(Repeated::Node(node))
            | Owner::Loop(Repeated::Node(node)) => self.note_one(node, target, place),
            Owner::List(Repeated::Stage(stage)) | Owner::Loop(Repeated::Stage(stage)) => {
                for node in self.names.nodes_of(stage) {
                    self.note_one(node, target, place);
                }
            }
        }
    }

    /// Notes that what is repeated follows from a whole stage.
    pub(super) fn note_stage(&mut self, owner: Owner, stage: StageIx, place: Extent) {
        if matches!(owner, Owner::List(_) | Owner::Loop(_)) {
            for target in self.names.nodes_of(stage) {
                self.note(owner, target, place);
            }
        }
    }

    fn note_one(&mut self, node: NodeIx, target: NodeIx, place: Extent) {
        if self.noted > MAX_EDGES {
            return;
        }
        if self.after[node.index()].insert(target) {
            self.noted += 1;
        }
        if self.noted > MAX_EDGES {
            self.report(
                Problem::new(
                    Code::TooLarge,
                    place,
                    format!("agents and gates read more than {MAX_EDGES} results"),
                )
                .hint("collect them in one agent, and read that one's result"),
            );
        }
    }
}
