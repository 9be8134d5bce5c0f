//! What the tests have in common: an import, and its files as programs read them.

use serde_json::Value;
use stagewright_import::{Import, Options};
use stagewright_language::{LanguageSettings, Loaded, Source, load, read_data, render};

/// The plan that the imported pipeline gives.
#[track_caller]
pub(crate) fn loaded(import: &Import) -> Loaded {
    let file = &import.files[0];
    let source = Source::new(file.path.clone(), file.text.clone());
    load(&source, &LanguageSettings::default()).unwrap_or_else(|diagnostics| {
        panic!("{}\n{}", file.text, render(&diagnostics, &source, false))
    })
}

/// The imported pipeline as data.
#[track_caller]
pub(crate) fn pipeline(import: &Import) -> Value {
    let file = &import.files[0];
    read_data(&Source::new(file.path.clone(), file.text.clone())).unwrap()
}

/// The agents of all stages of a pipeline.
pub(crate) fn agents(pipeline: &Value) -> Vec<&Value> {
    let stages = pipeline["stages"].as_array().unwrap();
    stages
        .iter()
        .flat_map(|stage| stage["agents"].as_array().unwrap())
        .collect()
}

/// The front matter of a file.
#[track_caller]
pub(crate) fn front_matter(import: &Import, path: &str) -> Value {
    let file = import.files.iter().find(|file| file.path == path);
    let text = &file.unwrap_or_else(|| panic!("no {path}")).text;
    let inner = text.strip_prefix("---\n").unwrap();
    let inner = &inner[..inner.find("\n---\n").unwrap()];
    read_data(&Source::new("front.yaml", inner)).unwrap()
}

#[track_caller]
pub(crate) fn feature(text: &str, options: &Options) -> Import {
    let source = Source::new("FEAT-1.yaml", text);
    stagewright_import::feature(&source, options)
        .unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

#[track_caller]
pub(crate) fn review(text: &str, options: &Options) -> Import {
    let source = Source::new("review.md", text);
    stagewright_import::review(&source, options).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}
