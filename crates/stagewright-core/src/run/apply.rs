//! `apply`: the one way in which a run's state changes. Total: every event changes
//! the state in its own way or, when it says nothing new, not at all.

use super::{
    Cancel, NodePhase, NodeState, ParkedNode, Phase, Run, RunningLaunch, StagePhase, Standing,
};
use crate::event::{
    Asker, AttemptOutcome, AttemptResult, Event, HaltCause, Recorded, SkipReason, StageStatus,
    Verdict,
};
use crate::graph::Need;
use crate::halt::rank;
use crate::plan::{NodeIx, OnFailure, Repeated, Role, StageIx};
use crate::retry::ErrorClass;
use crate::severity::Severity;
use crate::time::Timestamp;

impl Run {
    /// Folds one event into the state.
    ///
    /// # Panics
    /// When the event's position does not follow the last one: the journal has a gap.
    pub fn apply(&mut self, recorded: &Recorded) {
        assert_eq!(
            recorded.seq, self.next_seq,
            "the events of a run follow each other without gaps"
        );
        self.next_seq += 1;
        let at = recorded.at.max(self.last_event_at);
        if matches!(recorded.event, Event::Claimed { .. }) {
            // Nobody drove the run since the last event: that time is not active time.
            self.pause_clocks(self.last_event_at);
        }
        self.last_event_at = at;
        self.apply_event(&recorded.event, at);
        self.keep_clocks(at);
    }

    fn apply_event(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Submitted { submission } => {
                self.context = crate::expression::from_json(&submission.context);
                self.submission = Some(submission.clone());
                self.created_at = at;
            }
            Event::Claimed { fence } => {
                self.fence = *fence;
                self.interrupted = false;
                if self.phase == Phase::Pending {
                    self.phase = Phase::Running;
                    self.started_at = Some(at);
                    self.skip_ended_stages();
                }
            }
            Event::ResultAdopted { node, outcome } => self.adopt(*node, outcome, at),
            Event::StageStarted { stage } => self.start_stage(*stage, at),
            Event::StageSkipped { stage, reason } => self.skip_stage(*stage, reason, at),
            Event::StageFinished { stage, status } => self.finish_stage(*stage, *status, at),
            Event::ConditionAsked { asker, number } => {
                self.asking.insert((*asker, *number));
                if let Asker::Node(node) = asker {
                    self.ready.remove(node);
                    self.begin(*node);
                }
            }
            Event::ConditionAnswered {
                asker,
                number,
                answer,
            } => {
                self.asking.remove(&(*asker, *number));
                self.answers.insert((*asker, *number), answer.clone());
                if let Asker::Node(node) = asker {
                    self.make_ready(*node);
                }
            }
            Event::NodeSkipped { node, reason } => self.skip(*node, reason, at),
            Event::AttemptStarted {
                node,
                try_number,
                launch,
                timeout_ms,
                ..
            } => {
                self.launches = self.launches.max(launch.serial);
                self.begin(*node);
                self.leave_waiting(*node);
                self.running.insert(*node);
                let state = self.node_mut(*node);
                if state.tries == *try_number && state.relaunch {
                    state.launches_of_try += 1;
                } else {
                    state.launches_of_try = 1;
                }
                state.tries = *try_number;
                state.relaunch = false;
                state.admitted = true;
                state.started_at.get_or_insert(at);
                state.phase = NodePhase::Running(RunningLaunch {
                    launch: *launch,
                    started_at: at,
                    timeout_ms: *timeout_ms,
                    stopping: None,
                });
            }
            Event::AttemptLost { node, crashed, .. } => {
                self.running.remove(node);
                let state = self.node_mut(*node);
                state.relaunch = true;
                if !crashed {
                    state.launches_of_try = state.launches_of_try.saturating_sub(1);
                }
                self.back_to_waiting(*node);
            }
            Event::AttemptFinished {
                node,
                try_number,
                outcome,
                retry_at,
                ..
            } => self.end_attempt(*node, *try_number, outcome, *retry_at, at),
            Event::RetryDue { node } => self.end_backoff(*node),
            Event::FellBack { node, to } => {
                let state = self.node_mut(*node);
                state.alternative = *to;
                state.retries_before = state.retries;
                state.timeouts = 0;
                self.end_backoff(*node);
            }
            Event::WaitEnded { node } => {
                let state = self.node_mut(*node);
                state.relaunch = true;
                state.launches_of_try = 0;
                self.back_to_waiting(*node);
            }
            Event::Expanded {
                of,
                items,
                count,
                values,
            } => self.expand(*of, items.as_ref(), *count, values, at),
            Event::RepetitionFinished { of, end } => self.finish_repetition(*of, end, at),
            Event::Parked {
                node,
                reason,
                question,
                digest,
                deadline,
            } => {
                self.begin(*node);
                self.leave_waiting(*node);
                self.running.remove(node);
                self.parked.insert(*node);
                if let Some(deadline) = deadline {
                    self.deadlines.insert((*deadline, *node));
                }
                let state = self.node_mut(*node);
                state.admitted = true;
                state.started_at.get_or_insert(at);
                state.phase = NodePhase::Parked(ParkedNode {
                    reason: *reason,
                    question: question.clone(),
                    digest: digest.clone(),
                    since: at,
                    deadline: *deadline,
                });
            }
            Event::Answered { node, answer, .. } => {
                let waited_for_rerun = matches!(
                    &self.node(*node).phase,
                    NodePhase::Parked(parked)
                        if parked.reason == crate::event::WaitReason::Interrupted
                );
                if waited_for_rerun && answer.approved {
                    let state = self.node_mut(*node);
                    state.relaunch = true;
                    state.launches_of_try = 0;
                    self.back_to_waiting(*node);
                }
            }
            Event::Halted {
                cause,
                stop_running,
            } => self.halt_with(cause, *stop_running),
            Event::CancelRequested { reason, force } => {
                self.cancel = Some(Cancel {
                    reason: reason.clone(),
                    force: *force,
                    at,
                });
                if matches!(self.phase, Phase::Stuck { .. }) {
                    self.phase = Phase::Running;
                }
                self.halt_with(&HaltCause::Cancelled, *force);
            }
            Event::Interrupted => self.interrupted = true,
            Event::Stuck { reason } => {
                self.phase = Phase::Stuck {
                    reason: reason.clone(),
                };
            }
            Event::Ended { status, decision } => {
                self.phase = Phase::Ended {
                    status: *status,
                    decision: decision.clone(),
                };
                self.ended_at = Some(at);
            }
            Event::Reopened => self.reopen(),
        }
    }

    fn end_attempt(
        &mut self,
        node: NodeIx,
        try_number: u32,
        outcome: &AttemptOutcome,
        retry_at: Option<Timestamp>,
        at: Timestamp,
    ) {
        let timed_out = matches!(
            outcome.result,
            AttemptResult::Failed {
                class: ErrorClass::Timeout,
                ..
            }
        );
        self.begin(node);
        let state = self.node_mut(node);
        state.tries = state.tries.max(try_number);
        state.admitted = true;
        state.started_at.get_or_insert(at);
        if timed_out {
            state.timeouts += 1;
        }
        if let Some(due) = retry_at {
            state.retries += 1;
            self.unpark(node);
            self.running.remove(&node);
            self.backoff.insert((due, node));
            self.resting.insert(node);
            let state = self.node_mut(node);
            state.phase = NodePhase::Backoff { due };
            state.last_failure = Some(Box::new(outcome.clone()));
        } else {
            self.finish(node, outcome, at);
        }
    }

    fn end_backoff(&mut self, node: NodeIx) {
        if let NodePhase::Backoff { due } = self.node(node).phase {
            self.backoff.remove(&(due, node));
            self.back_to_waiting(node);
        }
    }

    /// A result of the parent run is taken over. Those of instances come before the one of
    /// the whole.
    fn adopt(&mut self, node: NodeIx, outcome: &AttemptOutcome, at: Timestamp) {
        if node.instance().is_some() {
            let opened = &mut self.instances[node.whole().index()];
            opened.push(NodeState {
                phase: NodePhase::Done(Box::new(outcome.clone())),
                tries: 1,
                started_at: Some(at),
                ended_at: Some(at),
                ..NodeState::new(0)
            });
            let further = opened.len() > 1;
            self.tally.total += u32::from(further);
            self.tally_end(node, is_failure(outcome));
        } else if !self.is_over(node) {
            self.finish(node, outcome, at);
        }
    }

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

    fn tally_end(&mut self, node: NodeIx, failed: bool) {
        match self.graph.plan.node(node).role {
            Role::Agent if failed => self.tally.failed += 1,
            Role::Agent => self.tally.succeeded += 1,
            Role::Gate => {}
        }
    }

    /// Lets go what waited for a node or an instance.
    fn after_end(&mut self, node: NodeIx, satisfied: bool, required_failure: bool) {
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
        let halts = last.is_some_and(|node| graph.plan.node(node).on_failure == OnFailure::Halt);
        if !required {
            return;
        }
        let cause = HaltCause::LoopExhausted { stage };
        if self.submission().fail_fast {
            self.halt_is_due(cause, true);
        } else if halts {
            self.halt_is_due(cause, false);
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

    fn skip_stage(&mut self, stage: StageIx, reason: &SkipReason, at: Timestamp) {
        let graph = self.graph.clone();
        let node_reason = match reason {
            SkipReason::ConditionFalse => SkipReason::StageSkipped,
            SkipReason::ConditionError { message } => SkipReason::StageConditionError {
                message: message.clone(),
            },
            other @ (SkipReason::DependencyFailed { .. }
            | SkipReason::StageSkipped
            | SkipReason::StageConditionError { .. }
            | SkipReason::NoItems
            | SkipReason::Halted { .. }) => other.clone(),
        };
        self.forget_questions(Asker::Stage(stage));
        if let Some(known) = self.repetitions.get(&Repeated::Stage(stage))
            && known.opened == 0
        {
            // Each of its agents stands for one of those that never opened.
            self.tally.skipped += (known.count.max(1) - 1) * graph.plan.stage(stage).agents;
        }
        for node in graph.plan.stage(stage).all_nodes() {
            self.skip(node, &node_reason, at);
        }
        let state = &mut self.stages[stage.index()];
        state.phase = StagePhase::Skipped(reason.clone());
        state.started_at.get_or_insert(at);
        state.ended_at = Some(at);
        self.skip_ended_stages();
    }

    fn finish_stage(&mut self, stage: StageIx, status: StageStatus, at: Timestamp) {
        let state = &mut self.stages[stage.index()];
        state.phase = StagePhase::Ended(status);
        state.ended_at = Some(at);
        state.clock.pause(at);
        self.skip_ended_stages();
    }

    /// Moves on to the first stage that has not ended.
    pub(super) fn skip_ended_stages(&mut self) {
        while self.stages.get(self.cursor).is_some_and(|stage| {
            matches!(stage.phase, StagePhase::Ended(_) | StagePhase::Skipped(_))
        }) {
            self.cursor += 1;
        }
    }

    fn halt_with(&mut self, cause: &HaltCause, stop_running: bool) {
        self.due_halt = None;
        match cause {
            // It ends with its stage, so it is no halt of the run.
            HaltCause::StageTimeout { stage } => self.stages[stage.index()].limit_passed = true,
            HaltCause::RunTimeout
            | HaltCause::FailFast { .. }
            | HaltCause::CriticalFinding { .. }
            | HaltCause::RequiredFailure { .. }
            | HaltCause::LoopExhausted { .. }
            | HaltCause::Cancelled => {
                self.limit_passed |= *cause == HaltCause::RunTimeout;
                if self.halt.as_ref().is_none_or(|old| rank(cause) > rank(old)) {
                    self.halt = Some(cause.clone());
                }
            }
        }
        if !stop_running {
            return;
        }
        for node in self.running.clone() {
            if let NodePhase::Running(running) = &mut self.node_mut(node).phase {
                // A forced cancel is the strongest stop; among the others the first
                // says why.
                if *cause == HaltCause::Cancelled {
                    running.stopping = Some(cause.clone());
                }
                running.stopping.get_or_insert_with(|| cause.clone());
            }
        }
    }

    fn pause_clocks(&mut self, at: Timestamp) {
        self.clock.pause(at);
        if let Some(stage) = self.stages.get_mut(self.cursor) {
            stage.clock.pause(at);
        }
    }

    /// The clocks of the run and its current stage count while something is going on.
    fn keep_clocks(&mut self, at: Timestamp) {
        if self.standing() == Standing::Going {
            self.clock.start(at);
            if let Some(stage) = self.stages.get_mut(self.cursor)
                && stage.phase == StagePhase::Active
            {
                stage.clock.start(at);
            }
        } else {
            self.pause_clocks(at);
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
