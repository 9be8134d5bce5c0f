//! The zoo: faults of the program, planted outside of it, each of which the oracle
//! must find.
//!
//! Bugs of the shell are switches in the simulated shell. Bugs of the core are planted
//! by handing the driver a plan, or a submission, without a rule that the oracle still
//! holds it to (`plans`): a core that forgot a rule behaves just so. What no such plan
//! brings about is forged (`forgeries`): the oracle is shown an event, or a count, that a
//! core with the bug would have come to.

mod forgeries;
mod plans;

use crate::oracle::Invariant;

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
    /// The shell does not hear for how long it is asked to leave somebody alone.
    DeafToRetryAfter,
    /// The shell loses the last element of every list.
    ShortList,
    /// The core has one instance too many under way.
    OneInstanceTooMany,
    /// The core does not wait for an input that somebody makes.
    NoInput,
    /// The core ends a list while one of its instances goes on.
    ListEndsTooSoon,
    /// The core forgets what never began of a list when it counts.
    UncountedInstances,
    /// The core looks for a sibling's result anywhere but in the same iteration.
    SiblingOfAnotherIteration,
    /// The core repeats finished work after a reopening.
    RepeatsFinishedWork,
    /// The core lets a loop go once beyond its bound.
    LoopBeyondItsBound,
    /// The core begins the next iteration beside the one before.
    LoopBesideItself,
    /// The core ends a loop after its first iteration, whatever its condition says.
    LoopWithoutCondition,
    /// The core falls back where the strategy does not let it.
    NoStrategy,
    /// The core falls back once too often.
    OneFallbackTooMany,
    /// The core lets a fallback do what was stopped.
    FallbackAfterAStop,
    /// The core looks at a sub-pipeline that waits although nobody claimed the run.
    NoPatienceBelow,
    /// The core does not ask for the success of what is repeated.
    InstancesCountForNothing,
}

impl Bug {
    /// All planted bugs, each with an invariant that finds it.
    pub const ZOO: [(Self, Invariant); 35] = [
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
        (Self::DeafToRetryAfter, Invariant::RetriesFollowThePolicy),
        (Self::ShortList, Invariant::InstancesHold),
        (Self::OneInstanceTooMany, Invariant::InstancesHold),
        (Self::NoInput, Invariant::InputsHold),
        (Self::ListEndsTooSoon, Invariant::InstancesHold),
        (Self::UncountedInstances, Invariant::CountsAddUp),
        (Self::SiblingOfAnotherIteration, Invariant::DependenciesHold),
        (Self::RepeatsFinishedWork, Invariant::FinishedStaysFinished),
        (Self::LoopBeyondItsBound, Invariant::LoopsHold),
        (Self::LoopBesideItself, Invariant::LoopsHold),
        (Self::LoopWithoutCondition, Invariant::LoopsHold),
        (Self::NoStrategy, Invariant::FallbacksHold),
        (Self::OneFallbackTooMany, Invariant::FallbacksHold),
        (Self::FallbackAfterAStop, Invariant::FallbacksHold),
        (Self::NoPatienceBelow, Invariant::WaitsHold),
        (
            Self::InstancesCountForNothing,
            Invariant::NoMergeWithoutEvidence,
        ),
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
}
