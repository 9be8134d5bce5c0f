//! `validate`: every problem of every file at once.
//!
//! What is found is the data of this command and goes to standard output; a line for
//! each file without problems is for people.

use crate::arguments::ValidateArguments;
use crate::exit::Exit;
use crate::files::read_text;
use crate::pipeline_file::FilesBeside;
use crate::printer::{GOOD, Printer};
use crate::session;
use crate::user_error::UserError;
use serde::Serialize;
use stagewright_language::{Diagnostic, LanguageSettings, Level, Source, load_with_files, render};
use std::path::Path;

/// Reports the problems of all files; leaves with 2 when any of them has an error.
///
/// # Errors
/// When a setting is wrong. What is wrong with a file is data.
pub(super) fn validate(
    arguments: &ValidateArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let settings = session::settings()?.language();
    let files: Vec<Checked> = arguments
        .files
        .iter()
        .map(|path| check(path, &settings))
        .collect();
    if arguments.json {
        let problems: Vec<Problem<'_>> = files.iter().flat_map(Checked::problems).collect();
        printer.json(&problems);
    } else {
        for file in &files {
            file.print(printer);
        }
    }
    Ok(if files.iter().any(Checked::has_errors) {
        Exit::Usage
    } else {
        Exit::Done
    })
}

/// One file, and what is wrong with it.
enum Checked {
    /// It was read.
    Read {
        source: Source,
        diagnostics: Vec<Diagnostic>,
    },
    /// It could not even be read.
    Unreadable { file: String, error: UserError },
}

/// One problem as a program reads it. A file that cannot be read has no line.
#[derive(Serialize)]
struct Problem<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    code: &'a str,
    severity: String,
    message: &'a str,
    hint: Option<&'a str>,
}

fn check(path: &Path, settings: &LanguageSettings) -> Checked {
    let file = path.display().to_string();
    match read_text(path) {
        Err(error) => Checked::Unreadable { file, error },
        Ok(text) => {
            let source = Source::new(file, text);
            let diagnostics = match load_with_files(&source, settings, &FilesBeside) {
                Ok(loaded) => loaded.warnings,
                Err(diagnostics) => diagnostics,
            };
            Checked::Read {
                source,
                diagnostics,
            }
        }
    }
}

impl Checked {
    fn has_errors(&self) -> bool {
        match self {
            Self::Unreadable { .. } => true,
            Self::Read { diagnostics, .. } => diagnostics
                .iter()
                .any(|diagnostic| diagnostic.severity == Level::Error),
        }
    }

    fn print(&self, printer: &Printer) {
        match self {
            Self::Unreadable { error, .. } => {
                printer.failure(error);
            }
            Self::Read {
                source,
                diagnostics,
            } => {
                if !diagnostics.is_empty() {
                    printer.data(&render(diagnostics, source, true));
                }
                if !self.has_errors() {
                    printer.note(&format!("{GOOD}ok{GOOD:#} {}", source.name));
                }
            }
        }
    }

    fn problems(&self) -> Vec<Problem<'_>> {
        match self {
            Self::Unreadable { file, error } => vec![Problem {
                file,
                line: None,
                column: None,
                code: error.code,
                severity: Level::Error.to_string(),
                message: &error.message,
                hint: error.hints.first().map(String::as_str),
            }],
            Self::Read {
                source,
                diagnostics,
            } => diagnostics
                .iter()
                .map(|diagnostic| Problem {
                    file: &diagnostic.source(source).name,
                    line: Some(diagnostic.span.line),
                    column: Some(diagnostic.span.column),
                    code: diagnostic.code.as_str(),
                    severity: diagnostic.severity.to_string(),
                    message: &diagnostic.message,
                    hint: diagnostic.hint.as_deref(),
                })
                .collect(),
        }
    }
}
