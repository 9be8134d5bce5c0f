//! Commands for authors, tools, and people in need.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// What to start from.
    #[arg(value_enum, default_value_t = Template::Review)]
    pub(crate) template: Template,
    /// Where to write; made when it is not there.
    #[arg(long, default_value = ".", value_name = "DIRECTORY")]
    pub(crate) into: PathBuf,
}

/// What to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// A review of a change, with reviewers.
    Review,
    /// Two steps and a gate.
    Minimal,
}

/// `validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Pipeline files.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Print the diagnostics as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The pipeline file.
    pub(crate) file: PathBuf,
    /// Draw the graph instead.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) graph: Option<GraphFormat>,
    /// Print the frozen plan as JSON.
    #[arg(long, conflicts_with = "graph")]
    pub(crate) json: bool,
    /// Write it to this file instead of standard output.
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

/// The formats of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A picture, laid out here; no other program is needed.
    Svg,
    /// For Graphviz.
    Dot,
    /// Mermaid, as Markdown hosts draw it.
    Mermaid,
}

/// `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// For which shell.
    pub(crate) shell: clap_complete::Shell,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The code, such as `SW0101`; without one, all codes are listed.
    pub(crate) code: Option<String>,
}

/// `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Look at every page of the database.
    #[arg(long)]
    pub(crate) full: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
