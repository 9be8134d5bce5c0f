//! What a run was asked to do.

use super::outcome::{AttemptOutcome, BlobRef};
use crate::plan::{NodeIx, RunMode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a run was asked to do. Fixed at submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The run's own id, `run_…`.
    pub run_id: String,
    /// The user's key; several runs may share it over time.
    pub pipeline_id: String,
    /// The plan, by its hash.
    pub plan: BlobRef,
    /// The shared input of all agents.
    pub context: Value,
    /// Whose order counts (rule A15).
    pub mode: RunMode,
    /// Agents at once in this run; `None` leaves it to `concurrency_cap` (rule A16).
    pub max_parallelism: Option<u32>,
    /// The settings' cap on concurrent agents; stands above `max_parallelism` (decision 32).
    pub concurrency_cap: u32,
    /// Active time of the run, in milliseconds; `None` is no limit.
    pub timeout_ms: Option<u64>,
    /// The most that a time limit may grow to, in milliseconds (rule A7).
    pub max_agent_ms: u64,
    /// Stop after the first required failure (rule A4).
    pub fail_fast: bool,
    /// Stop on a critical finding (rule A4).
    pub fail_fast_on_critical: bool,
    /// Whether a required failure leaves the status at PARTIAL_SUCCESS (rule A1).
    pub partial_success_allowed: bool,
    /// For distributed tracing, passed through.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// The pipeline file as it was named, for people.
    #[serde(default)]
    pub source: Option<String>,
    /// The directory in which agents work, absolute; where the run was started.
    #[serde(default)]
    pub work_dir: String,
    /// The run that this one retries, if any (decision 31).
    #[serde(default)]
    pub parent: Option<String>,
    /// The step of another run that this run does, if any (decision 35).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_step: Option<ParentStep>,
    /// Results of the parent that this run takes over instead of running the agents again.
    #[serde(default)]
    pub adopted: Vec<Adopted>,
    /// Files of the pipeline, policy or settings that the change under review touches
    /// (decision 22).
    #[serde(default)]
    pub policy_changed: Vec<String>,
}

/// A step of another run: the agent that is a pipeline (decision 35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentStep {
    /// The run.
    pub run_id: String,
    /// The agent's label in it, such as `deploy` or `deploy[2]`.
    pub node: String,
    /// The try of the agent.
    pub try_number: u32,
    /// How many runs stand above this one: 1 for a step of a run that is no step itself.
    pub depth: u32,
}

/// A finished result taken over from a parent run by `retry`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adopted {
    /// The agent or gate.
    pub node: NodeIx,
    /// Its end in the parent run.
    pub outcome: AttemptOutcome,
    /// Who did it there: the agent's own action at 0, then its fallbacks. The decision
    /// asks who proved something.
    #[serde(default)]
    pub alternative: u32,
}
