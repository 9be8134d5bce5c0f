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
use crate::user_error::UserError;
use serde_json::Map;
use stagewright_agents::Agents;
use stagewright_core::plan::NodeIx;
use stagewright_core::{Recorded, Run};
use stagewright_engine::operations::ExecuteAgentInput;
use stagewright_engine::{Control, Engine, LiveRun, Observer, Parts};
use stagewright_journal::MemoryJournal;
use stagewright_report::Results;
use stagewright_report::documents::ExecuteAgentOutput;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

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
    let fields = Fields::root(&document)?;
    let input = read(&fields)?;
    let settings = settings()?;
    let scratch = tempfile::Builder::new()
        .prefix("stagewright-agent-")
        .tempdir()
        .map_err(|error| UserError::unwritable(&std::env::temp_dir(), &error))?;
    let submission = input
        .submission(
            &settings.language(),
            &(&settings).into(),
            &working_directory()?,
        )
        .map_err(|error| {
            let path = fields.path_of(error.field);
            UserError::usage("SW0223", format!("`{path}` must be {}", error.wanted))
        })?;
    // Secrets in the clear are refused here as in every context.
    assemble(&input.agent_input, &[])?;
    let engine = Engine::new(Parts {
        journal: Arc::new(MemoryJournal::new()),
        agents: Arc::new(Agents::new(settings.agents())),
        state_dir: scratch.path().to_path_buf(),
        evaluators: BTreeMap::new(),
    });
    let live = engine.submit(submission)?;
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
    output.agent_id = input.agent_id;
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

/// Reads an `ExecuteAgentInput`.
fn read(fields: &Fields<'_>) -> Result<ExecuteAgentInput, UserError> {
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
    let text = |name| fields.text(name).map(str::to_owned);
    let optional = |name| Ok::<_, UserError>(fields.optional_text(name)?.map(str::to_owned));
    fields.required("agent_input")?;
    let input = fields.object("agent_input")?;
    let input = input.map_or_else(Map::new, |input| input.entries().clone());
    let usual = ExecuteAgentInput::new(
        text("agent_id")?,
        text("agent_type")?,
        text("lambda_function_arn")?,
        input,
    );
    let retries = fields.count("max_retries", u64::from(usual.max_retries))?;
    Ok(ExecuteAgentInput {
        agent_name: text("agent_name")?,
        timeout_seconds: fields.count("timeout_seconds", usual.timeout_seconds)?,
        // More than can be counted is more than is allowed.
        max_retries: u32::try_from(retries).unwrap_or(u32::MAX),
        trace_id: optional("trace_id")?,
        parent_pipeline_id: optional("parent_pipeline_id")?,
        ..usual
    })
}
