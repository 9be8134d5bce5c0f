//! What people and programs get to see of whole runs, each driven by the real core
//! through a scripted world.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod changes;
mod documents;
mod fields;
mod gallery;
mod graph;
mod history;
mod hostile;
mod html;
mod junit;
mod log;
mod markdown;
mod metrics;
mod plans;
mod repeated;
mod sarif;
mod terminal;
mod world;
