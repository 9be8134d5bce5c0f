//! Ids of tasks, and what they become in a pipeline.
//!
//! In a pipeline an id is letters, digits and `_` (decision 6). Task ids are usually
//! written with hyphens, sometimes with dots; both become `_`, and the mapping is shown.

use stagewright_language::limit::MAX_ID_CHARS;

/// Whether a text can be the id of a task: it becomes a part of file names and of shell
/// variables' values.
pub(crate) fn is_task_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() < MAX_ID_CHARS
        && !text.contains("..")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// What [`is_task_id`] asks for, for hints.
pub(crate) const TASK_ID_FORM: &str = "an id is letters, digits, `-`, `_` and single dots, begins with a letter or digit, and has \
     fewer than 64 characters";

/// The id of a task's agent.
pub(crate) fn agent_id(task_id: &str) -> String {
    let mut id: String = task_id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        id.insert(0, '_');
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_harmless_and_mapped() {
        // Goal: nothing that a path, a shell or a pipeline could take for something else.
        for (text, expected) in [
            ("TASK-SFT-001", Some("TASK_SFT_001")),
            ("TASK-FIX-RWOP1.1", Some("TASK_FIX_RWOP1_1")),
            ("1a", Some("_1a")),
            ("", None),
            ("-x", None),
            ("a/b", None),
            ("..", None),
            ("a..b", None),
            ("a b", None),
            ("a\nb", None),
            ("ä", None),
            (&"x".repeat(64), None),
        ] {
            let found = is_task_id(text).then(|| agent_id(text));
            assert_eq!(found.as_deref(), expected, "{text:?}");
        }
    }
}
