//! The append-only journal of runs: the port, the memory journal, SQLite.
//!
//! This crate owns what is remembered: events in order, large values by hash, the
//! run index that `status` and `list` read, the inbox through which a second process
//! talks to a live run, and the lease that lets one process drive it. It never
//! knows how an agent runs, and it never decides what an event means: it stores
//! what the core decided and gives it back.
//!
//! Everything here is synchronous. [`Journal`] is the port that the engine uses;
//! [`MemoryJournal`] and [`SqliteJournal`] are its two implementations, and
//! [`contract`] is the suite of promises that both are held to.

#[doc(hidden)]
pub mod contract;
mod error;
mod filter;
mod inbox;
mod lease;
mod lookup;
mod memory;
mod network;
mod port;
mod retention;
mod save_times;
mod sqlite;
mod state_dir;
mod summary;
pub mod wire;

pub use error::{
    AppendError, CreateError, FindError, LeaseError, OpenError, PostError, ReadError, RemoveError,
    StoreError,
};
pub use filter::ListFilter;
pub use inbox::{InboxMessage, MAX_MESSAGE_BYTES, MAX_PENDING_MESSAGES, Posted};
pub use lease::{FIRST_FENCE, Holder, Lease};
pub use lookup::RunKey;
pub use memory::MemoryJournal;
pub use port::{Batch, Journal, NewRun};
pub use retention::{Amount, PrunePlan, PruneStep, Pruned, Retention};
pub use save_times::SaveTimes;
pub use sqlite::{CheckLevel, CheckResult, Durability, Options, SqliteJournal};
pub use stagewright_core::Blob;
pub use state_dir::{StateDir, StateDirError};
pub use summary::{NodeDurations, RunState, RunSummary, StepOf};
