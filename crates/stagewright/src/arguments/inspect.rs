//! Commands that look at runs.

use super::RunArgument;
use crate::user_error::UserError;
use clap::{Args, ValueEnum};
use stagewright_journal::RunState;
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
    #[arg(long, alias = "logs")]
    pub(crate) include_logs: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Only runs that stand or ended like this; several are parted by commas.
    #[arg(
        long,
        alias = "state",
        value_enum,
        value_delimiter = ',',
        value_name = "STATUS"
    )]
    pub(crate) status: Vec<StatusWord>,
    /// Only runs that wait for a person: the same as `--status waiting`.
    #[arg(long)]
    pub(crate) waiting: bool,
    /// Only runs with this pipeline id, or of the pipeline with this name.
    #[arg(long, alias = "id", value_name = "PIPELINE")]
    pub(crate) pipeline: Option<String>,
    /// Only runs with this decision.
    #[arg(long, value_enum)]
    pub(crate) decision: Option<DecisionWord>,
    /// Only runs created since then: `2h` ago, or `2026-01-28`, `2026-01-28T10:30:00Z`.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only runs created before then.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Also runs that are steps of others.
    #[arg(long)]
    pub(crate) steps: bool,
    /// How many to show.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Show those older than this run: the next page. Any way to name a run will do.
    #[arg(long, value_name = "RUN")]
    pub(crate) before: Option<String>,
    /// Go on showing them as they change, until interrupted: on a terminal in place,
    /// elsewhere a line for each change.
    #[arg(short, long, conflicts_with_all = ["before", "json"])]
    pub(crate) watch: bool,
    /// Print one JSON document.
    #[arg(long, conflicts_with = "jsonl")]
    pub(crate) json: bool,
    /// Print each run as a line of JSON, with `--watch` each change too.
    #[arg(long)]
    pub(crate) jsonl: bool,
}

/// How a run stands, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusWord {
    /// Created.
    Pending,
    /// Going on, or interrupted.
    Running,
    /// Waiting for a person.
    Waiting,
    /// Cannot go on by itself.
    Stuck,
    /// Ended, in whatever way.
    Ended,
    /// Ended, and nothing failed.
    Success,
    /// Ended, and something failed.
    PartialSuccess,
    /// The run failed.
    Failure,
    /// Somebody cancelled it.
    Cancelled,
}

impl StatusWord {
    /// The state or the outcome that it means.
    pub(crate) fn meaning(self) -> Result<RunState, &'static str> {
        match self {
            Self::Pending => Ok(RunState::Pending),
            Self::Running => Ok(RunState::Running),
            Self::Waiting => Ok(RunState::Waiting),
            Self::Stuck => Ok(RunState::Stuck),
            Self::Ended => Ok(RunState::Ended),
            Self::Success => Err("SUCCESS"),
            Self::PartialSuccess => Err("PARTIAL_SUCCESS"),
            Self::Failure => Err("FAILURE"),
            Self::Cancelled => Err("CANCELLED"),
        }
    }
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecisionWord {
    /// Allowed.
    Merge,
    /// Blocked.
    Block,
}

impl DecisionWord {
    /// As documents say it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "MERGE",
            Self::Block => "BLOCK",
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
