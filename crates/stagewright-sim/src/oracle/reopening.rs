//! What starts over when a run is reopened (decision 31): what did not succeed, what
//! followed from it, and no finished instance besides; a loop from its beginning, and
//! whatever is repeated over what starts over.

use super::Oracle;
use super::picture::At;
use stagewright_core::event::RepetitionEnd;
use stagewright_core::plan::{Items, Over, Repeated, Role};
use stagewright_core::{Condition, NodeIx};
use std::collections::BTreeSet;

/// What starts over.
#[derive(Debug, Default, PartialEq, Eq)]
struct Again {
    /// Nodes that are not repeated, instances, and the wholes of what is repeated.
    nodes: BTreeSet<NodeIx>,
    /// Repetitions of which nothing is kept.
    afresh: BTreeSet<Repeated>,
}

impl Oracle<'_> {
    /// What failed starts over, and what followed from it; the rest stays.
    pub(super) fn reopen(&mut self) {
        let again = self.again();
        let picture = &mut self.picture;
        picture.ended = false;
        picture.stopped = false;
        picture.only_tried = false;
        picture.halt_is_due = false;
        picture.stage_halt = None;
        picture.run_timed_out = false;
        picture.interrupted = false;
        picture.active.clear();
        for node in &again.nodes {
            if self.picture.find(*node).is_some() {
                self.picture.node_mut(*node).start_over();
            }
        }
        for of in &again.afresh {
            self.picture.repetitions.remove(of);
        }
        for node in again.nodes.iter().filter(|node| node.instance().is_none()) {
            // Instances that were taken over are there without having been expanded.
            let of = self.case.plan.repeated_by(*node);
            let kept = of.is_some_and(|of| self.picture.repetitions.contains_key(&of));
            if !kept {
                self.picture.forget(*node);
            }
        }
        for (of, known) in &mut self.picture.repetitions {
            let mut members = match of {
                Repeated::Node(node) => vec![*node],
                Repeated::Stage(stage) => self.case.plan.stage(*stage).all_nodes().collect(),
            }
            .into_iter();
            if members.any(|node| again.nodes.contains(&node)) {
                known.end = None;
            }
        }
    }

    /// Found by going through everything until nothing joins.
    fn again(&self) -> Again {
        let mut again = Again::default();
        loop {
            let before = (again.nodes.len(), again.afresh.len());
            for (node, _) in self.case.plan.indexed() {
                self.add_node(node, &mut again);
            }
            for of in self.picture.repetitions.keys() {
                self.add_repetition(*of, &mut again);
            }
            if (again.nodes.len(), again.afresh.len()) == before {
                return again;
            }
        }
    }

    /// A node by itself, or each instance of it.
    fn add_node(&self, node: NodeIx, again: &mut Again) {
        let of = self.case.plan.repeated_by(node);
        let is_known = of.is_some_and(|of| self.picture.repetitions.contains_key(&of));
        let candidates: Vec<NodeIx> = match is_known {
            true => self.picture.parts(node).collect(),
            false => vec![node],
        };
        for candidate in candidates {
            let failed = !self.picture.node(candidate).satisfies();
            if failed || self.follows(candidate, &again.nodes) {
                again.nodes.insert(candidate);
                if let (Some(of), false) = (of, is_known) {
                    // A repeated stage is taken over whole, and starts over whole.
                    again.nodes.extend(self.members(of));
                }
            }
        }
    }

    fn add_repetition(&self, of: Repeated, again: &mut Again) {
        let plan = &self.case.plan;
        let known = &self.picture.repetitions[&of];
        let members = self.members(of);
        let parts: Vec<NodeIx> = members
            .iter()
            .flat_map(|node| self.picture.parts(*node))
            .collect();
        let some = parts.iter().any(|part| again.nodes.contains(part));
        let failed = known.end.as_ref().is_some_and(RepetitionEnd::is_failure);
        let unfinished = known.count > 0 && matches!(known.end, None | Some(RepetitionEnd::Cut));
        let repeat = plan.repeat(of);
        let is_loop = repeat.is_some_and(|repeat| repeat.over.is_loop());
        let around = match of {
            Repeated::Node(node) => plan.node(node).condition.as_ref(),
            Repeated::Stage(stage) => plan.stage(stage).condition.as_ref(),
        };
        let outside: BTreeSet<NodeIx> = again
            .nodes
            .iter()
            .filter(|node| !members.contains(&node.whole()))
            .copied()
            .collect();
        let edges = members.iter().flat_map(|node| {
            let planned = plan.node(*node);
            planned.depends_on.iter().chain(&planned.after)
        });
        let mut edges = edges.filter(|other| !members.contains(other));
        let follows = edges.any(|other| outside.contains(other))
            || self.reads(around, None, &outside)
            || match repeat.map(|repeat| &repeat.over) {
                Some(Over::Items {
                    items: Items::Expression(source),
                }) => self.text_names(source, None, &outside),
                Some(Over::While { condition, .. } | Over::Until { condition, .. }) => {
                    self.reads(Some(condition), None, &outside)
                }
                Some(Over::Items { .. }) | None => false,
            };
        if follows || failed || is_loop && (some || unfinished) {
            again.afresh.insert(of);
            again.nodes.extend(parts);
            again.nodes.extend(members);
        } else if some || unfinished {
            again.nodes.extend(members);
        }
    }

    /// Whether a kept result or skip followed from one that starts over.
    fn follows(&self, node: NodeIx, again: &BTreeSet<NodeIx>) -> bool {
        let plan = &self.case.plan;
        let planned = plan.node(node);
        let stage = plan.stage(planned.stage);
        let place = self.place(node);
        let state = self.picture.node(node);
        if let At::Skipped { .. } = state.at {
            let condition = match state.with_its_stage {
                true => &stage.condition,
                false => &planned.condition,
            };
            return self.reads(condition.as_ref(), place, again);
        }
        let mut waited_for = planned.depends_on.iter().chain(&planned.after);
        let judged_after = planned.role == Role::Gate
            && again.iter().any(|other| {
                let agent = plan.node(*other);
                let here = match place {
                    None => agent.stage <= planned.stage,
                    Some((_, instance)) => {
                        agent.stage < planned.stage
                            || agent.stage == planned.stage && other.instance() == Some(instance)
                    }
                };
                agent.role == Role::Agent && here
            });
        let asked_here = node.instance().is_none() || self.is_asked_here(node);
        judged_after
            || waited_for.any(|other| again.contains(&self.seen_from(*other, place)))
            || asked_here && self.reads(planned.condition.as_ref(), place, again)
    }

    /// Whether a condition names something that starts over, as seen from there. A custom
    /// one may look at anything.
    fn reads(
        &self,
        condition: Option<&Condition>,
        from: Option<(Repeated, u32)>,
        again: &BTreeSet<NodeIx>,
    ) -> bool {
        let Some(condition) = condition else {
            return false;
        };
        let text = serde_json::to_string(condition).unwrap_or_default();
        text.contains("\"custom\"") && !again.is_empty() || self.text_names(&text, from, again)
    }

    fn text_names(
        &self,
        text: &str,
        from: Option<(Repeated, u32)>,
        again: &BTreeSet<NodeIx>,
    ) -> bool {
        let starts_over = |node: NodeIx| again.contains(&node);
        let mut stages = self.case.plan.stages.iter();
        let of_stage = stages.any(|stage| {
            let named = text.contains(&format!("stages.{}.", stage.id));
            named && stage.all_nodes().any(starts_over)
        });
        of_stage
            || self.case.plan.indexed().any(|(node, planned)| {
                let id = &planned.id;
                let named = text.contains(&format!("\"agent\":\"{id}\""))
                    || text.contains(&format!("results.{id}."));
                named && again.contains(&self.seen_from(node, from))
            })
    }
}
