//! The port: what the engine asks of a journal, whatever it is made of.
//!
//! Neighbours: the engine's driver appends and acquires, other processes read and
//! post. [`crate::contract`] says in code what each method promises.

use crate::error::{AppendError, CreateError, FindError, LeaseError, PostError, ReadError};
use crate::filter::ListFilter;
use crate::inbox::{InboxMessage, Posted};
use crate::lease::{Holder, Lease};
use crate::lookup::RunKey;
use crate::save_times::SaveTimes;
use crate::summary::{NodeDurations, RunSummary};
use stagewright_core::event::BlobRef;
use stagewright_core::{Blob, Recorded};

/// A store of runs. Handles are shared between threads; several handles, in one or
/// more processes, may be open on the same store.
///
/// What [`create`](Self::create) and [`append`](Self::append) have acknowledged is
/// durable as far as the store's setting promises, and an append is wholly there or
/// not at all.
pub trait Journal: Send + Sync {
    /// Creates a run with its first events and takes its lease, with
    /// [`FIRST_FENCE`](crate::FIRST_FENCE), in one transaction.
    ///
    /// # Errors
    /// When the run exists, when `exclusive` is asked for and the pipeline id has a
    /// run that has not ended, or when it cannot be stored.
    fn create(&self, new: NewRun) -> Result<Lease, CreateError>;

    /// Appends a batch in one transaction: events, blobs, the index row, and the
    /// removal of the inbox messages that became events.
    ///
    /// # Errors
    /// When the fencing number or the position is not the current one, or when it
    /// cannot be stored. Nothing of the batch is there then, save for a failure of
    /// the commit itself (a device that reports an error): its outcome is open, and
    /// the caller folds the journal again to learn it (decision 1).
    fn append(&self, batch: Batch) -> Result<(), AppendError>;

    /// Appends several batches at the price of one commit, each as by
    /// [`append`](Self::append): one that is refused does not touch the others.
    fn append_all(&self, batches: Vec<Batch>) -> Vec<Result<(), AppendError>> {
        batches
            .into_iter()
            .map(|batch| self.append(batch))
            .collect()
    }

    /// The events of a run from a position on, in order and without gaps.
    ///
    /// # Errors
    /// When there is no such run, or a stored event cannot be read.
    fn events(&self, run_id: &str, from_seq: u64) -> Result<Vec<Recorded>, ReadError>;

    /// The bytes with this SHA-256 (64 lower-case hexadecimal digits), if stored.
    ///
    /// # Errors
    /// When the bytes cannot be read, or are no longer those of the hash.
    fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// Stores bytes by themselves. Storing the same bytes again changes nothing. They stay
    /// as long as an event, or a value that one mentions, mentions them.
    ///
    /// # Errors
    /// When they cannot be stored.
    fn put_blob(&self, blob: Blob) -> Result<BlobRef, AppendError>;

    /// Takes the lease of a run: the right to drive it, until the lease is dropped
    /// or the process ends. Each acquisition raises the run's fencing number, so
    /// that an earlier holder's appends are refused from here on.
    ///
    /// # Errors
    /// When another process holds it, saying which one.
    fn acquire(&self, run_id: &str, holder: &Holder) -> Result<Lease, LeaseError>;

    /// The process that holds the lease of a run right now, if any does.
    ///
    /// # Errors
    /// When there is no such run.
    fn holder(&self, run_id: &str) -> Result<Option<Holder>, ReadError>;

    /// The run that a person means.
    ///
    /// # Errors
    /// When no run or more than one is meant, with candidates.
    fn find(&self, key: &RunKey) -> Result<RunSummary, FindError>;

    /// Runs, those created last first.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn list(&self, filter: &ListFilter) -> Result<Vec<RunSummary>, ReadError>;

    /// The index row of a run, `None` when there is no such run.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn summary(&self, run_id: &str) -> Result<Option<RunSummary>, ReadError>;

    /// How long the agents and gates took in the last `runs` runs that have ended of
    /// pipelines with this name, the youngest first (rule A28).
    ///
    /// # Errors
    /// When the index cannot be read.
    fn past_durations(&self, pipeline: &str, runs: usize) -> Result<Vec<NodeDurations>, ReadError>;

    /// How long this run's appends took so far, but for the last one; `None` where that
    /// is not measured.
    ///
    /// # Errors
    /// When there is no such run, or the index cannot be read.
    fn save_times(&self, run_id: &str) -> Result<Option<SaveTimes>, ReadError>;

    /// Leaves a message for whoever drives the run; returns the message's number.
    ///
    /// # Errors
    /// When there is no such run, or a limit of the inbox is reached.
    fn post(&self, run_id: &str, message: &InboxMessage) -> Result<i64, PostError>;

    /// The messages that wait for a run, the oldest first. They stay until a batch
    /// names them in [`Batch::inbox_taken`], so a crash between the two loses none.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    fn drain(&self, run_id: &str) -> Result<Vec<Posted>, ReadError>;
}

/// A run that is to be created. Its ids stand in the summary.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The index row after the first events.
    pub summary: RunSummary,
    /// The first events, from position 0.
    pub events: Vec<Recorded>,
    /// Large values that the events refer to: the plan at least.
    pub blobs: Vec<Blob>,
    /// Who drives the run.
    pub holder: Holder,
    /// Refuse when the pipeline id has a run that has not ended (decision 31).
    pub exclusive: bool,
}

/// What is appended together.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The run.
    pub run_id: String,
    /// The fencing number of the lease under which the caller drives it.
    pub fence: u64,
    /// The position of the first event, which has to be the end of the journal.
    pub next_seq: u64,
    /// The events; may be none, when only the index or the inbox changes.
    pub events: Vec<Recorded>,
    /// Large values that the events refer to. Those already stored cost nothing.
    pub blobs: Vec<Blob>,
    /// The index row after these events.
    pub summary: RunSummary,
    /// The inbox messages that became inputs of these events.
    pub inbox_taken: Vec<i64>,
}

/// Asserts that events stand one after another from `next_seq` on. A gap is the
/// caller's broken invariant, not a condition of the store.
pub(crate) fn assert_contiguous(run_id: &str, next_seq: u64, events: &[Recorded]) {
    for (offset, recorded) in (0_u64..).zip(events) {
        assert!(
            recorded.seq == next_seq + offset,
            "run {run_id}: event {offset} of a batch at {next_seq} says it is number {}",
            recorded.seq
        );
    }
}
