//! Who is called what: a first walk over the tree that only looks at ids and the order
//! of things, so that every reference can be checked whatever else is wrong.

use super::{Lowering, index_u32};
use crate::diagnostic::{Code, Problem};
use crate::source::Extent;
use crate::syntax::{Entry, Node};
use stagewright_core::plan::{Form, NodeIx, Repeated, Role, StageIx};
use std::collections::HashMap;

/// The stages, agents and gates of a file, in order.
#[derive(Default)]
pub(super) struct Names {
    pub(super) stages: Vec<NamedStage>,
    pub(super) nodes: Vec<NamedNode>,
    stage_by_id: HashMap<String, StageIx>,
    node_by_id: HashMap<String, NodeIx>,
}

/// A stage as far as references need it.
pub(super) struct NamedStage {
    pub(super) id: String,
    pub(super) parallel: bool,
    pub(super) first: NodeIx,
    pub(super) agents: u32,
    pub(super) gates: u32,
    pub(super) repetition: Option<Repetition>,
}

/// Whether something is repeated over a list or in a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    /// `for_each`: there is an `item`.
    List,
    /// `while` or `until`.
    Loop,
}

/// An agent or gate as far as references need it.
pub(super) struct NamedNode {
    /// Empty when its id is missing or broken.
    pub(super) id: String,
    pub(super) role: Role,
    pub(super) stage: StageIx,
    pub(super) repetition: Option<Repetition>,
}

/// In which form a file is written: in the review form when any stage is named by
/// `stage_id` or any agent by `agent_id`. The names may be mixed otherwise.
pub(super) fn form_of(root: &Node) -> Form {
    let stages = child(root, &["stages"]).and_then(|entry| entry.value.as_list());
    let review = stages.into_iter().flatten().any(|stage| {
        child(stage, &["stage_id"]).is_some()
            || child(stage, &["agents"])
                .and_then(|entry| entry.value.as_list())
                .into_iter()
                .flatten()
                .any(|agent| child(agent, &["agent_id"]).is_some())
    });
    if review { Form::Review } else { Form::Own }
}

impl Names {
    pub(super) fn stage(&self, id: &str) -> Option<StageIx> {
        self.stage_by_id.get(id).copied()
    }

    pub(super) fn node(&self, id: &str) -> Option<NodeIx> {
        self.node_by_id.get(id).copied()
    }

    /// What repeats a node, if anything: all of its stage, or itself.
    pub(super) fn repeated_by(&self, node: NodeIx) -> Option<(Repeated, Repetition)> {
        let named = &self.nodes[node.index()];
        let of_stage = self.stages[named.stage.index()].repetition;
        let by_stage = of_stage.map(|kind| (Repeated::Stage(named.stage), kind));
        by_stage.or_else(|| named.repetition.map(|kind| (Repeated::Node(node), kind)))
    }

    /// All agents and gates of a stage.
    pub(super) fn nodes_of(&self, stage: StageIx) -> impl Iterator<Item = NodeIx> + use<> {
        let named = &self.stages[stage.index()];
        let first = named.first.number();
        (first..first + named.agents + named.gates).map(NodeIx::new)
    }
}

impl Lowering<'_> {
    /// Learns all names; reports bad and doubled ids.
    pub(super) fn learn_names(&mut self, stages: &[Node]) {
        let mut places: HashMap<String, Extent> = HashMap::new();
        for stage in stages {
            let ix = StageIx(index_u32(self.names.stages.len()));
            let id = self.learn_id(stage, &["id", "stage_id"]);
            if let Some((id, extent)) = &id {
                match self.names.stage_by_id.get(id) {
                    Some(_) => self.doubled("stage", id, *extent, None),
                    None => {
                        self.names.stage_by_id.insert(id.clone(), ix);
                    }
                }
            }
            let first = NodeIx::new(index_u32(self.names.nodes.len()));
            let agents = self.learn_nodes(stage, ix, Role::Agent, &mut places);
            let gates = self.learn_nodes(stage, ix, Role::Gate, &mut places);
            let parallel = child(stage, &["mode", "execution_mode"])
                .and_then(|entry| entry.value.as_scalar())
                .is_some_and(|scalar| scalar.text == "parallel");
            self.names.stages.push(NamedStage {
                id: id.map(|(id, _)| id).unwrap_or_default(),
                parallel,
                first,
                agents,
                gates,
                repetition: repetition_of(stage),
            });
        }
        self.after = vec![Default::default(); self.names.nodes.len()];
        self.projections = vec![Default::default(); self.names.nodes.len()];
        self.described = vec![Default::default(); self.names.nodes.len()];
    }

    fn learn_nodes(
        &mut self,
        stage: &Node,
        ix: StageIx,
        role: Role,
        places: &mut HashMap<String, Extent>,
    ) -> u32 {
        let (list, names): (_, &[&str]) = match role {
            Role::Agent => ("agents", &["id", "agent_id"]),
            Role::Gate => ("gates", &["id"]),
        };
        let nodes = child(stage, &[list])
            .and_then(|entry| entry.value.as_list())
            .unwrap_or_default();
        for node in nodes {
            let id = self.learn_id(node, names);
            let node_ix = NodeIx::new(index_u32(self.names.nodes.len()));
            if let Some((id, extent)) = &id {
                match places.get(id).copied() {
                    Some(first) => self.doubled("agent or gate", id, *extent, Some(first)),
                    None => {
                        places.insert(id.clone(), *extent);
                        self.names.node_by_id.insert(id.clone(), node_ix);
                    }
                }
            }
            self.names.nodes.push(NamedNode {
                id: id.map(|(id, _)| id).unwrap_or_default(),
                role,
                stage: ix,
                repetition: match role {
                    Role::Agent => repetition_of(node),
                    Role::Gate => None,
                },
            });
        }
        index_u32(nodes.len())
    }

    fn learn_id(&mut self, node: &Node, names: &[&str]) -> Option<(String, Extent)> {
        let entry = child(node, names)?;
        if entry.value.is_null() {
            return None;
        }
        let written = self.scalar_text(&entry.value, &entry.key, "an id")?;
        let id = self.declared_id(&written, entry.value.extent)?;
        Some((id, entry.value.extent))
    }

    fn doubled(&mut self, what: &str, id: &str, extent: Extent, first: Option<Extent>) {
        let mut problem = Problem::new(
            Code::DuplicateId,
            extent,
            format!("there is already {} {what} `{id}`", article(what)),
        )
        .hint("ids are how results, dependencies and commands name things: each is used once");
        if let Some(first) = first {
            let line = self.problems.line(first);
            problem = problem.note(format!("the first one is on line {line}"));
        }
        self.report(problem);
    }
}

/// How a stage or agent says that it is repeated.
fn repetition_of(node: &Node) -> Option<Repetition> {
    let is_there = |name| child(node, &[name]).is_some_and(|entry| !entry.value.is_null());
    if is_there("for_each") {
        Some(Repetition::List)
    } else if is_there("while") || is_there("until") {
        Some(Repetition::Loop)
    } else {
        None
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}

/// The entry of a mapping under any of these names.
pub(super) fn child<'t>(node: &'t Node, names: &[&str]) -> Option<&'t Entry> {
    node.as_map()?
        .iter()
        .find(|entry| names.contains(&entry.key.as_str()))
}
