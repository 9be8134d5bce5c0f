//! What a person reads when a pipeline file is wrong, letter by letter.

mod answers;
mod conditions;
mod http;
mod keys;
mod mapping;
mod pipelines;
mod references;
mod repetition;
mod unreachable;
mod values;

use crate::files::TestFiles;
use stagewright_language::{Diagnostic, LanguageSettings, Source, load_with_files, render};

/// Everything that is told about a file, as a terminal without colours shows it.
fn told(name: &str, text: &str) -> String {
    told_under(&LanguageSettings::default(), name, text)
}

/// The same under settings of one's own.
fn told_under(settings: &LanguageSettings, name: &str, text: &str) -> String {
    let source = Source::new(name, text);
    let diagnostics = found_under(settings, &source);
    render(&diagnostics, &source, false)
}

fn found_under(settings: &LanguageSettings, source: &Source) -> Vec<Diagnostic> {
    let files = TestFiles::of_the_examples();
    match load_with_files(source, settings, &files) {
        Ok(loaded) => loaded.warnings,
        Err(diagnostics) => diagnostics,
    }
}

/// Checks that agents of a parallel stage, each written in braces, are told exactly these
/// problems, each as its code, what the caret marks, and words of the message:
/// `SW0134@item :: there is no`.
fn check(agents: &str, expected: &[&str]) {
    let head = "name: t\ncontext: {n: 1, files: []}\nstages:\n  - id: s\n    mode: parallel\n    agents:\n";
    let lines: String = agents
        .lines()
        .map(|line| format!("      - {{{}}}\n", line.trim()))
        .collect();
    let source = Source::new("pipeline.yaml", format!("{head}{lines}"));
    let found = found_under(&LanguageSettings::default(), &source);
    let drawn = render(&found, &source, false);
    assert_eq!(found.len(), expected.len(), "{agents}\n{drawn}");
    for (diagnostic, expected) in found.iter().zip(expected) {
        let (place, message) = expected.split_once(" :: ").expect("a message");
        let (code, marked) = place.split_once('@').expect("a place");
        let span = &source.text[diagnostic.span.start..diagnostic.span.end];
        let told = format!("{}: {}", diagnostic.code, diagnostic.message);
        assert_eq!(diagnostic.code.as_str(), code, "{agents}\n{drawn}");
        assert_eq!(span, marked, "{agents}\n{drawn}");
        assert!(told.contains(message), "{agents}\n{drawn}");
    }
}
