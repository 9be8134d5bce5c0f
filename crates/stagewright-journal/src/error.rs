//! What can go wrong with a journal, an enum per operation.
//!
//! The variants carry what a person needs to act: which file, what was expected,
//! who is in the way. [`StoreError`] is what every operation shares; it can be
//! cloned because one failed commit may fail several callers.

use crate::lease::Holder;
use crate::wire::{DecodeError, EncodeError};
use std::path::PathBuf;
use thiserror::Error;

/// The store itself failed, whatever was asked of it (exit code 4).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// There is no room.
    #[error("no room left for {path}: free some space, or prune old runs")]
    Full {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{path} cannot be written: {detail}")]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// Another program holds it.
    #[error("{path} was locked by another program for {waited_ms} ms")]
    Busy {
        /// The file.
        path: PathBuf,
        /// For how long this process waited, in milliseconds.
        waited_ms: u64,
    },
    /// Its content is damaged.
    #[error("{path} is damaged ({detail}): `stagewright doctor` says more")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The system refused for another reason.
    #[error("{path}: {detail}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
}

impl StoreError {
    /// The failure of a file operation on `path`.
    pub(crate) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.to_path_buf();
        let detail = error.to_string();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full { path }
            }
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path, detail }
            }
            _ => Self::Io { path, detail },
        }
    }
}

/// A journal could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// There is none, and none was to be created.
    #[error("there is no journal at {path}: nothing has been run here yet")]
    Missing {
        /// The database file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a journal: {detail}; move it away, or name another state directory")]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        detail: String,
    },
    /// A newer version of the program wrote it.
    #[error(
        "{path} is in format {found}, and this version reads up to format {known}: \
         use the newer stagewright that wrote it"
    )]
    NewerFormat {
        /// The database file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },
    /// It lies on a network file system, where locks and shared memory cannot be
    /// relied on (decision 12).
    #[error(
        "{path} lies on a network file system ({kind}), where a journal is not safe: \
         set STAGEWRIGHT_STATE_DIR to a directory on a local disk"
    )]
    NetworkFileSystem {
        /// The state directory.
        path: PathBuf,
        /// The kind of file system, such as `nfs`.
        kind: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A run could not be created.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreateError {
    /// Its id is taken.
    #[error("run {run_id} exists already")]
    RunExists {
        /// The id.
        run_id: String,
    },
    /// The pipeline id has a run that has not ended, and only one was wanted
    /// (decision 31).
    #[error("pipeline {pipeline_id} has run {run_id}, which has not ended")]
    PipelineActive {
        /// The pipeline id.
        pipeline_id: String,
        /// Its latest run that has not ended.
        run_id: String,
    },
    /// The run that it names as its parent is there no more: what it takes over from it
    /// may be gone, too.
    #[error("run {parent} is there no more, and nothing can be taken over from it")]
    ParentGone {
        /// The parent.
        parent: String,
    },
    /// An event cannot be stored.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A batch could not be appended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendError {
    /// There is no such run.
    #[error("there is no run {run_id}")]
    UnknownRun {
        /// The id.
        run_id: String,
    },
    /// Another process took the run over; this one has to let go of it.
    #[error(
        "run {run_id} was taken over by {holder}: this process held it as number {fence}, now it is {current}"
    )]
    Fenced {
        /// The run.
        run_id: String,
        /// The fencing number of the batch.
        fence: u64,
        /// The fencing number of the run.
        current: u64,
        /// Who took it.
        holder: Holder,
    },
    /// The journal does not end where the caller thinks.
    #[error("run {run_id} has {actual} events where this process expected {expected}")]
    Conflict {
        /// The run.
        run_id: String,
        /// The batch's position.
        expected: u64,
        /// The journal's end.
        actual: u64,
    },
    /// An event cannot be stored.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// There is no such run.
    #[error("there is no run {run_id}")]
    UnknownRun {
        /// The id.
        run_id: String,
    },
    /// A stored event cannot be read.
    #[error("event {seq} of run {run_id} cannot be read: {source}")]
    Event {
        /// The run.
        run_id: String,
        /// The event's position.
        seq: u64,
        /// Why.
        source: DecodeError,
    },
    /// An event is missing.
    #[error("event {seq} of run {run_id} is missing: the journal is damaged")]
    Gap {
        /// The run.
        run_id: String,
        /// The first missing position.
        seq: u64,
    },
    /// Stored bytes are not those of their hash any more.
    #[error("the stored value {hash} is damaged: {detail}")]
    Blob {
        /// The hash that was asked for.
        hash: String,
        /// What is wrong.
        detail: String,
    },
    /// A row of the index or of the inbox cannot be read.
    #[error("the {what} of run {run_id} cannot be read: {detail}")]
    Row {
        /// `index row` or `message`.
        what: &'static str,
        /// The run.
        run_id: String,
        /// Why.
        detail: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A lease could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LeaseError {
    /// There is no such run.
    #[error("there is no run {run_id}")]
    UnknownRun {
        /// The id.
        run_id: String,
    },
    /// Another process, or another part of this one, drives the run.
    #[error("run {run_id} is driven by {by}")]
    Held {
        /// The run.
        run_id: String,
        /// Who.
        by: Holder,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// No one run is meant.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FindError {
    /// Nothing matches.
    #[error("no run matches `{key}`")]
    NotFound {
        /// What was asked for.
        key: String,
        /// Ids that look like it, the closest first.
        close: Vec<String>,
    },
    /// More than one run id starts with it.
    #[error("`{key}` is the beginning of several run ids")]
    Ambiguous {
        /// What was asked for.
        key: String,
        /// Some of the run ids, in order.
        candidates: Vec<String>,
    },
    /// The index cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// A message could not be left.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PostError {
    /// There is no such run.
    #[error("there is no run {run_id}")]
    UnknownRun {
        /// The id.
        run_id: String,
    },
    /// The message is too large.
    #[error("the message has {bytes} bytes, and the most that is taken is {limit}")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// [`MAX_MESSAGE_BYTES`](crate::MAX_MESSAGE_BYTES).
        limit: usize,
    },
    /// Too many messages wait already.
    #[error("{limit} messages wait for run {run_id} already: nothing drives it; resume it first")]
    InboxFull {
        /// The run.
        run_id: String,
        /// [`MAX_PENDING_MESSAGES`](crate::MAX_PENDING_MESSAGES).
        limit: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A run could not be removed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RemoveError {
    /// There is no such run.
    #[error("there is no run {run_id}")]
    UnknownRun {
        /// The id.
        run_id: String,
    },
    /// It has not ended.
    #[error("run {run_id} has not ended, it is {state}")]
    NotEnded {
        /// The run.
        run_id: String,
        /// Its state.
        state: String,
    },
    /// A run that has not ended is its parent or its child.
    #[error("run {run_id} belongs to run {other}, which has not ended")]
    Tied {
        /// The run.
        run_id: String,
        /// The other one.
        other: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
