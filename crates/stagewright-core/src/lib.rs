//! The pure heart of stagewright: plans, runs, events, and the decision.
//!
//! Three functions over one small state:
//!
//! ```text
//! decide(&run, now, input)  -> events      what follows from what came in
//! apply(&mut run, event)                   total; the only way that state changes
//! wanted(&run, now)         -> effects     what should be going on right now
//! ```
//!
//! and `settle(&run) -> Option<Event>`, which is asked until it is quiet after each
//! event. Nothing here does IO, reads a clock, spawns, or draws random numbers.

#![warn(clippy::wildcard_enum_match_arm)]

mod address;
pub mod admit;
mod blob;
pub mod condition;
mod decide;
pub mod decision;
pub mod driver;
mod evaluate;
pub mod event;
pub mod expression;
pub mod finding;
pub mod graph;
mod halt;
pub mod hash;
pub mod http;
pub mod input;
pub mod plain_secret;
pub mod plan;
pub mod repetition;
pub mod retry;
pub mod run;
pub mod scope;
mod settle;
pub mod severity;
pub mod shell_text;
pub mod time;
mod wanted;

pub use admit::{Admission, admit};
pub use blob::Blob;
pub use condition::{Condition, Evaluator, Operator};
pub use decide::decide;
pub use driver::{Batch, Driver, Effect, Prepared, PreparedItems, Requests};
pub use event::{Event, Recorded, Submission};
pub use finding::{Finding, FindingDigest, FindingKind, FindingsSummary};
pub use graph::Graph;
pub use input::{Input, ItemList, Wanted};
pub use plan::{NodeIx, Plan, StageIx};
pub use retry::ErrorClass;
pub use run::{NodeView, Run, Standing, Viewpoint};
pub use settle::settle;
pub use severity::{Severity, SeverityCounts};
pub use time::Timestamp;
pub use wanted::wanted;
