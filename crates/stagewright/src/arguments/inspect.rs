//! Commands that look at runs.

use super::RunArgument;
use crate::user_error::UserError;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// Leave the agents out.
    #[arg(long)]
    pub(crate) no_agents: bool,
    /// Show the last lines of the logs too.
    #[arg(long)]
    pub(crate) logs: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Only runs in these states.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) state: Vec<StateArgument>,
    /// Only runs of this pipeline id.
    #[arg(long, value_name = "PIPELINE_ID")]
    pub(crate) id: Option<String>,
    /// How many to show.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Show those older than this run: the next page. Any way to name a run will do.
    #[arg(long, value_name = "RUN")]
    pub(crate) before: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A run state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateArgument {
    /// Created.
    Pending,
    /// Going on, or interrupted.
    Running,
    /// Waiting for a person.
    Waiting,
    /// Cannot go on by itself.
    Stuck,
    /// Ended.
    Ended,
}

impl From<StateArgument> for stagewright_journal::RunState {
    fn from(state: StateArgument) -> Self {
        match state {
            StateArgument::Pending => Self::Pending,
            StateArgument::Running => Self::Running,
            StateArgument::Waiting => Self::Waiting,
            StateArgument::Stuck => Self::Stuck,
            StateArgument::Ended => Self::Ended,
        }
    }
}

/// `logs`.
#[derive(Debug, Args)]
pub(crate) struct LogsArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// Only this agent's or gate's.
    pub(crate) agent: Option<String>,
    /// Go on showing what is written until the run ends.
    #[arg(short, long)]
    pub(crate) follow: bool,
}

/// `history`.
#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// Print every event as a line of JSON.
    #[arg(long)]
    pub(crate) jsonl: bool,
}

/// `report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// In which format.
    #[arg(long, value_enum, default_value_t = ReportFormat::Markdown)]
    pub(crate) format: ReportFormat,
    /// Write it to this file instead of standard output.
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// As a comment on a pull request.
    Markdown,
    /// One page for a browser.
    Html,
    /// Everything, for programs.
    Json,
    /// The findings, for code hosts and editors.
    Sarif,
    /// The run as tests, for CI systems.
    Junit,
}

impl ReportFormat {
    /// The format that a plan names.
    ///
    /// # Errors
    /// When this version does not know it: a later one made the plan.
    pub(crate) fn named(name: &str) -> Result<Self, UserError> {
        Self::from_str(name, false).map_err(|_| {
            UserError::usage("SW0202", format!("this version writes no `{name}` report"))
        })
    }
}
