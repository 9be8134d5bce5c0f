//! What retention is asked for, and what it says it would do or did (decision 17).
//!
//! Nothing is removed that is alive: a run that has not ended, a run that another one
//! which has not ended names as its parent or is named by, a value that an event or another
//! value of the store mentions. The work is in `sqlite::prune`; this page is its words.

use crate::summary::RunSummary;

/// Which runs may go. All parts have to hold. Without any of them no run goes, only what
/// no run owns any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retention {
    /// Runs that ended before this time, in milliseconds since the Unix epoch.
    pub ended_before: Option<u64>,
    /// Runs that are not among so many youngest ones of their pipeline's name.
    pub keep: Option<u32>,
    /// Runs that ended like this: `SUCCESS`, `PARTIAL_SUCCESS`, `FAILURE`, `CANCELLED`.
    pub outcomes: Vec<String>,
    /// Runs with this text for their pipeline id or their pipeline's name.
    pub pipeline: Option<String>,
}

impl Retention {
    /// Whether it names any run at all.
    pub fn names_runs(&self) -> bool {
        *self != Self::default()
    }
}

/// What would be removed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PrunePlan {
    /// The runs, the youngest first, with the bytes of their events and files.
    pub runs: Vec<(RunSummary, u64)>,
    /// How many runs would go, but are tied to a run that has not ended.
    pub tied: usize,
    /// Values that nobody mentions once these runs are gone.
    pub values: Amount,
    /// Directories and files of runs that there are no more, left by a crash.
    pub leftovers: Amount,
}

impl PrunePlan {
    /// All bytes together.
    pub fn bytes(&self) -> u64 {
        let runs: u64 = self.runs.iter().map(|(_, bytes)| bytes).sum();
        runs + self.values.bytes + self.leftovers.bytes
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.values.count == 0 && self.leftovers.count == 0
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs.
    pub runs: Amount,
    /// Runs that were to go but have come to life, or are driven by somebody, since.
    pub spared: usize,
    /// Values.
    pub values: Amount,
    /// Directories and files that belonged to nobody.
    pub leftovers: Amount,
    /// The size of the database before and after, in bytes.
    pub database: (u64, u64),
}

/// How many things, of how many bytes together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub count: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Amount {
    pub(crate) fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// What has just been done, in this order; the first four may come repeatedly. Between any
/// two of them the process may die: the next prune finds the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PruneStep {
    /// The rows of some runs are gone.
    RunsRemoved,
    /// The directories of these runs are gone.
    DirectoriesRemoved,
    /// Some values that nobody mentions are gone.
    ValuesRemoved,
    /// What a crash had left is gone.
    LeftoversRemoved,
    /// The database has become smaller.
    Shrunk,
}
