//! What a plan would do, before anything runs: waves, conditions in words, the worst
//! case. Its picture is drawn by [`crate::graph`].
//!
//! Everything follows from the frozen plan and the [`Terms`] of a submission. Nothing
//! here knows what a condition will answer: what may be skipped is counted as run.

mod condition;
mod repetition;
mod text;
mod waves;
mod worst_case;

pub use condition::in_words;
pub use text::text;
pub use waves::{Waves, waves};
pub use worst_case::{Bound, WorstCase, worst_case};

pub(crate) use repetition::repeat_in_words;

use stagewright_core::Run;
use stagewright_core::plan::{RunMode, Stage, StageMode};

/// What a submission says besides its plan, as far as order and time depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Whose order counts (rule A15).
    pub mode: RunMode,
    /// Agents at once in the run.
    pub max_parallelism: Option<u32>,
    /// The settings' cap on concurrent agents (decision 32).
    pub concurrency_cap: u32,
    /// Active time of the run, in milliseconds (decision 9).
    pub timeout_ms: Option<u64>,
    /// The most that a time limit may grow to, in milliseconds (rule A7).
    pub max_agent_ms: u64,
}

impl Terms {
    /// What a run was submitted with.
    pub fn of_run(run: &Run) -> Self {
        let submission = run.submission();
        Self {
            mode: submission.mode,
            max_parallelism: submission.max_parallelism,
            concurrency_cap: submission.concurrency_cap,
            timeout_ms: submission.timeout_ms,
            max_agent_ms: submission.max_agent_ms,
        }
    }

    /// Whether the agents of a stage go one at a time.
    pub fn is_sequential(&self, stage: &Stage) -> bool {
        match self.mode {
            RunMode::Sequential => true,
            RunMode::Parallel => false,
            RunMode::Hybrid => stage.mode == StageMode::Sequential,
        }
    }

    /// How many agents of a stage run at once (rules A15 and A16).
    pub fn slots(&self, stage: &Stage) -> u32 {
        if self.is_sequential(stage) {
            return 1;
        }
        [self.max_parallelism, stage.max_parallelism]
            .into_iter()
            .flatten()
            .fold(self.concurrency_cap, u32::min)
            .max(1)
    }
}

#[cfg(test)]
mod tests;
