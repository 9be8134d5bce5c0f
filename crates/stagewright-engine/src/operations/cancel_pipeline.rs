//! `cancel_pipeline`: ends a run, gently or by force (rule A24).

use super::orchestrator::Orchestrator;
use crate::clock;
use crate::drive::{Control, Unwatched};
use crate::error::EngineError;
use crate::reach::Reached;
use serde::{Deserialize, Serialize};
use stagewright_core::{Input, Run};
use stagewright_journal::{InboxMessage, RunKey, RunState};
use stagewright_report::documents::CancelPipelineOutput;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a forced cancel may take to end everything.
const END: Duration = Duration::from_secs(30);

/// How often the journal is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// What `cancel_pipeline` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelPipelineInput {
    /// A pipeline id for its last run, or a run id.
    pub pipeline_id: String,
    /// Why, for the journal and for people.
    pub reason: String,
    /// Whether running agents are stopped; otherwise they may finish.
    #[serde(default)]
    pub force: bool,
}

impl Orchestrator {
    /// Cancels a run, wherever it is driven. A forced cancel returns when everything has
    /// ended; a graceful one when it was taken.
    ///
    /// It never fails: an unknown or ended run is a FAILURE with its reason.
    pub async fn cancel_pipeline(&self, input: CancelPipelineInput) -> CancelPipelineOutput {
        let pipeline_id = input.pipeline_id.clone();
        match self.cancelled(input).await {
            Ok(Ok(run)) => CancelPipelineOutput::of(&run).unwrap_or_else(|| {
                // It ended by itself before the cancel came in.
                CancelPipelineOutput::refused(&pipeline_id, clock::now(), ended(&run))
            }),
            Ok(Err(refusal)) => CancelPipelineOutput::refused(&pipeline_id, clock::now(), refusal),
            Err(error) => {
                CancelPipelineOutput::refused(&pipeline_id, clock::now(), error.to_string())
            }
        }
    }

    /// The run afterwards, or why it cannot be cancelled.
    async fn cancelled(
        &self,
        input: CancelPipelineInput,
    ) -> Result<Result<Run, String>, EngineError> {
        let engine = self.engine();
        let summary = engine.find(&RunKey::Text(input.pipeline_id))?;
        let run_id = summary.run_id;
        let run = engine.load(&run_id)?;
        if run.end().is_some() {
            return Ok(Err(ended(&run)));
        }
        let CancelPipelineInput { reason, force, .. } = input;
        let message = InboxMessage::Cancel {
            reason: reason.clone(),
            force,
            by: None,
        };
        match engine.reach_async(&run_id, &message).await? {
            Reached::Posted(holder) => {
                return Ok(Err(format!(
                    "{holder}, which drives run {run_id}, does not answer; the cancel waits for it"
                )));
            }
            Reached::Delivered(_) if force => self.wait_for_the_end(&run_id).await?,
            Reached::Delivered(_) => {}
            Reached::Taken(mut live) => {
                live.begin_with(vec![Input::Cancel { reason, force }])?;
                let (_sender, mut controls) = mpsc::channel::<Control>(1);
                let mut unwatched = Unwatched;
                let driven = engine.drive(*live, &mut controls, &mut unwatched);
                Box::pin(driven).await?;
            }
        }
        engine.load(&run_id).map(Ok)
    }

    async fn wait_for_the_end(&self, run_id: &str) -> Result<(), EngineError> {
        let ended = async {
            loop {
                let summary = self.engine().journal().summary(run_id)?;
                if summary.is_none_or(|summary| summary.state == RunState::Ended) {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        // Whether everything has ended is in the answer (`cleanup_performed`).
        tokio::time::timeout(END, ended).await.unwrap_or(Ok(()))
    }
}

fn ended(run: &Run) -> String {
    let status = run.end().map_or("", |(status, _)| status.as_str());
    format!("run {} has ended with {status}", run.submission().run_id)
}
