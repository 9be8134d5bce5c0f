//! The rules of repetition (decision 34): how many instances there are, when a loop goes
//! on, when a repetition has ended, and what the whole of it comes to.

use super::picture::{At, Repetition, may_break, may_fail, may_hold};
use super::{Check, Invariant, Oracle, hold};
use crate::case::Listed;
use crate::conditions::Truth;
use stagewright_core::event::RepetitionEnd;
use stagewright_core::plan::{OnFailure, Over, Repeat, Repeated};
use stagewright_core::{NodeIx, StageIx};

impl Oracle<'_> {
    /// There are instances: those of a list all at once, those of a loop one by one.
    pub(super) fn expanded(&mut self, of: Repeated, count: u32) -> Check {
        let Some(repeat) = self.case.plan.repeat(of) else {
            return hold(false, Invariant::InstancesHold, || {
                format!("{of:?} is not repeated and has {count} instances")
            });
        };
        match self.picture.repetitions.get(&of) {
            None => self.expands_first(of, repeat, count)?,
            Some(known) => self.expands_again(of, repeat, known, count)?,
        }
        for node in self.members(of) {
            self.picture.grow(node, count);
        }
        if let Repeated::Node(node) = of {
            self.picture.node_mut(node).at = At::Repeating;
        }
        let end = None;
        let known = Repetition { count, end };
        self.picture.repetitions.insert(of, known);
        Ok(())
    }

    fn expands_first(&self, of: Repeated, repeat: &Repeat, count: u32) -> Check {
        match of {
            Repeated::Node(node) => self.may_begin(node)?,
            Repeated::Stage(stage) => self.may_be_reached(stage)?,
        }
        let members = self.members(of);
        let taken_over = members
            .iter()
            .find(|node| self.picture.node(**node).is_over());
        hold(taken_over.is_none(), Invariant::InstancesHold, || {
            format!("{of:?} is repeated, and {taken_over:?} of it is over")
        })?;
        let expected = match &repeat.over {
            Over::Items { .. } => {
                let expected = self.length(of);
                return hold(expected == Some(count), Invariant::InstancesHold, || {
                    format!("{of:?} has {count} instances, its list {expected:?} elements")
                });
            }
            Over::Until { .. } => count == 1,
            Over::While { .. } => match count {
                0 => may_fail(self.loop_says(of, None)),
                _ => count == 1 && may_hold(self.loop_says(of, None)),
            },
        };
        hold(expected, Invariant::LoopsHold, || {
            format!("the loop {of:?} begins with {count} iterations against its condition")
        })
    }

    /// A loop goes on.
    fn expands_again(
        &self,
        of: Repeated,
        repeat: &Repeat,
        known: &Repetition,
        count: u32,
    ) -> Check {
        let stage = self.stage_of(of);
        let max_iterations = repeat.over.max_iterations();
        hold(
            known.end.is_none() && max_iterations.is_some(),
            Invariant::InstancesHold,
            || format!("{of:?} gets further instances"),
        )?;
        hold(
            count == known.count + 1 && max_iterations.is_some_and(|most| count <= most),
            Invariant::LoopsHold,
            || {
                format!(
                    "{of:?} goes from {} to {count} of {max_iterations:?}",
                    known.count
                )
            },
        )?;
        let last = known.count.saturating_sub(1);
        let over = known.count > 0 && self.is_instance_over(of, last);
        hold(over, Invariant::LoopsHold, || {
            format!("{of:?} goes on before iteration {last} has ended")
        })?;
        hold(!self.has_failed(of, last), Invariant::LoopsHold, || {
            format!("{of:?} goes on after a required failure")
        })?;
        let halted =
            self.picture.is_halted(stage) || self.picture.only_tried || self.picture.interrupted;
        hold(!halted, Invariant::HaltsHold, || {
            format!("{of:?} goes on after a halt")
        })?;
        hold(
            self.may_go_on(of, repeat, last),
            Invariant::LoopsHold,
            || format!("{of:?} goes on against its condition"),
        )
    }

    pub(super) fn repetition_finished(&mut self, of: Repeated, end: &RepetitionEnd) -> Check {
        let (Some(repeat), Some(known)) = (
            self.case.plan.repeat(of),
            self.picture.repetitions.get(&of).cloned(),
        ) else {
            return hold(false, Invariant::InstancesHold, || {
                format!("{of:?} ends and has no instances")
            });
        };
        let begun = (0..known.count).filter(|instance| self.is_under_way(of, *instance));
        let begun: Vec<u32> = begun.collect();
        hold(begun.is_empty(), Invariant::InstancesHold, || {
            format!("{of:?} ends while {begun:?} are under way")
        })?;
        self.ends_so(of, repeat, &known, end)?;
        if let Some(known) = self.picture.repetitions.get_mut(&of) {
            known.end = Some(end.clone());
        }
        for node in self.members(of) {
            self.picture.node_mut(node).at = self.sum(of, node, end);
        }
        if end.is_failure() {
            self.expect_halt_of_loop(of);
        }
        Ok(())
    }

    /// Whether the end is the one that follows from the instances and the condition.
    fn ends_so(
        &self,
        of: Repeated,
        repeat: &Repeat,
        known: &Repetition,
        end: &RepetitionEnd,
    ) -> Check {
        let all_over = (0..known.count).all(|instance| self.is_instance_over(of, instance));
        let last = known.count.saturating_sub(1);
        let is_loop = repeat.over.is_loop();
        let halted = self.picture.is_halted(self.stage_of(of)) || self.picture.only_tried;
        let cut = halted || is_loop && self.has_failed(of, last);
        let explained = match end {
            RepetitionEnd::Complete if known.count == 0 => true,
            RepetitionEnd::Complete if !is_loop => all_over,
            RepetitionEnd::Complete => all_over && !cut && self.may_end(of, repeat, last),
            RepetitionEnd::Cut => cut,
            RepetitionEnd::Exhausted => {
                let bound = repeat.over.max_iterations() == Some(known.count);
                all_over && !cut && bound && self.may_go_on(of, repeat, last)
            }
            RepetitionEnd::ConditionError { .. } => {
                is_loop && all_over && !cut && may_break(self.loop_says(of, Some(last)))
            }
        };
        let invariant = match is_loop {
            true => Invariant::LoopsHold,
            false => Invariant::InstancesHold,
        };
        hold(explained, invariant, || {
            format!("{of:?} ends as {end:?} with {known:?} without reason")
        })
    }

    /// What a repeated node comes to: of a loop the last iteration counts, of a list all.
    fn sum(&self, of: Repeated, node: NodeIx, end: &RepetitionEnd) -> At {
        let parts: Vec<NodeIx> = self.picture.parts(node).collect();
        let begun = |part: &&NodeIx| self.picture.at(**part) != At::Idle;
        if parts.is_empty() {
            return At::Skipped { fine: true };
        }
        if !parts.iter().any(|part| begun(&part)) {
            return At::Skipped { fine: false };
        }
        if end.is_failure() && matches!(of, Repeated::Node(_)) {
            return At::Done { success: false };
        }
        let counting = self.counting_parts(node);
        if !counting
            .iter()
            .all(|part| self.picture.node(*part).satisfies())
        {
            return At::Done { success: false };
        }
        let skipped = |part: &NodeIx| matches!(self.picture.at(*part), At::Skipped { .. });
        match counting.iter().all(skipped) {
            true => At::Skipped { fine: true },
            false => At::Done { success: true },
        }
    }

    /// The instances by which a node is judged; none when it has none.
    pub(super) fn counting_parts(&self, node: NodeIx) -> Vec<NodeIx> {
        let plan = &self.case.plan;
        let repeat = plan.repeated_by(node).and_then(|of| plan.repeat(of));
        let parts: Vec<NodeIx> = self.picture.parts(node).collect();
        match repeat.is_some_and(|repeat| repeat.over.is_loop()) {
            true => parts.last().copied().into_iter().collect(),
            false => parts,
        }
    }

    /// A required loop that failed as such stops what a failed agent of it would.
    fn expect_halt_of_loop(&mut self, of: Repeated) {
        let plan = &self.case.plan;
        let (required, last) = match of {
            Repeated::Node(node) => (plan.is_required(node), Some(node)),
            Repeated::Stage(stage) => {
                let last = plan.stage(stage).all_nodes().next_back();
                (plan.stage(stage).required, last)
            }
        };
        let Some(last) = last.filter(|_| required) else {
            return;
        };
        if self.case.submission.fail_fast {
            self.picture.stopped = true;
        } else if plan.node(last).on_failure == OnFailure::Halt {
            self.picture.only_tried = true;
        }
    }

    /// Once anything of something repeated begins, the whole of it has begun.
    pub(super) fn goes_on(&mut self, node: NodeIx) {
        let Some((of, instance)) = self.place(node) else {
            return;
        };
        self.picture.active.insert((of, instance));
        if let Repeated::Node(whole) = of {
            self.picture.node_mut(whole).at = At::Repeating;
        }
    }

    /// An instance begins only while there is room for it.
    pub(super) fn has_room(&self, node: NodeIx) -> Check {
        let Some((of, instance)) = self.place(node) else {
            return Ok(());
        };
        let known = self.picture.repetitions.get(&of);
        let open = known.is_some_and(|known| known.end.is_none());
        hold(open, Invariant::InstancesHold, || {
            format!("{node:?} begins and its repetition does not go on")
        })?;
        let count = known.map_or(0, |known| known.count);
        let others = (0..count).filter(|other| *other != instance);
        let beside = others.filter(|other| self.is_under_way(of, *other)).count();
        let room = self.case.room(of);
        hold(beside < room, Invariant::InstancesHold, || {
            format!("{node:?} begins beside {beside} instances, and {room} may be under way")
        })
    }

    /// Whether a list cannot be made, or the condition of a `while` not be evaluated.
    pub(super) fn cannot_begin(&self, of: Repeated) -> bool {
        match self.case.plan.repeat(of).map(|repeat| &repeat.over) {
            Some(Over::Items { .. }) => self.length(of).is_none(),
            Some(Over::While { .. }) => may_break(self.loop_says(of, None)),
            Some(Over::Until { .. }) | None => false,
        }
    }

    fn may_go_on(&self, of: Repeated, repeat: &Repeat, last: u32) -> bool {
        match &repeat.over {
            Over::Items { .. } => false,
            Over::While { .. } => may_hold(self.loop_says(of, Some(last))),
            Over::Until { .. } => may_fail(self.loop_says(of, Some(last))),
        }
    }

    fn may_end(&self, of: Repeated, repeat: &Repeat, last: u32) -> bool {
        match &repeat.over {
            Over::Items { .. } => true,
            Over::While { .. } => may_fail(self.loop_says(of, Some(last))),
            Over::Until { .. } => may_hold(self.loop_says(of, Some(last))),
        }
    }

    /// What the condition of a loop says after its last iteration, or before there is any:
    /// it sees the results of the iteration before, and `while` the number of the next.
    fn loop_says(&self, of: Repeated, last: Option<u32>) -> Truth {
        let says = &self.case.meaning.loops[&of];
        let from = (of, last.unwrap_or(0));
        let repeat = self.case.plan.repeat(of);
        let asks_for_the_next = repeat.is_some_and(|it| matches!(it.over, Over::While { .. }));
        let index = match last {
            Some(last) if asks_for_the_next => last + 1,
            other => other.unwrap_or(0),
        };
        self.says_with(says, Some(from), Some(index))
    }

    /// How long the list is by what the run has come to; `None` when it cannot be made.
    fn length(&self, of: Repeated) -> Option<u32> {
        match *self.case.meaning.lists.get(&of)? {
            Listed::Of(count) => Some(count),
            Listed::Broken => None,
            Listed::After {
                node,
                success,
                otherwise,
            } => Some(match self.picture.at(node) {
                At::Done { success: true } => success,
                _ => otherwise,
            }),
        }
    }

    fn may_be_reached(&self, stage: StageIx) -> Check {
        self.stage_started(stage)?;
        let halted =
            self.picture.is_halted(stage) || self.picture.only_tried || self.picture.interrupted;
        hold(!halted, Invariant::HaltsHold, || {
            format!("{stage:?} is repeated after a halt")
        })?;
        let first = self.case.plan.stage(stage).first.number();
        let mut earlier = (0..first).map(NodeIx::new);
        let open = earlier.find(|node| !self.picture.node(*node).is_over());
        hold(open.is_none(), Invariant::StagesInOrder, || {
            format!("{stage:?} is repeated before {open:?} of an earlier stage is over")
        })
    }

    /// Something of it was going on since the run was last reopened, and it is not over.
    fn is_under_way(&self, of: Repeated, instance: u32) -> bool {
        self.picture.active.contains(&(of, instance)) && !self.is_instance_over(of, instance)
    }

    fn is_instance_over(&self, of: Repeated, instance: u32) -> bool {
        let over = |node: &NodeIx| self.picture.node(node.at(instance)).is_over();
        self.members(of).iter().all(over)
    }

    /// Whether something required of this instance has failed.
    fn has_failed(&self, of: Repeated, instance: u32) -> bool {
        self.members(of).iter().any(|node| {
            let part = self.picture.find(node.at(instance));
            let failed = part.is_some_and(|part| part.at == At::Done { success: false });
            failed && self.case.plan.is_required(*node)
        })
    }

    /// The nodes that are repeated together.
    pub(super) fn members(&self, of: Repeated) -> Vec<NodeIx> {
        match of {
            Repeated::Node(node) => vec![node],
            Repeated::Stage(stage) => self.case.plan.stage(stage).all_nodes().collect(),
        }
    }

    fn stage_of(&self, of: Repeated) -> StageIx {
        match of {
            Repeated::Node(node) => self.case.plan.node(node).stage,
            Repeated::Stage(stage) => stage,
        }
    }
}
