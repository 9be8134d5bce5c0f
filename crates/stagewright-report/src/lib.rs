//! One run, many readers: documents for programs, Markdown for pull requests, text
//! for terminals.
//!
//! Everything here is a function of the folded state ([`stagewright_core::Run`]), of
//! the events, and of what the caller hands in: the time, the stored results
//! ([`Results`]), and where things lie. The crate renders and changes nothing: it
//! does no IO, reads no clock and decides nothing that the core has not decided.
//!
//! Texts of agents are hostile until proven otherwise. They reach a terminal without
//! control characters and a Markdown page without anything that could format, link,
//! mention, or forge a line of ours; documents carry them as they are.
//!
//! - [`documents`]: the outputs of the six review operations and [`RunReport`];
//! - [`markdown`]: the comment on a pull request;
//! - [`terminal`]: progress, summary, status, lists and history as lines;
//! - [`history`]: the event log as versioned JSON;
//! - [`log`]: the same events as structured log records;
//! - [`plan`]: what a plan would do, before anything runs.
//!
//! Neighbours: the command line and the server choose, colour, and write.

mod changes;
pub mod documents;
mod estimate;
mod findings;
pub mod graph;
pub mod history;
mod html;
mod items;
mod junit;
pub mod log;
pub mod markdown;
mod markup;
mod moment;
mod nodes;
mod outside;
mod places;
pub mod plan;
mod results;
mod sarif;
mod size;
pub mod terminal;
mod timeline;
mod words;

pub use changes::{Changes, Previous, StatusChange};
pub use documents::{ExecutePipelineOutput, GetPipelineStatusOutput, RunReport};
pub use estimate::{PastDurations, estimated_completion, past_durations};
pub use findings::{Findings, MergedFinding};
pub use html::{Subject, html};
pub use items::{ItemFailure, ItemsReport};
pub use junit::junit;
pub use moment::{duration, iso};
pub use places::Places;
pub use results::{Outputs, Results};
pub use sarif::sarif;
pub use size::bytes;
