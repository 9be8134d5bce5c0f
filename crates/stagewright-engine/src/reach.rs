//! A message to a run, whoever drives it (decision 12).
//!
//! When nobody drives it, this process takes it, and the caller gives it the message.
//! Otherwise the message lies in the inbox until the driver has taken it.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::LiveRun;
use stagewright_journal::{Holder, InboxMessage, LeaseError};
use std::time::{Duration, Instant};

/// How long the process that drives a run may take to take a message.
const DELIVERY: Duration = Duration::from_secs(5);

/// How often that is looked at.
const DELIVERY_PAUSE: Duration = Duration::from_millis(20);

/// What became of a message to a run.
pub enum Reached {
    /// Nobody drove the run: this process has it now, and nothing has gone on yet.
    Taken(Box<LiveRun>),
    /// The process that drives it has taken the message.
    Delivered(Holder),
    /// The process that drives it does not answer; the message waits in the inbox.
    Posted(Holder),
}

/// A message on its way.
enum Reaching {
    Arrived(Reached),
    Waiting(Delivery),
}

/// A message that lies in the inbox of a driven run.
struct Delivery {
    by: Holder,
    message: i64,
    since: Instant,
}

impl Engine {
    /// Gives a message to whoever drives the run and waits until it was taken; when
    /// nobody drives it, this process takes the run, and the caller gives it the
    /// message. It blocks the thread, so that a task says
    /// [`reach_async`](Self::reach_async).
    ///
    /// # Errors
    /// When the run cannot be taken for another reason than that somebody has it.
    pub fn reach(&self, run_id: &str, message: &InboxMessage) -> Result<Reached, EngineError> {
        let delivery = match self.post(run_id, message)? {
            Reaching::Arrived(reached) => return Ok(reached),
            Reaching::Waiting(delivery) => delivery,
        };
        loop {
            if let Some(reached) = self.look_after(run_id, &delivery)? {
                return Ok(reached);
            }
            std::thread::sleep(DELIVERY_PAUSE);
        }
    }

    /// As [`reach`](Self::reach), for a task: the run may be driven on the same thread.
    ///
    /// # Errors
    /// As for [`reach`](Self::reach).
    pub async fn reach_async(
        &self,
        run_id: &str,
        message: &InboxMessage,
    ) -> Result<Reached, EngineError> {
        let delivery = match self.post(run_id, message)? {
            Reaching::Arrived(reached) => return Ok(reached),
            Reaching::Waiting(delivery) => delivery,
        };
        loop {
            if let Some(reached) = self.look_after(run_id, &delivery)? {
                return Ok(reached);
            }
            tokio::time::sleep(DELIVERY_PAUSE).await;
        }
    }

    fn post(&self, run_id: &str, message: &InboxMessage) -> Result<Reaching, EngineError> {
        let by = match self.take(run_id) {
            Ok(live) => return Ok(Reaching::Arrived(Reached::Taken(Box::new(live)))),
            Err(EngineError::Lease(LeaseError::Held { by, .. })) => by,
            Err(error) => return Err(error),
        };
        let message = self.journal().post(run_id, message)?;
        crate::wake::wake(self.state_dir(), run_id);
        Ok(Reaching::Waiting(Delivery {
            by,
            message,
            since: Instant::now(),
        }))
    }

    /// What has become of the message by now; `None` while it is on its way.
    fn look_after(
        &self,
        run_id: &str,
        delivery: &Delivery,
    ) -> Result<Option<Reached>, EngineError> {
        let waits = || -> Result<bool, EngineError> {
            let waiting = self.journal().drain(run_id)?;
            Ok(waiting.iter().any(|message| message.id == delivery.message))
        };
        let by = || delivery.by.clone();
        if !waits()? {
            return Ok(Some(Reached::Delivered(by())));
        }
        // Whoever drove it may have left without another look; then it is ours, unless
        // the message was the last thing that it took.
        match self.take(run_id) {
            Ok(live) if waits()? => return Ok(Some(Reached::Taken(Box::new(live)))),
            Ok(_) => return Ok(Some(Reached::Delivered(by()))),
            Err(EngineError::Lease(LeaseError::Held { .. })) => {}
            Err(error) => return Err(error),
        }
        let is_late = delivery.since.elapsed() >= DELIVERY;
        Ok(is_late.then(|| Reached::Posted(by())))
    }
}
