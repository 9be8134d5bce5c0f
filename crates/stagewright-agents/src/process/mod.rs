//! Running one program to its end: its time limits, its output, and everything that
//! it started.
//!
//! This module knows processes and bytes. It must never know what an answer means,
//! what a secret is (the [`recording`] redacts what it is told to), or what an agent
//! is. Plain sequential async; dropping the future kills the program.
//!
//! # Why no child subreaper
//! A subreaper would make processes that detach from an agent our children, and so
//! easy to find. But it is a property of the whole process, which people may have
//! embedded the engine into, and it obliges that process to reap strangers. The
//! marker in the environment finds the same processes without touching anybody
//! (decision 14); the init process reaps them.

mod exit;
mod leftovers;
pub(crate) mod recording;
mod supervise;
mod table;
mod usage;

pub(crate) use exit::{Exit, signal_name as exit_signal_name};
pub(crate) use leftovers::MARKER_VARIABLE;
pub use leftovers::end_orphans;
pub(crate) use recording::Recording;
pub(crate) use supervise::run;

use crate::settings::Grace;
use stagewright_core::event::Usage;
use stagewright_core::plan::TimeLimits;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// A program that is ready to be started.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// The file, absolute.
    pub(crate) program: PathBuf,
    /// The program as it was named: its argument 0.
    pub(crate) name: OsString,
    /// The arguments after that.
    pub(crate) arguments: Vec<OsString>,
    /// The whole environment; nothing is inherited.
    pub(crate) environment: BTreeMap<OsString, OsString>,
    /// The working directory, absolute.
    pub(crate) directory: PathBuf,
    /// What it reads from standard input.
    pub(crate) input: Vec<u8>,
    /// Its time limits.
    pub(crate) limits: TimeLimits,
    /// The time between TERM and KILL.
    pub(crate) grace: Grace,
    /// One word of its environment's [`MARKER_VARIABLE`].
    pub(crate) marker: String,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Its exit code or signal.
    pub(crate) exit: Exit,
    /// Why it was ended, when it did not end by itself.
    pub(crate) cut: Option<Cut>,
    /// How many processes it had left behind, which were ended.
    pub(crate) leftovers: usize,
    /// How many of them could not be ended.
    pub(crate) survivors: usize,
    /// What it used of the machine.
    pub(crate) usage: Usage,
    /// Whether a process that could not be found still holds its output open.
    pub(crate) held_open: bool,
}

/// Why a program was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Its total time was over, in milliseconds.
    Total(u64),
    /// It had not written anything for so many milliseconds since its start.
    FirstOutput(u64),
    /// It had not written anything for so many milliseconds since its last output.
    Idle(u64),
    /// The stop signal said so.
    Stopped,
}
