//! The rules by name, and what it means to break one.

/// A rule that holds for every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// No effect is released before its event is committed (decision 1).
    CommitBeforeEffect,
    /// A launch is started once.
    LaunchedOnce,
    /// A result belongs to a launch that reported it, and that was the running one.
    ReportOfItsOwnLaunch,
    /// What has finished does not start again, unless the run is reopened.
    FinishedStaysFinished,
    /// At most as many agents run as there are slots (rule A16).
    SlotsHold,
    /// Agents of a one-at-a-time stage, and gates, go one at a time (rule A15).
    OneAtATime,
    /// Stages go in order, gates after the agents (rule A15, decision 37).
    StagesInOrder,
    /// A node starts after what it depends on, and only if that let it (decision 33); an
    /// instance of a stage looks at its own iteration (decision 34).
    DependenciesHold,
    /// A node starts only if its condition holds, and is skipped for it only if not.
    ConditionsHold,
    /// A list has as many instances as elements, no more of them are under way than may
    /// be, and it ends when all have ended (decision 34).
    InstancesHold,
    /// A loop goes on one iteration after the other, as its condition says, and never
    /// beyond its bound (decision 34).
    LoopsHold,
    /// A fallback follows a failure that no re-run can mend, each once and in order, and
    /// only where the strategy lets it (rule D5).
    FallbacksHold,
    /// An input that somebody makes is asked for once, and made before the first try
    /// (decision 8).
    InputsHold,
    /// Tries, waits and caps are the policy's (rules A5 to A8), and whoever asks to be
    /// left alone is.
    RetriesFollowThePolicy,
    /// A try is launched at most three times (decision 3).
    ThreeLaunches,
    /// What waits for a sub-pipeline is looked at again after a claim, not before
    /// (decision 35).
    WaitsHold,
    /// After a halt, a cancel or an interrupt nothing new starts (rules A4, A24).
    HaltsHold,
    /// Events are in the order of time, and not ahead of it; waits are waited for.
    TimeIsTrue,
    /// An open question is answered once, and not after its deadline.
    AnsweredOnce,
    /// All agents are executed or skipped, all executed succeeded or failed (rule A17);
    /// instances count one by one (decision 34).
    CountsAddUp,
    /// The status follows from the results (rule A1).
    StatusFollows,
    /// No MERGE while something required lacks success (decision 29).
    NoMergeWithoutEvidence,
    /// A cancel that was confirmed ends the run as CANCELLED (rule A24).
    ConfirmedCancelHolds,
    /// Folding the journal gives the live state.
    FoldEqualsLive,
    /// Reports of lost or finished launches change nothing.
    StaleReportsChangeNothing,
    /// Every run ends, waits for a person, or is stuck, in bounded time.
    ComesToAnEnd,
    /// A run whose end is determined ends the same with and without faults.
    SameEndWithoutFaults,
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// How.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.message)
    }
}

/// A verdict on one event.
pub(crate) type Check = Result<(), Violation>;

/// Holds when `condition` does.
pub(crate) fn hold(
    condition: bool,
    invariant: Invariant,
    message: impl FnOnce() -> String,
) -> Check {
    if condition {
        return Ok(());
    }
    let message = message();
    Err(Violation { invariant, message })
}
