//! The engine over a real journal and real processes.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped"
)]

mod adopt_then_decide;
mod fail_closed;
mod journey;
mod nest_then_decide;
mod nesting;
mod operations;
mod values;
mod world;
