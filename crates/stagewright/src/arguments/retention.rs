//! Commands that remove runs.

use super::RunArgument;
use clap::{Args, ValueEnum};

/// `prune`.
#[derive(Debug, Args)]
pub(crate) struct PruneArguments {
    /// Runs that ended longer ago than this, such as `30d`.
    #[arg(long, value_name = "DURATION")]
    pub(crate) older_than: Option<String>,
    /// All but so many of the youngest runs of each pipeline.
    #[arg(long, value_name = "N")]
    pub(crate) keep: Option<u32>,
    /// Runs that ended like this; several are parted by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STATUS")]
    pub(crate) status: Vec<OutcomeWord>,
    /// Runs with this pipeline id, or of the pipeline with this name.
    #[arg(long, value_name = "PIPELINE")]
    pub(crate) pipeline: Option<String>,
    /// Remove it. Without this, only show what would go.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutcomeWord {
    /// Nothing failed.
    Success,
    /// Something failed.
    PartialSuccess,
    /// The run failed.
    Failure,
    /// Somebody cancelled it.
    Cancelled,
}

impl OutcomeWord {
    /// As documents say it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::PartialSuccess => "PARTIAL_SUCCESS",
            Self::Failure => "FAILURE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// `discard`.
#[derive(Debug, Args)]
pub(crate) struct DiscardArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// Also when it has not ended, as long as nobody drives it.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
