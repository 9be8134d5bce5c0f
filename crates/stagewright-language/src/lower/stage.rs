//! Stages.

use super::{Lowering, Owner, index_u32};
use crate::diagnostic::{Code, Problem};
use crate::keys::STAGE;
use crate::syntax::Node;
use stagewright_core::plan::{
    Node as PlanNode, NodeIx, OnFailure, Repeated, Stage, StageIx, StageMode,
};

impl Lowering<'_> {
    /// One stage; its agents and gates are added to `nodes`. `None` only when it is
    /// not a mapping at all.
    pub(super) fn stage(
        &mut self,
        index: usize,
        node: &Node,
        nodes: &mut Vec<PlanNode>,
    ) -> Option<Stage> {
        let ix = StageIx(index_u32(index));
        let fields = self.fields(node, &STAGE)?;
        let named = &self.names.stages[index];
        let (id, first, agents, gates) = (named.id.clone(), named.first, named.agents, named.gates);
        let _ = fields.get("id");
        let on_failure = self.on_failure(&fields, self.inherited.halt);
        let lists = [fields.get("agents"), fields.get("gates")];
        for list in lists.into_iter().flatten() {
            if list.node().as_list().is_none() {
                let wanted = format!("a list of {}", list.key.name);
                self.wrong_shape(list.node(), list.key.name, &wanted);
            }
        }
        if agents + gates == 0
            && lists
                .iter()
                .flatten()
                .all(|list| list.node().as_list().is_some())
        {
            self.report(Problem::new(
                Code::BadValue,
                fields.extent,
                "a stage needs agents or gates",
            ));
        }
        let mode = match self.word_of(fields.get("mode")) {
            Some("parallel") => StageMode::Parallel,
            _ => StageMode::Sequential,
        };
        let stage = Stage {
            name: fields
                .get("name")
                .and_then(|field| self.text_of(field))
                .unwrap_or_else(|| id.clone()),
            id,
            mode,
            condition: self.condition_of(Owner::Stage(ix), &fields),
            required: self.bool_of(fields.get("required")).unwrap_or(true),
            timeout_ms: self.duration_of(fields.get("timeout")),
            max_parallelism: self.small_of(fields.get("max_parallelism")),
            first,
            agents,
            gates,
            repeat: self.repetition_of_stage(Repeated::Stage(ix), &fields),
        };
        let items = |at: usize| {
            lists[at]
                .and_then(|list| list.node().as_list())
                .unwrap_or_default()
        };
        for (offset, agent) in items(0).iter().enumerate() {
            let node = NodeIx::new(first.number() + index_u32(offset));
            nodes.extend(self.agent(node, agent, on_failure));
        }
        for (offset, gate) in items(1).iter().enumerate() {
            let node = NodeIx::new(first.number() + agents + index_u32(offset));
            nodes.extend(self.gate(node, gate, on_failure));
        }
        fields.finish();
        Some(stage)
    }

    /// `on_failure`, which this version takes as a word only.
    pub(super) fn on_failure(
        &mut self,
        fields: &super::fields::Fields<'_>,
        halt: bool,
    ) -> OnFailure {
        let inherited = if halt {
            OnFailure::Halt
        } else {
            OnFailure::Continue
        };
        let Some(field) = fields.get("on_failure") else {
            return inherited;
        };
        let later = match field.node().as_scalar() {
            None => field.node().as_map().is_some(),
            Some(scalar) => {
                matches!(scalar.text.as_str(), "manual" | "retry" | "restart_from")
                    || self.names.stage(&scalar.text).is_some()
            }
        };
        if later {
            self.report(
                Problem::new(
                    Code::NotInThisVersion,
                    field.entry.key_extent,
                    "this form of `on_failure` is known, but not in this version",
                )
                .hint("this version has `halt` and `continue`"),
            );
            return inherited;
        }
        match self.word_of(Some(field)) {
            Some("continue") => OnFailure::Continue,
            Some(_) => OnFailure::Halt,
            None => inherited,
        }
    }
}
