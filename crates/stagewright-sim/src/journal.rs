//! The simulated journal: committed batches in memory, and appends that fail.
//!
//! It promises what the real one promises: a batch is committed whole or not at all,
//! positions have no gaps, and a driver whose lease was lost is refused.

use stagewright_core::{Batch, Graph, Recorded, Run};
use std::sync::Arc;

/// How an append goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendFault {
    /// Nothing is committed.
    BeforeCommit,
    /// The batch is committed, and the caller does not learn it.
    AfterCommit,
}

/// Why an append failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A newer lease exists.
    Fenced,
    /// The disk said no.
    Faulty,
}

/// The committed events of one run.
#[derive(Debug)]
pub struct Journal {
    events: Vec<Recorded>,
    fence: u64,
    checks_fences: bool,
}

impl Journal {
    /// An empty journal. One that does not check fences takes every batch at the place
    /// where the journal happens to be: a bug to be found.
    pub fn new(checks_fences: bool) -> Self {
        Self {
            events: Vec::new(),
            fence: 0,
            checks_fences,
        }
    }

    /// Gives out the next lease; older ones can append nothing from now on.
    pub fn lease(&mut self) -> u64 {
        self.fence += 1;
        self.fence
    }

    /// Commits a batch under a lease.
    ///
    /// # Errors
    /// When the lease was lost, or as the fault says.
    ///
    /// # Panics
    /// When the batch does not follow what is committed.
    pub fn append(
        &mut self,
        fence: u64,
        batch: &Batch,
        fault: Option<AppendFault>,
    ) -> Result<(), Refused> {
        if fence != self.fence && self.checks_fences {
            return Err(Refused::Fenced);
        }
        if fault == Some(AppendFault::BeforeCommit) {
            return Err(Refused::Faulty);
        }
        for recorded in &batch.events {
            let next = self.events.len() as u64;
            assert!(
                recorded.seq == next || !self.checks_fences,
                "a batch follows what is committed"
            );
            self.events.push(Recorded {
                seq: next,
                ..recorded.clone()
            });
        }
        match fault {
            Some(_) => Err(Refused::Faulty),
            None => Ok(()),
        }
    }

    /// The committed events.
    pub fn events(&self) -> &[Recorded] {
        &self.events
    }

    /// The run as the journal tells it.
    pub fn fold(&self, graph: &Arc<Graph>) -> Run {
        let mut run = Run::new(Arc::clone(graph));
        for recorded in &self.events {
            run.apply(recorded);
        }
        run
    }
}
