//! The acceptance scenarios of the review specification (its section 8), and what its
//! rules and the decisions promise around them. One file per story.

mod again;
mod backoff;
mod cancel;
mod context;
mod crash;
mod dependencies;
mod fail_fast;
mod findings;
mod human;
mod infrastructure;
mod inspect;
mod interrupt;
mod invalid;
mod limits;
mod output;
mod parallelism;
mod retries;
mod sample;
mod scenario_13;
mod timeouts;
mod trust;
mod unreadable;
