//! How a subtask is worked on: with planning, tests and review, or straight away.

use crate::work::Mode;

/// Words of work in which a slip costs more than usual, each with its plural and other
/// forms where they differ by more than an `s`.
const HIGH_RISK: &[&str] = &[
    "security",
    "vulnerability",
    "vulnerabilities",
    "auth",
    "authentication",
    "authorization",
    "authorisation",
    "oauth",
    "jwt",
    "password",
    "credential",
    "secret",
    "token",
    "permission",
    "encryption",
    "payment",
    "billing",
    "migration",
    "database",
    "schema",
    "transaction",
    "concurrency",
    "breaking change",
    "data loss",
    "personal data",
];

/// From this complexity on a subtask is always planned.
const COMPLEX: u8 = 6;

/// Up to this complexity a subtask is done straight away.
const SIMPLE: u8 = 3;

/// In between, more files than this are planned.
const FEW_FILES: usize = 3;

/// The mode of a subtask that does not say its own.
pub(super) fn mode(complexity: u8, text: &str, files: usize) -> Mode {
    let planned =
        complexity >= COMPLEX || is_high_risk(text) || (complexity > SIMPLE && files > FEW_FILES);
    match planned {
        true => Mode::TaskWork,
        false => Mode::Direct,
    }
}

/// Whether a text has a word of high risk in it, as a whole word: an author is no auth.
fn is_high_risk(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is = |word: &str, wanted: &str| word == wanted || word.strip_suffix('s') == Some(wanted);
    HIGH_RISK.iter().any(|risk| {
        let wanted: Vec<&str> = risk.split(' ').collect();
        words.windows(wanted.len()).any(|window| {
            window
                .iter()
                .zip(&wanted)
                .all(|(word, wanted)| is(word, wanted))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_follows_complexity_risk_and_files() {
        // Goal: the rule of the specification at each of its borders.
        for (complexity, text, files, expected) in [
            (6, "rename", 0, Mode::TaskWork),
            (5, "rename", 3, Mode::Direct),
            (5, "rename", 4, Mode::TaskWork),
            (4, "rename", 4, Mode::TaskWork),
            (4, "rename", 3, Mode::Direct),
            (3, "rename", 9, Mode::Direct),
            (1, "Rotate the API tokens", 0, Mode::TaskWork),
            (1, "a breaking change of the format", 0, Mode::TaskWork),
            (1, "thank the authors", 0, Mode::Direct),
        ] {
            assert_eq!(
                mode(complexity, text, files),
                expected,
                "{complexity} {text} {files}"
            );
        }
    }
}
