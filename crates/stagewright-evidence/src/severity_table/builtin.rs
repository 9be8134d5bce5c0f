//! The built-in table. Its documented form stands in the parent module.

use super::{Hints, covers, specificity};
use stagewright_core::severity::Severity;

/// Reads one of the four words of the scale, and no synonym.
pub(super) fn of_the_scale(word: &str) -> Option<Severity> {
    Severity::WORST_FIRST
        .into_iter()
        .find(|severity| severity.as_str().eq_ignore_ascii_case(word.trim()))
}

/// Reads a severity word of any vocabulary, in upper case.
pub(super) fn word(word: &str) -> Option<Severity> {
    Severity::parse(word).or(match word {
        "FATAL" => Some(Severity::Critical),
        "ERROR" => Some(Severity::High),
        "WARNING" | "WARN" => Some(Severity::Medium),
        "NOTE" | "INFO" | "INFORMATIONAL" | "STYLE" | "NONE" => Some(Severity::Low),
        _ => None,
    })
}

/// Reads a severity word, in upper case, that a tool means in its own way.
pub(super) fn word_of_tool(tool: &str, word: &str) -> Option<Severity> {
    match (tool, word) {
        ("clippy", "WARNING") => Some(Severity::Low),
        ("junit", "FAILURE") => Some(Severity::High),
        _ => None,
    }
}

/// The band of a `security-severity`. 0 means "none" on that scale, and is no hint.
pub(super) fn by_score(score: f64) -> Option<Severity> {
    match score {
        score if score >= 9.0 => Some(Severity::Critical),
        score if score >= 7.0 => Some(Severity::High),
        score if score >= 4.0 => Some(Severity::Medium),
        score if score > 0.0 => Some(Severity::Low),
        _ => None,
    }
}

/// The built-in severity of a rule of a tool.
pub(super) fn by_rule(hints: &Hints<'_>) -> Option<Severity> {
    let families = match hints.tool? {
        "ruff" => RUFF,
        "mypy" => MYPY,
        "vulture" => VULTURE,
        _ => return None,
    };
    let rule = hints.rule.to_ascii_uppercase();
    families
        .iter()
        .flat_map(|(severity, patterns)| patterns.iter().map(move |pattern| (*severity, *pattern)))
        .filter(|(_, pattern)| covers(pattern, &rule))
        .max_by_key(|(_, pattern)| specificity(pattern))
        .map(|(severity, _)| severity)
}

/// Rules of one severity, in upper case: whole ones or the beginnings of families.
type Families = &'static [(Severity, &'static [&'static str])];

/// Mypy's codes about how strictly the code is annotated; all others are errors.
const MYPY: Families = &[(
    Severity::Low,
    &[
        "ANNOTATION-UNCHECKED",
        "EXPLICIT-ANY",
        "EXPLICIT-OVERRIDE",
        "IGNORE-WITHOUT-CODE",
        "IMPORT-UNTYPED",
        "NO-ANY-EXPR",
        "NO-ANY-RETURN",
        "NO-ANY-UNIMPORTED",
        "NO-UNTYPED-CALL",
        "NO-UNTYPED-DEF",
        "REDUNDANT-CAST",
        "REDUNDANT-EXPR",
        "REDUNDANT-SELF",
        "TYPE-ARG",
        "UNIMPORTED-REVEAL",
        "UNTYPED-DECORATOR",
        "UNUSED-IGNORE",
        "VAR-ANNOTATED",
    ],
)];

/// Vulture gives no severities.
const VULTURE: Families = &[
    (Severity::Low, &[""]),
    (Severity::Medium, &["UNREACHABLE-CODE"]),
];

/// Ruff's rules by family: the table of the parent module's docs. The empty pattern
/// is for the families that nobody has entered yet.
const RUFF: Families = &[
    (
        Severity::High,
        &[
            "INVALID-SYNTAX",
            "E9",
            "S",
            "S324",
            "S501",
            "S506",
            "F5",
            "F6",
            "F7",
            "F82",
            "PLE",
        ],
    ),
    (
        Severity::Medium,
        &[
            "", "S103", "S104", "S108", "S113", "S3", "S5", "F", "B", "A", "ASYNC", "BLE", "DTZ",
            "PGH", "PLW", "RUF", "LOG", "G", "E722", "W605",
        ],
    ),
    (
        Severity::Low,
        &[
            "S101", "S110", "S112", "S311", "S4", "S603", "S606", "S607", "F401", "F541", "F841",
            "F842", "E", "W", "C4", "C90", "COM", "D", "DOC", "ANN", "ARG", "EM", "ERA", "FBT",
            "FIX", "FLY", "I", "ICN", "INP", "ISC", "N", "PERF", "PIE", "PLC", "PLR", "PT", "PTH",
            "PYI", "Q", "RET", "SIM", "SLF", "T10", "T20", "TC", "TD", "TID", "TRY", "UP", "FURB",
            "CPY",
        ],
    ),
];
