//! Ids: `[A-Za-z_][A-Za-z0-9_]*` (decision 6).

use super::Lowering;
use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_ID_CHARS;
use crate::source::Extent;
use stagewright_core::plan::Form;
use std::borrow::Cow;

/// Whether a text is an id.
pub(super) fn is_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.len() <= MAX_ID_CHARS
}

impl Lowering<'_> {
    /// The id that a written one means: in the review form hyphens stand for
    /// underscores.
    pub(super) fn mapped<'t>(&self, written: &'t str) -> Cow<'t, str> {
        if self.form == Form::Review && written.contains('-') {
            Cow::Owned(written.replace('-', "_"))
        } else {
            Cow::Borrowed(written)
        }
    }

    /// Checks a declared id, and says so when it was mapped.
    pub(super) fn declared_id(&mut self, written: &str, extent: Extent) -> Option<String> {
        let id = self.mapped(written).into_owned();
        if is_id(&id) {
            if id != written {
                self.report(
                    Problem::new(
                        Code::MappedId,
                        extent,
                        format!("the id `{written}` is used as `{id}`"),
                    )
                    .hint(format!("expressions and commands know it as `{id}`")),
                );
            }
            return Some(id);
        }
        let proposal = proposed(written);
        let problem = if written.chars().count() > MAX_ID_CHARS {
            Problem::new(
                Code::BadId,
                extent,
                format!("an id has at most {MAX_ID_CHARS} characters"),
            )
        } else {
            Problem::new(Code::BadId, extent, format!("`{written}` cannot be an id"))
                .label("letters, digits and `_`, not beginning with a digit")
                .hint_if(proposal.map(|proposal| format!("write `{proposal}`")))
        };
        self.report(problem);
        None
    }
}

/// An id that is like what was written.
fn proposed(written: &str) -> Option<String> {
    let mut id: String = written
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        id.insert(0, '_');
    }
    (id.contains(|c: char| c.is_ascii_alphabetic()) && is_id(&id)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_names_that_expressions_can_say() {
        // Goal: exactly the documented form.
        for (text, expected) in [
            ("lint", true),
            ("_x1", true),
            ("A", true),
            ("", false),
            ("1a", false),
            ("a-b", false),
            ("a.b", false),
            ("ä", false),
            ("a b", false),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(is_id(text), expected, "{text:?}");
        }
        assert_eq!(
            proposed("code-quality 1").as_deref(),
            Some("code_quality_1")
        );
        assert_eq!(proposed("1st").as_deref(), Some("_1st"));
        assert_eq!(proposed("***"), None);
    }
}
