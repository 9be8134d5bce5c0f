//! Rule names that do not depend on the tool which reports them (decision 27).
//!
//! Ruff carries bandit's checks under `S` and the same number, so `S602` of ruff and
//! `B602` of bandit on one line are one problem. Bandit's name is the neutral one.
//! In the same way mypy's undefined names and vulture's unused imports have ruff's
//! names, and syntax errors have one name for all.
//! Ruff's own `B` rules (bugbear, `B0..` and `B9..`) do not overlap with bandit's.
//!
//! A limit: for a call that spans several lines the two tools may point at different
//! lines, and then it counts as two findings.

/// The rule of a syntax error, under whatever name a tool reports it.
pub(crate) const INVALID_SYNTAX: &str = "invalid-syntax";

/// The name of a tool in tables and findings: lower case, without blanks. The editions
/// of Semgrep are one tool.
pub(crate) fn tool_key(name: &str) -> String {
    let words: Vec<String> = name
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let key = words.join("-");
    match key.as_str() {
        "semgrep-oss" | "semgrep-pro" => "semgrep".to_owned(),
        _ => key,
    }
}

/// The tool-neutral name of a rule that `tool` (a [`tool_key`]) reports.
pub(crate) fn neutral_rule(tool: Option<&str>, rule: &str) -> String {
    let rule = rule.trim();
    if tool == Some("ruff") {
        if rule == "E999" || rule == "syntax-error" {
            return INVALID_SYNTAX.to_owned();
        }
        let number = rule.strip_prefix('S').and_then(|n| n.parse::<u16>().ok());
        if let Some(number) = number
            && SHARED_WITH_BANDIT.contains(&number)
        {
            return format!("B{number}");
        }
    }
    let shared = match (tool, rule) {
        (Some("mypy"), "syntax") => INVALID_SYNTAX,
        (Some("mypy"), "name-defined") => "F821",
        (Some("vulture"), "unused-import") => "F401",
        _ => rule,
    };
    shared.to_owned()
}

/// The numbers of the checks that ruff (0.17) and bandit (1.9) both have.
const SHARED_WITH_BANDIT: &[u16] = &[
    101, 102, 103, 104, 105, 106, 107, 108, 110, 112, 113, 201, 202, 301, 302, 303, 304, 305, 306,
    307, 308, 310, 311, 312, 313, 314, 315, 316, 317, 318, 319, 321, 323, 324, 401, 402, 403, 404,
    405, 406, 407, 408, 409, 411, 412, 413, 415, 501, 502, 503, 504, 505, 506, 507, 508, 509, 601,
    602, 603, 604, 605, 606, 607, 608, 609, 610, 611, 612, 701, 702, 704,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: only ruff's security rules are renamed, and only those that bandit has.
    #[test]
    fn neutral_names() {
        let cases = [
            (Some("ruff"), "S602", "B602"),
            (Some("ruff"), "S101", "B101"),
            (Some("ruff"), "S999", "S999"),
            (Some("ruff"), "SIM102", "SIM102"),
            (Some("ruff"), "B006", "B006"),
            (Some("ruff"), "E999", "invalid-syntax"),
            (Some("bandit"), "B602", "B602"),
            (Some("sonar"), "S101", "S101"),
            (None, "S602", "S602"),
            (Some("mypy"), "syntax", "invalid-syntax"),
            (Some("mypy"), "name-defined", "F821"),
            (Some("mypy"), "attr-defined", "attr-defined"),
            (Some("vulture"), "unused-import", "F401"),
            (Some("vulture"), "unused-function", "unused-function"),
            (Some("eslint"), "syntax", "syntax"),
        ];
        for (tool, rule, expected) in cases {
            assert_eq!(neutral_rule(tool, rule), expected);
        }
    }

    /// Goal: the name of a tool is one word.
    #[test]
    fn tool_names() {
        assert_eq!(tool_key(" Golangci  Lint "), "golangci-lint");
        assert_eq!(tool_key("Semgrep OSS"), "semgrep");
        assert_eq!(tool_key("Bandit"), "bandit");
    }
}
