//! Loading a pipeline file for a command: its diagnostics become a user error.

use crate::files::read_text;
use crate::printer::Printer;
use crate::settings::Settings;
use crate::user_error::UserError;
use stagewright_core::Plan;
use stagewright_language::{Diagnostic, Level, Source, load, render};
use std::path::Path;

/// The plan of a pipeline file; its warnings are shown.
///
/// # Errors
/// When it cannot be read, or has errors: all of them, rendered.
pub(crate) fn load_plan(
    path: &Path,
    settings: &Settings,
    printer: &Printer,
) -> Result<Plan, UserError> {
    let source = Source::new(path.display().to_string(), read_text(path)?);
    match load(&source, &settings.language()) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                printer.note(render(&loaded.warnings, &source, true).trim_end());
            }
            Ok(loaded.plan)
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
