//! Fields of the context that conditions read, against those that the pipeline declares.

use super::Lowering;
use super::reads::Purpose;
use crate::diagnostic::{Code, Problem};
use crate::source::Extent;

impl Lowering<'_> {
    /// A context may hold more than its declared defaults, so what they lack is only
    /// worth a warning, and only where a typing mistake would silently skip something.
    pub(super) fn check_context(&mut self, purpose: Purpose<'_>, path: &str, place: Extent) {
        let field = path.split('.').next().unwrap_or_default();
        let Some(declared) = &self.inherited.context else {
            return;
        };
        if field.is_empty()
            || declared.contains(field)
            || !matches!(purpose, Purpose::Condition | Purpose::List)
        {
            return;
        }
        let hint = self
            .problems
            .did_you_mean(field, declared.iter().map(String::as_str));
        self.report(
            Problem::new(
                Code::UndeclaredContext,
                place,
                format!("the pipeline's `context` declares no `{field}`"),
            )
            .hint(hint.unwrap_or_else(|| {
                "without it in a submission, the condition is an error: give it a default, or \
                 ask with `is defined` or `exists`"
                    .to_owned()
            })),
        );
    }

    /// Whether an expression asks if a field of the context is there, which is answered
    /// without an error. Of a field inside of a missing field nothing can be asked.
    pub(super) fn asks_whether_there_is(&self, expression: Extent, field: &str) -> bool {
        let written = self.text.get(expression.range()).unwrap_or_default();
        !field.contains('.') && asks_for(written, &format!("context.{field}"))
    }
}

impl Lowering<'_> {
    /// Whether an expression asks for the last part of a path without needing it.
    pub(super) fn asks_for_the_path(&self, expression: Extent, path: &str) -> bool {
        let written = self.text.get(expression.range()).unwrap_or_default();
        asks_for(written, path)
    }
}

/// Whether a test or filter that takes absence stands behind a name anywhere in a text.
fn asks_for(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let rest = &text[at + name.len()..];
        let behind = rest.trim_start();
        if let Some(filter) = behind.strip_prefix('|') {
            return matches!(first_word(filter).0, "default" | "d");
        }
        let (is, test) = first_word(behind);
        let test = match first_word(test) {
            ("not", test) => first_word(test).0,
            (test, _) => test,
        };
        let apart = behind.len() < rest.len();
        apart && is == "is" && matches!(test, "defined" | "undefined")
    })
}

/// The word that a text begins with, and what follows it.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_asked_for_right_behind_the_name() {
        // Goal: nothing but the tests and filters that answer without an error counts.
        for (text, expected) in [
            ("context.urgent is defined", true),
            ("context.urgent is not defined", true),
            ("context.urgent  is  undefined", true),
            ("not (context.urgent is defined)", true),
            ("context.urgent|default(false)", true),
            ("context.urgent | d(false)", true),
            ("context.urgent > 1 or context.urgent is defined", true),
            ("context.urgent", false),
            ("context.urgent == 'is defined'", false),
            ("context.urgent is true", false),
            ("context.urgent | length > 0", false),
            ("context.urgently is defined", false),
            ("context.urgent.by is defined", false),
            ("context.urgent and context.x is defined", false),
        ] {
            assert_eq!(asks_for(text, "context.urgent"), expected, "{text}");
        }
    }
}
