//! What every journal promises, as a suite that any of them can be held to.
//!
//! A test makes a fresh store and passes a closure that opens one more handle on
//! it, as another process would; [`CASES`] are then run one by one, each on a store
//! of its own. Used by this crate's tests, by the engine's, and by later journals.

#![expect(
    clippy::unwrap_used,
    reason = "a suite of tests, outside of `cfg(test)` so that other crates can run it"
)]

mod inbox;
mod index;
mod leases;
mod runs;
pub mod samples;

use crate::port::Journal;

/// Opens one more handle on the store under test.
pub type Open<'a> = &'a dyn Fn() -> Box<dyn Journal>;

/// A named promise.
pub type Case = (&'static str, fn(Open<'_>));

/// All promises.
pub const CASES: &[Case] = &[
    ("what was created reads back", runs::created_reads_back),
    ("a run id is taken once", runs::a_run_id_is_taken_once),
    ("exclusive means one unended run", runs::exclusive_means_one),
    ("a parent has to be there", runs::a_parent_has_to_be_there),
    ("every event reads back", runs::every_event_reads_back),
    ("a batch is all or nothing", runs::all_or_nothing),
    ("a wrong position is refused", runs::wrong_position),
    ("an unknown run is refused", runs::unknown_run),
    ("refusals leave the others alone", runs::append_all_is_each),
    ("too deep a value is refused", runs::too_deep),
    ("blobs are found by hash", runs::blobs),
    ("a lease has one holder", leases::one_holder),
    ("a stale holder is refused", leases::stale_holder),
    ("a dropped lease is free", leases::dropped_is_free),
    ("messages wait until they are taken", inbox::until_taken),
    ("messages belong to their run", inbox::own_run),
    ("the inbox has limits", inbox::limits),
    ("the index follows the events", index::follows),
    ("lists are filtered and paged", index::lists),
    ("steps are told from runs", index::tells_steps_from_runs),
    ("lists answer what is asked", index::lists_by_what_is_asked),
    ("durations are remembered", index::remembers_durations),
    ("runs are found as people name them", index::finds),
];
