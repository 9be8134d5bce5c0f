//! What can go wrong in the engine itself. A failing agent is data, never one of these.

use stagewright_core::graph::InvalidPlan;
use stagewright_journal::{AppendError, CreateError, FindError, LeaseError, PostError, ReadError};

/// An operation of the engine failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// The run could not be created.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The journal could not be written. Agents were stopped; the last committed
    /// state stands (decision 40).
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The journal could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Another process drives the run.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// No run, or more than one, is meant.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A message could not be left.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The stored plan cannot be run by this version.
    #[error(transparent)]
    Plan(#[from] InvalidPlan),
    /// The journal names a value that is not there.
    #[error(
        "the journal names the value {hash}, which is not stored: `stagewright doctor` says more"
    )]
    MissingBlob {
        /// Its SHA-256.
        hash: String,
    },
    /// A stored value is not what it should be.
    #[error("the stored value {hash} cannot be read: {message}")]
    DamagedBlob {
        /// Its SHA-256.
        hash: String,
        /// Why.
        message: String,
    },
    /// The run has no events.
    #[error("run {run_id} has no events: the journal is damaged")]
    EmptyRun {
        /// The run.
        run_id: String,
    },
    /// The context is larger than a run carries.
    #[error(
        "the context has {bytes} bytes of JSON, and the most is {limit}: put large data in a file and its path in the context"
    )]
    ContextTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The context must be an object.
    #[error("the context must be an object with names, not {found}")]
    ContextNotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// The context holds a secret in the clear (decision 21).
    #[error("{message}")]
    PlainSecrets {
        /// Where, without the values.
        message: String,
    },
    /// A directory of the run could not be made.
    #[error("{path} cannot be made: {message}")]
    Directory {
        /// Which.
        path: String,
        /// Why.
        message: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(String),
    /// The node does not wait for an answer.
    #[error("{message}")]
    NotWaiting {
        /// What there is instead.
        message: String,
    },
}
