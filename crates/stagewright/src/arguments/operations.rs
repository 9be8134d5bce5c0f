//! The single operations of the review specification: JSON in, JSON out.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `decide` and `aggregate`.
#[derive(Debug, Args)]
pub(crate) struct OperationArguments {
    /// The input document; standard input when left out or `-`.
    pub(crate) input: Option<PathBuf>,
}

/// `agent …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Run a single agent with its retries and time limit.
    Run(AgentRunArguments),
}

/// `agent run`.
#[derive(Debug, Args)]
pub(crate) struct AgentRunArguments {
    /// The input document; standard input when left out or `-`.
    pub(crate) input: Option<PathBuf>,
}
