//! The zoo: faults of the program, planted outside of it, each of which the oracle
//! must find.
//!
//! Bugs of the shell are switches in the simulated shell. Bugs of the core are planted
//! by handing the driver a plan, or a submission, without a rule that the oracle still
//! holds it to: a core that forgot a rule behaves just so.

use crate::oracle::Invariant;
use stagewright_core::event::Submission;
use stagewright_core::plan::{RunMode, StageMode};
use stagewright_core::{ErrorClass, Plan};

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The shell takes a report of a lost launch for one of the running launch.
    StaleReport,
    /// The shell releases effects before their events are committed.
    EffectsBeforeCommit,
    /// After a crash the shell does not claim the run.
    NoClaim,
    /// The shell confirms a cancel, and forgets it when it crashes.
    LostCancel,
    /// The shell starts a launch a second time when its report is in.
    RepeatedEffect,
    /// The shell does not stop what it is told to stop.
    DeafToStops,
    /// The shell's clock runs ahead, so that waits end early.
    FastClock,
    /// The shell never sets a timer.
    NoTimer,
    /// The shell throws reports away.
    LostReport,
    /// The journal takes batches of drivers that have lost their lease.
    NoFence,
    /// The core ignores slots.
    NoSlots,
    /// The core runs agents of one-at-a-time stages side by side.
    NoSequence,
    /// The core ignores dependencies.
    NoDependencies,
    /// The core forgets the wait before a retry.
    NoRetryWait,
    /// The core grants one re-run too many.
    OneTryTooMany,
    /// The core counts every error class like an execution failure.
    NoClassCaps,
    /// The core treats a missing required result as if it was not required.
    SkipCountsAsSuccess,
    /// The core ignores conditions.
    NoConditions,
    /// The core goes on after a required failure with `fail_fast`.
    NoFailFast,
}

impl Bug {
    /// All planted bugs, each with an invariant that finds it.
    pub const ZOO: [(Self, Invariant); 19] = [
        (Self::StaleReport, Invariant::ReportOfItsOwnLaunch),
        (Self::EffectsBeforeCommit, Invariant::CommitBeforeEffect),
        (Self::NoClaim, Invariant::LaunchedOnce),
        (Self::LostCancel, Invariant::ConfirmedCancelHolds),
        (Self::RepeatedEffect, Invariant::CommitBeforeEffect),
        (Self::DeafToStops, Invariant::ComesToAnEnd),
        (Self::FastClock, Invariant::TimeIsTrue),
        (Self::NoTimer, Invariant::ComesToAnEnd),
        (Self::LostReport, Invariant::ComesToAnEnd),
        (Self::NoFence, Invariant::ReportOfItsOwnLaunch),
        (Self::NoSlots, Invariant::SlotsHold),
        (Self::NoSequence, Invariant::OneAtATime),
        (Self::NoDependencies, Invariant::DependenciesHold),
        (Self::NoRetryWait, Invariant::RetriesFollowThePolicy),
        (Self::OneTryTooMany, Invariant::RetriesFollowThePolicy),
        (Self::NoClassCaps, Invariant::RetriesFollowThePolicy),
        (Self::SkipCountsAsSuccess, Invariant::NoMergeWithoutEvidence),
        (Self::NoConditions, Invariant::ConditionsHold),
        (Self::NoFailFast, Invariant::HaltsHold),
    ];

    /// The word that names it on a command line.
    pub fn word(self) -> String {
        format!("{self:?}")
    }

    /// The bug of this word.
    pub fn parse(word: &str) -> Option<Self> {
        let mut zoo = Self::ZOO.into_iter();
        zoo.find(|(bug, _)| bug.word() == word).map(|(bug, _)| bug)
    }

    /// Takes a rule out of what the driver is given.
    pub fn tamper(self, plan: &mut Plan, submission: &mut Submission) {
        match self {
            Self::NoSlots => {
                submission.concurrency_cap = 1_000;
                submission.max_parallelism = None;
                for stage in &mut plan.stages {
                    stage.max_parallelism = None;
                }
            }
            Self::NoSequence => {
                submission.mode = RunMode::Parallel;
                for stage in &mut plan.stages {
                    stage.mode = StageMode::Parallel;
                }
            }
            Self::NoDependencies => {
                for node in &mut plan.nodes {
                    node.depends_on.clear();
                    node.after.clear();
                }
            }
            Self::NoRetryWait => {
                for node in &mut plan.nodes {
                    node.retry.base_ms = 0;
                }
            }
            Self::OneTryTooMany => {
                for node in &mut plan.nodes {
                    node.retry.limit += 1;
                }
            }
            Self::NoClassCaps => {
                for node in &mut plan.nodes {
                    node.retry.caps = ErrorClass::ALL.map(|class| (class, 3)).into();
                }
            }
            Self::SkipCountsAsSuccess => {
                for node in &mut plan.nodes {
                    node.required = false;
                }
            }
            Self::NoConditions => {
                for node in &mut plan.nodes {
                    node.condition = None;
                }
            }
            Self::NoFailFast => submission.fail_fast = false,
            Self::StaleReport
            | Self::EffectsBeforeCommit
            | Self::NoClaim
            | Self::LostCancel
            | Self::RepeatedEffect
            | Self::DeafToStops
            | Self::FastClock
            | Self::NoTimer
            | Self::NoFence
            | Self::LostReport => {}
        }
    }
}
