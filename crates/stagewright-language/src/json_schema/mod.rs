//! JSON Schemas of outputs: whether a schema is one, and which paths it allows.
//!
//! This module knows the part of JSON Schema (draft 2020-12) that is checked at run time,
//! and refuses the rest, since a keyword that nobody checks must not look as if somebody
//! did. It judges no outputs: that is done where they arrive.

mod check;
mod reach;

pub(crate) use check::check;
pub(crate) use reach::{Described, Reach};
