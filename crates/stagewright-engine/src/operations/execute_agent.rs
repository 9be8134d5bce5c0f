//! `execute_agent`: a single agent with its retries and time limit.
//!
//! The same engine as for pipelines runs a plan of one agent; nothing of it is
//! remembered. Settings map the function to a program, as everywhere.

use super::execute_pipeline::refuse_plain_secrets;
use super::orchestrator::Orchestrator;
use crate::clock;
use crate::drive::{Control, Unwatched};
use crate::engine::NewSubmission;
use crate::order::RunDefaults;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stagewright_core::plan::{
    Action, Form, Limits, Node, NodeIx, OnFailure, OnInterrupt, PLAN_FORMAT, Plan, Role, RunMode,
    Stage, StageIx, StageMode, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use stagewright_language::LanguageSettings;
use stagewright_report::documents::ExecuteAgentOutput;
use stagewright_report::{Results, iso};
use std::collections::BTreeMap;
use std::path::Path;
use tokio::sync::mpsc;

/// The longest time limit, in seconds, so that arithmetic on times stays exact.
const MAX_TIMEOUT_SECONDS: u64 = 30 * 24 * 3600;

/// The most re-runs.
const MAX_RETRIES: u32 = 1000;

/// The one agent.
const AGENT: NodeIx = NodeIx::new(0);

/// What `execute_agent` is asked: the specification's fields with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecuteAgentInput {
    /// The agent's id: letters, digits, `_` and `-`.
    pub agent_id: String,
    /// Its name, for people.
    pub agent_name: String,
    /// Its type, which says what document it answers with.
    pub agent_type: String,
    /// The function; settings map it to a program.
    pub lambda_function_arn: String,
    /// What it gets as JSON.
    pub agent_input: Map<String, Value>,
    /// The time limit of a try, in seconds.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// Re-runs after the first try (rule A5).
    #[serde(default = "default_max_retries")]
    pub max_retries: u32,
    /// For distributed tracing, passed through.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// The pipeline that the agent belongs to, as it is to know it.
    #[serde(default)]
    pub parent_pipeline_id: Option<String>,
}

/// A field of which the value is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` must be {wanted}")]
pub struct InvalidAgent {
    /// Which.
    pub field: &'static str,
    /// What it must be.
    pub wanted: String,
}

fn default_timeout_seconds() -> u64 {
    600
}

fn default_max_retries() -> u32 {
    2
}

impl ExecuteAgentInput {
    /// This function with this input, named after the agent, and the specification's
    /// defaults.
    pub fn new(
        agent_id: impl Into<String>,
        agent_type: impl Into<String>,
        lambda_function_arn: impl Into<String>,
        agent_input: Map<String, Value>,
    ) -> Self {
        let agent_id = agent_id.into();
        Self {
            agent_name: agent_id.clone(),
            agent_id,
            agent_type: agent_type.into(),
            lambda_function_arn: lambda_function_arn.into(),
            agent_input,
            timeout_seconds: default_timeout_seconds(),
            max_retries: default_max_retries(),
            trace_id: None,
            parent_pipeline_id: None,
        }
    }

    /// The run of a pipeline with nothing but this agent.
    ///
    /// # Errors
    /// When a field's value is none.
    pub fn submission(
        &self,
        language: &LanguageSettings,
        defaults: &RunDefaults,
        directory: &Path,
    ) -> Result<NewSubmission, InvalidAgent> {
        self.check()?;
        let pipeline_id = self.parent_pipeline_id.as_ref();
        Ok(NewSubmission {
            plan: self.plan(language),
            context: Value::Object(self.agent_input.clone()),
            pipeline_id: pipeline_id.unwrap_or(&self.agent_id).clone(),
            mode: RunMode::Sequential,
            max_parallelism: None,
            concurrency_cap: 1,
            timeout_ms: None,
            max_agent_ms: defaults.max_agent_ms,
            fail_fast: false,
            fail_fast_on_critical: false,
            partial_success_allowed: true,
            trace_id: self.trace_id.clone(),
            source: None,
            work_dir: directory.to_owned(),
            parent: None,
            adopted: Vec::new(),
            policy_changed: Vec::new(),
        })
    }

    fn check(&self) -> Result<(), InvalidAgent> {
        let wrong = |field, wanted: String| Err(InvalidAgent { field, wanted });
        let first = self.agent_id.chars().next();
        let is_id = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && self
                .agent_id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !is_id {
            return wrong("agent_id", "letters, digits, `_` and `-`".to_owned());
        }
        if !(1..=MAX_TIMEOUT_SECONDS).contains(&self.timeout_seconds) {
            return wrong("timeout_seconds", format!("1 to {MAX_TIMEOUT_SECONDS}"));
        }
        if self.max_retries > MAX_RETRIES {
            return wrong("max_retries", format!("0 to {MAX_RETRIES}"));
        }
        Ok(())
    }

    /// A plan of one stage with one agent, and no decision.
    fn plan(&self, language: &LanguageSettings) -> Plan {
        Plan {
            format: PLAN_FORMAT,
            name: self.agent_name.clone(),
            version: String::new(),
            form: Form::Review,
            context: Map::new(),
            limits: Limits::default(),
            fail_fast: None,
            fail_fast_on_critical: None,
            stages: vec![Stage {
                id: "agent".to_owned(),
                name: "agent".to_owned(),
                mode: StageMode::Sequential,
                condition: None,
                required: true,
                timeout_ms: None,
                max_parallelism: None,
                first: AGENT,
                agents: 1,
                gates: 0,
                repeat: None,
            }],
            nodes: vec![self.node(language)],
            policy: None,
            trusted: Vec::new(),
            reports: Vec::new(),
            severities: BTreeMap::new(),
        }
    }

    fn node(&self, language: &LanguageSettings) -> Node {
        Node {
            // As in the review form, whose hyphens are mapped (decision 6).
            id: self.agent_id.replace('-', "_"),
            name: self.agent_name.clone(),
            role: Role::Agent,
            agent_type: Some(self.agent_type.clone()),
            stage: StageIx(0),
            condition: None,
            depends_on: Vec::new(),
            after: Vec::new(),
            required: true,
            on_failure: OnFailure::Continue,
            limits: TimeLimits {
                total_ms: Some(self.timeout_seconds.saturating_mul(1000)),
                ..TimeLimits::default()
            },
            retry: RetryPolicy {
                limit: if language.retry_enabled {
                    self.max_retries
                } else {
                    0
                },
                base_ms: language.backoff_base_ms,
                multiplier: language.backoff_multiplier,
                max_ms: language.backoff_max_ms,
                timeout_growth: language.timeout_growth,
                ..RetryPolicy::default()
            },
            on_interrupt: OnInterrupt::Rerun,
            projection: Vec::new(),
            secrets: BTreeMap::new(),
            fallbacks: Vec::new(),
            strategy: None,
            outputs: None,
            transformer: None,
            repeat: None,
            action: Action::Lambda {
                arn: self.lambda_function_arn.clone(),
                input: None,
            },
        }
    }
}

impl Orchestrator {
    /// Executes one agent, with its retries. Nothing of it is remembered.
    ///
    /// It never fails: an input that is none, and an agent that cannot be attempted, is a
    /// FAILURE.
    pub async fn execute_agent(&self, input: ExecuteAgentInput) -> ExecuteAgentOutput {
        match self.agent_executed(&input).await {
            Ok(output) => output,
            Err((error_type, error)) => {
                let now = iso(clock::now());
                ExecuteAgentOutput {
                    status: "FAILURE",
                    agent_id: input.agent_id,
                    agent_name: input.agent_name,
                    output: None,
                    started_at: now.clone(),
                    completed_at: now,
                    duration_ms: 0,
                    retry_count: 0,
                    error: Some(error),
                    error_type: Some(error_type),
                }
            }
        }
    }

    async fn agent_executed(
        &self,
        input: &ExecuteAgentInput,
    ) -> Result<ExecuteAgentOutput, (&'static str, String)> {
        let submission = input
            .submission(self.language(), self.run_defaults(), self.directory())
            .map_err(|error| ("invalid_input", error.to_string()))?;
        refuse_plain_secrets(&submission.context)?;
        let failed = |error: String| ("engine_failure", error);
        let scratch = tempfile::Builder::new()
            .prefix("stagewright-agent-")
            .tempdir()
            .map_err(|error| failed(format!("no directory for the agent's files: {error}")))?;
        let engine = self.engine().forgetful(scratch.path());
        let live = engine
            .submit(submission)
            .map_err(|error| failed(error.to_string()))?;
        let (_sender, mut controls) = mpsc::channel::<Control>(1);
        let run = Box::pin(engine.drive(live, &mut controls, &mut Unwatched))
            .await
            .map_err(|error| failed(error.to_string()))?;
        let results = Results::load(&run, &|blob| engine.document(blob).ok());
        let output = ExecuteAgentOutput::of(&run, AGENT, &results);
        let mut output = output.expect("a run of one agent ends with its outcome");
        output.agent_id.clone_from(&input.agent_id);
        Ok(output)
    }
}
