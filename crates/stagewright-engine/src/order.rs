//! From a pipeline, settings and wishes to a run that can be submitted.
//!
//! The one place that knows whose word counts: what the one who orders the run says goes
//! before what the pipeline says, and that before the settings. The command line and
//! [`crate::operations`] both order through it.

use crate::engine::NewSubmission;
use serde_json::Value;
use stagewright_core::event::Adopted;
use stagewright_core::plan::{Form, RunMode};
use stagewright_core::{Plan, Run};
use std::path::PathBuf;

/// The most characters of a pipeline id.
pub const MAX_PIPELINE_ID_CHARS: usize = 200;

/// What settings say about every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDefaults {
    /// Active time of a run that does not say its own, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Whether a required failure leaves the status at PARTIAL_SUCCESS (rule A1).
    pub partial_success_allowed: bool,
    /// Whether a critical finding stops a run (rule A4).
    pub fail_fast_on_critical: bool,
    /// Agents at once, whatever a pipeline says (decision 32).
    pub concurrency: u32,
    /// What a time limit may grow to, in milliseconds (decision 30).
    pub max_agent_ms: u64,
    /// Agents at once in a run of a pipeline in the review form that does not say.
    pub review_parallelism: u32,
}

/// What the one who orders a run says about it; the default says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Whose order counts.
    pub mode: Option<RunMode>,
    /// Agents at once.
    pub max_parallelism: Option<u32>,
    /// Active time, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Stop after the first required failure, even where the pipeline does not ask for it.
    pub fail_fast: bool,
    /// Let a required failure make the status FAILURE, even where settings do not.
    pub no_partial_success: bool,
    /// For distributed tracing.
    pub trace_id: Option<String>,
    /// The pipeline file as it was named.
    pub source: Option<String>,
    /// Files of the pipeline, policy or settings that the change touches (decision 22).
    pub policy_changed: Vec<String>,
}

/// A pipeline id that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` is no pipeline id")]
pub struct InvalidPipelineId {
    /// What was given.
    pub id: String,
}

impl InvalidPipelineId {
    /// What a pipeline id is, for people.
    pub fn hint(&self) -> String {
        format!(
            "a pipeline id is one line of at most {MAX_PIPELINE_ID_CHARS} characters, such as \
             `pr-123-review`; `latest` and what begins with `run_` mean something else"
        )
    }
}

/// Whether this can be a pipeline id: it is shown, typed and used as a key, so it is one
/// line of printable characters, and nothing that means a run already.
///
/// # Errors
/// When it cannot.
pub fn check_pipeline_id(id: &str) -> Result<(), InvalidPipelineId> {
    let fine = !id.trim().is_empty()
        && id.chars().count() <= MAX_PIPELINE_ID_CHARS
        && !id.chars().any(char::is_control);
    if fine && id != "latest" && !id.starts_with("run_") {
        return Ok(());
    }
    Err(InvalidPipelineId { id: id.to_owned() })
}

impl NewSubmission {
    /// A first run of this pipeline, with this context over its defaults already.
    pub fn of(
        plan: Plan,
        context: Value,
        pipeline_id: String,
        work_dir: PathBuf,
        wishes: Wishes,
        defaults: &RunDefaults,
    ) -> Self {
        let usual_parallelism = match plan.form {
            Form::Own => None,
            Form::Review => Some(defaults.review_parallelism),
        };
        Self {
            pipeline_id,
            mode: wishes.mode.unwrap_or(RunMode::Hybrid),
            max_parallelism: wishes
                .max_parallelism
                .or(plan.limits.max_parallelism)
                .or(usual_parallelism),
            concurrency_cap: defaults.concurrency,
            timeout_ms: wishes
                .timeout_ms
                .or(plan.limits.timeout_ms)
                .or(defaults.timeout_ms),
            max_agent_ms: defaults.max_agent_ms,
            fail_fast: wishes.fail_fast || plan.fail_fast.unwrap_or(false),
            fail_fast_on_critical: plan
                .fail_fast_on_critical
                .unwrap_or(defaults.fail_fast_on_critical),
            partial_success_allowed: defaults.partial_success_allowed && !wishes.no_partial_success,
            trace_id: wishes.trace_id,
            source: wishes.source,
            work_dir,
            parent: None,
            adopted: Vec::new(),
            policy_changed: wishes.policy_changed,
            plan,
            context,
        }
    }

    /// A run that was asked for the same as `parent`, under this key, with this plan and
    /// context, and takes over these results (decision 31). The cap on concurrent agents
    /// is that of the settings now.
    pub fn after(
        parent: &Run,
        pipeline_id: String,
        plan: Plan,
        context: Value,
        adopted: Vec<Adopted>,
        concurrency: u32,
    ) -> Self {
        let submission = parent.submission();
        Self {
            plan,
            context,
            pipeline_id,
            mode: submission.mode,
            max_parallelism: submission.max_parallelism,
            concurrency_cap: concurrency,
            timeout_ms: submission.timeout_ms,
            max_agent_ms: submission.max_agent_ms,
            fail_fast: submission.fail_fast,
            fail_fast_on_critical: submission.fail_fast_on_critical,
            partial_success_allowed: submission.partial_success_allowed,
            trace_id: submission.trace_id.clone(),
            source: submission.source.clone(),
            work_dir: PathBuf::from(&submission.work_dir),
            parent: Some(submission.run_id.clone()),
            adopted,
            policy_changed: submission.policy_changed.clone(),
        }
    }
}

/// Lays one context over another: mappings are joined, everything else replaces.
pub fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                match under.get_mut(&key) {
                    Some(slot) => lay_over(slot, value),
                    None => {
                        under.insert(key, value);
                    }
                }
            }
        }
        (slot, value) => *slot = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: what could be mistaken for something else is no pipeline id.
    #[test]
    fn pipeline_ids() {
        for (id, is_one) in [
            ("pr-123-review", true),
            ("grün & gut", true),
            ("", false),
            ("  ", false),
            ("latest", false),
            ("run_01", false),
            ("two\nlines", false),
        ] {
            assert_eq!(check_pipeline_id(id).is_ok(), is_one, "{id:?}");
        }
        let at_most = "x".repeat(MAX_PIPELINE_ID_CHARS);
        assert!(check_pipeline_id(&at_most).is_ok());
        assert!(check_pipeline_id(&format!("{at_most}x")).is_err());
    }

    /// Goal: maps merge deep, lists and plain values replace.
    #[test]
    fn contexts_lie_over_one_another() {
        let mut context = json!({"pr": {"number": 0, "labels": ["a", "b"]}, "x": 1});
        let over = json!({"pr": {"labels": ["c"]}, "x": {"y": 2}, "new": null});
        lay_over(&mut context, over);
        let expected = json!({
            "pr": {"number": 0, "labels": ["c"]}, "x": {"y": 2}, "new": null,
        });
        assert_eq!(context, expected);
    }
}
