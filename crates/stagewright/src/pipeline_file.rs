//! Loading a pipeline file for a command: its diagnostics become a user error, and the
//! other files that it names are found beside it.

use crate::files::read_text;
use crate::printer::Printer;
use crate::settings::Settings;
use crate::user_error::UserError;
use stagewright_core::Plan;
use stagewright_language::{Diagnostic, Files, Level, Source, load_with_files, render};
use std::path::{Path, PathBuf};

/// A pipeline that was loaded.
pub(crate) struct PipelineFile {
    /// What it says.
    pub(crate) plan: Plan,
    /// The file, and all others that the plan was made of.
    pub(crate) files: Vec<PathBuf>,
}

/// The plan of a pipeline file; its warnings are shown.
///
/// # Errors
/// When it cannot be read, or has errors: all of them, rendered.
pub(crate) fn load_plan(
    path: &Path,
    settings: &Settings,
    printer: &Printer,
) -> Result<Plan, UserError> {
    load_pipeline(path, settings, printer).map(|pipeline| pipeline.plan)
}

/// The plan of a pipeline file, and where it comes from; its warnings are shown.
///
/// # Errors
/// When it cannot be read, or has errors: all of them, rendered.
pub(crate) fn load_pipeline(
    path: &Path,
    settings: &Settings,
    printer: &Printer,
) -> Result<PipelineFile, UserError> {
    let source = Source::new(path.display().to_string(), read_text(path)?);
    match load_with_files(&source, &settings.language(), &FilesBeside) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                printer.note(render(&loaded.warnings, &source, true).trim_end());
            }
            let others = loaded.files.into_iter().map(PathBuf::from);
            Ok(PipelineFile {
                plan: loaded.plan,
                files: std::iter::once(path.to_path_buf()).chain(others).collect(),
            })
        }
        Err(diagnostics) => Err(invalid(&diagnostics, &source)),
    }
}

/// The error for a file with problems.
pub(crate) fn invalid(diagnostics: &[Diagnostic], source: &Source) -> UserError {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Level::Error)
        .count();
    let noun = if errors == 1 { "error" } else { "errors" };
    let mut error = UserError::usage("SW0200", format!("{} has {errors} {noun}", source.name))
        .hint("`stagewright explain CODE` says more about each");
    error.rendered = render(diagnostics, source, true);
    error
}

/// The files of this machine, for a pipeline that names others.
pub(crate) struct FilesBeside;

impl Files for FilesBeside {
    fn read(&self, path: &Path) -> Result<String, String> {
        read_text(path).map_err(|error| {
            // The diagnostic names the file already.
            let named = format!("{} cannot be read: ", path.display());
            match error.message.strip_prefix(&named) {
                Some(why) => why.to_owned(),
                None => error.message,
            }
        })
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
    }
}
