//! Commands that start a run or change its course.

use super::{LogArguments, RunArgument};
use clap::{Args, ValueEnum};
use stagewright_core::plan::RunMode;
use std::path::PathBuf;

/// `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The pipeline file, YAML or JSON.
    pub(crate) file: PathBuf,
    /// A file of context (YAML or JSON), or one value: `KEY=TEXT`, `KEY:=JSON`, where
    /// KEY may be dotted. Later ones lie over earlier ones.
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub(crate) context: Vec<String>,
    /// The pipeline id: your own key of what is run, such as `pr-123-review`.
    #[arg(long, value_name = "PIPELINE_ID")]
    pub(crate) id: Option<String>,
    /// Whose order counts.
    #[arg(long, value_enum)]
    pub(crate) mode: Option<ModeArgument>,
    /// Agents that run at once.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_parallelism: Option<u32>,
    /// Active time of the whole run, such as `30m`.
    #[arg(long, value_name = "DURATION")]
    pub(crate) timeout: Option<String>,
    /// Stop after the first required failure.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Let a required failure fail the whole run.
    #[arg(long)]
    pub(crate) no_partial_success: bool,
    /// Leave with 5 on partial success.
    #[arg(long)]
    pub(crate) exit_partial: bool,
    /// Validate everything, the context included, and show the plan; run nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// An id for distributed tracing, passed to agents and into the log and the result:
    /// letters, digits and `-_.:`, such as the 32 digits of a W3C trace id.
    #[arg(long, value_name = "ID", value_parser = trace_id)]
    pub(crate) trace_id: Option<String>,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
}

/// A trace id is put into logs, environments and headers, where nothing else may be made
/// of it.
fn trace_id(text: &str) -> Result<String, String> {
    const MAX_CHARS: usize = 128;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if text.is_empty() || text.len() > MAX_CHARS || !text.bytes().all(is_plain) {
        return Err(format!(
            "a trace id is at most {MAX_CHARS} letters, digits and `-_.:`"
        ));
    }
    Ok(text.to_owned())
}

/// What a program reads from a run that is going on.
#[derive(Debug, Args)]
pub(crate) struct StreamArguments {
    /// Print the result as one JSON document.
    #[arg(long, conflicts_with = "jsonl")]
    pub(crate) json: bool,
    /// Print every event as a line of JSON, while it happens.
    #[arg(long)]
    pub(crate) jsonl: bool,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

/// `--mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArgument {
    /// One agent at a time.
    Sequential,
    /// All agents of a stage at once.
    Parallel,
    /// Each stage's own mode.
    Hybrid,
}

impl From<ModeArgument> for RunMode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Sequential => Self::Sequential,
            ModeArgument::Parallel => Self::Parallel,
            ModeArgument::Hybrid => Self::Hybrid,
        }
    }
}

/// `resume`.
#[derive(Debug, Args)]
pub(crate) struct ResumeArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// Go on with the pipeline file as it is now: a new run that takes over every result
    /// that the change does not touch.
    #[arg(long)]
    pub(crate) use_current: bool,
    /// Show what would be reused and what would run again, and why; start nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Leave with 5 on partial success.
    #[arg(long)]
    pub(crate) exit_partial: bool,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
}

/// `cancel`.
#[derive(Debug, Args)]
pub(crate) struct CancelArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// Why; it stands in the report.
    #[arg(long)]
    pub(crate) reason: String,
    /// Stop running agents instead of letting them finish.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `approve` and `reject`.
#[derive(Debug, Args)]
pub(crate) struct AnswerArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// The waiting agent; needed when several wait.
    pub(crate) node: Option<String>,
    /// Who answers; recorded as claimed. Default: the user of this machine.
    #[arg(long)]
    pub(crate) by: Option<String>,
    /// A word on it; it stands in the report.
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// Record the answer and do not go on with the run.
    #[arg(long)]
    pub(crate) record_only: bool,
    /// Leave with 5 on partial success.
    #[arg(long)]
    pub(crate) exit_partial: bool,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
}

/// `retry`.
#[derive(Debug, Args)]
pub(crate) struct RetryArguments {
    #[command(flatten)]
    pub(crate) run: RunArgument,
    /// The agent or gate to run again.
    ///
    /// With it everything that may follow from it is run again: what depends on it or reads
    /// its result, the gates of its stage, later siblings where agents go one at a time, and
    /// later stages. Every other success is taken over.
    #[arg(long, value_name = "AGENT")]
    pub(crate) from: String,
    /// Leave with 5 on partial success.
    #[arg(long)]
    pub(crate) exit_partial: bool,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
}
