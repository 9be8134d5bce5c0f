//! The acceptance scenarios of the review specification (its section 8), and what its
//! rules and the decisions promise around them. One file per story.

mod cancel;
mod crash;
mod fail_fast;
mod findings;
mod invalid;
mod parallelism;
mod retries;
mod sample;
mod timeouts;
