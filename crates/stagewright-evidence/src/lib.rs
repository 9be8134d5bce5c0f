//! Readers of what tools and agents say: bytes in, findings and one normal document out.
//!
//! A finished agent leaves bytes behind. This crate turns them into an [`Answer`]:
//! the parsed document, its findings on one scale, and what the agent says of
//! itself. It does no IO and never decides: whether a finding blocks is the core's
//! business, whether an attempt counts as failed is the engine's.
//!
//! It fails closed. A document that cannot be understood is a [`ReadError`]
//! (`invalid_output`), a scanner that could not scan is [`AgentStatus::Error`];
//! neither is ever an empty list of findings.
//!
//! - [`read`] for a promised document, by [`Format`]; [`read_plain`] for a command
//!   that promised none (decision 25); [`unfence`] for JSON in a model's prose.
//! - [`Mapping`] for a tool that no [`Format`] knows: a plan's expressions say what is what.
//! - [`severity_table`] documents the words, rules and bands of decision 27;
//!   [`SeverityTable`] is what a pipeline overrides of them.
//!
//! Neighbours: findings and severities are types of `stagewright-core`; the engine
//! calls [`read`] when an attempt ends; the language crate validates the names and
//! tables that a pipeline writes with [`Format::parse`] and [`SeverityTable::parse`].

mod agent_document;
mod answer;
mod bandit;
mod clippy;
mod error;
mod eslint;
mod format;
mod junit;
mod lines;
mod mapping;
mod mypy;
mod node;
mod place;
mod problem;
mod read;
mod ruff;
mod rule;
mod sarif;
mod semgrep;
pub mod severity_table;
mod shellcheck;
mod strict_json;
mod tool_document;
mod unfence;
mod vulture;

pub use answer::{AgentStatus, Answer, Options};
pub use error::{NotJson, NotXml, ReadError};
pub use format::Format;
pub use mapping::{MAX_ITEMS, Mapping, MappingProblem};
pub use read::{MAX_BYTES, MAX_WARNINGS, read, read_plain};
pub use severity_table::{SeverityProblem, SeverityTable};
pub use unfence::{UnfenceError, unfence};
