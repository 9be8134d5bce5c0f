//! `recover_pipeline`: goes on with a run, whatever stopped it.

use super::executed::Executed;
use super::orchestrator::Orchestrator;
use crate::drive::{Observer, Unwatched};
use crate::error::EngineError;
use crate::live::LiveRun;
use stagewright_core::Standing;
use stagewright_core::event::RunStatus;
use stagewright_journal::{FindError, RunKey};

impl Orchestrator {
    /// Goes on with the last run of a pipeline id, or with the run of this id: finished
    /// steps are not repeated, an interrupted launch is made again, and of a run that has
    /// ended without success what failed is tried again (decision 31). A run that has
    /// ended with SUCCESS or CANCELLED is answered as it is.
    ///
    /// It never fails: a key without a run is [`Executed::StateNotFound`].
    pub async fn recover_pipeline(&self, pipeline_id: &str) -> Executed {
        self.recover_pipeline_with(pipeline_id, &mut Unwatched)
            .await
    }

    /// As [`recover_pipeline`](Self::recover_pipeline), watched.
    pub async fn recover_pipeline_with<O: Observer + ?Sized>(
        &self,
        pipeline_id: &str,
        observer: &mut O,
    ) -> Executed {
        let key = RunKey::Text(pipeline_id.to_owned());
        let summary = match self.engine().find(&key) {
            Ok(summary) => summary,
            Err(error @ EngineError::Find(FindError::NotFound { .. })) => {
                return Executed::not_found(pipeline_id, &error);
            }
            Err(error) => return self.not_executed(pipeline_id, None, &error),
        };
        match self.take_up(&summary.run_id) {
            Ok(TakenUp::Over(executed)) => *executed,
            Ok(TakenUp::Going(live)) => self.drive(*live, observer).await,
            Err(error) => self.not_executed(pipeline_id, Some(&summary.run_id), &error),
        }
    }

    fn take_up(&self, run_id: &str) -> Result<TakenUp, EngineError> {
        let engine = self.engine();
        let run = engine.load(run_id)?;
        let is_over = match run.end() {
            Some((RunStatus::Success | RunStatus::Cancelled, _)) => true,
            Some((RunStatus::PartialSuccess | RunStatus::Failure, _)) | None => false,
        };
        if is_over {
            return Ok(TakenUp::Over(Box::new(self.executed(&run))));
        }
        let mut live = engine.claim(run_id)?;
        // Only what had stopped before is started over. A run that the claim itself brings
        // to an end, such as by an interrupted launch that must not run again, stays there.
        if matches!(run.standing(), Standing::Ended | Standing::Stuck) {
            engine.reopen(&mut live)?;
        }
        Ok(TakenUp::Going(Box::new(live)))
    }
}

enum TakenUp {
    Over(Box<Executed>),
    Going(Box<LiveRun>),
}
