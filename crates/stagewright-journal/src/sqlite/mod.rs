//! The journal in one SQLite file: the default.
//!
//! One connection writes, behind a queue that commits what several threads bring at
//! the price of one sync ([`writer`]). Others only read, each its own snapshot, so
//! that a `status` from a second terminal never waits for a run. A file per story:
//! opening and its refusals, the schema, appends, reads, the index, lists, the inbox,
//! large values, retention, the doctor's checks.

mod append;
mod blobs;
mod check;
mod fault;
mod inbox;
mod index;
mod leftovers;
mod list;
mod open;
mod prune;
mod read;
mod readers;
mod schema;
mod shrink;
mod sweep;
mod writer;

pub use check::{CheckLevel, CheckResult};
pub use open::{Durability, Options};

use crate::StoreError;
use crate::error::{
    AppendError, CreateError, FindError, LeaseError, OpenError, PostError, ReadError, RemoveError,
};
use crate::filter::ListFilter;
use crate::inbox::{InboxMessage, Posted};
use crate::lease::{Holder, Lease};
use crate::lookup::{self, RunKey};
use crate::port::{Batch, Journal, NewRun};
use crate::retention::{Amount, PrunePlan, PruneStep, Pruned, Retention};
use crate::save_times::SaveTimes;
use crate::state_dir::StateDir;
use crate::summary::{NodeDurations, RunSummary};
use readers::Readers;
use stagewright_core::event::BlobRef;
use stagewright_core::{Blob, Recorded};
use std::collections::HashMap;
use std::sync::Mutex;
use writer::Writer;

/// The journal of one state directory.
#[derive(Debug)]
pub struct SqliteJournal {
    dir: StateDir,
    /// Device and inode of the database file, to notice when it is taken away.
    identity: (u64, u64),
    /// How long appends took, of each run that this process drives.
    saves: Mutex<HashMap<String, SaveTimes>>,
    // Dropped before the writer, in the order of the fields.
    readers: Readers,
    writer: Writer,
}

/// Device and inode of a file.
fn identity_of(path: &std::path::Path) -> Result<(u64, u64), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).map_err(|error| StoreError::io(path, &error))?;
    Ok((found.dev(), found.ino()))
}

impl SqliteJournal {
    /// Refuses to go on when the database file was removed or replaced: what is written
    /// then goes to a file that nobody will find again (decision 40).
    fn is_still_there(&self) -> Result<(), StoreError> {
        let path = self.dir.database();
        match identity_of(&path) {
            Ok(identity) if identity == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(fault::removed(&path)),
        }
    }

    /// Opens the journal of a state directory, creating it when there is none.
    ///
    /// # Errors
    /// When the directory lies on a network file system, the file is not a journal
    /// or is newer than this version, or the store fails.
    pub fn open(dir: StateDir, options: &Options) -> Result<Self, OpenError> {
        open::open(dir, options, true)
    }

    /// Opens the journal of a state directory, which has to exist: what commands use
    /// that only look.
    ///
    /// # Errors
    /// As by [`open`](Self::open), and [`OpenError::Missing`].
    pub fn open_existing(dir: StateDir, options: &Options) -> Result<Self, OpenError> {
        open::open(dir, options, false)
    }

    /// The state directory.
    pub fn state_dir(&self) -> &StateDir {
        &self.dir
    }

    /// What would be removed. Changes nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn plan_prune(&self, retention: &Retention) -> Result<PrunePlan, ReadError> {
        prune::plan(self, retention)
    }

    /// Removes the runs of a plan, each of them only if it still may go; then the values
    /// that nobody mentions and what crashes have left; and makes the database smaller.
    /// `tell` hears of each step.
    ///
    /// # Errors
    /// When the store fails. What is done by then is done; the next prune does the rest.
    pub fn prune(
        &self,
        plan: &PrunePlan,
        holder: &Holder,
        tell: &mut dyn FnMut(PruneStep),
    ) -> Result<Pruned, ReadError> {
        prune::carry_out(self, plan, holder, tell)
    }

    /// Removes a run whose lease the caller holds, with all that is its own; its values
    /// stay until the next prune. With `force` also one that has not ended. Says how many
    /// events it had, and the bytes of its directory.
    ///
    /// # Errors
    /// When it has not ended, is tied to one that has not, or the store fails.
    pub fn discard(&self, lease: Lease, force: bool) -> Result<Amount, RemoveError> {
        prune::discard(self, lease, force)
    }

    /// Examines the store for `doctor`. Changes nothing.
    pub fn check(&self, level: CheckLevel) -> Vec<CheckResult> {
        check::check(self, level)
    }
}

impl Journal for SqliteJournal {
    fn create(&self, new: NewRun) -> Result<Lease, CreateError> {
        append::create(self, new)
    }

    fn append(&self, batch: Batch) -> Result<(), AppendError> {
        append::append(self, batch)
    }

    fn append_all(&self, batches: Vec<Batch>) -> Vec<Result<(), AppendError>> {
        append::append_all(self, batches)
    }

    fn events(&self, run_id: &str, from_seq: u64) -> Result<Vec<Recorded>, ReadError> {
        read::events(self, run_id, from_seq)
    }

    fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, ReadError> {
        blobs::read(self, hash)
    }

    fn put_blob(&self, blob: Blob) -> Result<BlobRef, AppendError> {
        Ok(blobs::put(self, blob)?)
    }

    fn acquire(&self, run_id: &str, holder: &Holder) -> Result<Lease, LeaseError> {
        append::acquire(self, run_id, holder)
    }

    fn holder(&self, run_id: &str) -> Result<Option<Holder>, ReadError> {
        read::holder(self, run_id)
    }

    fn find(&self, key: &RunKey) -> Result<RunSummary, FindError> {
        lookup::find(self, key)
    }

    fn list(&self, filter: &ListFilter) -> Result<Vec<RunSummary>, ReadError> {
        list::list(self, filter)
    }

    fn summary(&self, run_id: &str) -> Result<Option<RunSummary>, ReadError> {
        lookup::Index::by_id(self, run_id)
    }

    fn past_durations(&self, pipeline: &str, runs: usize) -> Result<Vec<NodeDurations>, ReadError> {
        index::past_durations(self, pipeline, runs)
    }

    fn save_times(&self, run_id: &str) -> Result<Option<SaveTimes>, ReadError> {
        index::save_times(self, run_id)
    }

    fn post(&self, run_id: &str, message: &InboxMessage) -> Result<i64, PostError> {
        inbox::post(self, run_id, message)
    }

    fn drain(&self, run_id: &str) -> Result<Vec<Posted>, ReadError> {
        inbox::drain(self, run_id)
    }
}
