//! How each kind of agent gets one step done.
//!
//! The engine freezes a [`Request`] beside the journal and hands a [`Job`] to
//! [`Agents::perform`], which runs it to its end and returns what came of it as data.
//! One launch is one call: plain sequential async, without retries.
//!
//! This crate owns processes and their groups, HTTP requests, time limits, logs, secrets and their
//! redaction, and what an exit code means. It must never decide what runs next,
//! write to the journal, or render a template.
//!
//! - [`perform`](Agents::perform) tells the story; `invocation` makes a program
//!   ready, `process` runs it, `judge` and `verdict` say what its end means. `http`
//!   does the same for a server ([`HttpRequest`]).
//! - [`secrets`](SecretError) are resolved at launch only, and `redact` removes them
//!   from everything that comes back (decision 21).
//! - [`Agents::evaluate`] answers custom conditions, [`Agents::transform`] makes inputs
//!   (decision 8).
//! - [`end_orphans`] ends what a crashed orchestrator left running (decision 14).
//!
//! Neighbours: `stagewright-evidence` reads answers; the engine calls this crate.

mod answer;
mod environment;
mod facts;
mod http;
mod install_hint;
mod invocation;
mod job;
mod judge;
mod outputs;
mod perform;
mod process;
mod program;
mod question;
mod redact;
mod refusal;
mod remains;
mod request;
mod schema;
mod scratch;
mod secret_text;
mod secrets;
mod settings;
mod verdict;

pub use answer::TYPES_WITH_DOCUMENT;
pub use facts::of as facts_of;
pub use http::{DEFAULT_REDIRECTS, HttpAnswer, HttpBody, HttpMethod, HttpRequest, MAX_REDIRECTS};
pub use job::{AnsweredBy, Job, LogFile, Performed, ResultDocument, StopSignal};
pub use outputs::take_outputs;
pub use perform::Agents;
pub use process::end_orphans;
pub use question::Question;
pub use redact::MASK;
pub use request::{Body, Reader, Request};
pub use secret_text::{SecretPart, SecretText};
pub use secrets::{MAX_SECRET_BYTES, MIN_SECRET_CHARS, SecretError};
pub use settings::{Caps, Grace, LambdaProgram, Settings};
