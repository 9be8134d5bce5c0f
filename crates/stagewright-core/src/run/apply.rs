//! `apply`: the one way in which a run's state changes. Total: every event changes
//! the state in its own way or, when it says nothing new, not at all.

use super::ending::is_failure;
use super::{
    Cancel, NodePhase, NodeState, ParkedNode, Phase, Run, RunningLaunch, StagePhase, Standing,
};
use crate::event::{
    Asker, AttemptOutcome, AttemptResult, Event, HaltCause, Recorded, SkipReason, StageStatus,
};
use crate::halt::rank;
use crate::plan::{NodeIx, StageIx};
use crate::retry::ErrorClass;
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
            Event::ResultAdopted {
                node,
                outcome,
                alternative,
            } => self.adopt(*node, outcome, *alternative, at),
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
            Event::InputAsked { node } => {
                self.asking_inputs.insert(*node);
                self.ready.remove(node);
                self.begin(*node);
                // Its condition held, and is not asked again.
                self.node_mut(*node).admitted = true;
            }
            Event::InputAnswered { node, answer } => {
                self.asking_inputs.remove(node);
                self.node_mut(*node).input = Some(answer.clone());
                self.make_ready(*node);
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
                if matches!(state.phase, NodePhase::Backoff { .. }) {
                    // The first try of somebody else is no re-run (rule A5).
                    state.retries = state.retries.saturating_sub(1);
                }
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
            self.leave_waiting(node);
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
    fn adopt(&mut self, node: NodeIx, outcome: &AttemptOutcome, alternative: u32, at: Timestamp) {
        if node.instance().is_some() {
            let opened = &mut self.instances[node.whole().index()];
            opened.push(NodeState {
                phase: NodePhase::Done(Box::new(outcome.clone())),
                tries: 1,
                alternative,
                started_at: Some(at),
                ended_at: Some(at),
                ..NodeState::new(0)
            });
            let further = opened.len() > 1;
            self.tally.total += u32::from(further);
            self.tally_end(node, is_failure(outcome));
        } else if !self.is_over(node) {
            self.node_mut(node).alternative = alternative;
            self.finish(node, outcome, at);
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
        for node in graph.plan.stage(stage).all_nodes() {
            // Instances of before a reopening that were to go on.
            for instance in self.instances(node) {
                self.skip(instance, &node_reason, at);
            }
            self.skip_unopened(node);
            self.skip(node, &node_reason, at);
        }
        self.between.clear();
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
