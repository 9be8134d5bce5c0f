//! The rules of the core, as tables of small cases around the real driver.

#![expect(
    clippy::unwrap_used,
    reason = "a case that cannot be read is a broken test"
)]

mod alternatives;
mod conditions;
mod going_on;
mod halts;
mod order;
mod people;
mod pipeline;
mod recovery;
mod reopening;
mod repetition;
mod retry;
mod soundness;
mod status;
mod story;
mod world;
