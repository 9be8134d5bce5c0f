//! What the program promises to somebody who pulls the plug: crashes at any moment,
//! two processes that want one run, agents that outlive their orchestrator, and a
//! journal that cannot be written.
//!
//! Agents note every effect that they have on the world in a file outside the state
//! directory. The journal is judged by comparing it with that.

mod contenders;
mod effects;
mod full_journal;
mod kills;
#[cfg(target_os = "linux")]
mod orphans;
mod outliving;
mod process;
mod random;
mod stuck;
