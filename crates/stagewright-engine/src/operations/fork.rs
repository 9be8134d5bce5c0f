//! `fork`: a new run from the middle of another one, if need be under another context.

use super::execute_pipeline::refuse_plain_secrets;
use super::executed::Executed;
use super::orchestrator::Orchestrator;
use crate::drive::{Observer, Unwatched};
use crate::engine::NewSubmission;
use crate::error::EngineError;
use crate::order::{check_pipeline_id, lay_over};
use crate::take_over::take_over;
use serde::Deserialize;
use serde_json::Value;
use stagewright_journal::RunKey;

/// What `fork` is asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForkInput {
    /// The parent: a run id, or a pipeline id for its last run.
    pub run: String,
    /// The agent or gate from which on it is done again.
    pub from: String,
    /// What is laid over the parent's context. Results from before `from` are taken over
    /// all the same: that is what the caller asks for by naming it.
    #[serde(default)]
    pub context: Option<Value>,
    /// The key of the new run; without it the parent's, or, while the parent has not
    /// ended, one that is made from it.
    #[serde(default)]
    pub pipeline_id: Option<String>,
}

impl ForkInput {
    /// From this agent of this run on, under the same context and key.
    pub fn new(run: impl Into<String>, from: impl Into<String>) -> Self {
        Self {
            run: run.into(),
            from: from.into(),
            context: None,
            pipeline_id: None,
        }
    }
}

/// A run that cannot be forked so.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ForkError {
    /// The engine failed, the parent is not there, or the key has a run that goes on.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The parent has no such agent.
    #[error("run {run_id} has no agent `{from}`; its agents and gates are {known}")]
    NoSuchAgent {
        /// The parent.
        run_id: String,
        /// What was named.
        from: String,
        /// What there is.
        known: String,
    },
    /// The key or the context of the new run is none.
    #[error("{0}")]
    Invalid(String),
}

impl Orchestrator {
    /// Makes a run that names another one as its parent, takes over what that has done
    /// before `from`, and executes the rest (decision 31). The parent stays as it is.
    ///
    /// # Errors
    /// When the parent cannot be forked like that. What becomes of the new run is never an
    /// error.
    pub async fn fork(&self, input: ForkInput) -> Result<Executed, ForkError> {
        self.fork_with(input, &mut Unwatched).await
    }

    /// As [`fork`](Self::fork), watched.
    ///
    /// # Errors
    /// As for [`fork`](Self::fork).
    pub async fn fork_with<O: Observer + ?Sized>(
        &self,
        input: ForkInput,
        observer: &mut O,
    ) -> Result<Executed, ForkError> {
        let submission = self.forked(input)?;
        let live = self.engine().submit(submission)?;
        Ok(self.drive(live, observer).await)
    }

    fn forked(&self, input: ForkInput) -> Result<NewSubmission, ForkError> {
        let summary = self.engine().find(&RunKey::Text(input.run))?;
        let parent = self.engine().load(&summary.run_id)?;
        let Some(from) = parent.find_labelled(&input.from) else {
            let known: Vec<&str> = parent.plan().nodes.iter().map(|node| &*node.id).collect();
            return Err(ForkError::NoSuchAgent {
                run_id: summary.run_id,
                from: input.from,
                known: known.join(", "),
            });
        };
        let submission = parent.submission();
        let pipeline_id = match (input.pipeline_id, parent.end()) {
            (Some(id), _) => {
                check_pipeline_id(&id)
                    .map_err(|error| ForkError::Invalid(format!("{error}: {}", error.hint())))?;
                id
            }
            (None, Some(_)) => submission.pipeline_id.clone(),
            // A parent that has not ended keeps its key.
            (None, None) => {
                let of = &summary.run_id[4..10];
                format!("{}-fork-{of}", submission.pipeline_id)
            }
        };
        let mut context = submission.context.clone();
        if let Some(over) = input.context {
            lay_over(&mut context, over);
            refuse_plain_secrets(&context).map_err(|(_, why)| ForkError::Invalid(why))?;
        }
        Ok(NewSubmission::after(
            &parent,
            pipeline_id,
            parent.plan().as_ref().clone(),
            context,
            take_over(&parent, from.whole()),
            self.run_defaults().concurrency,
        ))
    }
}
