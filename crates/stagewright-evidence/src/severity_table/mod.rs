//! How bad a finding is, from what its reporter says (decision 27, rule A29).
//!
//! Reporters give up to three hints: the **rule** that is broken, a **score**
//! (`security-severity` in SARIF, 0 to 10), and a **word**. They are asked in this
//! order, and within each the pipeline's entry goes before the built-in one. When
//! all are silent the finding counts as HIGH, marked as assumed (decision 26).
//!
//! One exception: in an agent's own document the agent's word goes before the
//! built-in rules, since there the word is a judgement about this very finding.
//!
//! # Words (any case)
//! | severity | words |
//! | --- | --- |
//! | CRITICAL | CRITICAL, BLOCKER, FATAL |
//! | HIGH | HIGH, MAJOR, ERROR |
//! | MEDIUM | MEDIUM, MODERATE, WARNING, WARN |
//! | LOW | LOW, MINOR, NOTE, INFO, INFORMATIONAL, STYLE, NONE |
//!
//! SARIF's levels are words: `error`, `warning`, `note`, and `none`, which says that
//! severity does not apply and so is LOW where the result still is a problem.
//! ESLint's two numbers are `error` and `warning`; ShellCheck's and Semgrep's words are
//! in the table. Two tools mean a word in their own way: clippy's `warning` is LOW
//! (decision 27), and JUnit's `failure` is HIGH as its `error` is.
//! Bandit's LOW, MEDIUM and HIGH are words too, one to one; its UNDEFINED is no word,
//! so that it counts as HIGH, assumed.
//!
//! # Scores
//! | `security-severity` | severity |
//! | --- | --- |
//! | 9.0 and more | CRITICAL |
//! | 7.0 and more | HIGH |
//! | 4.0 and more | MEDIUM |
//! | above 0 | LOW |
//! | 0 | no hint: the level decides |
//!
//! # Rules of ruff
//! They hold for ruff's JSON and for its SARIF, where every level is `error` and so
//! says nothing. The longest prefix decides.
//!
//! | rules | severity | why |
//! | --- | --- | --- |
//! | `invalid-syntax`, E9 | HIGH | the file does not run, and no other rule has seen it |
//! | S | HIGH | security |
//! | S103, S104, S108, S113, S3, S5 | MEDIUM | depends on the use; S324, S501 and S506 stay HIGH |
//! | S101, S110, S112, S311, S4, S603, S606, S607 | LOW | noted by habit, rarely a hole |
//! | F | MEDIUM | correctness |
//! | F5, F6, F7, F82 | HIGH | fails or misleads when it is reached |
//! | F401, F541, F841, F842 | LOW | superfluous, not wrong |
//! | PLE | HIGH | pylint's errors |
//! | B, A, ASYNC, BLE, DTZ, PGH, PLW, RUF, LOG, G | MEDIUM | likely mistakes |
//! | E722, W605 | MEDIUM | a bare except hides errors; an invalid escape will be one |
//! | E, W, C4, C90, COM, D, DOC, ANN, ARG, EM, ERA, FBT, FIX, FLY, I, ICN, INP, ISC, N, PERF, PIE, PLC, PLR, PT, PTH, PYI, Q, RET, SIM, SLF, T10, T20, TC, TD, TID, TRY, UP, FURB, CPY | LOW | style |
//! | any other | MEDIUM | a family that this table does not know |
//!
//! S506 and F541 stand as exceptions inside a family, as in the table.
//!
//! # Rules of mypy and vulture
//! | rules | severity | why |
//! | --- | --- | --- |
//! | annotation-unchecked, explicit-any, explicit-override, ignore-without-code, import-untyped, no-any-expr, no-any-return, no-any-unimported, no-untyped-call, no-untyped-def, redundant-cast, redundant-expr, redundant-self, type-arg, unimported-reveal, untyped-decorator, unused-ignore, var-annotated | LOW | mypy: how strictly the code is annotated |
//! | any other of mypy | HIGH | by its word, `error`: the code contradicts its types |
//! | unreachable-code | MEDIUM | vulture: somebody meant it to run |
//! | any other of vulture | LOW | superfluous, not wrong |
//!
//! # What a pipeline writes
//! `severities: {"ruff:S": CRITICAL, F401: LOW, SEVERE: HIGH, "bandit:HIGH": CRITICAL}`.
//! A key is one of
//! - a **word**: `WARNING`, or one that the table does not know yet. The four words
//!   of the scale itself keep their meaning unless a tool stands before them;
//! - a **rule**, as reported or in its tool-neutral name: `F401`, `B602`;
//! - `tool:word`, `tool:rule`, or `tool:prefix`. A prefix that ends in a letter is a
//!   whole family: `ruff:S` covers S101 but not SIM102; `ruff:PL*` covers every
//!   continuation, and `ruff:` or `ruff:*` everything that the tool reports.
//!
//! Case does not matter. The longest match decides, then the one with a tool.

mod builtin;
#[cfg(test)]
mod tests;

use stagewright_core::severity::Severity;
use std::collections::BTreeMap;
use thiserror::Error;

/// What a pipeline overrides of the built-in table: see [`crate::severity_table`].
/// The default overrides nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeverityTable {
    rules: Vec<RuleEntry>,
    words: BTreeMap<(Option<String>, String), Severity>,
}

/// A pipeline's entry for rules, in upper case but for the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RuleEntry {
    tool: Option<String>,
    pattern: String,
    severity: Severity,
}

/// What is wrong with one entry of a `severities:` map.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SeverityProblem {
    /// The value is not a severity.
    #[error("`{value}` is no severity (one of CRITICAL, HIGH, MEDIUM, LOW)")]
    UnknownSeverity {
        /// The key of the entry.
        key: String,
        /// Its value.
        value: String,
    },
    /// The key names nothing, or only a prefix without a tool.
    #[error("`{key}` names no word, rule or tool")]
    EmptyKey {
        /// The key.
        key: String,
    },
    /// The key is a word of the scale itself.
    #[error("`{key}` is a severity itself; write `TOOL:{key}` to grade one tool anew")]
    OfTheScale {
        /// The key.
        key: String,
    },
    /// The key is there twice, in another case.
    #[error("`{key}` is given twice; case does not matter")]
    Duplicate {
        /// The key, the second time.
        key: String,
    },
}

impl SeverityProblem {
    /// The key of the entry that is wrong, as the pipeline wrote it.
    pub fn key(&self) -> &str {
        match self {
            Self::UnknownSeverity { key, .. }
            | Self::EmptyKey { key }
            | Self::OfTheScale { key }
            | Self::Duplicate { key } => key,
        }
    }
}

/// The hints that a reporter gives on one finding.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hints<'a> {
    /// The tool, as a `tool_key`.
    pub(crate) tool: Option<&'a str>,
    /// The rule as reported.
    pub(crate) rule: &'a str,
    /// The rule's tool-neutral name.
    pub(crate) neutral_rule: &'a str,
    /// A score from 0 to 10.
    pub(crate) score: Option<f64>,
    /// A severity word or a SARIF level.
    pub(crate) word: Option<&'a str>,
}

/// A severity, and whether it was assumed for want of a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grade {
    pub(crate) severity: Severity,
    pub(crate) assumed: bool,
}

impl SeverityTable {
    /// Reads a pipeline's `severities:` map.
    ///
    /// # Errors
    /// Every entry that is wrong, in the order of the map.
    pub fn parse<'a>(
        entries: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<SeverityProblem>> {
        let mut table = Self::default();
        let mut problems = Vec::new();
        for (key, value) in entries {
            if let Err(problem) = table.add(key, value) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(table)
        } else {
            Err(problems)
        }
    }

    /// This table, and where it says nothing, the other one.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let mut both = self.clone();
        let is_new = |entry: &&RuleEntry| {
            let same = |own: &RuleEntry| own.tool == entry.tool && own.pattern == entry.pattern;
            !self.rules.iter().any(same)
        };
        both.rules
            .extend(other.rules.iter().filter(is_new).cloned());
        for (word, severity) in &other.words {
            both.words.entry(word.clone()).or_insert(*severity);
        }
        both
    }

    fn add(&mut self, key: &str, value: &str) -> Result<(), SeverityProblem> {
        let severity =
            builtin::of_the_scale(value).ok_or_else(|| SeverityProblem::UnknownSeverity {
                key: key.to_owned(),
                value: value.to_owned(),
            })?;
        let (tool, name) = split_key(key);
        let name = name.to_ascii_uppercase();
        if tool.as_deref() == Some("") || (tool.is_none() && name.trim_end_matches('*').is_empty())
        {
            return Err(SeverityProblem::EmptyKey {
                key: key.to_owned(),
            });
        }
        if tool.is_none() && builtin::of_the_scale(&name).is_some() {
            return Err(SeverityProblem::OfTheScale {
                key: key.to_owned(),
            });
        }
        let is_rule_only = name.is_empty() || name.ends_with('*');
        let is_word_only = builtin::word(&name).is_some();
        let mut is_duplicate = false;
        if !is_rule_only {
            let word = (tool.clone(), name.clone());
            is_duplicate |= self.words.insert(word, severity).is_some();
        }
        if !is_word_only {
            let entry = RuleEntry {
                tool,
                pattern: name,
                severity,
            };
            is_duplicate |= self
                .rules
                .iter()
                .any(|other| other.tool == entry.tool && other.pattern == entry.pattern);
            self.rules.push(entry);
        }
        if is_duplicate {
            return Err(SeverityProblem::Duplicate {
                key: key.to_owned(),
            });
        }
        Ok(())
    }

    /// Grades what a tool reports: rule, score, word.
    pub(crate) fn grade_tool(&self, hints: &Hints<'_>) -> Grade {
        let severity = self
            .by_rule(hints)
            .or_else(|| builtin::by_rule(hints))
            .or_else(|| hints.score.and_then(builtin::by_score))
            .or_else(|| self.by_word(hints));
        Grade::of(severity)
    }

    /// Grades what an agent's own document says: its word goes before built-in rules.
    pub(crate) fn grade_agent(&self, hints: &Hints<'_>) -> Grade {
        let severity = self
            .by_rule(hints)
            .or_else(|| self.by_word(hints))
            .or_else(|| builtin::by_rule(hints));
        Grade::of(severity)
    }

    /// Whether the finding's word is one that the table knows.
    pub(crate) fn knows_word(&self, hints: &Hints<'_>) -> bool {
        self.by_word(hints).is_some()
    }

    fn by_rule(&self, hints: &Hints<'_>) -> Option<Severity> {
        let names = [
            hints.rule.to_ascii_uppercase(),
            hints.neutral_rule.to_ascii_uppercase(),
        ];
        let matches = self.rules.iter().filter(|entry| match &entry.tool {
            None => names.contains(&entry.pattern),
            Some(tool) => {
                Some(tool.as_str()) == hints.tool
                    && names.iter().any(|name| covers(&entry.pattern, name))
            }
        });
        matches
            .max_by_key(|entry| (specificity(&entry.pattern), entry.tool.is_some()))
            .map(|entry| entry.severity)
    }

    fn by_word(&self, hints: &Hints<'_>) -> Option<Severity> {
        let word = hints.word?.trim().to_ascii_uppercase();
        let of_the_tool = (hints.tool.map(str::to_owned), word);
        if let Some(severity) = self.words.get(&of_the_tool) {
            return Some(*severity);
        }
        let of_any_tool = (None, of_the_tool.1);
        self.words
            .get(&of_any_tool)
            .copied()
            .or_else(|| builtin::word_of_tool(hints.tool?, &of_any_tool.1))
            .or_else(|| builtin::word(&of_any_tool.1))
    }
}

impl Grade {
    /// Decision 26: a finding without a severity counts as HIGH.
    fn of(severity: Option<Severity>) -> Self {
        Self {
            severity: severity.unwrap_or(Severity::High),
            assumed: severity.is_none(),
        }
    }
}

/// Splits `tool:name` at the first single colon, so that a rule such as
/// `clippy::unwrap_used` is one name.
fn split_key(key: &str) -> (Option<String>, &str) {
    let key = key.trim();
    let bytes = key.as_bytes();
    let colon = (0..bytes.len()).find(|&at| {
        let is_colon = |at: usize| bytes.get(at) == Some(&b':');
        is_colon(at) && !is_colon(at + 1) && (at == 0 || !is_colon(at - 1))
    });
    match colon {
        Some(at) => (
            Some(crate::rule::tool_key(&key[..at])),
            key[at + 1..].trim(),
        ),
        None => (None, key),
    }
}

/// Whether a pattern covers a rule, both in upper case. A pattern that ends in a
/// letter stops at the end of the letters: a family's name is not a prefix of
/// another family's name.
fn covers(pattern: &str, rule: &str) -> bool {
    if let Some(prefix) = pattern.strip_suffix('*') {
        return rule.starts_with(prefix);
    }
    let Some(rest) = rule.strip_prefix(pattern) else {
        return false;
    };
    let ends_in_letter = pattern.ends_with(|last: char| last.is_ascii_alphabetic());
    !(ends_in_letter && rest.starts_with(|next: char| next.is_ascii_alphabetic()))
}

fn specificity(pattern: &str) -> usize {
    pattern.trim_end_matches('*').len()
}
