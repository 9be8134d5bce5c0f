//! Feature files and review reports become pipelines: text in, files as data out.
//!
//! ```text
//! feature   FEAT-*.yaml  -> tasks, waves as written (or made anew), smoke gates
//! review    *.md         -> subtasks of a report, waves made from their files
//! finish    both         -> numbers, workspaces, the pipeline, task files, documents
//! ```
//!
//! [`feature()`] and [`review()`] are the entrances; what comes out is an [`Import`]: the
//! [`Work`] that was found, notices, and the files to write. Whether an input is right is
//! told with diagnostics of [`stagewright_language`], whose reader it uses, so that every
//! problem has its line and column.
//!
//! This crate must never read or write a file, a clock or the environment, and never run
//! anything. Inputs are hostile: nothing of them reaches a path, a shell or a terminal
//! unchecked.

mod documents;
mod error;
mod feature;
mod finish;
mod identifier;
mod import;
mod path;
mod pipeline;
mod prose;
mod review;
mod slug;
mod waves;
mod work;
mod yaml;

pub use error::ImportError;
pub use feature::feature;
pub use import::{File, Import, Notice, Options, WhenThere};
pub use review::review;
pub use slug::is_slug;
pub use work::{Command, Gate, Kind, Mode, Origin, Parallelism, Standing, Task, Work};
