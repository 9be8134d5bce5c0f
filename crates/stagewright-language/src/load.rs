//! The one entrance: a source in, a plan or diagnostics out.

use crate::diagnostic::{Diagnostic, Level, Problems};
use crate::settings::LanguageSettings;
use crate::source::Source;
use crate::{lower, syntax};
use stagewright_core::plan::Plan;

/// A pipeline that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The validated plan.
    pub plan: Plan,
    /// What may not be meant, in the order of the file.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a pipeline file, in YAML or JSON.
///
/// # Errors
/// All errors and warnings of the file, in its order; at least one is an error.
pub fn load(source: &Source, settings: &LanguageSettings) -> Result<Loaded, Vec<Diagnostic>> {
    let root = match syntax::read(source) {
        Ok(root) => root,
        Err(problem) => {
            let mut problems = Problems::new(&source.text);
            problems.report(problem);
            return Err(problems.finish());
        }
    };
    let lowered = lower::lower(&root, source, settings);
    match lowered.plan {
        Some(plan) => Ok(Loaded {
            plan,
            warnings: lowered.diagnostics,
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
