//! What a text says about itself: "Complexity: 4", "depends on: 1, 2".

use regex::Regex;
use std::sync::LazyLock;

/// "Complexity: 4", "**Complexity**: 4/10", "(complexity 4)".
static COMPLEXITY: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(
        clippy::unwrap_used,
        reason = "a constant pattern, compiled by the tests"
    )]
    Regex::new(r"(?i)\bcomplexity\b[\s:*=_(]*([A-Za-z]+|\d+)").unwrap()
});

/// "Depends on: …" and "Dependencies: …" to the end of the line, or "(depends on …)".
/// The colon or the bracket tells it from prose.
static DEPENDENCIES: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by the tests")]
    Regex::new(
        r"(?i)(?:\b(?:depends\s+on|dependencies)\b[*_\s]*:[*_]*([^\n()]*)|\(\s*depends\s+on[\s:]+([^)\n]*)\))",
    )
    .unwrap()
});

/// A complexity as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complexity {
    /// From 1 to 10.
    Known(u8),
    /// A number outside of that.
    OutOfRange,
}

/// What a text says about its complexity.
pub(super) fn complexity_in(text: &str) -> Option<Complexity> {
    COMPLEXITY
        .captures_iter(text)
        .find_map(|found| complexity_of(found.get(1)?.as_str()))
}

/// A title without what it says about itself in brackets.
pub(super) fn without_labels(title: &str) -> String {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(
            clippy::unwrap_used,
            reason = "a constant pattern, compiled by the tests"
        )]
        Regex::new(r"(?i)\s*\(\s*(?:depends\s+on|complexity)\b[^()]*\)").unwrap()
    });
    LABEL.replace_all(title, "").into_owned()
}

/// The complexity that a word or number means: `4`, `4/10`, `medium`.
pub(super) fn complexity_of(text: &str) -> Option<Complexity> {
    let text = text.trim();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        let known = digits
            .parse()
            .ok()
            .filter(|number| (1..=10).contains(number));
        return Some(known.map_or(Complexity::OutOfRange, Complexity::Known));
    }
    let word = text.split_whitespace().next()?.to_ascii_lowercase();
    let number = match word.as_str() {
        "trivial" => 1,
        "simple" | "low" | "small" => 3,
        "medium" | "moderate" => 5,
        "high" | "complex" | "large" => 7,
        _ => return None,
    };
    Some(Complexity::Known(number))
}

/// The references of the dependencies that a text names for itself.
pub(super) fn dependencies_in(text: &str) -> Vec<String> {
    DEPENDENCIES
        .captures_iter(text)
        .filter_map(|found| found.get(1).or_else(|| found.get(2)))
        .flat_map(|found| references(found.as_str()))
        .collect()
}

/// The references of a list such as `FW-001, FW-002 and #3`. Words that say that there
/// are none give none.
pub(super) fn references(text: &str) -> Vec<String> {
    let bare = text.trim().trim_end_matches('.').trim();
    let nothing = ["", "-", "–", "—", "none", "n/a", "na", "nothing", "no"];
    if nothing.contains(&bare.to_ascii_lowercase().as_str()) {
        return Vec::new();
    }
    bare.split([',', ';', '&', '+'])
        .flat_map(|part| part.split(" and "))
        .map(|part| part.trim_matches(|c: char| c.is_whitespace() || "`*_#[].".contains(c)))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complexity_is_read_in_its_usual_spellings() {
        // Goal: numbers, fractions, words; and what is out of range is not guessed at.
        use Complexity::{Known, OutOfRange};
        for (text, expected) in [
            ("Complexity: 4", Some(Known(4))),
            ("**Complexity**: 7/10", Some(Known(7))),
            ("do it (complexity 2)", Some(Known(2))),
            ("**Complexity:** Medium", Some(Known(5))),
            ("complexity: 11", Some(OutOfRange)),
            ("complexity: 0", Some(OutOfRange)),
            ("Reduce the complexity of the parser", None),
            ("nothing", None),
        ] {
            assert_eq!(complexity_in(text), expected, "{text}");
        }
        assert_eq!(complexity_of("-"), None);
    }

    #[test]
    fn dependencies_are_told_from_prose() {
        // Goal: labels and brackets count, a sentence about dependencies does not.
        let cases: &[(&str, &[&str])] = &[
            ("Depends on: 1, 2", &["1", "2"]),
            ("**Depends on**: REC-001 and #3.", &["REC-001", "3"]),
            ("**Dependencies:** None", &[]),
            ("add it (depends on 1)", &["1"]),
            ("the build depends on 3 services", &[]),
            ("update dependencies", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(dependencies_in(text), *expected, "{text}");
        }
        assert_eq!(
            without_labels("Add it (depends on 1) (a, b)"),
            "Add it (a, b)"
        );
        assert!(references("N/A").is_empty());
        assert_eq!(references("`FW-001`; FW-002"), ["FW-001", "FW-002"]);
    }
}
