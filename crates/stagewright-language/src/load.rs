//! The one entrance: a source in, a plan or diagnostics out.

use crate::diagnostic::{Diagnostic, Level, Problems};
use crate::files::{Files, Library, Records};
use crate::lower::{self, Lowered};
use crate::settings::LanguageSettings;
use crate::source::Source;
use crate::syntax;
use stagewright_core::plan::Plan;
use std::cell::RefCell;

/// A pipeline that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The validated plan.
    pub plan: Plan,
    /// What may not be meant, in the order of the file.
    pub warnings: Vec<Diagnostic>,
    /// The other files that the plan was made of, by the paths that they were read from:
    /// pipelines and schemas. Whoever asks where a pipeline comes from has to look at them
    /// too (decision 22).
    pub files: Vec<String>,
}

/// Reads a pipeline file, in YAML or JSON, that names no other files: where it does, that
/// is a diagnostic.
///
/// # Errors
/// All errors and warnings of the file, in its order; at least one is an error.
pub fn load(source: &Source, settings: &LanguageSettings) -> Result<Loaded, Vec<Diagnostic>> {
    load_from(source, settings, None)
}

/// Reads a pipeline file, in YAML or JSON, with the pipelines and schemas that it names.
/// Their paths are relative to the file in which they stand: [`Source::name`] is then the
/// path of the pipeline file.
///
/// # Errors
/// As for [`load`], followed by what is wrong with the other files.
pub fn load_with_files(
    source: &Source,
    settings: &LanguageSettings,
    files: &dyn Files,
) -> Result<Loaded, Vec<Diagnostic>> {
    load_from(source, settings, Some(files))
}

fn load_from(
    source: &Source,
    settings: &LanguageSettings,
    files: Option<&dyn Files>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let records = RefCell::new(Records::default());
    let library = Library::new(files, &records, source);
    let lowered = read(source, settings, library);
    match lowered.plan {
        Some(plan) => Ok(Loaded {
            plan,
            warnings: lowered.diagnostics,
            files: records.into_inner().into_names(),
        }),
        None => {
            let any_error = lowered
                .diagnostics
                .iter()
                .any(|diagnostic| diagnostic.severity == Level::Error);
            assert!(
                any_error,
                "a plan is withheld only for an error that is told"
            );
            Err(lowered.diagnostics)
        }
    }
}

/// Reads one file, whichever names it.
pub(crate) fn read(source: &Source, settings: &LanguageSettings, library: Library<'_>) -> Lowered {
    match syntax::read(source) {
        Ok(root) => lower::lower(&root, source, settings, library),
        Err(problem) => {
            let mut problems = Problems::new(&source.text);
            problems.report(problem);
            Lowered {
                plan: None,
                diagnostics: problems.finish(),
                height: 1,
                nodes: 0,
            }
        }
    }
}
