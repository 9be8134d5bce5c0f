//! Read-only views of a run, for drivers and reports.

use super::ending::is_failure;
use super::{NodePhase, NodeState, ParkedNode, Phase, Run, StagePhase, Tally};
use crate::decision::DecisionRecord;
use crate::event::{
    AttemptOutcome, AttemptResult, BlobRef, Launch, RepetitionEnd, RunStatus, SkipReason,
    StageStatus, WaitReason,
};
use crate::graph::Graph;
use crate::plan::{NodeIx, Plan, Repeated, RunMode, StageIx, StageMode};
use crate::retry::ErrorClass;
use crate::time::Timestamp;
use std::sync::Arc;

/// What a run is doing, as far as a driver has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Created, not claimed.
    Pending,
    /// Something runs, is about to, or waits for a timer.
    Going,
    /// Nothing can go on until a person answers.
    Waiting,
    /// An interrupted driver has wound down; `resume` goes on.
    Interrupted,
    /// It cannot go on by itself.
    Stuck,
    /// It ended.
    Ended,
}

/// What can be seen of one node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NodeView<'a> {
    /// Not begun.
    Pending,
    /// A launch is running.
    Running {
        /// The launch.
        launch: Launch,
        /// Since when.
        since: Timestamp,
    },
    /// Between two tries.
    Backoff {
        /// When the next is due.
        due: Timestamp,
    },
    /// Waiting for a person.
    Parked {
        /// Why.
        reason: WaitReason,
        /// What is asked.
        question: &'a str,
        /// The digest of what is shown.
        digest: &'a str,
        /// Since when.
        since: Timestamp,
        /// When the wait ends by itself.
        deadline: Option<Timestamp>,
    },
    /// It is repeated, and its instances are what goes on.
    Repeating {
        /// How many instances have ended.
        ended: u32,
        /// How many there are; of a loop, so far.
        count: u32,
    },
    /// It ended with this.
    Done(&'a AttemptOutcome),
    /// It was not run.
    Skipped(&'a SkipReason),
}

impl NodeView<'_> {
    /// The status word of an agent's result (review specification, section 1), or
    /// `None` while it has none.
    pub fn status(&self) -> Option<&'static str> {
        match self {
            Self::Done(outcome) => Some(match &outcome.result {
                AttemptResult::Failed {
                    class: ErrorClass::Timeout,
                    ..
                } => "TIMEOUT",
                AttemptResult::Succeeded
                | AttemptResult::Judged { .. }
                | AttemptResult::Failed { .. } => {
                    if is_failure(outcome) {
                        "FAILURE"
                    } else {
                        "SUCCESS"
                    }
                }
            }),
            Self::Skipped(_) => Some("SKIPPED"),
            Self::Pending
            | Self::Running { .. }
            | Self::Backoff { .. }
            | Self::Parked { .. }
            | Self::Repeating { .. } => None,
        }
    }
}

impl Run {
    /// What the run is doing.
    pub fn standing(&self) -> Standing {
        match &self.phase {
            Phase::Pending => Standing::Pending,
            Phase::Stuck { .. } => Standing::Stuck,
            Phase::Ended { .. } => Standing::Ended,
            Phase::Running if self.interrupted && self.running.is_empty() => Standing::Interrupted,
            Phase::Running => {
                let nothing_goes = !self.parked.is_empty()
                    && self.running.is_empty()
                    && self.backoff.is_empty()
                    && self.asking.is_empty()
                    && self.asking_inputs.is_empty()
                    && self.doomed.is_empty()
                    && self.halting().is_none()
                    && self.due_halt.is_none()
                    && self.candidate().is_none();
                if nothing_goes {
                    Standing::Waiting
                } else {
                    Standing::Going
                }
            }
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.graph.plan
    }

    /// The node with this id.
    pub fn find(&self, id: &str) -> Option<NodeIx> {
        self.graph.by_id.get(id).copied()
    }

    /// The stage with this id.
    pub fn find_stage(&self, id: &str) -> Option<StageIx> {
        self.graph.stages_by_id.get(id).copied()
    }

    /// The context as the expression language sees it.
    pub fn context(&self) -> &minijinja::Value {
        &self.context
    }

    /// The plan with its edges and compiled expressions.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// The position that the next event takes.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// When the last event happened.
    pub fn last_event_at(&self) -> Timestamp {
        self.last_event_at
    }

    /// When the run was created.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it was first driven.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// Its active time up to `now`, in milliseconds (decision 9).
    pub fn active_ms(&self, now: Timestamp) -> u64 {
        self.clock.elapsed_ms(now)
    }

    /// The counts of its agents.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How it ended, and the decision.
    pub fn end(&self) -> Option<(RunStatus, Option<&DecisionRecord>)> {
        match &self.phase {
            Phase::Ended { status, decision } => Some((*status, decision.as_deref())),
            Phase::Pending | Phase::Running | Phase::Stuck { .. } => None,
        }
    }

    /// Why it is stuck.
    pub fn stuck_reason(&self) -> Option<&str> {
        match &self.phase {
            Phase::Stuck { reason } => Some(reason),
            Phase::Pending | Phase::Running | Phase::Ended { .. } => None,
        }
    }

    /// The reason of a cancel that was asked for, and when.
    pub fn cancel(&self) -> Option<(&str, Timestamp)> {
        self.cancel
            .as_ref()
            .map(|cancel| (cancel.reason.as_str(), cancel.at))
    }

    /// Whether an interrupted driver is winding down.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Whether the run's own time limit ended it.
    pub fn timed_out(&self) -> bool {
        self.halt == Some(crate::event::HaltCause::RunTimeout)
    }

    /// The fencing number of the process that last claimed the run.
    pub fn fence(&self) -> u64 {
        self.fence
    }

    /// The current stage, while there is one.
    pub fn current_stage(&self) -> Option<StageIx> {
        self.stage_ix()
    }

    /// Nodes with a running launch, in order.
    pub fn running_nodes(&self) -> impl Iterator<Item = NodeIx> + '_ {
        self.running.iter().copied()
    }

    /// Nodes that wait for a person, in order.
    pub fn parked_nodes(&self) -> impl Iterator<Item = NodeIx> + '_ {
        self.parked.iter().copied()
    }

    /// How many nodes wait between two tries.
    pub fn backoff_count(&self) -> usize {
        self.backoff.len()
    }

    /// How many instances of a node were opened, in order; 0 when it is not repeated.
    pub fn instance_count(&self, node: NodeIx) -> u32 {
        u32::try_from(self.instances[node.index()].len()).unwrap_or(u32::MAX)
    }

    /// The instances of a node that were opened, in order.
    pub fn instances(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + use<> {
        (0..self.instance_count(node)).map(move |instance| node.whole().at(instance))
    }

    /// What a node's result is made of: itself; its instances, when it is repeated over a
    /// list; the last iteration of a loop.
    pub fn parts(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + use<> {
        let instances: Vec<NodeIx> = match node.instance() {
            None => self.counting_instances(node).collect(),
            Some(_) => Vec::new(),
        };
        let itself = instances.is_empty().then_some(node);
        itself.into_iter().chain(instances)
    }

    /// The list that something is repeated over, beside the journal, and how many
    /// instances there are; `None` before that is known.
    pub fn repetition(&self, of: Repeated) -> Option<(Option<&BlobRef>, u32)> {
        let known = self.repetitions.get(&of)?;
        Some((known.items.as_ref(), known.count))
    }

    /// How a repetition ended; `None` while it has not.
    pub fn repetition_end(&self, of: Repeated) -> Option<&RepetitionEnd> {
        self.repetitions.get(&of)?.end.as_ref()
    }

    /// The input that was made for an agent, beside the journal.
    pub fn made_input(&self, node: NodeIx) -> Option<&BlobRef> {
        match &self.find_node(node)?.input {
            Some(Ok(input)) => Some(input),
            Some(Err(_)) | None => None,
        }
    }

    /// The address for people: a node's id, and the instance in brackets.
    pub fn label(&self, node: NodeIx) -> String {
        node.label(&self.graph.plan.node(node).id)
    }

    /// The node or instance with this label, such as `lint` or `lint[3]`.
    pub fn find_labelled(&self, label: &str) -> Option<NodeIx> {
        let (id, instance) = match label
            .strip_suffix(']')
            .and_then(|rest| rest.rsplit_once('['))
        {
            Some((id, instance)) => (id, Some(instance.parse().ok()?)),
            None => (label, None),
        };
        let node = self.find(id)?;
        let address = instance.map_or(node, |instance| node.at(instance));
        self.find_node(address).map(|_| address)
    }

    /// What can be seen of a node. An instance that was not opened yet is pending.
    pub fn view(&self, node: NodeIx) -> NodeView<'_> {
        let Some(state) = self.find_node(node) else {
            return NodeView::Pending;
        };
        match &state.phase {
            NodePhase::Repeating => self.view_of_repeating(node),
            NodePhase::Waiting => NodeView::Pending,
            NodePhase::Running(running) => NodeView::Running {
                launch: running.launch,
                since: running.started_at,
            },
            NodePhase::Backoff { due } => NodeView::Backoff { due: *due },
            NodePhase::Parked(ParkedNode {
                reason,
                question,
                digest,
                since,
                deadline,
            }) => NodeView::Parked {
                reason: *reason,
                question,
                digest,
                since: *since,
                deadline: *deadline,
            },
            NodePhase::Done(outcome) => NodeView::Done(outcome),
            NodePhase::Skipped(reason) => NodeView::Skipped(reason),
        }
    }

    fn view_of_repeating(&self, node: NodeIx) -> NodeView<'_> {
        let of = self.graph.plan.repeated_by(node);
        let known = of.and_then(|of| self.repetitions.get(&of));
        known.map_or(NodeView::Pending, |known| NodeView::Repeating {
            ended: known.opened
                - known.open
                - u32::try_from(known.waiting.len()).unwrap_or(u32::MAX),
            count: known.count,
        })
    }

    /// When a node first began, and when it ended.
    pub fn times(&self, node: NodeIx) -> (Option<Timestamp>, Option<Timestamp>) {
        self.find_node(node)
            .map_or((None, None), |state| (state.started_at, state.ended_at))
    }

    /// How many tries a node has had, and how many of them were re-runs since it was
    /// last started over.
    pub fn tries(&self, node: NodeIx) -> (u32, u32) {
        self.find_node(node)
            .map_or((0, 0), |state| (state.tries, state.retries))
    }

    /// How a stage ended or was skipped; `None` while neither.
    pub fn stage_status(&self, stage: StageIx) -> Option<(StageStatus, Option<&SkipReason>)> {
        match &self.stages[stage.index()].phase {
            StagePhase::Waiting | StagePhase::Active => None,
            StagePhase::Ended(status) => Some((*status, None)),
            StagePhase::Skipped(reason) => Some((StageStatus::Skipped, Some(reason))),
        }
    }

    /// When a stage began, and when it ended.
    pub fn stage_times(&self, stage: StageIx) -> (Option<Timestamp>, Option<Timestamp>) {
        let state = &self.stages[stage.index()];
        (state.started_at, state.ended_at)
    }

    /// Whether the stage's agents go one at a time under the run's mode (rule A15).
    pub fn is_one_at_a_time(&self, stage: StageIx) -> bool {
        match self.submission().mode {
            RunMode::Sequential => true,
            RunMode::Parallel => false,
            RunMode::Hybrid => self.graph.plan.stage(stage).mode == StageMode::Sequential,
        }
    }

    /// How many agents may run at once in a stage (rule A16, decision 32).
    pub(crate) fn slots(&self, stage: StageIx) -> usize {
        let submission = self.submission();
        let plan = &self.graph.plan;
        [
            submission.max_parallelism,
            plan.stage(stage).max_parallelism,
        ]
        .into_iter()
        .flatten()
        .fold(submission.concurrency_cap, u32::min)
        .max(1) as usize
    }

    pub(crate) fn node_state(&self, node: NodeIx) -> &NodeState {
        self.node(node)
    }
}
