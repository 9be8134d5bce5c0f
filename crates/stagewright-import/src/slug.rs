//! The slug: a name that can be a directory, a branch and a workspace.

/// The longest slug, in characters.
const MAX_CHARS: usize = 40;

/// What titles of reviews begin with and what says nothing of the work itself.
const PREFIXES: &[&str] = &[
    "review report",
    "architectural review of",
    "architecture review of",
    "architectural review",
    "architecture review",
    "technical review of",
    "code review of",
    "code review",
    "review of",
    "review",
    "plan",
    "planning",
    "investigate",
    "investigation of",
    "analyze",
    "analyse",
    "analysis of",
    "assess",
    "assessment of",
    "evaluate",
    "evaluation of",
];

/// The slug of a text, or nothing when the text has no letter or digit that a slug can
/// hold.
pub(crate) fn slug(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        let wanted = slug.len() + usize::from(!slug.is_empty()) + word.len();
        if wanted > MAX_CHARS && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(MAX_CHARS));
    }
    (!slug.is_empty()).then_some(slug)
}

/// Whether a text is a slug already, so that it can be given by hand.
pub fn is_slug(text: &str) -> bool {
    slug(text).is_some_and(|slug| slug == text)
}

/// A title without what only says that it is one of a review: `Review: dark mode` is
/// about `dark mode`.
pub(crate) fn subject(title: &str) -> &str {
    let mut rest = title.trim();
    while let Some(shorter) = without_prefix(rest) {
        rest = shorter;
    }
    rest
}

fn without_prefix(title: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| {
        let head = title.get(..prefix.len())?;
        if !head.eq_ignore_ascii_case(prefix) {
            return None;
        }
        let rest = &title[prefix.len()..];
        let parted = rest.starts_with(|c: char| c.is_whitespace() || ":-–—".contains(c));
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":-–—".contains(c));
        (parted && !rest.is_empty()).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_safe_name() {
        // Goal: nothing of a title can leave a directory or surprise a shell, and a
        // long one ends with a whole word.
        for (text, expected) in [
            ("Dark mode", Some("dark-mode")),
            ("Add OAuth 2.0 Support!!!", Some("add-oauth-2-0-support")),
            ("../../etc/passwd", Some("etc-passwd")),
            ("a: b\nc\0d", Some("a-b-c-d")),
            ("-rf", Some("rf")),
            ("日本語", None),
            ("", None),
            (
                "a very long title that says everything there is to say",
                Some("a-very-long-title-that-says-everything"),
            ),
        ] {
            assert_eq!(slug(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(slug(&"x".repeat(99)).unwrap().len(), MAX_CHARS);
        assert!(is_slug("dark-mode") && !is_slug("Dark") && !is_slug("a/b") && !is_slug(""));
    }

    #[test]
    fn the_subject_is_what_a_review_is_about() {
        // Goal: prefixes go, also several, but never the whole title.
        for (title, expected) in [
            ("Review: user authentication", "user authentication"),
            ("Review Report: TASK-REV-0614", "TASK-REV-0614"),
            ("Review Report - Plan: dark mode", "dark mode"),
            ("Architectural review of dark mode", "dark mode"),
            ("Reviewers need names", "Reviewers need names"),
            ("Planes and trains", "Planes and trains"),
            ("Review", "Review"),
            ("Review:", "Review:"),
            ("Äpfel", "Äpfel"),
        ] {
            assert_eq!(subject(title), expected, "{title:?}");
        }
    }
}
