//! The words for where a task stands.

use crate::work::Standing;

/// The words of the format, and others that files in the wild use for the same. Words
/// that could mean either (`blocked`, `in_review`) are deliberately absent: whether such
/// a task is worked on again is not for us to guess.
const WORDS: &[(&str, Standing, Reading)] = &[
    ("pending", Standing::Pending, Reading::Own),
    ("in_progress", Standing::Pending, Reading::Again),
    ("completed", Standing::Finished, Reading::Own),
    ("failed", Standing::Pending, Reading::Again),
    ("skipped", Standing::SetAside, Reading::Own),
    ("deferred", Standing::SetAside, Reading::Own),
    ("backlog", Standing::Pending, Reading::Foreign("pending")),
    ("planned", Standing::Pending, Reading::Foreign("pending")),
    ("ready", Standing::Pending, Reading::Foreign("pending")),
    ("todo", Standing::Pending, Reading::Foreign("pending")),
    ("merged", Standing::Finished, Reading::Foreign("completed")),
    ("done", Standing::Finished, Reading::Foreign("completed")),
];

/// How a word is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As it is.
    Own,
    /// As it is, and the task starts from the beginning.
    Again,
    /// As this word of the format.
    Foreign(&'static str),
}

/// What a word means, and what to say about it.
pub(super) fn standing(word: &str) -> Option<(Standing, Option<String>)> {
    let lower = word.to_ascii_lowercase().replace('-', "_");
    let (_, standing, reading) = WORDS.iter().find(|(known, _, _)| *known == lower)?;
    let remark = match reading {
        Reading::Own => None,
        Reading::Again => Some(format!("a task that is `{lower}` begins anew")),
        Reading::Foreign(own) => Some(format!("the status `{lower}` counts as `{own}`")),
    };
    Some((*standing, remark))
}

/// All words, for hints.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(word, _, _)| *word)
}
