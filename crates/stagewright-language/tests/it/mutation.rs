//! Thousands of slightly broken pipelines: each is answered without a panic, every
//! diagnostic has a place in the text, and the core and the schema accept what is accepted.

use crate::files::TestFiles;
use crate::schema::accepts;
use stagewright_core::graph::Graph;
use stagewright_language::{
    LanguageSettings, Level, Source, explain, load_with_files, reference, render,
};
use std::ops::Range;
use std::sync::Arc;

/// How many broken files are tried. The sequence is the same each time.
const FILES: usize = 4_000;

/// Pieces that pipelines are made of, and some that they are not.
const PIECES: [&str; 40] = [
    ":",
    " ",
    "\n",
    "\n  ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ",",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">\n",
    "{{",
    "}}",
    "{%",
    "%}",
    "results.",
    "context.",
    "secrets.X",
    "null",
    "true",
    "-1",
    "1e9",
    "ä🔍",
    "\t",
    "\r\n",
    "---\n",
    "!t ",
    "id: ",
    "run: ",
    "if: ",
    "depends_on: ",
    "99999999999999999999",
    "set: ",
];

/// Files to begin with: the seed's pipeline in both forms, every mended example of the
/// pages, and the examples of the language. All of them are pipelines before they are
/// broken.
fn seeds() -> Vec<String> {
    let mut seeds = vec![
        include_str!("data/pr_review_pipeline.yaml").to_owned(),
        include_str!("data/pr_review_pipeline.json").to_owned(),
    ];
    let mut take = |page: &str, tag: &str| {
        for part in page.split(tag).skip(1) {
            let body = part.trim_start();
            seeds.push(body.split("```").next().unwrap_or_default().to_owned());
        }
    };
    for code in explain::codes() {
        let page = explain::page(code).expect("each code has a page");
        take(page, "```yaml mended");
    }
    take(&reference::keys_page(), "```yaml pipeline");
    seeds
}

/// A small generator of numbers (xorshift), so that every run tries the same files.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// A character boundary of the text.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// Breaks a text at one place. Most changes exchange whole words or lines, so that many
/// mutants are still YAML and reach the deeper checks.
fn mutate(text: &mut String, numbers: &mut Numbers, other: &str) {
    let at = numbers.place(text);
    match numbers.below(12) {
        0 => text.insert_str(at, PIECES[numbers.below(PIECES.len())]),
        1 => {
            let near = at + numbers.below(8);
            let end = (at..=near.min(text.len()))
                .rev()
                .find(|end| text.is_char_boundary(*end));
            text.replace_range(at..end.unwrap_or(at), "");
        }
        2 => {
            let line = line_at(text, at);
            text.replace_range(line, "");
        }
        3 | 4 => {
            let from = numbers.place(other);
            let line = format!("{}\n", &other[line_at(other, from)].trim_end());
            text.insert_str(line_at(text, at).start, &line);
        }
        5 => {
            let (from, start) = (line_at(text, at), numbers.place(text));
            let line = text[from].to_owned();
            let start = line_at(text, start).start;
            text.insert_str(start, &line);
        }
        6 if numbers.below(4) == 0 => text.truncate(at),
        _ => {
            let from = numbers.place(other);
            let word = other[word_at(other, from)].to_owned();
            let range = word_at(text, at);
            text.replace_range(range, &word);
        }
    }
}

/// The line around a place, its end included.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1);
    start..end
}

/// The word around a place; empty between words.
fn word_at(text: &str, at: usize) -> Range<usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let start = text[..at].rfind(|c| !is_part(c)).map_or(0, |before| {
        before + text[before..].chars().next().map_or(0, char::len_utf8)
    });
    let end = text[at..]
        .find(|c| !is_part(c))
        .map_or(text.len(), |after| at + after);
    start..end
}

#[test]
fn broken_files_are_answered() {
    // Goal: no panic, no diagnostic without a place, no plan that the core refuses, and no
    // file that the schema refuses although it is a pipeline.
    let seeds = seeds();
    let mut numbers = Numbers(0x5eed_1234_abcd_0001);
    let files = TestFiles::of_the_examples();
    let mut accepted = 0;
    for round in 0..FILES {
        let mut text = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(3) {
            let other = &seeds[numbers.below(seeds.len())];
            mutate(&mut text, &mut numbers, other);
        }
        let source = Source::new("mutant.yaml", text);
        let diagnostics = match load_with_files(&source, &LanguageSettings::default(), &files) {
            Ok(loaded) => {
                accepted += 1;
                assert!(accepts(&source), "round {round}: schema\n{}", source.text);
                let plan = Arc::new(loaded.plan);
                let graph = Graph::new(Arc::clone(&plan));
                assert!(graph.is_ok(), "round {round}: {graph:?}\n{}", source.text);
                loaded.warnings
            }
            Err(diagnostics) => {
                let errors = diagnostics.iter().filter(|d| d.severity == Level::Error);
                assert!(errors.count() > 0, "round {round}:\n{}", source.text);
                diagnostics
            }
        };
        for diagnostic in &diagnostics {
            let range = diagnostic.span.start..diagnostic.span.end;
            assert!(
                diagnostic.source(&source).text.get(range).is_some(),
                "round {round}: {diagnostic:?}\n{}",
                source.text
            );
        }
        let own = diagnostics.iter().filter(|one| one.source.is_none());
        let sorted = own.is_sorted_by_key(|diagnostic| diagnostic.span.start);
        assert!(sorted, "round {round}: in the order of the file");
        let _ = render(&diagnostics, &source, true);
    }
    assert!(
        accepted > FILES / 20,
        "some mutants are still pipelines: {accepted}"
    );
}
