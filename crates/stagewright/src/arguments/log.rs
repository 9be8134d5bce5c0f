//! Flags of the structured log, of all commands that drive a run.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The structured log of a run.
#[derive(Debug, Default, Args)]
pub(crate) struct LogArguments {
    /// Write a log record for each thing that happens, in the place of the progress.
    /// Default: `log.format` of the settings.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) log: Option<LogFormat>,
    /// Append the log to this file instead, and show the progress.
    #[arg(long, value_name = "PATH")]
    pub(crate) log_file: Option<PathBuf>,
}

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One JSON object per line, ASCII only.
    Json,
    /// One line of text per record.
    Text,
    /// No log.
    Off,
}
