//! Reopening an ended run: what failed, and what was skipped because of it, is
//! tried again; what succeeded is kept (decision 31, rule A19).

use super::ending::is_failure;
use super::{Iteration, NodePhase, NodeState, Phase, Run, StagePhase, StageState, Tally};
use crate::condition::Condition;
use crate::event::{RepetitionEnd, SkipReason};
use crate::plan::{Items, NodeIx, Over, Repeated, Role, Stage, StageIx};
use crate::run::Viewpoint;
use std::collections::BTreeSet;

const OUTSIDE: Viewpoint = Viewpoint::OUTSIDE;

impl Run {
    /// Puts the state back to where the run can go on.
    pub(super) fn reopen(&mut self) {
        self.phase = Phase::Running;
        self.ended_at = None;
        self.halt = None;
        self.limit_passed = false;
        self.limit_from_ms = self.clock.elapsed_ms(self.last_event_at);
        self.due_halt = None;
        self.interrupted = false;
        self.reopened += 1;
        let Repeats { again, afresh } = self.nodes_to_repeat();
        for of in &afresh {
            self.repetitions.remove(of);
        }
        self.remember_tries(&again);
        for node in &again {
            let repeats_parts = node.instance().is_none() && self.keeps_instances(*node);
            let old = self.node(*node);
            let fresh = NodeState {
                tries: old.tries,
                started_at: old.started_at.filter(|_| repeats_parts),
                phase: if repeats_parts {
                    NodePhase::Repeating
                } else {
                    NodePhase::Waiting
                },
                admitted: self.is_admitted_with_its_whole(*node),
                ..NodeState::new(0)
            };
            *self.node_mut(*node) = fresh;
        }
        for node in again.iter().filter(|node| node.instance().is_none()) {
            if !self.keeps_instances(*node) {
                self.instances[node.index()].clear();
            }
        }
        let again = again
            .into_iter()
            .filter(|node| self.find_node(*node).is_some())
            .collect();
        self.recount(&again);
    }

    /// Keeps in mind how often instances were tried that are forgotten now.
    fn remember_tries(&mut self, again: &BTreeSet<NodeIx>) {
        for node in again.iter().filter(|node| node.instance().is_none()) {
            if !self.keeps_instances(*node) {
                let instances: Vec<NodeIx> = self.instances(*node).collect();
                for instance in instances {
                    let tries = self.node(instance).tries;
                    self.forgotten_tries.insert(instance, tries);
                }
            }
        }
    }

    /// Whether a repeated node goes on with the instances that it has.
    fn keeps_instances(&self, node: NodeIx) -> bool {
        let of = self.graph.plan.repeated_by(node);
        of.is_some_and(|of| self.repetitions.contains_key(&of))
    }

    /// The nodes that did not succeed, those skipped in their wake, those whose own
    /// result followed from one of them, and every gate that judged after one of them.
    /// Conditions may read nodes further down the list, so the question is asked until
    /// no node joins.
    fn nodes_to_repeat(&self) -> Repeats {
        let mut repeats = Repeats::default();
        loop {
            let before = (repeats.again.len(), repeats.afresh.len());
            for (stage_ix, stage) in (0_u32..).map(StageIx).zip(&self.graph.plan.stages) {
                match stage.repeat {
                    Some(_) => self.add_of_stage(Repeated::Stage(stage_ix), stage, &mut repeats),
                    None => self.add_of_nodes(stage, &mut repeats),
                }
            }
            if (repeats.again.len(), repeats.afresh.len()) == before {
                return repeats;
            }
        }
    }

    fn add_of_nodes(&self, stage: &Stage, repeats: &mut Repeats) {
        for node in stage.all_nodes() {
            let of = Repeated::Node(node);
            if !self.repetitions.contains_key(&of) {
                if self.is_to_repeat(node, stage, &repeats.again) {
                    repeats.again.insert(node);
                }
                continue;
            }
            let instances = self.instances(node);
            let parts: Vec<NodeIx> = instances
                .filter(|part| self.is_to_repeat(*part, stage, &repeats.again))
                .collect();
            let cut = self.is_cut(of);
            let failed = self
                .repetition_end(of)
                .is_some_and(RepetitionEnd::is_failure);
            let around = without(&repeats.again, &[node]);
            let upstream =
                self.follows_from_any(node, &around) || self.is_repeated_over_any(of, &around);
            if upstream || failed || self.is_loop(of) && (cut || !parts.is_empty()) {
                self.start_afresh(of, &[node], repeats);
            } else if cut || !parts.is_empty() {
                repeats.again.insert(node);
                repeats.again.extend(parts);
            }
        }
    }

    fn add_of_stage(&self, of: Repeated, stage: &Stage, repeats: &mut Repeats) {
        let nodes: Vec<NodeIx> = stage.all_nodes().collect();
        if !self.repetitions.contains_key(&of) {
            // Not begun, skipped, or taken over: in each case with all that is in it.
            let mut any = nodes.iter();
            if any.any(|node| self.is_to_repeat(*node, stage, &repeats.again)) {
                repeats.again.extend(nodes);
            }
            return;
        }
        let mut some = false;
        for node in &nodes {
            for part in self.instances(*node) {
                if self.is_to_repeat(part, stage, &repeats.again) {
                    repeats.again.insert(part);
                    some = true;
                }
            }
        }
        let cut = self.is_cut(of);
        let failed = self
            .repetition_end(of)
            .is_some_and(RepetitionEnd::is_failure);
        let around = without(&repeats.again, &nodes);
        let waits_for_any = |node: &NodeIx| self.edges(*node).any(|other| around.contains(&other));
        let upstream = self.reads_any(stage.condition.as_ref(), OUTSIDE, &around)
            || self.is_repeated_over_any(of, &around)
            || nodes.iter().any(waits_for_any);
        if upstream || failed || self.is_loop(of) && (cut || some) {
            self.start_afresh(of, &nodes, repeats);
        } else if cut || some {
            repeats.again.extend(nodes);
        }
    }

    /// Throws away what is known of a repetition: its list may be another one now, and
    /// each iteration of a loop follows from the one before.
    fn start_afresh(&self, of: Repeated, nodes: &[NodeIx], repeats: &mut Repeats) {
        repeats.afresh.insert(of);
        for node in nodes {
            repeats.again.insert(*node);
            repeats.again.extend(self.instances(*node));
        }
    }

    fn is_loop(&self, of: Repeated) -> bool {
        let repeat = self.graph.plan.repeat(of);
        repeat.is_some_and(|repeat| repeat.over.is_loop())
    }

    /// Whether some of its instances were never run. An empty list is whole.
    fn is_cut(&self, of: Repeated) -> bool {
        let count = self.repetition(of).map_or(0, |(_, count)| count);
        count > 0 && matches!(self.repetition_end(of), None | Some(RepetitionEnd::Cut))
    }

    /// Whether the list, or the condition of the loop, reads one of these nodes: there may
    /// be another number of instances now.
    fn is_repeated_over_any(&self, of: Repeated, nodes: &BTreeSet<NodeIx>) -> bool {
        match self.graph.plan.repeat(of).map(|repeat| &repeat.over) {
            Some(Over::Items {
                items: Items::Expression(source),
            }) => self.names_any(source, OUTSIDE, nodes),
            Some(Over::While { condition, .. } | Over::Until { condition, .. }) => {
                self.reads_any(Some(condition), OUTSIDE, nodes)
            }
            Some(Over::Items {
                items: Items::List(_),
            })
            | None => false,
        }
    }

    fn edges(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
        let planned = self.graph.plan.node(node);
        planned.depends_on.iter().chain(&planned.after).copied()
    }

    fn follows_from_any(&self, node: NodeIx, nodes: &BTreeSet<NodeIx>) -> bool {
        let from = self.viewpoint(node);
        let condition = self.graph.plan.node(node).condition.as_ref();
        let condition = condition.filter(|_| !self.is_admitted_with_its_whole(node));
        self.edges(node)
            .any(|other| nodes.contains(&self.seen_from(other, from)))
            || self.reads_any(condition, from, nodes)
    }

    fn is_to_repeat(&self, node: NodeIx, stage: &Stage, again: &BTreeSet<NodeIx>) -> bool {
        let planned = self.graph.plan.node(node);
        match &self.node(node).phase {
            NodePhase::Done(outcome) => {
                is_failure(outcome)
                    || planned.judges() && self.judged_after_any(node, stage, again)
                    || self.follows_from_any(node, again)
            }
            NodePhase::Skipped(reason) => match reason {
                SkipReason::ConditionFalse => {
                    let from = self.viewpoint(node);
                    self.reads_any(planned.condition.as_ref(), from, again)
                }
                SkipReason::StageSkipped => {
                    self.reads_any(stage.condition.as_ref(), OUTSIDE, again)
                }
                SkipReason::NoItems => {
                    self.follows_from_any(node, again)
                        || self.reads_any(stage.condition.as_ref(), OUTSIDE, again)
                }
                SkipReason::ConditionError { .. }
                | SkipReason::StageConditionError { .. }
                | SkipReason::DependencyFailed { .. }
                | SkipReason::Halted { .. } => true,
            },
            NodePhase::Waiting
            | NodePhase::Running(_)
            | NodePhase::Backoff { .. }
            | NodePhase::Repeating
            | NodePhase::Parked(_) => true,
        }
    }

    /// Whether an agent among these nodes belongs to this stage or an earlier one: it may
    /// have changed what the stage's gates judged. Beside a gate of an iteration, only the
    /// agents of that iteration and of earlier stages.
    fn judged_after_any(&self, gate: NodeIx, stage: &Stage, nodes: &BTreeSet<NodeIx>) -> bool {
        let is_agent = |node: &NodeIx| self.graph.plan.node(*node).role == Role::Agent;
        let end = NodeIx::new(stage.first.number() + stage.agents);
        let beside = match gate.instance() {
            None => nodes.range(stage.first..end).next().is_some(),
            Some(instance) => {
                let mut agents = stage.agent_nodes();
                agents.any(|agent| nodes.contains(&agent.at(instance)))
            }
        };
        beside || nodes.range(..stage.first).any(is_agent)
    }

    /// Whether a condition reads, as seen from there, the result of one of these nodes, or
    /// the status of a stage that one of them belongs to.
    fn reads_any(
        &self,
        condition: Option<&Condition>,
        from: Viewpoint,
        nodes: &BTreeSet<NodeIx>,
    ) -> bool {
        let Some(condition) = condition else {
            return false;
        };
        match condition {
            Condition::IfResult { agent, .. } => self.is_one_of(agent, from, nodes),
            Condition::Expression { source } => self.names_any(source, from, nodes),
            Condition::Custom { .. } => !nodes.is_empty(),
            Condition::All { of } | Condition::Any { of } => of
                .iter()
                .any(|part| self.reads_any(Some(part), from, nodes)),
            Condition::Not { of } => self.reads_any(Some(of), from, nodes),
            Condition::Always | Condition::Never | Condition::IfField { .. } => false,
        }
    }

    fn names_any(&self, expression: &str, from: Viewpoint, nodes: &BTreeSet<NodeIx>) -> bool {
        let mut reads = self.graph.expression(expression).reads().iter();
        reads.any(|name| self.leads_to(name, from, nodes))
    }

    /// Whether a dotted name of the scope leads to one of these nodes.
    fn leads_to(&self, name: &str, from: Viewpoint, nodes: &BTreeSet<NodeIx>) -> bool {
        let mut parts = name.split('.');
        match (parts.next(), parts.next()) {
            (Some("results"), Some(id)) => self.is_one_of(id, from, nodes),
            (Some("stages"), Some(id)) => self.graph.stages_by_id.get(id).is_some_and(|stage| {
                let mut members = self.graph.plan.stage(*stage).all_nodes();
                members.any(|node| nodes.contains(&node))
            }),
            (Some("results" | "stages"), None) => !nodes.is_empty(),
            _ => false,
        }
    }

    fn is_one_of(&self, id: &str, from: Viewpoint, nodes: &BTreeSet<NodeIx>) -> bool {
        let node = self.graph.by_id.get(id);
        node.is_some_and(|node| nodes.contains(&self.seen_from(*node, from)))
    }

    /// Brings stages, edges and counts in line with the nodes that start over.
    fn recount(&mut self, again: &BTreeSet<NodeIx>) {
        let graph = self.graph.clone();
        self.ready.clear();
        self.idle.clear();
        self.resting.clear();
        self.doomed.clear();
        self.running.clear();
        self.backoff.clear();
        self.parked.clear();
        self.deadlines.clear();
        self.asking.clear();
        self.asking_inputs.clear();
        self.between.clear();
        self.answers.retain(|(asker, _), _| match asker {
            crate::event::Asker::Node(node) => !again.contains(node),
            crate::event::Asker::Stage(stage) => !graph
                .plan
                .stage(*stage)
                .all_nodes()
                .any(|node| again.contains(&node)),
        });
        for node in again {
            let of = graph.plan.repeated_by(*node);
            for (dependent, _) in &graph.dependents[node.index()] {
                let stage = graph.plan.node(*dependent).stage;
                let waits = match (of, node.instance()) {
                    (Some(Repeated::Stage(own)), Some(_)) if own == stage => {
                        node.sibling(*dependent)
                    }
                    (Some(_), Some(_)) => continue,
                    (_, None) | (None, Some(_)) => *dependent,
                };
                if again.contains(&waits) {
                    self.node_mut(waits).blockers += 1;
                }
            }
        }
        for (stage, state) in graph.plan.stages.iter().zip(&mut self.stages) {
            let left = |nodes: &mut dyn Iterator<Item = NodeIx>| {
                u32::try_from(nodes.filter(|node| again.contains(node)).count()).unwrap_or(u32::MAX)
            };
            let agents = left(&mut stage.agent_nodes());
            let gates = left(&mut stage.gate_nodes());
            if agents + gates > 0 {
                let started_at = state.started_at;
                *state = StageState::new(agents, gates);
                state.started_at = started_at;
                state.phase = StagePhase::Waiting;
            }
        }
        self.recount_repetitions(again);
        self.recount_tally();
        self.cursor = 0;
        self.skip_ended_stages();
    }

    /// What is under way in repetitions that keep their instances.
    fn recount_repetitions(&mut self, again: &BTreeSet<NodeIx>) {
        let plan = self.graph.plan.clone();
        for (of, known) in &mut self.repetitions {
            let nodes: Vec<NodeIx> = match of {
                Repeated::Node(node) => vec![*node],
                Repeated::Stage(stage) => plan.stage(*stage).all_nodes().collect(),
            };
            if !nodes.iter().any(|node| again.contains(node)) {
                continue;
            }
            known.end = None;
            known.required_failure = false;
            known.open = 0;
            known.waiting.clear();
            for instance in 0..known.opened {
                let left = |role: Role| {
                    let nodes = nodes.iter().filter(|node| plan.node(**node).role == role);
                    let left = nodes.filter(|node| again.contains(&node.at(instance)));
                    u32::try_from(left.count()).unwrap_or(u32::MAX)
                };
                let iteration = Iteration {
                    agents_left: left(Role::Agent),
                    gates_left: left(Role::Gate),
                    begun: 0,
                };
                if iteration.agents_left + iteration.gates_left > 0 {
                    known.waiting.insert(instance);
                }
                if let Some(slot) = known.iterations.get_mut(instance as usize) {
                    *slot = iteration;
                }
            }
        }
    }

    fn recount_tally(&mut self) {
        let graph = self.graph.clone();
        let mut tally = Tally::default();
        for (node, _) in graph.plan.agents() {
            let known = graph
                .plan
                .repeated_by(node)
                .and_then(|of| self.repetitions.get(&of));
            let opened = self.instance_count(node);
            // Instances that were taken over are there without having been expanded.
            let instances = known.map_or(opened.max(1), |known| known.count.max(1));
            tally.total += instances;
            let parts: Vec<NodeIx> = match opened {
                0 => vec![node],
                _ => self.instances(node).collect(),
            };
            for part in parts {
                match &self.node(part).phase {
                    NodePhase::Done(outcome) if is_failure(outcome) => tally.failed += 1,
                    NodePhase::Done(_) => tally.succeeded += 1,
                    NodePhase::Skipped(_) => tally.skipped += 1,
                    NodePhase::Waiting
                    | NodePhase::Running(_)
                    | NodePhase::Backoff { .. }
                    | NodePhase::Repeating
                    | NodePhase::Parked(_) => {}
                }
            }
            if known.is_some_and(|known| known.end.is_some()) {
                tally.skipped += instances - opened.max(1);
            }
        }
        self.tally = tally;
    }
}

/// What starts over besides these nodes and their instances: what a repetition is asked
/// for does not follow from its own parts.
fn without(again: &BTreeSet<NodeIx>, nodes: &[NodeIx]) -> BTreeSet<NodeIx> {
    let mut around = again.clone();
    around.retain(|node| !nodes.contains(&node.whole()));
    around
}

/// What starts over.
#[derive(Debug, Default)]
struct Repeats {
    /// Nodes and instances that are run again.
    again: BTreeSet<NodeIx>,
    /// Repetitions whose instances are forgotten.
    afresh: BTreeSet<Repeated>,
}
