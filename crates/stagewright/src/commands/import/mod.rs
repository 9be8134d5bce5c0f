//! `import`: feature files and review reports become pipelines and task files.
//!
//! The steps, each with a message of its own when it fails: the file is found and read;
//! it is of the right kind, and nothing in it is wrong ([`stagewright_import`]); the
//! pipeline that it makes is one; nothing is in the way; everything is written, or
//! nothing ([`target`]). [`screen`] shows what came out.

mod screen;
mod target;

#[cfg(test)]
mod tests;

use crate::arguments::{ImportArguments, ImportCommand};
use crate::exit::Exit;
use crate::files::read_text;
use crate::pipeline_file::invalid;
use crate::printer::Printer;
use crate::session;
use crate::settings::{Origin, Settings};
use crate::user_error::UserError;
use stagewright_import::{Import, ImportError, Options, feature, review};
use stagewright_language::{Source, load, render};
use std::path::Path;

/// Imports a file.
///
/// # Errors
/// Which of the steps failed, and why. Nothing is written then.
pub(super) fn import(command: &ImportCommand, printer: &Printer) -> Result<Exit, UserError> {
    let settings = session::settings()?;
    let (arguments, replan) = match command {
        ImportCommand::Feature(arguments) => (&arguments.import, arguments.replan),
        ImportCommand::Review(arguments) => (arguments, false),
    };
    let source = read(&arguments.file)?;
    let options = options(arguments, replan, &settings);
    let import = match command {
        ImportCommand::Feature(_) => feature(&source, &options),
        ImportCommand::Review(_) => review(&source, &options),
    };
    let import = import.map_err(|error| refusal(error, &source))?;
    check_pipeline(&import, &settings)?;
    let plan = target::plan(&arguments.into, &import.files, arguments.force)?;
    if !arguments.dry_run {
        target::write(&plan)?;
    }
    if arguments.json {
        printer.json(&screen::document(&import, &plan, arguments.dry_run));
    } else {
        screen::show(&import, &plan, &source.name, arguments, printer);
    }
    Ok(Exit::Done)
}

/// The file; that it is not there at all is said with what is beside it.
fn read(path: &Path) -> Result<Source, UserError> {
    if !path.exists() {
        let error = UserError::usage("SW0230", format!("there is no file {}", path.display()));
        return Err(match beside(path) {
            Some(near) => error.hint(format!("did you mean {}?", near.display())),
            None => error.hint("the name is relative to the directory of this command"),
        });
    }
    if path.is_dir() {
        let message = format!("{} is a directory", path.display());
        return Err(UserError::usage("SW0232", message).hint("name one of the files in it"));
    }
    let text = read_text(path)?;
    Ok(Source::new(path.display().to_string(), text))
}

/// The file beside a missing one whose name is most like it.
fn beside(path: &Path) -> Option<std::path::PathBuf> {
    const MAX_DISTANCE: usize = 3;
    let wanted = path.file_name()?.to_str()?;
    let parent = path.parent()?;
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .map(|name| (strsim::damerau_levenshtein(&name, wanted), name))
        .filter(|(distance, _)| *distance <= MAX_DISTANCE)
        .min()
        .map(|(_, name)| parent.join(name))
}

fn options(arguments: &ImportArguments, replan: bool, settings: &Settings) -> Options {
    let concurrency = settings
        .rows()
        .find(|(setting, _, _)| setting.name == "agents.concurrency");
    let said_by_environment = concurrency.and_then(|(_, value, origin)| match origin {
        Origin::Variable(_) => value.parse().ok(),
        Origin::Default | Origin::File(_) => None,
    });
    Options {
        run: arguments.run.clone(),
        gate: arguments.gate.clone(),
        slug: arguments.slug.clone(),
        parallelism_of_environment: said_by_environment,
        parallelism_of_flag: arguments.max_parallelism,
        replan,
        keep_going: arguments.keep_going,
    }
}

fn refusal(error: ImportError, source: &Source) -> UserError {
    let message = format!("{} {error}", source.name);
    match error {
        ImportError::Empty => UserError::usage("SW0231", message)
            .hint("there is nothing in it but blanks and comments"),
        ImportError::WrongKind { hint, .. } => UserError::usage("SW0232", message).hint(hint),
        ImportError::Invalid(diagnostics) => {
            let mut error = UserError::usage("SW0233", message)
                .hint("nothing was written; mend the file and import it again");
            error.rendered = render(&diagnostics, source, true);
            error
        }
        ImportError::NoTasks => {
            UserError::usage("SW0234", message).hint("a feature has at least one task with an `id`")
        }
        ImportError::NoSubtasks { .. } => UserError::usage("SW0234", message).hint(
            "subtasks stand in a table under `Phase 1 Subtasks`, or in a list under \
             `Recommendations`, `Implementation Plan`, `Suggested Changes` or `Action Items`",
        ),
    }
}

/// The pipeline must be one before anything is written. What the file says can do no
/// harm to it; commands that were given can.
fn check_pipeline(import: &Import, settings: &Settings) -> Result<(), UserError> {
    let Some(file) = import.files.first() else {
        unreachable!("an import always has a pipeline");
    };
    let source = Source::new(file.path.clone(), file.text.clone());
    match load(&source, &settings.language()) {
        Ok(_) => Ok(()),
        Err(diagnostics) => {
            let rendered = invalid(&diagnostics, &source).rendered;
            let mut error = UserError::usage(
                "SW0237",
                "nothing was written, since the pipeline would not be valid",
            )
            .hint("look at the commands that were given with `--run` and `--gate`");
            error.rendered = rendered;
            Err(error)
        }
    }
}
