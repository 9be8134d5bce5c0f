//! `import`: what other tools have written becomes a pipeline.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `import …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Make a pipeline of a feature file: tasks, dependencies, waves, smoke gates.
    Feature(ImportFeatureArguments),
    /// Make a pipeline and task files of what a review report recommends.
    Review(ImportArguments),
}

/// `import feature`.
#[derive(Debug, Args)]
pub(crate) struct ImportFeatureArguments {
    #[command(flatten)]
    pub(crate) import: ImportArguments,
    /// Make the waves anew from the dependencies.
    #[arg(long)]
    pub(crate) replan: bool,
}

/// What both kinds of import have in common.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The file to import.
    pub(crate) file: PathBuf,
    /// Where to write; made when it is not there.
    #[arg(long, default_value = ".", value_name = "DIRECTORY")]
    pub(crate) into: PathBuf,
    /// What works on a task: a shell command that finds it in `$TASK_ID`, `$TASK_FILE` and
    /// `$TASK_MODE`. Without it the pipeline says what is missing when it is run.
    #[arg(long, value_name = "COMMAND", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) run: Option<String>,
    /// A check after every wave: a shell command.
    #[arg(long, value_name = "COMMAND", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) gate: Option<String>,
    /// The name of the pipeline file, the directory and the workspaces, instead of one
    /// made from the title.
    #[arg(long, value_parser = slug)]
    pub(crate) slug: Option<String>,
    /// Tasks that are worked on at once; with 1 the waves of a plan have one task each.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) max_parallelism: Option<u32>,
    /// Go on with what can be done after a task has failed.
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Overwrite what an earlier import has written.
    #[arg(long)]
    pub(crate) force: bool,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn slug(text: &str) -> Result<String, String> {
    match stagewright_import::is_slug(text) {
        true => Ok(text.to_owned()),
        false => Err(
            "a slug is at most 40 lower-case letters, digits and single hyphens between them"
                .to_owned(),
        ),
    }
}
