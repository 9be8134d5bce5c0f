//! The engine: one driver around the core, with leases, timers, launches and recovery.
//!
//! It owns the loop in which a run goes on ([`Engine::drive`]) and everything that
//! the core must not do: the clock, the journal, tasks, directories. It never prints,
//! parses arguments or speaks HTTP; the command line and embedding programs use its
//! plain-data operations. Below it stand the core, the journal and the agents.

#![warn(clippy::wildcard_enum_match_arm)]

mod callables;
mod clock;
mod custom_condition;
mod documents;
mod drive;
mod engine;
mod error;
mod id;
mod in_flight;
mod input_maker;
mod launch;
mod launch_scope;
mod live;
pub mod logs;
#[cfg(feature = "operations")]
pub mod operations;
mod order;
mod plain_secrets;
mod reach;
mod reprojected;
mod requests;
mod reuse;
mod sub_pipeline;
mod subscribe;
mod summary;
mod take_over;
mod text;
mod wake;

pub use callables::{Asked, Callables};
pub use clock::now;
pub use drive::{Control, Observer};
pub use engine::{Engine, MAX_CONTEXT_BYTES, NewSubmission, Parts};
pub use error::EngineError;
pub use id::default_pipeline_id;
pub use live::{LiveRun, PersonsAnswer, RunDirs};
pub use order::{
    InvalidPipelineId, MAX_PIPELINE_ID_CHARS, RunDefaults, Wishes, check_pipeline_id, lay_over,
};
pub use reach::Reached;
pub use reuse::{Fate, Reuse, resumed, reuse};
pub use subscribe::{EVENTS_KEPT, Notice, RunEvent, RunWatch, Subscription};
pub use take_over::take_over;
