//! The state of a run, folded from its events.
//!
//! What is ready, running, waiting for a retry or for a person is kept in ordered
//! sets, so that the cost of an event does not grow with the run and iteration is
//! the same in every replay. Only [`Run::apply`] changes anything here.

mod alternative;
mod apply;
mod ending;
mod place;
mod reopen;
mod repetition;
mod sum_up;
mod view;

pub use repetition::Viewpoint;
pub(crate) use repetition::{Iteration, Repetition};
pub(crate) use sum_up::exhausted_message;
pub use view::{NodeView, Standing};

use crate::decision::DecisionRecord;
use crate::event::{
    Asker, AttemptOutcome, BlobRef, HaltCause, Launch, RunStatus, SkipReason, StageStatus,
    Submission, WaitReason,
};
use crate::graph::Graph;
use crate::plan::{NodeIx, Repeated, StageIx};
use crate::scope::Seen;
use crate::time::{ActiveClock, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The folded state of one run.
#[derive(Debug, Clone)]
pub struct Run {
    pub(crate) graph: Arc<Graph>,
    pub(crate) submission: Option<Arc<Submission>>,
    /// The context as the expression language sees it; converted once.
    pub(crate) context: minijinja::Value,
    pub(crate) phase: Phase,
    pub(crate) created_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) last_event_at: Timestamp,
    pub(crate) next_seq: u64,
    pub(crate) fence: u64,
    pub(crate) launches: u64,
    pub(crate) clock: ActiveClock,
    pub(crate) stages: Vec<StageState>,
    pub(crate) nodes: Vec<NodeState>,
    /// For each node, its instances that were opened, in order (decision 4).
    pub(crate) instances: Vec<Vec<NodeState>>,
    /// How often instances were tried that a reopening made the run forget.
    pub(crate) forgotten_tries: BTreeMap<NodeIx, u32>,
    /// What is repeated, once its instances are known.
    pub(crate) repetitions: BTreeMap<Repeated, Repetition>,
    /// Repetitions of the current stage of which no instance is under way.
    pub(crate) between: BTreeSet<Repeated>,
    /// The current stage; as many as there are stages when all have ended.
    pub(crate) cursor: usize,
    /// Nodes of the current stage that may start, by index.
    pub(crate) ready: BTreeSet<NodeIx>,
    /// Nodes of the current stage that were never tried and do not wait for a person.
    pub(crate) idle: BTreeSet<NodeIx>,
    /// Nodes that were tried and wait for their next try or launch.
    pub(crate) resting: BTreeSet<NodeIx>,
    /// Nodes of the current stage of which a dependency failed.
    pub(crate) doomed: BTreeSet<NodeIx>,
    /// Nodes with a running launch.
    pub(crate) running: BTreeSet<NodeIx>,
    /// Nodes between two tries, by when the next is due.
    pub(crate) backoff: BTreeSet<(Timestamp, NodeIx)>,
    /// Nodes that wait for a person.
    pub(crate) parked: BTreeSet<NodeIx>,
    /// Deadlines of parked nodes.
    pub(crate) deadlines: BTreeSet<(Timestamp, NodeIx)>,
    /// Custom conditions that are asked and not answered.
    pub(crate) asking: BTreeSet<(Asker, u32)>,
    /// Agents whose input is asked for and not made.
    pub(crate) asking_inputs: BTreeSet<NodeIx>,
    /// Answers to custom conditions.
    pub(crate) answers: BTreeMap<(Asker, u32), Result<bool, String>>,
    /// A halt that follows from what was applied and is not journaled yet.
    pub(crate) due_halt: Option<(HaltCause, bool)>,
    /// Why nothing more is started.
    pub(crate) halt: Option<HaltCause>,
    /// Whether the run's own time limit has passed.
    pub(crate) limit_passed: bool,
    /// The active time at which its time limit began to count: it starts anew when
    /// the run is reopened.
    pub(crate) limit_from_ms: u64,
    pub(crate) cancel: Option<Cancel>,
    /// Set while an interrupted driver winds down.
    pub(crate) interrupted: bool,
    pub(crate) tally: Tally,
    /// The number of times the run was reopened.
    pub(crate) reopened: u32,
}

/// Where a run stands in its life.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// No process has claimed it.
    Pending,
    /// It goes on.
    Running,
    /// It cannot go on by itself.
    Stuck {
        /// Why.
        reason: String,
    },
    /// It ended.
    Ended {
        /// How.
        status: RunStatus,
        /// The decision.
        decision: Option<Box<DecisionRecord>>,
    },
}

/// A cancel that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cancel {
    pub(crate) reason: String,
    pub(crate) force: bool,
    pub(crate) at: Timestamp,
}

/// One stage's state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StageState {
    pub(crate) phase: StagePhase,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) clock: ActiveClock,
    /// Whether its time limit has passed.
    pub(crate) limit_passed: bool,
    /// Agents that have not ended.
    pub(crate) agents_left: u32,
    /// Gates that have not ended.
    pub(crate) gates_left: u32,
    /// Nodes that began and have not ended.
    pub(crate) begun: u32,
    pub(crate) required_failures: u32,
    pub(crate) other_failures: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StagePhase {
    /// Not reached, or its condition is not decided.
    Waiting,
    /// Its agents or gates are going on.
    Active,
    /// It ended.
    Ended(StageStatus),
    /// It was not run.
    Skipped(SkipReason),
}

/// One agent's or gate's state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NodeState {
    pub(crate) phase: NodePhase,
    /// Nodes that it still waits for.
    pub(crate) blockers: u32,
    /// A dependency that failed.
    pub(crate) doom: Option<NodeIx>,
    /// Whether its condition held, or it has none.
    pub(crate) admitted: bool,
    /// Whether it began: it then occupies a one-at-a-time stage until it ends.
    pub(crate) begun: bool,
    /// Tries so far.
    pub(crate) tries: u32,
    /// Re-runs since it was last reset.
    pub(crate) retries: u32,
    /// Tries that timed out since it was last reset.
    pub(crate) timeouts: u32,
    /// Launches of the current try.
    pub(crate) launches_of_try: u32,
    /// Whether the current try must be launched again rather than a new one begun.
    pub(crate) relaunch: bool,
    /// The input that was made for it.
    pub(crate) input: Option<Result<BlobRef, String>>,
    /// Who does it: its own action at 0, then its fallbacks.
    pub(crate) alternative: u32,
    /// Re-runs that were made before whoever does it now took over.
    pub(crate) retries_before: u32,
    /// How the last try failed, while another is to follow.
    pub(crate) last_failure: Option<Box<AttemptOutcome>>,
    /// What conditions see of the whole of it, where it is repeated.
    pub(crate) seen: Seen,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl NodeState {
    fn new(blockers: u32) -> Self {
        Self {
            phase: NodePhase::Waiting,
            blockers,
            doom: None,
            admitted: false,
            begun: false,
            tries: 0,
            retries: 0,
            timeouts: 0,
            launches_of_try: 0,
            relaunch: false,
            input: None,
            alternative: 0,
            retries_before: 0,
            last_failure: None,
            seen: Seen::default(),
            started_at: None,
            ended_at: None,
        }
    }

    /// Whether a try of it was launched and it has not ended since.
    pub(crate) fn was_tried(&self) -> bool {
        let waits_between_launches = matches!(
            &self.phase,
            NodePhase::Parked(parked) if parked.reason != WaitReason::Approval
        );
        self.relaunch || self.last_failure.is_some() || waits_between_launches
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodePhase {
    /// Waiting for its stage, for others, for a slot, or for a condition's answer.
    Waiting,
    /// A launch of it is running.
    Running(RunningLaunch),
    /// Between two tries.
    Backoff {
        /// When the next is due.
        due: Timestamp,
    },
    /// Waiting for a person.
    Parked(ParkedNode),
    /// It is repeated, and its instances are what goes on.
    Repeating,
    /// It ended with this.
    Done(Box<AttemptOutcome>),
    /// It was not run.
    Skipped(SkipReason),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunningLaunch {
    pub(crate) launch: Launch,
    pub(crate) started_at: Timestamp,
    pub(crate) timeout_ms: Option<u64>,
    /// Set when it should be ended, and why.
    pub(crate) stopping: Option<HaltCause>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ParkedNode {
    pub(crate) reason: WaitReason,
    pub(crate) question: String,
    pub(crate) digest: String,
    pub(crate) since: Timestamp,
    pub(crate) deadline: Option<Timestamp>,
}

/// Counts of agents, gates left out (rule A17: total = executed + skipped,
/// executed = succeeded + failed).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All agents of the plan.
    pub total: u32,
    /// Agents that answered.
    pub succeeded: u32,
    /// Agents that failed or timed out.
    pub failed: u32,
    /// Agents that were not run.
    pub skipped: u32,
}

impl Tally {
    /// Agents that ran to an end.
    pub fn executed(&self) -> u32 {
        self.succeeded + self.failed
    }

    /// Agents that need nothing more.
    pub fn completed(&self) -> u32 {
        self.executed() + self.skipped
    }
}

impl Run {
    /// A run before its first event.
    pub fn new(graph: Arc<Graph>) -> Self {
        let plan = &graph.plan;
        let stages = plan
            .stages
            .iter()
            .map(|stage| StageState::new(stage.agents, stage.gates))
            .collect();
        let nodes: Vec<NodeState> = graph.blockers.iter().copied().map(NodeState::new).collect();
        let total = plan.stages.iter().map(|stage| stage.agents).sum();
        Self {
            submission: None,
            context: minijinja::Value::UNDEFINED,
            phase: Phase::Pending,
            created_at: Timestamp::default(),
            started_at: None,
            ended_at: None,
            last_event_at: Timestamp::default(),
            next_seq: 0,
            fence: 0,
            launches: 0,
            clock: ActiveClock::default(),
            stages,
            instances: vec![Vec::new(); nodes.len()],
            nodes,
            forgotten_tries: BTreeMap::new(),
            repetitions: BTreeMap::new(),
            between: BTreeSet::new(),
            cursor: 0,
            ready: BTreeSet::new(),
            idle: BTreeSet::new(),
            resting: BTreeSet::new(),
            doomed: BTreeSet::new(),
            running: BTreeSet::new(),
            backoff: BTreeSet::new(),
            parked: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            asking: BTreeSet::new(),
            asking_inputs: BTreeSet::new(),
            answers: BTreeMap::new(),
            due_halt: None,
            halt: None,
            limit_passed: false,
            limit_from_ms: 0,
            cancel: None,
            interrupted: false,
            tally: Tally {
                total,
                ..Tally::default()
            },
            reopened: 0,
            graph,
        }
    }

    pub(crate) fn stage_ix(&self) -> Option<StageIx> {
        (self.cursor < self.stages.len())
            .then(|| StageIx(u32::try_from(self.cursor).unwrap_or(u32::MAX)))
    }

    pub(crate) fn node(&self, node: NodeIx) -> &NodeState {
        self.find_node(node)
            .expect("events name nodes and instances that there are")
    }

    /// The state of a node, or of an instance that was opened.
    pub(crate) fn find_node(&self, node: NodeIx) -> Option<&NodeState> {
        match node.instance() {
            None => self.nodes.get(node.index()),
            Some(instance) => self.instances.get(node.index())?.get(instance as usize),
        }
    }

    pub(crate) fn node_mut(&mut self, node: NodeIx) -> &mut NodeState {
        let state = match node.instance() {
            None => self.nodes.get_mut(node.index()),
            Some(instance) => self
                .instances
                .get_mut(node.index())
                .and_then(|opened| opened.get_mut(instance as usize)),
        };
        state.expect("events name nodes and instances that there are")
    }

    /// The active time that counts towards the run's time limit, in milliseconds.
    pub(crate) fn limit_used_ms(&self, now: Timestamp) -> u64 {
        let elapsed_ms = self.clock.elapsed_ms(now);
        elapsed_ms.saturating_sub(self.limit_from_ms)
    }

    /// What is left of the run's time limit, in milliseconds of active time; `None` is no
    /// limit.
    pub fn time_left_ms(&self, now: Timestamp) -> Option<u64> {
        let limit_ms = self.submission().timeout_ms?;
        Some(limit_ms.saturating_sub(self.limit_used_ms(now)))
    }

    /// What was asked for.
    ///
    /// # Panics
    /// Before the first event was applied.
    pub fn submission(&self) -> &Arc<Submission> {
        self.submission
            .as_ref()
            .expect("a run has a submission from its first event on")
    }
}

impl StageState {
    fn new(agents: u32, gates: u32) -> Self {
        Self {
            phase: StagePhase::Waiting,
            started_at: None,
            ended_at: None,
            clock: ActiveClock::default(),
            limit_passed: false,
            agents_left: agents,
            gates_left: gates,
            begun: 0,
            required_failures: 0,
            other_failures: 0,
        }
    }
}
