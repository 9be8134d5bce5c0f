//! The instances of a repeated agent or gate, in a few words and numbers (decision 34).

use crate::nodes;
use crate::words;
use serde::Serialize;
use stagewright_core::{NodeIx, NodeView, Run};

/// The most instances without a success that are named.
pub(crate) const NAMED: usize = 5;

/// How the instances of a repeated agent or gate went. Of a loop all iterations count
/// here, although its result is the one of the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemsReport {
    /// How many there are; of a loop, so far.
    pub count: u32,
    /// How many ended with a success or a pass.
    pub succeeded: u32,
    /// How many ended without one.
    pub failed: u32,
    /// How many were not run.
    pub skipped: u32,
    /// True for a loop, of which each iteration follows from the one before.
    pub is_loop: bool,
    /// The first ones that failed.
    pub first_failures: Vec<ItemFailure>,
}

/// An instance that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemFailure {
    /// Its address, such as `lint[3]`.
    pub id: String,
    /// Why.
    pub error: String,
}

impl ItemsReport {
    /// The instances of a node; `None` when it is not repeated, or not yet.
    pub(crate) fn of(run: &Run, node: NodeIx) -> Option<Self> {
        let plan = run.plan();
        let of = plan.repeated_by(node)?;
        let (_, count) = run.repetition(of)?;
        let mut report = Self {
            count,
            succeeded: 0,
            failed: 0,
            skipped: 0,
            is_loop: plan.repeat(of).is_some_and(|repeat| repeat.over.is_loop()),
            first_failures: Vec::new(),
        };
        for instance in run.instances(node) {
            match run.view(instance) {
                NodeView::Skipped(_) => report.skipped += 1,
                NodeView::Done(_) if nodes::status(run, instance) == "SUCCESS" => {
                    report.succeeded += 1;
                }
                NodeView::Done(_) => {
                    report.failed += 1;
                    if report.first_failures.len() < NAMED {
                        report.first_failures.push(ItemFailure {
                            id: run.label(instance),
                            error: why(run, instance),
                        });
                    }
                }
                NodeView::Pending
                | NodeView::Running { .. }
                | NodeView::Backoff { .. }
                | NodeView::Repeating { .. }
                | NodeView::Parked { .. } => {}
            }
        }
        Some(report)
    }

    /// `12 items, 2 failed`, or `3 iterations`.
    pub(crate) fn in_words(&self) -> String {
        let noun = if self.is_loop { "iteration" } else { "item" };
        let mut words = words::counted(self.count.into(), noun);
        if self.failed > 0 {
            words.push_str(&format!(", {} failed", self.failed));
        }
        words
    }
}

fn why(run: &Run, instance: NodeIx) -> String {
    match (words::failure(run, instance), words::verdict(run, instance)) {
        (Some((class, message)), _) => format!("{class}: {message}"),
        (None, Some((verdict, message))) => words::judgement(verdict, message),
        (None, None) => String::new(),
    }
}
