//! `agent run`: a single agent with its retries and time limit (`execute_agent`).
//!
//! The same engine as for pipelines runs a plan of one agent; nothing of it is
//! remembered. Settings map the function to a program, as everywhere.

use super::operation::{self, Fields};
use crate::arguments::AgentRunArguments;
use crate::context::assemble;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::{settings, working_directory};
use crate::settings::Settings;
use crate::user_error::UserError;
use serde_json::{Map, Value};
use stagewright_agents::Agents;
use stagewright_core::plan::{
    Action, Form, Limits, Node, NodeIx, OnFailure, OnInterrupt, PLAN_FORMAT, Plan, Role, RunMode,
    Stage, StageIx, StageMode, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{Recorded, Run};
use stagewright_engine::{Control, Engine, LiveRun, NewSubmission, Observer, Parts};
use stagewright_journal::MemoryJournal;
use stagewright_report::Results;
use stagewright_report::documents::ExecuteAgentOutput;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// The defaults of `ExecuteAgentInput`.
const DEFAULT_TIMEOUT_SECONDS: u64 = 600;
const DEFAULT_RETRIES: u64 = 2;

/// What the seed's input allows at most here, so that arithmetic on times stays exact.
const MAX_TIMEOUT_SECONDS: u64 = 30 * 24 * 3600;
const MAX_RETRIES: u64 = 1000;

/// The one agent.
const AGENT: NodeIx = NodeIx::new(0);

/// Runs the agent and prints its outcome; leaves with 0 for SUCCESS, with 3 for FAILURE
/// and TIMEOUT, and with 130 when a signal ended it.
///
/// # Errors
/// When the input is not an `ExecuteAgentInput`, a setting is wrong, or the agent
/// cannot even be attempted.
pub(super) fn run(arguments: &AgentRunArguments, printer: &Printer) -> Result<Exit, UserError> {
    let document = operation::read(arguments.input.as_ref())?;
    let order = Order::read(&Fields::root(&document)?)?;
    let settings = settings()?;
    let scratch = tempfile::Builder::new()
        .prefix("stagewright-agent-")
        .tempdir()
        .map_err(|error| UserError::unwritable(&std::env::temp_dir(), &error))?;
    let engine = Engine::new(Parts {
        journal: Arc::new(MemoryJournal::new()),
        agents: Arc::new(Agents::new(settings.agents())),
        state_dir: scratch.path().to_path_buf(),
        evaluators: BTreeMap::new(),
    });
    let live = engine.submit(order.submission(&settings)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unprepared(&error))?;
    let ended = runtime.block_on(drive(&engine, live))?;
    let results = Results::load(&ended, &|blob| engine.document(blob).ok());
    let interrupted = ended.cancel().is_some();
    let Some(mut output) = ExecuteAgentOutput::of(&ended, AGENT, &results) else {
        assert!(
            interrupted,
            "a run of one agent ends with its outcome, unless a signal came before its start"
        );
        return Ok(Exit::Interrupted);
    };
    output.agent_id = order.agent_id;
    let exit = match output.status {
        _ if interrupted => Exit::Interrupted,
        "SUCCESS" => Exit::Done,
        _ => Exit::Failed,
    };
    printer.json(&output);
    Ok(exit)
}

/// Drives the run to its end. A signal to end the process ends the agent first.
async fn drive(engine: &Engine, live: LiveRun) -> Result<Run, UserError> {
    let (sender, mut controls) = mpsc::channel(1);
    let signals = (
        signal(SignalKind::interrupt()).map_err(|error| unprepared(&error))?,
        signal(SignalKind::terminate()).map_err(|error| unprepared(&error))?,
    );
    let mut silent = Silent;
    let driven = Box::pin(engine.drive(live, &mut controls, &mut silent));
    tokio::select! {
        run = driven => Ok(run?),
        never = cancel_on_signal(signals, sender) => match never {},
    }
}

/// Asks for the agent's end at every signal.
async fn cancel_on_signal(
    (mut interrupt, mut terminate): (Signal, Signal),
    sender: mpsc::Sender<Control>,
) -> Infallible {
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let control = Control::Cancel {
            reason: "a signal ended it".to_owned(),
            force: true,
        };
        // Nobody listens any more once the agent has ended.
        let _ = sender.send(control).await;
    }
}

fn unprepared(error: &std::io::Error) -> UserError {
    let message = format!("the agent cannot be driven: {error}");
    UserError::new(Exit::Infrastructure, "SW0404", message)
}

/// Shows nothing: the outcome is the data of this command.
struct Silent;

impl Observer for Silent {
    fn committed(&mut self, _run: &Run, _events: &[Recorded]) {}
}

/// An `ExecuteAgentInput`.
struct Order {
    agent_id: String,
    agent_name: String,
    agent_type: String,
    arn: String,
    input: Map<String, Value>,
    timeout_ms: u64,
    retries: u32,
    trace_id: Option<String>,
    parent: Option<String>,
}

impl Order {
    fn read(fields: &Fields<'_>) -> Result<Self, UserError> {
        fields.only(&[
            "agent_id",
            "agent_name",
            "agent_type",
            "lambda_function_arn",
            "agent_input",
            "timeout_seconds",
            "max_retries",
            "trace_id",
            "parent_pipeline_id",
        ])?;
        let agent_id = fields.text("agent_id")?;
        let is_id = agent_id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && agent_id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !is_id {
            return Err(out_of_range(
                fields,
                "agent_id",
                "letters, digits, `_` and `-`",
            ));
        }
        let timeout_seconds = fields.count("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)?;
        if !(1..=MAX_TIMEOUT_SECONDS).contains(&timeout_seconds) {
            let wanted = format!("1 to {MAX_TIMEOUT_SECONDS}");
            return Err(out_of_range(fields, "timeout_seconds", &wanted));
        }
        let retries = fields.count("max_retries", DEFAULT_RETRIES)?;
        let retries = u32::try_from(retries.min(MAX_RETRIES + 1)).unwrap_or(u32::MAX);
        if u64::from(retries) > MAX_RETRIES {
            return Err(out_of_range(
                fields,
                "max_retries",
                &format!("0 to {MAX_RETRIES}"),
            ));
        }
        fields.required("agent_input")?;
        let input = fields.object("agent_input")?;
        Ok(Self {
            agent_id: agent_id.to_owned(),
            agent_name: fields.text("agent_name")?.to_owned(),
            agent_type: fields.text("agent_type")?.to_owned(),
            arn: fields.text("lambda_function_arn")?.to_owned(),
            input: input.map_or_else(Map::new, |input| input.entries().clone()),
            timeout_ms: timeout_seconds * 1000,
            retries,
            trace_id: fields.optional_text("trace_id")?.map(str::to_owned),
            parent: fields
                .optional_text("parent_pipeline_id")?
                .map(str::to_owned),
        })
    }

    fn submission(&self, settings: &Settings) -> Result<NewSubmission, UserError> {
        Ok(NewSubmission {
            plan: self.plan(settings),
            context: assemble(&self.input, &[])?,
            pipeline_id: self.parent.clone().unwrap_or_else(|| self.agent_id.clone()),
            mode: RunMode::Sequential,
            max_parallelism: None,
            concurrency_cap: 1,
            timeout_ms: None,
            max_agent_ms: settings.max_agent_ms(),
            fail_fast: false,
            fail_fast_on_critical: false,
            partial_success_allowed: true,
            trace_id: self.trace_id.clone(),
            source: None,
            work_dir: working_directory()?,
            parent: None,
            adopted: Vec::new(),
            policy_changed: Vec::new(),
        })
    }

    /// A plan of one stage with one agent, and no decision.
    fn plan(&self, settings: &Settings) -> Plan {
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
            nodes: vec![self.node(settings)],
            policy: None,
            trusted: Vec::new(),
            reports: Vec::new(),
            severities: BTreeMap::new(),
        }
    }

    fn node(&self, settings: &Settings) -> Node {
        let language = settings.language();
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
                total_ms: Some(self.timeout_ms),
                ..TimeLimits::default()
            },
            retry: RetryPolicy {
                limit: if language.retry_enabled {
                    self.retries
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
                arn: self.arn.clone(),
                input: None,
            },
        }
    }
}

fn out_of_range(fields: &Fields<'_>, name: &str, wanted: &str) -> UserError {
    let path = fields.path_of(name);
    UserError::usage("SW0223", format!("`{path}` must be {wanted}"))
}
