//! The time limits of a step, for an HTTP request.
//!
//! They mean what they mean for a program: `total` from its start to its end,
//! `first_output` from its start until the header of the answer is there (redirects
//! included), `idle` between two pieces of the body. Where there is no limit for the
//! first output, a server may not be silent for longer at its start than later on.

use super::failure::Failure;
use crate::remains::duration;
use stagewright_core::plan::TimeLimits;
use stagewright_core::retry::ErrorClass;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The time limits of one launch, running.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    started: Instant,
    limits: TimeLimits,
}

/// A limit that may pass next.
#[derive(Debug, Clone, Copy)]
struct Deadline {
    at: Instant,
    ms: u64,
    limit: Limit,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    Total,
    FirstOutput,
    Idle,
}

impl Patience {
    /// Begins now.
    pub(crate) fn begin(limits: TimeLimits) -> Self {
        Self {
            started: Instant::now(),
            limits,
        }
    }

    /// Waits for something that comes before the body.
    ///
    /// # Errors
    /// When a limit passes first, or what is waited for fails.
    pub(crate) async fn for_header<T>(
        &self,
        doing: &str,
        what: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let silence = self.limits.first_output_ms.or(self.limits.idle_ms);
        let silence = after(self.started, silence, Limit::FirstOutput);
        self.within(silence, doing, what).await
    }

    /// Waits for the next piece of the body.
    ///
    /// # Errors
    /// When a limit passes first, or what is waited for fails.
    pub(crate) async fn for_piece<T>(
        &self,
        doing: &str,
        what: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let silence = after(Instant::now(), self.limits.idle_ms, Limit::Idle);
        self.within(silence, doing, what).await
    }

    async fn within<T>(
        &self,
        silence: Option<Deadline>,
        doing: &str,
        what: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let total = after(self.started, self.limits.total_ms, Limit::Total);
        let next = [total, silence]
            .into_iter()
            .flatten()
            .min_by_key(|deadline| deadline.at);
        match next {
            None => what.await,
            Some(deadline) => match timeout_at(deadline.at, what).await {
                Ok(result) => result,
                Err(_) => Err(passed(deadline, doing)),
            },
        }
    }
}

fn after(since: Instant, ms: Option<u64>, limit: Limit) -> Option<Deadline> {
    let ms = ms?;
    let at = since.checked_add(Duration::from_millis(ms))?;
    Some(Deadline { at, ms, limit })
}

fn passed(deadline: Deadline, doing: &str) -> Failure {
    let time = duration(deadline.ms);
    let what = match deadline.limit {
        Limit::Total => format!("not done within {time} (limit: total)"),
        Limit::FirstOutput => {
            format!("no answer within {time} of its start (limit: first output)")
        }
        Limit::Idle => format!("no more of the answer for {time} (limit: idle)"),
    };
    Failure::new(ErrorClass::Timeout, format!("{what}, {doing}"))
}
