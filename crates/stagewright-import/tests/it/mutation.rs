//! Thousands of slightly broken inputs: each is answered without a panic, and whatever is
//! accepted gives a pipeline without a fault.

use crate::world::loaded;
use stagewright_import::{ImportError, Options, feature, review};
use stagewright_language::{Source, render};

/// How many broken inputs of each kind are tried. The sequence is the same each time.
const INPUTS: usize = 400;

/// The most places in which one input is broken.
const MAX_BREAKS: u64 = 4;

/// Pieces that inputs are made of, and some that they are not.
const PIECES: &[&str] = &[
    ":",
    " ",
    "\n",
    "\n  ",
    "\n\n",
    "- ",
    "1. ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ",",
    "#",
    "## ",
    "|",
    "|---|",
    "```",
    "<!--",
    "-->",
    "**",
    "`",
    "{{",
    "}}",
    "{%",
    "{#",
    "null",
    "true",
    "-1",
    "99999999999999999999",
    "ä🔍",
    "\t",
    "\r\n",
    "---\n",
    "&a ",
    "*a",
    "TASK-DC-001",
    "all",
    "depends on: ",
    "Complexity: 3",
    "(depends on 1)",
    "../",
    "\u{202e}",
    "\u{1b}",
    "Phase 1 Subtasks",
];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> usize {
        // The multiplier and increment of Knuth's MMIX generator; its high bits are good.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound.max(1)).unwrap()
    }
}

/// The text with some of it replaced, removed or doubled.
fn broken(text: &str, random: &mut Random) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(MAX_BREAKS) {
        let from = random.below(text.len() as u64);
        let to = (from + random.below(12)).min(text.len());
        let piece: Vec<char> = match random.below(3) {
            0 => Vec::new(),
            1 => text[from..to].repeat(2),
            _ => PIECES[random.below(PIECES.len() as u64)].chars().collect(),
        };
        text.splice(from..to, piece);
    }
    text.into_iter().collect()
}

/// Goal: no input makes an import panic, every problem has a place in the text, and an
/// accepted input gives a valid pipeline whose files stay in their directory.
#[test]
fn broken_inputs_are_answered() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/import");
    #[expect(
        clippy::disallowed_methods,
        reason = "the inputs of this test are files"
    )]
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
    let (features, reports) = (read("FEAT-7C21.yaml"), read("review-report.md"));
    let mut random = Random(7);
    let mut accepted = [0; 2];
    for at in 0..2 * INPUTS {
        let kind = at % 2;
        let (name, text) = match kind {
            0 => ("FEAT-1.yaml", broken(&features, &mut random)),
            _ => ("review.md", broken(&reports, &mut random)),
        };
        let options = Options {
            replan: at % 4 == 0,
            ..Options::default()
        };
        let source = Source::new(name, &text);
        let import = match kind {
            0 => feature(&source, &options),
            _ => review(&source, &options),
        };
        match import {
            Ok(import) => {
                accepted[kind] += 1;
                assert_eq!(loaded(&import).warnings, [], "{text}");
                for file in &import.files {
                    let outside =
                        file.path.starts_with('/') || file.path.split('/').any(|part| part == "..");
                    assert!(
                        !outside && !file.path.contains(char::is_control),
                        "{}",
                        file.path
                    );
                }
            }
            Err(ImportError::Invalid(diagnostics)) => {
                assert!(!diagnostics.is_empty());
                assert!(
                    diagnostics.iter().all(|one| one.span.end <= text.len()),
                    "{text}"
                );
                assert!(!render(&diagnostics, &source, false).contains('\u{1b}'));
            }
            Err(_) => {}
        }
    }
    assert!(
        accepted.iter().all(|count| *count > INPUTS / 10),
        "{accepted:?}"
    );
}
