//! What changed since an earlier run of the same pipeline id.
//!
//! Findings are known again by their digests (decision 27), which the journal itself
//! keeps; the stored results are needed for their words. So a result that can no longer
//! be read makes the lists incomplete, and never a finding new or fixed. What was not
//! looked at is not fixed either: that takes an agent that reported it then and has
//! succeeded now.

use crate::findings::{Findings, MergedFinding, has_succeeded};
use crate::nodes;
use crate::results::Results;
use stagewright_core::decision::Choice;
use stagewright_core::{NodeIx, NodeView, Run};
use std::collections::BTreeSet;

/// An earlier run of the same pipeline id, ended, with its stored results.
#[derive(Debug, Clone, Copy)]
pub struct Previous<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its stored results.
    pub results: &'a Results,
}

/// What changed between two runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The earlier run's id.
    pub since: String,
    /// The decisions then and now where they differ, each `None` with `decision: none`.
    /// Nothing while the run has not ended.
    pub decision: Option<(Option<Choice>, Option<Choice>)>,
    /// Findings that the earlier run did not have.
    pub new: Vec<MergedFinding>,
    /// Findings of the earlier run that are gone, although somebody looked.
    pub fixed: Vec<MergedFinding>,
    /// How many findings both runs have.
    pub still_open: u64,
    /// Findings of the earlier run that nobody looked for this time.
    pub not_checked: Vec<MergedFinding>,
    /// Whether results of either run can no longer be read in full, so that findings
    /// may be missing from the lists.
    pub incomplete: bool,
    /// Agents and gates that ended otherwise now, in the plan's order.
    pub statuses: Vec<StatusChange>,
}

/// Agents and gates that went the same way from one status to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    /// The status then, or `not there`.
    pub(crate) before: &'static str,
    /// The status now, or `not there`.
    pub(crate) after: &'static str,
    /// Their ids in backquotes, the first few of them.
    pub(crate) ids: String,
}

/// An agent or gate that stands otherwise than in the earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// Its id.
    pub id: String,
    /// The status then; `None` when the earlier plan had no such agent.
    pub before: Option<&'static str>,
    /// The status now; `None` when the plan has it no longer.
    pub after: Option<&'static str>,
}

impl Changes {
    /// Compares a run with an earlier one.
    pub fn between(previous: Previous<'_>, run: &Run, results: &Results) -> Self {
        let then = Findings::of(previous.run, previous.results);
        let now = Findings::of(run, results);
        let before = digests(previous.run, &then);
        let after = digests(run, &now);
        let new = now
            .list
            .iter()
            .filter(|finding| !before.contains(&finding.digest))
            .cloned()
            .collect();
        let gone = then
            .list
            .iter()
            .filter(|finding| !after.contains(&finding.digest))
            .cloned();
        let (fixed, not_checked): (Vec<_>, Vec<_>) =
            gone.partition(|finding| was_looked_for(run, finding));
        let still_open = after.intersection(&before).count() as u64;
        Self {
            since: previous.run.submission().run_id.clone(),
            decision: decision(previous.run, run),
            new,
            fixed,
            still_open,
            not_checked,
            incomplete: then.not_listed > 0 || now.not_listed > 0,
            statuses: statuses(previous.run, run),
        }
    }

    /// The status changes, those of the same kind together: a stage that was skipped and
    /// now runs is one line.
    pub(crate) fn moves(&self) -> Vec<Move> {
        let mut groups: Vec<((&'static str, &'static str), Vec<&str>)> = Vec::new();
        for change in &self.statuses {
            let kind = (
                change.before.unwrap_or("not there"),
                change.after.unwrap_or("not there"),
            );
            match groups.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, ids)) => ids.push(&change.id),
                None => groups.push((kind, vec![&change.id])),
            }
        }
        groups
            .into_iter()
            .map(|((before, after), ids)| Move {
                before,
                after,
                ids: crate::words::listed(ids.into_iter()),
            })
            .collect()
    }

    /// Whether there is anything to tell.
    pub fn is_empty(&self) -> bool {
        self.decision.is_none()
            && self.new.is_empty()
            && self.fixed.is_empty()
            && self.not_checked.is_empty()
            && self.statuses.is_empty()
    }
}

/// The digests of all findings that count: those in the events, and those of the list,
/// since an event carries a bounded number of them.
fn digests(run: &Run, findings: &Findings) -> BTreeSet<String> {
    let in_events = nodes::agents(run)
        .flat_map(|(node, _)| run.parts(node))
        .filter(|part| has_succeeded(run, *part))
        .filter_map(|part| match run.view(part) {
            NodeView::Done(outcome) => Some(&outcome.findings.digests),
            _ => None,
        })
        .flatten()
        .map(|(digest, _)| MergedFinding::digest_of(*digest));
    let listed = findings.list.iter().map(|finding| finding.digest.clone());
    in_events.chain(listed).collect()
}

/// Whether one of those who reported a finding has succeeded in this run.
fn was_looked_for(run: &Run, finding: &MergedFinding) -> bool {
    finding.reporters.iter().any(|reporter| {
        run.find(reporter)
            .is_some_and(|node| nodes::status(run, node) == "SUCCESS")
    })
}

fn decision(previous: &Run, run: &Run) -> Option<(Option<Choice>, Option<Choice>)> {
    let choice = |run: &Run| {
        let (_, record) = run.end()?;
        Some(record.map(|record| record.decision))
    };
    let (before, after) = (choice(previous)?, choice(run)?);
    (before != after).then_some((before, after))
}

fn statuses(previous: &Run, run: &Run) -> Vec<StatusChange> {
    let has_ended =
        |node: &NodeIx| matches!(run.view(*node), NodeView::Done(_) | NodeView::Skipped(_));
    let ended = nodes::all(run).filter(|(node, _)| has_ended(node));
    let now = ended.map(|(node, planned)| StatusChange {
        id: planned.id.clone(),
        before: previous
            .find(&planned.id)
            .map(|node| nodes::status(previous, node)),
        after: Some(nodes::status(run, node)),
    });
    let gone = nodes::all(previous)
        .filter(|(_, planned)| run.find(&planned.id).is_none())
        .map(|(node, planned)| StatusChange {
            id: planned.id.clone(),
            before: Some(nodes::status(previous, node)),
            after: None,
        });
    now.chain(gone)
        .filter(|change| change.before != change.after)
        .collect()
}
