//! What a person reads when a pipeline file is wrong, letter by letter.

mod conditions;
mod keys;
mod mapping;
mod references;
mod values;

use stagewright_language::{LanguageSettings, Source, load, render};

/// Everything that is told about a file, as a terminal without colours shows it.
fn told(name: &str, text: &str) -> String {
    told_under(&LanguageSettings::default(), name, text)
}

/// The same under settings of one's own.
fn told_under(settings: &LanguageSettings, name: &str, text: &str) -> String {
    let source = Source::new(name, text);
    let diagnostics = match load(&source, settings) {
        Ok(loaded) => loaded.warnings,
        Err(diagnostics) => diagnostics,
    };
    render(&diagnostics, &source, false)
}
