//! What an installation decides for pipelines that do not say it themselves.

use std::collections::BTreeSet;

/// Defaults that come from settings. A file's own word goes before them.
#[derive(Debug, Clone, PartialEq)]
pub struct LanguageSettings {
    /// Time limit of an agent or gate in our own form, in milliseconds; `None` is none.
    pub default_timeout_ms: Option<u64>,
    /// Time limit of an agent in the review form, in milliseconds
    /// (`MAX_AGENT_DURATION_SECONDS`).
    pub max_agent_ms: u64,
    /// Re-runs of agents that are retried by default (`MAX_AGENT_RETRIES`).
    pub max_agent_retries: u32,
    /// False switches every re-run off (`AGENT_RETRY_ENABLED`).
    pub retry_enabled: bool,
    /// The wait before the first re-run, in milliseconds (rule A6).
    pub backoff_base_ms: u64,
    /// By how much each further wait is longer (`RETRY_BACKOFF_MULTIPLIER`).
    pub backoff_multiplier: f64,
    /// The longest wait, in milliseconds.
    pub backoff_max_ms: u64,
    /// By how much a time limit grows after a timeout (rule A7).
    pub timeout_growth: f64,
    /// Active time of a run in the review form, in milliseconds
    /// (`MAX_PIPELINE_DURATION_SECONDS`).
    pub review_run_ms: u64,
    /// Agents that run at once in the review form.
    pub review_parallelism: u32,
    /// The functions that settings map to programs, by their ARNs; `None` is not known,
    /// and nothing is said of any.
    pub known_functions: Option<BTreeSet<String>>,
    /// The evaluators that settings map to programs; `None` is not known.
    pub known_evaluators: Option<BTreeSet<String>>,
}

impl Default for LanguageSettings {
    fn default() -> Self {
        Self {
            default_timeout_ms: None,
            max_agent_ms: 600_000,
            max_agent_retries: 2,
            retry_enabled: true,
            backoff_base_ms: 4_000,
            backoff_multiplier: 2.0,
            backoff_max_ms: 60_000,
            timeout_growth: 1.5,
            review_run_ms: 1_800_000,
            review_parallelism: 3,
            known_functions: None,
            known_evaluators: None,
        }
    }
}
