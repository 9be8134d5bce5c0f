//! Repetition in words.

use super::in_words;
use stagewright_core::plan::{Items, Over, Repeat};

/// How often something is run, and over what: `for each of context.files`, `until
/// results.fix.ok, at most 5 times`.
pub(crate) fn repeat_in_words(repeat: &Repeat) -> String {
    let times = repeat
        .over
        .max_iterations()
        .map_or(String::new(), |most| format!(", at most {most} times"));
    let mut words = match &repeat.over {
        Over::Items {
            items: Items::Expression(source),
        } => format!("for each of {}", source.trim()),
        Over::Items {
            items: Items::List(list),
        } => format!("for each of {} items", list.len()),
        Over::While { condition, .. } => format!("while {}{times}", in_words(condition)),
        Over::Until { condition, .. } => format!("until {}{times}", in_words(condition)),
    };
    if let Some(abreast) = repeat.max_parallelism {
        words.push_str(&format!(", {abreast} at once"));
    }
    words
}
