//! Which runs a list shows. The rules stand here once; SQLite answers them from its
//! indexes, and the memory journal, which is the plainest reading, by looking at each row.

use crate::summary::{RunState, RunSummary};

/// Which runs are listed. Every part that is given has to hold; what is left out admits
/// all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFilter {
    /// Only runs in one of these states, or ended with one of [`outcomes`](Self::outcomes).
    pub states: Vec<RunState>,
    /// Only runs that ended like this (`SUCCESS`, …), or are in one of
    /// [`states`](Self::states).
    pub outcomes: Vec<String>,
    /// Only runs with this pipeline id.
    pub pipeline_id: Option<String>,
    /// Only runs with this text for their pipeline id or their pipeline's name.
    pub pipeline: Option<String>,
    /// Only runs with this decision: `MERGE` or `BLOCK`.
    pub decision: Option<String>,
    /// Only runs created at this time or later, in milliseconds since the Unix epoch.
    pub since: Option<u64>,
    /// Only runs created before this time, in milliseconds since the Unix epoch.
    pub until: Option<u64>,
    /// Only runs that are no step of another one (decision 35).
    pub no_steps: bool,
    /// At most so many.
    pub limit: usize,
    /// Only runs that stand behind this one: the last run of the page before.
    pub before: Option<String>,
}

impl Default for ListFilter {
    /// The hundred youngest runs.
    fn default() -> Self {
        Self {
            states: Vec::new(),
            outcomes: Vec::new(),
            pipeline_id: None,
            pipeline: None,
            decision: None,
            since: None,
            until: None,
            no_steps: false,
            limit: 100,
            before: None,
        }
    }
}

impl ListFilter {
    /// Whether a run passes the filter, its place in the list aside.
    pub(crate) fn admits(&self, summary: &RunSummary) -> bool {
        self.admits_standing(summary)
            && is_or_unset(&self.pipeline_id, Some(&summary.pipeline_id))
            && (is_or_unset(&self.pipeline, Some(&summary.pipeline_id))
                || is_or_unset(&self.pipeline, Some(&summary.name)))
            && is_or_unset(&self.decision, summary.decision.as_ref())
            && self.since.is_none_or(|since| summary.created_at >= since)
            && self.until.is_none_or(|until| summary.created_at < until)
            && !(self.no_steps && summary.step_of.is_some())
    }

    fn admits_standing(&self, summary: &RunSummary) -> bool {
        if self.states.is_empty() && self.outcomes.is_empty() {
            return true;
        }
        let outcome = summary.status.as_ref();
        self.states.contains(&summary.state)
            || outcome.is_some_and(|outcome| self.outcomes.contains(outcome))
    }
}

fn is_or_unset(wanted: &Option<String>, found: Option<&String>) -> bool {
    wanted.is_none() || wanted.as_ref() == found
}
