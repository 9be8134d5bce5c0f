//! The run index: one row per run, which `status`, `list` and the dashboard read
//! instead of folding the journal.
//!
//! The row is a projection that its driver writes together with the events it
//! follows from. Its stored form is this type's own JSON: fields may be added with a
//! default, none may change its meaning. It can be computed again from the events,
//! which the events themselves cannot, so it needs no `wire` types.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long each agent and gate of one run took, by id: milliseconds from its first start
/// to its end, waits between tries included; `None` for one that its condition left out.
/// What was cut short (a cancel, a halt, a crash) says nothing and is not there.
pub type NodeDurations = BTreeMap<String, Option<u64>>;

/// Where a run stands (decision 11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Submitted, and nothing has started.
    #[default]
    Pending,
    /// Something runs, or is about to.
    Running,
    /// Everything that is left waits for something outside.
    Waiting,
    /// It cannot go on by itself.
    Stuck,
    /// It has ended.
    Ended,
}

impl RunState {
    /// All states, in the order of a run's life.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Running,
        Self::Waiting,
        Self::Stuck,
        Self::Ended,
    ];

    /// The word of documents and of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Stuck => "stuck",
            Self::Ended => "ended",
        }
    }
}

impl std::fmt::Display for RunState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a run stands that is a step of another one (decision 35).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOf {
    /// The run above.
    pub run_id: String,
    /// The label of the agent in it.
    pub agent: String,
}

impl RunSummary {
    /// The runs that this one is kept and pruned with: the one that it retries or forks,
    /// and the one that it is a step of. A later try of a step has both.
    pub(crate) fn ties(&self) -> impl Iterator<Item = &String> {
        let above = self.step_of.as_ref().map(|step| &step.run_id);
        self.parent.iter().chain(above)
    }
}

/// One run at a glance. Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunSummary {
    /// The run's own id, `run_…`.
    pub run_id: String,
    /// The user's key.
    pub pipeline_id: String,
    /// The pipeline's name.
    pub name: String,
    /// Where it stands.
    pub state: RunState,
    /// What it waits for, or why it is stuck.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_detail: Option<String>,
    /// How it ended, as documents say it: `SUCCESS`, `PARTIAL_SUCCESS`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `MERGE` or `BLOCK`, once decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// How many agents it has.
    pub agents_total: u32,
    /// How many of them have ended, in whatever way but a skip.
    pub agents_completed: u32,
    /// How many run.
    pub agents_running: u32,
    /// How many failed; they are completed too.
    pub agents_failed: u32,
    /// How many were skipped.
    pub agents_skipped: u32,
    /// The stage that is going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_stage: Option<String>,
    /// An agent that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_agent: Option<String>,
    /// When it was submitted.
    pub created_at: u64,
    /// When its first agent started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<u64>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<u64>,
    /// When its last event happened.
    pub updated_at: u64,
    /// For how long it was really going on up to `updated_at`, in milliseconds
    /// (decision 9).
    pub active_ms: u64,
    /// The run that this one retries or forks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The run of which this one is a step (decision 35), and the agent there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_of: Option<StepOf>,
    /// The hash of its plan.
    pub plan_hash: String,
    /// The position of its last event.
    pub last_seq: u64,
    /// How long its agents and gates took; given with the batch in which it ends. Stored
    /// beside the row, so that lists do not read it, and `None` in rows that are read:
    /// [`Journal::past_durations`](crate::Journal::past_durations) has it.
    #[serde(skip)]
    pub durations: Option<NodeDurations>,
}
