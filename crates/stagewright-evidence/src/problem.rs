//! One problem as a tool reports it, on its way to a graded finding.

use crate::answer::Options;
use crate::rule::neutral_rule;
use crate::severity_table::Hints;
use stagewright_core::finding::{Finding, FindingKind};

/// What a tool says of one problem, in the tool's own words.
#[derive(Debug, Default)]
pub(crate) struct Problem<'a> {
    /// The tool, as a `tool_key`, where it is known.
    pub(crate) tool: Option<&'a str>,
    /// The rule as reported.
    pub(crate) rule: &'a str,
    /// A score from 0 to 10.
    pub(crate) score: Option<f64>,
    /// The severity word.
    pub(crate) word: Option<&'a str>,
    pub(crate) message: String,
    /// The file, already relative to the work tree.
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u64>,
    pub(crate) suggestion: Option<String>,
}

impl Problem<'_> {
    /// Grades it by the table and gives its rule the tool-neutral name (decision 27).
    pub(crate) fn into_finding(self, options: &Options) -> Finding {
        let rule = neutral_rule(self.tool, self.rule);
        let grade = options.severities.grade_tool(&Hints {
            tool: self.tool,
            rule: self.rule,
            neutral_rule: &rule,
            score: self.score,
            word: self.word,
        });
        Finding {
            severity: grade.severity,
            severity_assumed: grade.assumed,
            kind: FindingKind::Violation,
            rule,
            message: self.message,
            file: self.file,
            line: self.line,
            suggestion: self.suggestion,
            tool: self.tool.map(str::to_owned),
        }
    }
}
