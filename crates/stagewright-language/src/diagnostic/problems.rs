//! Collects the problems of one load, bounded and in the order of the file.

use super::{Code, Diagnostic, Level, Span};
use crate::limit::MAX_LISTED;
use crate::source::{Extent, Lines, Source};
use std::sync::Arc;

/// How many names may be compared to find "did you mean" in one load. A file of ten
/// thousand wrong names is told that they are wrong, without ten thousand searches.
const SUGGESTION_BUDGET: usize = 50_000;

/// A problem as it is found: a diagnostic without lines and columns.
#[derive(Debug)]
pub(crate) struct Problem {
    code: Code,
    extent: Extent,
    message: String,
    label: String,
    hint: Option<String>,
    notes: Vec<String>,
}

impl Problem {
    pub(crate) fn new(code: Code, extent: Extent, message: impl Into<String>) -> Self {
        Self {
            code,
            extent,
            message: message.into(),
            label: String::new(),
            hint: None,
            notes: Vec::new(),
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn hint_if(mut self, hint: Option<impl Into<String>>) -> Self {
        if let Some(hint) = hint {
            self.hint = Some(hint.into());
        }
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// The problems of one load.
pub(crate) struct Problems<'a> {
    lines: Lines<'a>,
    listed: Vec<Diagnostic>,
    /// Those of files that this one names, each in the order of its file.
    adopted: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
    suggestions_left: usize,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(text),
            listed: Vec::new(),
            adopted: Vec::new(),
            errors: 0,
            warnings: 0,
            suggestions_left: SUGGESTION_BUDGET,
        }
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        let count = match problem.code.level() {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count > MAX_LISTED {
            return;
        }
        let range = problem.extent.range();
        let (line, column) = self.lines.position(range.start);
        self.listed.push(Diagnostic {
            code: problem.code,
            severity: problem.code.level(),
            message: problem.message,
            span: Span {
                line,
                column,
                start: range.start,
                end: range.end,
            },
            label: problem.label,
            hint: problem.hint,
            notes: problem.notes,
            source: None,
        });
    }

    /// Takes over what is wrong with a file that this one names.
    pub(crate) fn adopt(&mut self, found: Vec<Diagnostic>, source: &Arc<Source>) {
        for mut diagnostic in found {
            let count = match diagnostic.severity {
                Level::Error => &mut self.errors,
                Level::Warning => &mut self.warnings,
            };
            *count += 1;
            if *count <= MAX_LISTED {
                diagnostic.source.get_or_insert_with(|| Arc::clone(source));
                self.adopted.push(diagnostic);
            }
        }
    }

    /// Counts a problem of which no more are listed; false while it still would be. A
    /// file with a million unknown keys is then answered without a million texts.
    pub(crate) fn only_counts(&mut self, code: Code) -> bool {
        let count = match code.level() {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
        };
        let full = *count >= MAX_LISTED;
        *count += usize::from(full);
        full
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The line of a place, for notes such as "the first one is on line 3".
    pub(crate) fn line(&self, extent: Extent) -> usize {
        self.lines.position(extent.range().start).0
    }

    /// The candidate most like `word`, when one is like it at all.
    pub(crate) fn closest<'c>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<&'c str> {
        let tolerated = match word.chars().count() {
            0..=2 => 1,
            3..=7 => 2,
            _ => 3,
        };
        let mut best: Option<(usize, &str)> = None;
        for candidate in candidates {
            if self.suggestions_left == 0 {
                break;
            }
            self.suggestions_left -= 1;
            if candidate.len().abs_diff(word.len()) > 2 * tolerated {
                continue;
            }
            let distance = distance(word, candidate);
            if distance <= tolerated && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, candidate));
            }
        }
        // Two short words that share nothing are "close" by count alone.
        best.filter(|(distance, candidate)| *distance < candidate.chars().count())
            .map(|(_, candidate)| candidate)
    }

    /// Like [`closest`](Self::closest), as a hint.
    pub(crate) fn did_you_mean<'c>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<String> {
        self.closest(word, candidates)
            .map(|candidate| format!("did you mean `{candidate}`?"))
    }

    /// All problems in the order of the file, then those of the files that it names; what
    /// was only counted is said at the last one listed.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.listed
            .sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.severity));
        self.listed.append(&mut self.adopted);
        let unlisted = (self.errors + self.warnings).saturating_sub(self.listed.len());
        if unlisted > 0
            && let Some(last) = self.listed.last_mut()
        {
            last.notes
                .push(format!("{unlisted} more problems are not listed"));
        }
        self.listed
    }
}

/// How many letters have to be changed, swapped, added or removed, upper and lower
/// case alike.
fn distance(left: &str, right: &str) -> usize {
    strsim::damerau_levenshtein(&left.to_ascii_lowercase(), &right.to_ascii_lowercase())
}
