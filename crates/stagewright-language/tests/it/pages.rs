//! The documentation and the program say the same: a page for every code, examples
//! that do what the page says, and generated pages that are up to date.

use crate::files::TestFiles;
use crate::schema::accepts;
use stagewright_language::{
    Code, LanguageSettings, Source, explain, load_with_files, reference, render,
};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The blocks of a page that are fenced as `tag`.
fn blocks<'a>(page: &'a str, tag: &str) -> Vec<&'a str> {
    let opening = format!("```{tag}\n");
    page.match_indices(&opening)
        .map(|(at, _)| {
            let body = &page[at + opening.len()..];
            &body[..body.find("\n```").expect("a block ends") + 1]
        })
        .collect()
}

/// The codes of everything that is found in a text, and how it looks. The settings map
/// the function and the evaluator that the mended examples use.
fn found(name: &str, text: &str) -> (BTreeSet<Code>, String) {
    let source = Source::new(name, text);
    let one = |name: &str| Some(BTreeSet::from([name.to_owned()]));
    let settings = LanguageSettings {
        known_functions: one("arn:aws:lambda:us-east-1:123456789:function:code-agent"),
        known_evaluators: one("business_hours"),
        ..LanguageSettings::default()
    };
    let files = TestFiles::of_the_examples().and(name, text);
    let diagnostics = match load_with_files(&source, &settings, &files) {
        Ok(loaded) => loaded.warnings,
        Err(diagnostics) => diagnostics,
    };
    let codes = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    (codes, render(&diagnostics, &source, false))
}

#[test]
fn codes_and_pages_are_the_same_set() {
    // Goal: no code without a page, no page without a code, and titles that agree.
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let explained: Vec<_> = explain::codes().collect();
    assert_eq!(codes, explained);
    let mut files: Vec<String> = std::fs::read_dir(docs().join("errors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name.starts_with("SW01"))
        .collect();
    files.sort();
    assert_eq!(codes, files);
    for code in Code::ALL {
        let page = explain::page(code.as_str()).unwrap();
        let heading = format!("# {code}: {}\n", code.title());
        assert!(
            page.starts_with(&heading),
            "{code}: the page begins with {heading:?}"
        );
    }
    assert_eq!(explain::page("sw0110"), explain::page("SW0110"));
    assert_eq!(explain::page("SW9999"), None);
}

#[test]
fn every_example_triggers_exactly_its_code() {
    // Goal: a row for each code, and pages that cannot go stale.
    for code in Code::ALL {
        let page = explain::page(code.as_str()).unwrap();
        let examples = blocks(page, "yaml error");
        assert!(!examples.is_empty(), "{code} has no example");
        for example in examples {
            let (mut codes, rendered) = found("example.yaml", example);
            if *code == Code::BrokenPipeline {
                codes.remove(&Code::BadValue);
            }
            assert_eq!(
                codes,
                BTreeSet::from([*code]),
                "{code}:\n{example}\n{rendered}"
            );
        }
    }
}

#[test]
fn every_mended_example_is_free_of_problems() {
    // Goal: the advice works.
    for code in Code::ALL {
        let page = explain::page(code.as_str()).unwrap();
        let mended = blocks(page, "yaml mended");
        assert!(!mended.is_empty(), "{code} has no mended example");
        for example in mended {
            let (codes, rendered) = found("example.yaml", example);
            assert_eq!(codes, BTreeSet::new(), "{code}:\n{example}\n{rendered}");
        }
    }
}

#[test]
fn every_example_of_the_language_is_a_pipeline() {
    // Goal: the guide shows what works: no problem, no warning, and what editors accept.
    let page = reference::keys_page();
    let examples = blocks(&page, "yaml pipeline");
    assert!(examples.len() >= 8, "each construct has one");
    for example in examples {
        let (codes, rendered) = found("example.yaml", example);
        assert_eq!(codes, BTreeSet::new(), "{example}\n{rendered}");
        assert!(accepts(&Source::new("example.yaml", example)), "{example}");
    }
}

#[test]
fn generated_pages_are_up_to_date() {
    // Goal: the reference is what the program does. `UPDATE_DOCS=1` writes the pages.
    for (file, made) in [
        ("language.md", reference::keys_page()),
        ("problems.md", reference::problems_page()),
    ] {
        let path = docs().join(file);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            written, made,
            "docs/{file} is stale: run the tests with UPDATE_DOCS=1"
        );
    }
}
