//! Feature files: tasks with dependencies, put into waves, with smoke gates.
//!
//! Owns the format of `FEAT-*.yaml`. A feature file is written by other programs, which
//! add keys of their own, so unknown keys are passed over, but for `smoke_gates`, where
//! they are errors: a check that does not mean what it says is worse than none.
//!
//! The parts: `keys` reads values of mappings; `tasks` the tasks; `status` the words for
//! where a task stands; `groups` the waves as written; `order` what contradicts itself
//! in them; `gates` the smoke gates.

mod gates;
mod groups;
mod keys;
mod order;
mod read;
mod status;
mod tasks;

#[cfg(test)]
mod tests;

pub use read::feature;
