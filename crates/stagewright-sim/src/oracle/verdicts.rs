//! What must hold when a run ends: its counts, its status, its decision.

use super::picture::{At, NodePicture};
use super::{Check, Invariant, Oracle, hold};
use stagewright_core::decision::{Choice, DecisionRecord};
use stagewright_core::event::{RepetitionEnd, RunStatus};
use stagewright_core::plan::{Repeated, Role};
use stagewright_core::run::Tally;
use stagewright_core::{NodeIx, StageIx};

impl Oracle<'_> {
    pub(super) fn ended(&mut self, status: RunStatus, decision: Option<&DecisionRecord>) -> Check {
        self.picture.ended = true;
        for (node, state) in self.picture.all() {
            let whole = node.instance().is_none();
            let over = if whole {
                state.is_over()
            } else {
                !state.is_begun()
            };
            hold(over, Invariant::CountsAddUp, || {
                format!("the run ends and {node:?} does not")
            })?;
        }
        let expected = self.expected_status();
        hold(status == expected, Invariant::StatusFollows, || {
            format!(
                "the status is {}, not {}",
                status.as_str(),
                expected.as_str()
            )
        })?;
        let merged = decision
            .is_some_and(|record| record.decision == Choice::Merge && !record.override_applied);
        match merged {
            true => self.may_merge(),
            false => Ok(()),
        }
    }

    /// Decision 29, with instances: of a list each of them has to be a success, of a loop
    /// the last, and the loop itself.
    fn may_merge(&self) -> Check {
        let plan = &self.case.plan;
        for (node, _) in plan.indexed() {
            let parts = self.counting_parts(node);
            let unproved = std::iter::once(node)
                .chain(parts)
                .find(|part| !self.picture.node(*part).satisfies());
            hold(
                unproved.is_none() || !plan.is_required(node),
                Invariant::NoMergeWithoutEvidence,
                || format!("MERGE, and {unproved:?} lacks success"),
            )?;
        }
        for (node, _) in plan.indexed() {
            let parts = self.counting_parts(node);
            let mut said = std::iter::once(node).chain(parts);
            let no = said.find(|part| {
                let state = self.picture.node(*part);
                state.objects && state.at == At::Done { success: true }
            });
            hold(no.is_none(), Invariant::NoMergeWithoutEvidence, || {
                format!("MERGE, and {no:?} said no")
            })?;
        }
        let failed = self.failed_loops(true);
        hold(failed.is_empty(), Invariant::NoMergeWithoutEvidence, || {
            format!("MERGE, and {failed:?} failed as loops")
        })?;
        hold(
            !self.picture.cancelled,
            Invariant::NoMergeWithoutEvidence,
            || "MERGE of a cancelled run".to_owned(),
        )
    }

    /// The stages whose loops failed as such.
    fn failed_loops(&self, required: bool) -> Vec<StageIx> {
        let failed = |stage: &StageIx| {
            let known = self.picture.repetitions.get(&Repeated::Stage(*stage));
            let end = known.and_then(|known| known.end.as_ref());
            let is_failure = end.is_some_and(RepetitionEnd::is_failure);
            is_failure && self.case.plan.stage(*stage).required == required
        };
        let stages = (0_u32..).map(StageIx).take(self.case.plan.stages.len());
        stages.filter(failed).collect()
    }

    /// The status by rule A1.
    fn expected_status(&self) -> RunStatus {
        let required_failure = self.has_failures(true);
        let whole = !self.case.submission.partial_success_allowed;
        if self.picture.cancelled {
            RunStatus::Cancelled
        } else if self.picture.run_timed_out || required_failure && whole {
            RunStatus::Failure
        } else if required_failure || self.has_failures(false) {
            RunStatus::PartialSuccess
        } else {
            RunStatus::Success
        }
    }

    /// Whether anything failed: a node, a run of an agent, a gate where it counts, a loop.
    fn has_failures(&self, required: bool) -> bool {
        let failed = |node: NodeIx| self.picture.at(node) == At::Done { success: false };
        let plan = &self.case.plan;
        let mut nodes = plan
            .indexed()
            .filter(|(node, _)| plan.is_required(*node) == required);
        let any = nodes.any(|(node, planned)| {
            let mut parts = match planned.role {
                Role::Agent => self.picture.parts(node).collect(),
                Role::Gate => self.counting_parts(node),
            }
            .into_iter();
            failed(node) || parts.any(failed)
        });
        any || !self.failed_loops(required).is_empty()
    }

    /// Compares the core's counts with the oracle's own (rule A17): an agent counts once
    /// before its instances are known, then each of them does (decision 34).
    ///
    /// # Errors
    /// When they differ.
    pub fn counts_add_up(&self, tally: Tally) -> Check {
        let mut own = Tally::default();
        let plan = &self.case.plan;
        for (node, _) in plan.agents() {
            let whole = self.picture.node(node);
            let parts: Vec<NodeIx> = self.picture.parts(node).collect();
            own.total += u32::try_from(parts.len().max(1)).unwrap_or(u32::MAX);
            if parts.is_empty() {
                count(&mut own, whole, false);
            }
            for part in parts {
                count(&mut own, self.picture.node(part), whole.is_over());
            }
        }
        hold(own == tally, Invariant::CountsAddUp, || {
            format!("the core counts {tally:?}, the events say {own:?}")
        })?;
        hold(
            !self.picture.ended || tally.total == tally.executed() + tally.skipped,
            Invariant::CountsAddUp,
            || format!("the counts do not add up: {tally:?}"),
        )
    }
}

/// Counts one agent, or one instance; what never began of something that is over was
/// skipped.
fn count(tally: &mut Tally, state: &NodePicture, whole_is_over: bool) {
    match state.at {
        At::Done { success: true } => tally.succeeded += 1,
        At::Done { success: false } => tally.failed += 1,
        At::Skipped { .. } => tally.skipped += 1,
        At::Idle => tally.skipped += u32::from(whole_is_over),
        At::Running { .. } | At::Resting { .. } | At::Parked { .. } | At::Repeating => {}
    }
}
