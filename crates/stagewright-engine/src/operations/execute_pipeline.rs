//! `execute_pipeline`: a run from its order to its end.

use super::config::{LoadedPipeline, PipelineConfig};
use super::executed::Executed;
use super::orchestrator::Orchestrator;
use super::policy_changed::policy_changed;
use crate::drive::{Control, Observer, Unwatched};
use crate::engine::NewSubmission;
use crate::live::LiveRun;
use crate::order::{Wishes, check_pipeline_id, lay_over};
use crate::plain_secrets;
use serde::Deserialize;
use serde_json::Value;
use stagewright_core::plan::RunMode;
use tokio::sync::mpsc;

/// What `execute_pipeline` is asked: the specification's fields with its defaults.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutePipelineInput {
    /// The user's key, such as `pr-123-review`. A key of which a run has not ended is
    /// answered with that run (decision 31); one of which all have ended gets a new run.
    pub pipeline_id: String,
    /// The pipeline.
    pub pipeline_config: PipelineConfig,
    /// What all agents share, laid over the pipeline's own defaults. Secrets stand in it
    /// as references, `env:NAME` or `file:PATH` (decision 21).
    pub context: Value,
    /// Whose order counts (rule A15).
    #[serde(default)]
    pub execution_mode: ExecutionMode,
    /// Agents at once; null is only the cap of the settings (rule A16).
    #[serde(default = "default_parallelism")]
    pub max_parallelism: Option<u32>,
    /// Active time of the run in seconds; null is none.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: Option<u64>,
    /// Stop after the first required failure (rule A4).
    #[serde(default)]
    pub fail_fast: bool,
    /// Whether a required failure leaves the status at PARTIAL_SUCCESS (rule A1).
    #[serde(default = "allowed")]
    pub partial_success_allowed: bool,
    /// For distributed tracing, passed through to agents.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// Where the workflow that ordered the run can be looked at; agents find it as
    /// `context.workflow_run_url`.
    #[serde(default)]
    pub workflow_run_url: Option<String>,
}

/// Whose order counts. The typed API keeps the specification's default; the command line
/// and pipelines in our own form default to `hybrid` (decision 32).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionMode {
    /// One agent at a time, whatever the stages say.
    #[default]
    Sequential,
    /// All agents of a stage at once, whatever the stages say.
    Parallel,
    /// Each stage's own mode.
    Hybrid,
}

impl From<ExecutionMode> for RunMode {
    fn from(mode: ExecutionMode) -> Self {
        match mode {
            ExecutionMode::Sequential => Self::Sequential,
            ExecutionMode::Parallel => Self::Parallel,
            ExecutionMode::Hybrid => Self::Hybrid,
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the default of a field that may be null"
)]
fn default_parallelism() -> Option<u32> {
    Some(3)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the default of a field that may be null"
)]
fn default_timeout() -> Option<u64> {
    Some(1800)
}

fn allowed() -> bool {
    true
}

impl ExecutePipelineInput {
    /// This pipeline with this context, and the specification's defaults.
    pub fn new(
        pipeline_id: impl Into<String>,
        pipeline_config: impl Into<PipelineConfig>,
        context: Value,
    ) -> Self {
        Self {
            pipeline_id: pipeline_id.into(),
            pipeline_config: pipeline_config.into(),
            context,
            execution_mode: ExecutionMode::default(),
            max_parallelism: default_parallelism(),
            timeout_seconds: default_timeout(),
            fail_fast: false,
            partial_success_allowed: allowed(),
            trace_id: None,
            workflow_run_url: None,
        }
    }
}

/// Why an order is none; a word for `error_type`, and one sentence.
type Refusal = (&'static str, String);

impl Orchestrator {
    /// Executes a pipeline until it ends, waits for somebody, or is stuck.
    ///
    /// It never fails: what is wrong with the pipeline or the context, and a state that
    /// cannot be saved, is a FAILURE with the decision BLOCK (rule A1).
    pub async fn execute_pipeline(&self, input: ExecutePipelineInput) -> Executed {
        self.execute_pipeline_with(input, &mut Unwatched).await
    }

    /// As [`execute_pipeline`](Self::execute_pipeline), watched: the place for callbacks
    /// of a user interface.
    pub async fn execute_pipeline_with<O: Observer + ?Sized>(
        &self,
        input: ExecutePipelineInput,
        observer: &mut O,
    ) -> Executed {
        let pipeline_id = input.pipeline_id.clone();
        let submission = match self.submission(input) {
            Ok(submission) => submission,
            Err((error_type, error)) => {
                return Executed::failed(&pipeline_id, None, error_type, error);
            }
        };
        match self.engine().submit(submission) {
            Ok(live) => self.drive(live, observer).await,
            Err(error) => self.not_executed(&pipeline_id, None, &error),
        }
    }

    /// Drives a run and says what became of it.
    pub(super) async fn drive<O: Observer + ?Sized>(
        &self,
        live: LiveRun,
        observer: &mut O,
    ) -> Executed {
        let submission = live.run().submission().clone();
        // Who wants to cancel or answer does so through the journal, from anywhere.
        let (_sender, mut controls) = mpsc::channel::<Control>(1);
        let driven = self.engine().drive(live, &mut controls, observer);
        match Box::pin(driven).await {
            Ok(run) => self.executed(&run),
            Err(error) => {
                self.not_executed(&submission.pipeline_id, Some(&submission.run_id), &error)
            }
        }
    }

    fn submission(&self, input: ExecutePipelineInput) -> Result<NewSubmission, Refusal> {
        check_pipeline_id(&input.pipeline_id)
            .map_err(|error| ("invalid_input", format!("{error}: {}", error.hint())))?;
        let LoadedPipeline { plan, files, .. } =
            self.load_pipeline_config(input.pipeline_config)
                .map_err(|error| ("invalid_config", error.to_string()))?;
        let mut context = Value::Object(plan.context.clone());
        lay_over(&mut context, input.context);
        if let (Value::Object(names), Some(url)) = (&mut context, input.workflow_run_url) {
            names.insert("workflow_run_url".to_owned(), url.into());
        }
        refuse_plain_secrets(&context)?;
        let touched = policy_changed(&files, &context, self.directory(), self.settings_file())
            .map_err(|error| ("invalid_context", error.to_string()))?;
        let wishes = Wishes {
            mode: Some(input.execution_mode.into()),
            fail_fast: input.fail_fast,
            no_partial_success: !input.partial_success_allowed,
            trace_id: input.trace_id,
            source: files.first().map(|file| file.display().to_string()),
            policy_changed: touched,
            ..Wishes::default()
        };
        let directory = self.directory().to_owned();
        Ok(NewSubmission {
            // What the order says counts, null included.
            max_parallelism: input.max_parallelism,
            timeout_ms: input.timeout_seconds.map(|s| s.saturating_mul(1000)),
            ..NewSubmission::of(
                plan,
                context,
                input.pipeline_id,
                directory,
                wishes,
                self.run_defaults(),
            )
        })
    }
}

/// # Errors
/// When a secret stands in the clear (decision 21).
pub(super) fn refuse_plain_secrets(context: &Value) -> Result<(), Refusal> {
    plain_secrets::refuse("the context", context).map_err(|message| ("invalid_context", message))
}
