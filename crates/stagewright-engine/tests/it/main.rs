//! The engine over a real journal and real processes.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped"
)]

mod fail_closed;
mod journey;
mod nesting;
mod operations;
mod world;
