//! The command line's grammar. One file per family of commands.

mod import;
mod inspect;
mod log;
mod operations;
mod retention;
mod running;
mod tools;

pub(crate) use import::{ImportArguments, ImportCommand};
pub(crate) use inspect::{
    HistoryArguments, ListArguments, LogsArguments, ReportArguments, ReportFormat, StatusArguments,
};
pub(crate) use log::{LogArguments, LogFormat};
pub(crate) use operations::{AgentCommand, AgentRunArguments, OperationArguments};
pub(crate) use retention::{DiscardArguments, PruneArguments};
pub(crate) use running::{
    AnswerArguments, CancelArguments, ResumeArguments, RetryArguments, RunArguments,
    StreamArguments,
};
pub(crate) use tools::{
    CompletionsArguments, DoctorArguments, ExplainArguments, GraphFormat, InitArguments,
    PlanArguments, Template, ValidateArguments,
};

use clap::{ArgAction, Args, Parser, Subcommand};
use stagewright_journal::RunKey;

/// Durable orchestration for pipelines of agents.
///
/// Every step is journaled: a run that fails, waits for a person or loses its machine
/// goes on where it stopped. At the end stands MERGE or BLOCK, with its evidence.
#[derive(Debug, Parser)]
#[command(
    name = "stagewright",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How much is said, and how.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// Say nothing but data and errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more.
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = ColorArgument::Auto, value_name = "WHEN")]
    pub(crate) color: ColorArgument,
}

impl OutputArguments {
    /// For work whose words nobody wants.
    pub(crate) fn silent() -> Self {
        Self {
            quiet: true,
            verbose: false,
            color: ColorArgument::Auto,
        }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorArgument {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorArgument {
    /// Makes it hold for the whole process.
    pub(crate) fn write_global(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a starting pipeline and its agents, runnable at once.
    Init(InitArguments),
    /// Make a pipeline of what other tools have written.
    #[command(subcommand)]
    Import(Box<ImportCommand>),
    /// Execute a pipeline, show its progress, print the decision.
    Run(Box<RunArguments>),
    /// Report every problem of pipeline files at once.
    Validate(ValidateArguments),
    /// Show what would run: stages, waves, conditions, limits, worst-case time.
    Plan(PlanArguments),
    /// Show one run.
    Status(StatusArguments),
    /// List runs.
    List(ListArguments),
    /// Show what agents wrote.
    Logs(LogsArguments),
    /// Show a run's event log.
    History(HistoryArguments),
    /// Go on with a run: after a crash, an interrupt, a wait or a failure.
    Resume(ResumeArguments),
    /// End a run.
    Cancel(CancelArguments),
    /// Say yes to a waiting run.
    Approve(AnswerArguments),
    /// Say no to a waiting run.
    Reject(AnswerArguments),
    /// Start a new run that repeats an agent and what follows from it, and takes over the rest.
    Retry(RetryArguments),
    /// Remove old runs, and what belongs to none any more; without `--yes` only show it.
    Prune(PruneArguments),
    /// Give a run up: remove it with all that is its own.
    Discard(DiscardArguments),
    /// Decide over an aggregated result: JSON in, JSON out.
    Decide(OperationArguments),
    /// Aggregate agents' results: JSON in, JSON out.
    Aggregate(OperationArguments),
    /// Run a single agent: JSON in, JSON out.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Print the finished picture of a run.
    Report(ReportArguments),
    /// Print the JSON Schema of pipeline files.
    Schema,
    /// Print a completion script for a shell.
    Completions(CompletionsArguments),
    /// Explain an error code.
    Explain(ExplainArguments),
    /// Check the state directory and the machine.
    Doctor(DoctorArguments),
    /// Print each setting and where it came from.
    Settings {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which run.
#[derive(Debug, Args)]
pub(crate) struct RunArgument {
    /// A run id, a unique prefix of one, a pipeline id (its latest run), or `latest`.
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
}

impl RunArgument {
    /// As the journal understands it.
    pub(crate) fn key(&self) -> RunKey {
        run_key(&self.run)
    }
}

/// What a person typed for a run, as the journal understands it.
pub(crate) fn run_key(text: &str) -> RunKey {
    match text.parse() {
        Ok(key) => key,
        Err(never) => match never {},
    }
}
