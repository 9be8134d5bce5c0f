//! The pipeline file: from text to a validated plan, with every diagnostic.
//!
//! [`load`] is the entrance. Inside, each step knows only the one before it:
//!
//! ```text
//! syntax   YAML or JSON text -> a tree in which every value knows its place
//! keys     the tables of all keys: names, aliases, shapes, meanings
//! lower    tree + tables -> Plan, and every problem in one pass
//! json_schema  what an output may be: schemas, and the paths that they allow
//! shell    `run:` texts -> compiled texts that no value can break out of
//! ```
//!
//! The key tables also make the JSON Schema ([`schema`]) and the reference
//! ([`mod@reference`]); [`explain`] holds a page for each diagnostic code.
//!
//! This crate must never execute anything, read a clock, a file or the environment; the
//! other files that a pipeline names it gets from its caller ([`Files`]).
//! Its only product is the core's [`Plan`](stagewright_core::Plan).

mod data;
mod diagnostic;
mod document;
pub mod explain;
mod files;
mod json_schema;
mod keys;
pub mod limit;
mod load;
mod lower;
pub mod reference;
mod schema;
mod settings;
pub mod shell;
mod source;
mod syntax;

pub use data::{parse_duration_ms, parse_wait_ms, read_data};
pub use diagnostic::{Code, Diagnostic, Level, Span, render};
pub use document::{DocumentProblems, Element, Field, Place, Value, read_document};
pub use files::Files;
pub use load::{Loaded, load, load_with_files};
pub use schema::schema;
pub use settings::LanguageSettings;
pub use source::Source;
pub use stagewright_core::plain_secret as secrets;
pub use stagewright_core::plain_secret::{find_plain_secrets, secret_like};
