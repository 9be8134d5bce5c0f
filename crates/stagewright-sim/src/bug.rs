//! The zoo: faults of the program, planted outside of it, each of which the oracle
//! must find.
//!
//! Bugs of the shell are switches in the simulated shell. Bugs of the core are planted
//! by handing the driver a plan, or a submission, without a rule that the oracle still
//! holds it to: a core that forgot a rule behaves just so. What no such plan brings about
//! is forged: the oracle is shown an event, or a count, that a core with the bug would have
//! come to.

use crate::oracle::Invariant;
use serde_json::json;
use stagewright_core::event::{AttemptResult, RepetitionEnd, Submission, WaitReason};
use stagewright_core::plan::{Action, Over, RunMode, StageMode};
use stagewright_core::run::Tally;
use stagewright_core::{ErrorClass, Event, NodeIx, Plan, Run};

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
    pub const ZOO: [(Self, Invariant); 34] = [
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
            Self::OneInstanceTooMany => one_more_instance(plan),
            Self::SiblingOfAnotherIteration => no_siblings(plan),
            Self::RepeatsFinishedWork => wait_for_everything(plan),
            Self::LoopBeyondItsBound => {
                let of_nodes = plan.nodes.iter_mut().map(|node| &mut node.repeat);
                let of_stages = plan.stages.iter_mut().map(|stage| &mut stage.repeat);
                for repeat in of_nodes.chain(of_stages).flatten() {
                    if let Over::While { max_iterations, .. } | Over::Until { max_iterations, .. } =
                        &mut repeat.over
                    {
                        *max_iterations += 1;
                    }
                }
            }
            Self::NoStrategy => {
                for node in &mut plan.nodes {
                    node.strategy = None;
                }
            }
            Self::OneFallbackTooMany => {
                for node in plan
                    .nodes
                    .iter_mut()
                    .filter(|node| !node.fallbacks.is_empty())
                {
                    node.fallbacks.push(Action::Set { value: json!({}) });
                }
            }
            Self::InstancesCountForNothing => {
                for index in 0..plan.nodes.len() {
                    let node = NodeIx::new(u32::try_from(index).unwrap_or(u32::MAX));
                    let repeated = plan.repeated_by(node).is_some();
                    plan.nodes[index].required &= !repeated;
                }
            }
            Self::StaleReport
            | Self::EffectsBeforeCommit
            | Self::NoClaim
            | Self::LostCancel
            | Self::RepeatedEffect
            | Self::DeafToStops
            | Self::FastClock
            | Self::NoTimer
            | Self::NoFence
            | Self::LostReport
            | Self::DeafToRetryAfter
            | Self::ShortList
            | Self::ListEndsTooSoon
            | Self::UncountedInstances
            | Self::LoopBesideItself
            | Self::LoopWithoutCondition
            | Self::FallbackAfterAStop
            | Self::NoPatienceBelow => {}
        }
    }

    /// What the core would have journaled instead of an event.
    pub(crate) fn forge(self, plan: &Plan, event: &Event) -> Vec<Event> {
        let place = |node: NodeIx| {
            let of = plan.repeated_by(node)?;
            Some((of, plan.repeat(of)?.over.is_loop(), node.instance()?))
        };
        let ends = |of, end| Event::RepetitionFinished { of, end };
        let and_then = |further| vec![event.clone(), further];
        match (self, event) {
            (
                Self::ListEndsTooSoon,
                Event::AttemptFinished {
                    node,
                    retry_at: Some(_),
                    ..
                },
            ) => match place(*node) {
                Some((of, false, _)) => vec![ends(of, RepetitionEnd::Complete)],
                Some(_) | None => vec![event.clone()],
            },
            (Self::LoopBesideItself, Event::AttemptStarted { node, .. }) => match place(*node) {
                Some((of, true, instance)) => and_then(Event::Expanded {
                    of,
                    items: None,
                    count: instance + 2,
                    values: Vec::new(),
                }),
                Some(_) | None => vec![event.clone()],
            },
            (
                Self::LoopWithoutCondition,
                Event::Expanded {
                    of,
                    count: 2,
                    items: None,
                    ..
                },
            ) => {
                vec![ends(*of, RepetitionEnd::Complete)]
            }
            (Self::FallbackAfterAStop, Event::AttemptFinished { node, outcome, .. })
                if is_stopped(&outcome.result) && !plan.node(*node).fallbacks.is_empty() =>
            {
                and_then(Event::FellBack { node: *node, to: 1 })
            }
            (
                Self::NoPatienceBelow,
                Event::Parked {
                    node,
                    reason: WaitReason::Pipeline,
                    ..
                },
            ) => and_then(Event::WaitEnded { node: *node }),
            _ => vec![event.clone()],
        }
    }

    /// What the core would have counted instead.
    pub(crate) fn miscount(self, run: &Run, tally: &mut Tally) {
        if self != Self::UncountedInstances {
            return;
        }
        for (node, _) in run.plan().agents() {
            let of = run.plan().repeated_by(node);
            let ended = of.and_then(|of| run.repetition_end(of)) == Some(&RepetitionEnd::Cut);
            let known = of.and_then(|of| run.repetition(of)).filter(|_| ended);
            let opened = run.instance_count(node);
            tally.skipped -= known.map_or(0, |(_, count)| count - opened);
        }
    }
}

fn one_more_instance(plan: &mut Plan) {
    for node in &mut plan.nodes {
        let sequential = plan.stages[node.stage.index()].mode == StageMode::Sequential;
        if let Some(repeat) = &mut node.repeat {
            repeat.max_parallelism = match repeat.max_parallelism {
                None if sequential => Some(2),
                other => other.map(|most| most + 1),
            };
        }
    }
}

/// Takes out the edges inside of repeated stages.
fn no_siblings(plan: &mut Plan) {
    let stages: Vec<_> = plan.nodes.iter().map(|node| node.stage).collect();
    for node in &mut plan.nodes {
        if plan.stages[node.stage.index()].repeat.is_some() {
            let stage = node.stage;
            node.depends_on
                .retain(|other| stages[other.index()] != stage);
            node.after.retain(|other| stages[other.index()] != stage);
        }
    }
}

/// Every node waits for all of the earlier stages: that holds up nobody, and lets
/// everything follow from everything.
fn wait_for_everything(plan: &mut Plan) {
    for node in &mut plan.nodes {
        let first = plan.stages[node.stage.index()].first.number();
        for earlier in (0..first).map(NodeIx::new) {
            if !node.after.contains(&earlier) && !node.depends_on.contains(&earlier) {
                node.after.push(earlier);
            }
        }
    }
}

fn is_stopped(result: &AttemptResult) -> bool {
    matches!(
        result,
        AttemptResult::Failed {
            class: ErrorClass::Cancelled | ErrorClass::Interrupted,
            ..
        }
    )
}
