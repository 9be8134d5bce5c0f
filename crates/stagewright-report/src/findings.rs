//! All findings of a run in one list: each problem once, the worst first, with
//! everybody who reported it (decision 27).

use crate::nodes;
use crate::results::Results;
use serde::Serialize;
use stagewright_core::decision::aggregate_of_run;
use stagewright_core::event::AttemptResult;
use stagewright_core::{
    Finding, FindingDigest, FindingKind, NodeIx, NodeView, Run, Severity, SeverityCounts,
};
use std::collections::BTreeMap;

/// One problem, however many agents reported it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergedFinding {
    /// Its identity across reporters and runs, 16 hexadecimal digits (decision 27).
    pub digest: String,
    /// The worst severity that a reporter gave it.
    pub severity: Severity,
    /// True when that severity was assumed, not reported (decision 26).
    pub severity_assumed: bool,
    /// Violation or deviation.
    pub kind: FindingKind,
    /// The rule in a tool-neutral form.
    pub rule: String,
    /// What is wrong, in the words of the reporter that took it most seriously.
    pub message: String,
    /// The file, relative to the root of the work tree.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// What a reporter proposes to do.
    pub suggestion: Option<String>,
    /// The tools that found it, where documents name them.
    pub tools: Vec<String>,
    /// The ids of the agents that reported it, in the plan's order.
    pub reporters: Vec<String>,
}

/// The findings of a run, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The worst first, then by file, line and rule.
    pub list: Vec<MergedFinding>,
    /// Findings that count in the totals and are not in the list, since the result
    /// that holds them can no longer be read.
    pub not_listed: u64,
}

impl Findings {
    /// The findings of the agents that succeeded: those that the decision counts. Of a
    /// repeated agent, every instance is looked at, and the agent is the reporter.
    pub fn of(run: &Run, results: &Results) -> Self {
        let mut merged: BTreeMap<FindingDigest, MergedFinding> = BTreeMap::new();
        for (node, planned) in nodes::agents(run) {
            let counting = run.parts(node).filter(|part| has_succeeded(run, *part));
            let stored = counting.filter_map(|part| results.get(part));
            for finding in stored.flat_map(|stored| &stored.findings) {
                merged
                    .entry(finding.digest())
                    .and_modify(|known| known.join(finding, &planned.id))
                    .or_insert_with(|| MergedFinding::new(finding, &planned.id));
            }
        }
        let mut list: Vec<MergedFinding> = merged.into_values().collect();
        list.sort_by(|a, b| a.place_in_list().cmp(&b.place_in_list()));
        let total = aggregate_of_run(run).counts.total();
        Self {
            not_listed: total.saturating_sub(list.len() as u64),
            list,
        }
    }
}

impl MergedFinding {
    fn new(finding: &Finding, reporter: &str) -> Self {
        Self {
            digest: Self::digest_of(finding.digest()),
            severity: finding.severity,
            severity_assumed: finding.severity_assumed,
            kind: finding.kind,
            rule: finding.rule.clone(),
            message: finding.message.clone(),
            file: finding.file.clone(),
            line: finding.line,
            suggestion: finding.suggestion.clone(),
            tools: finding.tool.iter().cloned().collect(),
            reporters: vec![reporter.to_owned()],
        }
    }

    /// A digest as documents have it.
    pub(crate) fn digest_of(digest: FindingDigest) -> String {
        format!("{:016x}", digest.0)
    }

    /// Adds another report of the same problem.
    fn join(&mut self, finding: &Finding, reporter: &str) {
        if finding.severity > self.severity {
            self.severity = finding.severity;
            self.severity_assumed = finding.severity_assumed;
            self.message.clone_from(&finding.message);
        }
        if self.suggestion.is_none() {
            self.suggestion.clone_from(&finding.suggestion);
        }
        if let Some(tool) = &finding.tool
            && !self.tools.contains(tool)
        {
            self.tools.push(tool.clone());
        }
        if self.reporters.last().is_none_or(|last| last != reporter) {
            self.reporters.push(reporter.to_owned());
        }
    }

    /// `file:line`, as far as they are known.
    pub(crate) fn place(&self) -> Option<String> {
        let file = self.file.as_deref()?;
        Some(match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.to_owned(),
        })
    }

    fn place_in_list(&self) -> impl Ord + '_ {
        (
            std::cmp::Reverse(self.severity),
            self.file.is_none(),
            self.file.as_deref(),
            self.line,
            &self.rule,
            &self.message,
        )
    }
}

/// The findings of an agent in numbers; of a repeated one, those of its instances
/// together, each reporter's counted.
pub(crate) fn findings_of(run: &Run, node: NodeIx) -> SeverityCounts {
    let mut counts = SeverityCounts::default();
    for part in run.parts(node) {
        if let NodeView::Done(outcome) = run.view(part) {
            for severity in Severity::WORST_FIRST {
                for _ in 0..outcome.findings.counts.of(severity) {
                    counts.add(severity);
                }
            }
        }
    }
    counts
}

/// Whether an agent or instance ended with an answer, so that its findings count.
pub(crate) fn has_succeeded(run: &Run, node: NodeIx) -> bool {
    match run.view(node) {
        NodeView::Done(outcome) => outcome.result == AttemptResult::Succeeded,
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. }
        | NodeView::Skipped(_) => false,
    }
}
