//! The journals against the contract and against the world: crashes, full disks,
//! foreign files, several processes.

#![expect(
    clippy::unwrap_used,
    reason = "what fails in a test may panic, in the tests' own functions too"
)]

mod child;
mod contract;
mod corpus;
mod crash;
mod faults;
mod groups;
mod opening;
mod processes;
mod prune;
mod state_dir;
mod store;
