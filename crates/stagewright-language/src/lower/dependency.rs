//! `depends_on`: who waits for whom (decision 33).

use super::fields::Field;
use super::{Edge, Lowering};
use crate::diagnostic::{Code, Problem};
use crate::keys::DEPENDENCY;
use crate::source::Extent;
use crate::syntax::Node;
use stagewright_core::plan::{NodeIx, Role};
use std::collections::BTreeSet;

/// What an agent waits for.
#[derive(Default)]
pub(super) struct Dependencies {
    /// They must have succeeded, or been skipped by a false condition.
    pub(super) success: Vec<NodeIx>,
    /// They must have ended.
    pub(super) any: Vec<NodeIx>,
}

impl Lowering<'_> {
    pub(super) fn dependencies(&mut self, node: NodeIx, field: Option<Field<'_>>) -> Dependencies {
        let mut dependencies = Dependencies::default();
        let Some(field) = field else {
            return dependencies;
        };
        let items = field
            .node()
            .as_list()
            .unwrap_or_else(|| std::slice::from_ref(field.node()));
        let mut seen = BTreeSet::new();
        for item in items {
            let Some((target, any, extent)) = self.dependency(item) else {
                continue;
            };
            if !seen.insert(target) {
                let id = self.names.nodes[target.index()].id.clone();
                self.report(Problem::new(
                    Code::DuplicateId,
                    extent,
                    format!("`{id}` stands twice in `depends_on`"),
                ));
                continue;
            }
            if !self.may_wait(node, target, extent) {
                continue;
            }
            self.edges.push(Edge {
                from: node,
                to: target,
                extent,
            });
            if any {
                dependencies.any.push(target);
            } else {
                dependencies.success.push(target);
            }
        }
        dependencies
    }

    fn dependency(&mut self, item: &Node) -> Option<(NodeIx, bool, Extent)> {
        let (id_node, any) = if item.as_map().is_some() {
            let fields = self.fields(item, &DEPENDENCY)?;
            let id = fields.get("id");
            let when = self.word_of(fields.get("when"));
            fields.finish();
            (id?.node(), when == Some("any"))
        } else {
            (item, false)
        };
        let written = self.scalar_text(id_node, "depends_on", "a list of ids")?;
        let id = self.mapped(&written).into_owned();
        let target = self.names.node(&id);
        if target.is_none() {
            let names = &self.names;
            let ids = names.nodes.iter().map(|node| node.id.as_str());
            let hint = self.problems.did_you_mean(&id, ids);
            let hint = hint.or_else(|| {
                let stage = self.names.stage(&id).is_some();
                stage.then(|| {
                    "this is a stage; stages run in the order of the file anyway".to_owned()
                })
            });
            self.report(
                Problem::new(
                    Code::UnknownReference,
                    id_node.extent,
                    format!("there is no agent `{id}` to depend on"),
                )
                .hint_if(hint),
            );
        }
        target.map(|target| (target, any, id_node.extent))
    }

    /// Whether the target can end before the node begins. Cycles inside of a parallel
    /// stage are found later, when all edges are known.
    fn may_wait(&mut self, node: NodeIx, target: NodeIx, extent: Extent) -> bool {
        let own = &self.names.nodes[node.index()];
        let other = &self.names.nodes[target.index()];
        let why = if node == target {
            Some("an agent cannot wait for itself".to_owned())
        } else if other.stage > own.stage {
            let stage = &self.names.stages[other.stage.index()].id;
            Some(format!("`{}` runs in the later stage `{stage}`", other.id))
        } else if other.stage < own.stage {
            None
        } else if other.role == Role::Gate {
            Some(format!(
                "the gate `{}` runs after the agents of its stage",
                other.id
            ))
        } else if !self.names.stages[own.stage.index()].parallel && target > node {
            Some(format!(
                "`{}` comes later in this sequential stage",
                other.id
            ))
        } else {
            None
        };
        let Some(why) = why else {
            return true;
        };
        self.report(
            Problem::new(Code::TooEarly, extent, why)
                .hint("move it before this agent, or let the stage run in parallel"),
        );
        false
    }
}
