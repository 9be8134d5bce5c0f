//! What became of a run that was executed, recovered or forked.

use super::orchestrator::Orchestrator;
use crate::clock;
use crate::error::EngineError;
use serde::Serialize;
use stagewright_core::Run;
use stagewright_journal::{CreateError, RunState};
use stagewright_report::Results;
use stagewright_report::documents::{
    ExecutePipelineOutput, GetPipelineStatusOutput, StatusOptions,
};

/// What became of a run. As JSON it is the document inside.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Executed {
    /// It has ended, or could not begin: the specification's document.
    Ended(Box<ExecutePipelineOutput>),
    /// It has not ended: it waits for somebody, is stuck, or was interrupted. Its status
    /// says for what it waits; nothing of it runs.
    Open(Box<GetPipelineStatusOutput>),
    /// The pipeline id has a run that has not ended; no other one was made (decision 31).
    AlreadyProcessed(AlreadyProcessed),
    /// There is no run to go on with.
    StateNotFound(StateNotFound),
}

/// The answer to an order that was given before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlreadyProcessed {
    /// `ALREADY_PROCESSED`.
    pub result: &'static str,
    /// The user's key.
    pub pipeline_id: String,
    /// The run there is.
    pub run_id: String,
    /// Where it stands.
    pub state: RunState,
}

/// The answer when no state is stored under a pipeline id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateNotFound {
    /// `NOT_FOUND`, as in a status.
    pub status: &'static str,
    /// What was looked for.
    pub pipeline_id: String,
    /// `StateNotFoundError`.
    pub error_type: &'static str,
    /// In words, with what may have been meant.
    pub error: String,
}

impl Executed {
    /// The word for all of it: a status of the specification, `ALREADY_PROCESSED`, or
    /// `NOT_FOUND`.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Ended(output) => output.status,
            Self::Open(status) => status.status,
            Self::AlreadyProcessed(already) => already.result,
            Self::StateNotFound(missing) => missing.status,
        }
    }

    /// The document of a run that has ended.
    pub fn ended(&self) -> Option<&ExecutePipelineOutput> {
        match self {
            Self::Ended(output) => Some(output),
            Self::Open(_) | Self::AlreadyProcessed(_) | Self::StateNotFound(_) => None,
        }
    }

    pub(super) fn not_found(pipeline_id: &str, error: &EngineError) -> Self {
        Self::StateNotFound(StateNotFound {
            status: "NOT_FOUND",
            pipeline_id: pipeline_id.to_owned(),
            error_type: "StateNotFoundError",
            error: error.to_string(),
        })
    }

    /// A run that could not begin or go on: FAILURE with the decision BLOCK, never an
    /// error (rule A1).
    pub(super) fn failed(
        pipeline_id: &str,
        run_id: Option<&str>,
        error_type: &'static str,
        error: String,
    ) -> Self {
        Self::Ended(Box::new(ExecutePipelineOutput::failed(
            pipeline_id,
            run_id,
            clock::now(),
            error_type,
            error,
        )))
    }
}

impl Orchestrator {
    /// The document about a run as it stands.
    pub(super) fn executed(&self, run: &Run) -> Executed {
        let engine = self.engine();
        let results = Results::load(run, &|blob| engine.document(blob).ok());
        let logs = engine.dirs(&run.submission().run_id).logs();
        let logs = logs.display().to_string();
        if let Some(output) = ExecutePipelineOutput::of(run, &results, Some(&logs)) {
            return Executed::Ended(Box::new(output));
        }
        let options = StatusOptions {
            agent_details: true,
            logs_url: Some(&logs),
            ..StatusOptions::default()
        };
        let status = GetPipelineStatusOutput::of(run, &results, clock::now(), options);
        Executed::Open(Box::new(status))
    }

    /// What an error of the engine means for the one who ordered the run.
    pub(super) fn not_executed(
        &self,
        pipeline_id: &str,
        run_id: Option<&str>,
        error: &EngineError,
    ) -> Executed {
        if let EngineError::Create(CreateError::PipelineActive {
            pipeline_id,
            run_id,
        }) = error
        {
            let summary = self.engine().journal().summary(run_id);
            return Executed::AlreadyProcessed(AlreadyProcessed {
                result: "ALREADY_PROCESSED",
                pipeline_id: pipeline_id.clone(),
                run_id: run_id.clone(),
                state: match summary {
                    Ok(Some(summary)) => summary.state,
                    // It was there a moment ago, and can be asked for.
                    Ok(None) | Err(_) => RunState::Running,
                },
            });
        }
        Executed::failed(pipeline_id, run_id, kind_of(error), error.to_string())
    }
}

/// The class of an engine's error, for `error_type`.
fn kind_of(error: &EngineError) -> &'static str {
    match error {
        EngineError::Create(_) | EngineError::Append(_) | EngineError::Directory { .. } => {
            "state_save_failure"
        }
        EngineError::Lease(_) => "driven_elsewhere",
        EngineError::ContextTooLarge { .. }
        | EngineError::ContextNotAnObject { .. }
        | EngineError::PlainSecrets { .. } => "invalid_context",
        EngineError::Plan(_) => "invalid_config",
        EngineError::Read(_)
        | EngineError::Find(_)
        | EngineError::Post(_)
        | EngineError::MissingBlob { .. }
        | EngineError::DamagedBlob { .. }
        | EngineError::EmptyRun { .. }
        | EngineError::Random(_)
        | EngineError::NotWaiting { .. } => "engine_failure",
    }
}
