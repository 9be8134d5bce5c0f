//! The end of a node or an instance: what is counted, who may go now, and which halt
//! follows.

use super::{NodePhase, Run};
use crate::event::{AttemptOutcome, AttemptResult, HaltCause, SkipReason, Verdict};
use crate::graph::Need;
use crate::halt::rank;
use crate::plan::{NodeIx, OnFailure, Repeated, Role};
use crate::severity::Severity;
use crate::time::Timestamp;

impl Run {
    /// A node or an instance has its final result.
    pub(super) fn finish(&mut self, node: NodeIx, outcome: &AttemptOutcome, at: Timestamp) {
        self.take_out(node);
        let graph = self.graph.clone();
        let planned = graph.plan.node(node);
        let failed = is_failure(outcome);
        let required = graph.plan.is_required(node);
        let is_sum = !self.instances[node.index()].is_empty() && node.instance().is_none();
        if !is_sum {
            self.tally_end(node, failed);
        }
        self.close(node, NodePhase::Done(Box::new(outcome.clone())), at);
        if node.instance().is_none() {
            let stage = &mut self.stages[planned.stage.index()];
            match planned.role {
                Role::Agent => stage.agents_left -= 1,
                Role::Gate => stage.gates_left -= 1,
            }
            if failed && required {
                stage.required_failures += 1;
            } else if failed {
                stage.other_failures += 1;
            }
        }
        if !is_sum {
            self.note_halt(node, outcome, failed && required);
        }
        self.after_end(node, !failed, failed && required);
    }

    pub(super) fn tally_end(&mut self, node: NodeIx, failed: bool) {
        match self.graph.plan.node(node).role {
            Role::Agent if failed => self.tally.failed += 1,
            Role::Agent => self.tally.succeeded += 1,
            Role::Gate => {}
        }
    }

    /// Lets go what waited for a node or an instance.
    pub(super) fn after_end(&mut self, node: NodeIx, satisfied: bool, required_failure: bool) {
        self.count_instance(node, required_failure);
        self.release_dependents(node, satisfied);
        self.open_gates(node);
        if let Some(of) = self.repetition_of(node) {
            self.open_instances(of);
        }
    }

    /// Remembers that a halt follows; `settle` turns it into an event.
    fn note_halt(&mut self, node: NodeIx, outcome: &AttemptOutcome, required_failure: bool) {
        let submission = self.submission();
        let critical = outcome.findings.counts.of(Severity::Critical) > 0;
        let (cause, stop_running) = if required_failure && submission.fail_fast {
            (HaltCause::FailFast { node }, true)
        } else if critical && submission.fail_fast_on_critical {
            (HaltCause::CriticalFinding { node }, true)
        } else if required_failure && self.graph.plan.node(node).on_failure == OnFailure::Halt {
            (HaltCause::RequiredFailure { node }, false)
        } else {
            return;
        };
        self.halt_is_due(cause, stop_running);
    }

    /// A loop ended without what it was for.
    pub(super) fn note_exhausted(&mut self, of: Repeated) {
        let graph = self.graph.clone();
        let (stage, required, last) = match of {
            Repeated::Node(node) => {
                let stage = graph.plan.node(node).stage;
                (stage, graph.plan.is_required(node), Some(node))
            }
            Repeated::Stage(stage) => {
                let planned = graph.plan.stage(stage);
                let state = &mut self.stages[stage.index()];
                if planned.required {
                    state.required_failures += 1;
                } else {
                    state.other_failures += 1;
                }
                (stage, planned.required, planned.all_nodes().next_back())
            }
        };
        let Some(last) = last.filter(|_| required) else {
            return;
        };
        if self.submission().fail_fast {
            self.halt_is_due(HaltCause::FailFast { node: last }, true);
        } else if graph.plan.node(last).on_failure == OnFailure::Halt {
            self.halt_is_due(HaltCause::LoopExhausted { stage }, false);
        }
    }

    fn halt_is_due(&mut self, cause: HaltCause, stop_running: bool) {
        let due = self.due_halt.as_ref().map(|(cause, _)| cause);
        let stronger = |old: &HaltCause| rank(old) >= rank(&cause);
        if !due.or(self.halt.as_ref()).is_some_and(stronger) {
            self.due_halt = Some((cause, stop_running));
        }
    }

    pub(super) fn skip(&mut self, node: NodeIx, reason: &SkipReason, at: Timestamp) {
        if self.is_over(node) {
            return;
        }
        self.take_out(node);
        let graph = self.graph.clone();
        let planned = graph.plan.node(node);
        let is_sum = !self.instances[node.index()].is_empty() && node.instance().is_none();
        if planned.role == Role::Agent && !is_sum {
            self.tally.skipped += 1;
        }
        self.close(node, NodePhase::Skipped(reason.clone()), at);
        if node.instance().is_none() {
            let stage = &mut self.stages[planned.stage.index()];
            match planned.role {
                Role::Agent => stage.agents_left -= 1,
                Role::Gate => stage.gates_left -= 1,
            }
        }
        self.after_end(node, !reason.leaves_no_evidence(), false);
    }

    fn close(&mut self, node: NodeIx, phase: NodePhase, at: Timestamp) {
        let state = self.node_mut(node);
        state.phase = phase;
        state.ended_at = Some(at);
        state.relaunch = false;
        state.last_failure = None;
        self.leave_begun(node);
    }

    fn release_dependents(&mut self, node: NodeIx, satisfied: bool) {
        let graph = self.graph.clone();
        let of = graph.plan.repeated_by(node);
        for (dependent, need) in &graph.dependents[node.index()] {
            let dependent = match (of, node.instance()) {
                (Some(Repeated::Stage(stage)), instance)
                    if graph.plan.node(*dependent).stage == stage =>
                {
                    match instance {
                        Some(_) => node.sibling(*dependent),
                        // The whole of a sibling ends with the whole of this.
                        None => continue,
                    }
                }
                // Only the whole of it lets the outside go.
                (Some(_), Some(_)) => continue,
                (None, _) | (Some(_), None) => *dependent,
            };
            let state = self.node_mut(dependent);
            state.blockers = state.blockers.saturating_sub(1);
            if !satisfied && *need == Need::Success && state.doom.is_none() {
                state.doom = Some(node);
            }
            self.make_ready(dependent);
        }
    }
}

/// Whether an end is a failure: a failed try, or a gate that did not pass.
pub(crate) fn is_failure(outcome: &AttemptOutcome) -> bool {
    match &outcome.result {
        AttemptResult::Succeeded => false,
        AttemptResult::Judged { verdict, .. } => *verdict != Verdict::Pass,
        AttemptResult::Failed { .. } => true,
    }
}
