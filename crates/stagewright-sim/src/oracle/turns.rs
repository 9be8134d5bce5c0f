//! When it is the turn of a node or an instance: stages in order, gates after agents,
//! dependencies, and room to run.

use super::picture::At;
use super::{Check, Invariant, Oracle, hold};
use stagewright_core::NodeIx;
use stagewright_core::plan::{Repeated, Role};

impl Oracle<'_> {
    /// Stages in order, gates after agents, one at a time where that is said.
    pub(super) fn is_its_turn(&self, node: NodeIx) -> Check {
        let plan = &self.case.plan;
        let planned = plan.node(node);
        let stage = plan.stage(planned.stage);
        for earlier in (0..stage.first.number()).map(NodeIx::new) {
            hold(
                self.picture.node(earlier).is_over(),
                Invariant::StagesInOrder,
                || format!("{node:?} starts before {earlier:?} of an earlier stage is over"),
            )?;
        }
        if planned.role == Role::Gate {
            for agent in stage.agent_nodes() {
                let agent = node.sibling(agent);
                hold(
                    self.picture.node(agent).is_over(),
                    Invariant::StagesInOrder,
                    || format!("gate {node:?} starts before agent {agent:?} is over"),
                )?;
            }
        }
        let others = |others: Box<dyn Iterator<Item = NodeIx> + '_>| {
            let mut others = others;
            others.find(|other| *other != node && self.picture.node(*other).is_begun())
        };
        let wholes = stage.all_nodes().filter(|other| *other != node.whole());
        let parts = stage
            .all_nodes()
            .flat_map(|other| self.picture.parts(other));
        let busy = match (planned.role, plan.repeated_by(node)) {
            (Role::Gate, _) => others(Box::new(stage.all_nodes().chain(parts))),
            (Role::Agent, _) if !self.case.is_one_at_a_time(planned.stage) => None,
            (Role::Agent, Some(Repeated::Stage(_))) => {
                others(Box::new(stage.all_nodes().map(|other| node.sibling(other))))
            }
            (Role::Agent, _) => others(Box::new(wholes)),
        };
        hold(busy.is_none(), Invariant::OneAtATime, || {
            format!("{node:?} starts beside {busy:?}")
        })?;
        let gates = stage.gate_nodes().flat_map(|gate| {
            let parts = self.picture.parts(gate);
            std::iter::once(gate).chain(parts)
        });
        let mut judging = gates.filter(|gate| *gate != node);
        let judging = judging.find(|gate| matches!(self.picture.at(*gate), At::Running { .. }));
        hold(judging.is_none(), Invariant::OneAtATime, || {
            format!("{node:?} starts while {judging:?} judges the tree")
        })
    }

    pub(super) fn dependencies_hold(&self, node: NodeIx) -> Check {
        let planned = self.case.plan.node(node);
        let place = self.place(node);
        for other in &planned.depends_on {
            let other = self.seen_from(*other, place);
            let satisfied = self.picture.node(other).satisfies();
            hold(satisfied, Invariant::DependenciesHold, || {
                format!("{node:?} starts and {other:?} has not succeeded")
            })?;
        }
        for other in &planned.after {
            let other = self.seen_from(*other, place);
            let over = self.picture.node(other).is_over();
            hold(over, Invariant::DependenciesHold, || {
                format!("{node:?} starts and {other:?} is not over")
            })?;
        }
        Ok(())
    }

    pub(super) fn has_a_slot(&self, node: NodeIx) -> Check {
        let stage = self.case.plan.node(node).stage;
        let running = self
            .picture
            .all()
            .filter(|(_, other)| matches!(other.at, At::Running { .. }))
            .count();
        let slots = self.case.slots(stage);
        hold(running < slots, Invariant::SlotsHold, || {
            format!("{node:?} starts beside {running} others with {slots} slots")
        })
    }
}
