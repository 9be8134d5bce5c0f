//! What must hold when a try ends.

use super::picture::{At, Input};
use super::{Check, Invariant, Oracle, hold};
use stagewright_core::event::{AttemptOutcome, AttemptResult, Launch, Verdict};
use stagewright_core::plan::{Action, OnFailure, Repeated};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{ErrorClass, NodeIx, Severity, Timestamp};

/// The longest time for which somebody is left alone because they ask for it: an hour.
const MAX_PATIENCE_MS: u64 = 3_600_000;

impl Oracle<'_> {
    pub(super) fn finished(
        &mut self,
        node: NodeIx,
        launch: Launch,
        outcome: &AttemptOutcome,
        retry_at: Option<Timestamp>,
        at_ms: u64,
    ) -> Check {
        if launch == Launch::default() {
            self.finished_without_a_launch(node, outcome)?;
        } else {
            self.finished_by(node, launch, outcome)?;
        }
        if let Some(retry_at) = retry_at {
            return self.will_go_on(node, launch, outcome, retry_at.0, at_ms);
        }
        self.may_give_up(node, launch, outcome)?;
        let success = match &outcome.result {
            AttemptResult::Succeeded => true,
            AttemptResult::Judged { verdict, .. } => passes(*verdict),
            AttemptResult::Failed { .. } => false,
        };
        let below = outcome.facts.below.as_ref();
        let blocked = below.is_some_and(|below| !below.factors.is_empty());
        let is_pipeline = matches!(self.action(node), Action::Pipeline(_));
        let required = self.case.plan.is_required(node);
        let state = self.picture.node_mut(node);
        state.at = At::Done { success };
        state.objects |= blocked && is_pipeline && required;
        self.goes_on(node);
        self.expect_halt(node, outcome, success);
        Ok(())
    }

    /// It ended in process, by a person, or by a halt.
    fn finished_without_a_launch(&self, node: NodeIx, outcome: &AttemptOutcome) -> Check {
        let at = self.picture.at(node);
        let answered = outcome.result == AttemptResult::Succeeded;
        match at {
            At::Idle | At::Done { .. } | At::Skipped { .. } => self.may_begin(node)?,
            At::Resting { .. } if answered => self.may_begin(node)?,
            At::Resting { .. } | At::Parked { .. } => {}
            At::Repeating => hold(false, Invariant::InstancesHold, || {
                format!("{node:?} ends by itself and goes on as its instances")
            })?,
            At::Running { launch } => hold(false, Invariant::ReportOfItsOwnLaunch, || {
                format!("{node:?} ends without its launch {launch:?}")
            })?,
        }
        let whole = self
            .case
            .plan
            .repeated_by(node)
            .filter(|_| node.instance().is_none());
        let cannot_begin = match whole {
            None => true,
            Some(of @ Repeated::Node(_)) => !answered && self.cannot_begin(of),
            Some(Repeated::Stage(_)) => false,
        };
        hold(cannot_begin, Invariant::InstancesHold, || {
            format!("{node:?} ends as a whole and is repeated")
        })?;
        if !answered || matches!(at, At::Parked { .. }) {
            return Ok(());
        }
        let is_value = matches!(self.action(node), Action::Set { .. });
        hold(is_value, Invariant::ReportOfItsOwnLaunch, || {
            format!("{node:?} succeeds and nobody did it")
        })?;
        self.is_the_one_to_do_it(node)
    }

    fn finished_by(&self, node: NodeIx, launch: Launch, outcome: &AttemptOutcome) -> Check {
        let at = self.picture.at(node);
        hold(
            matches!(at, At::Running { launch: running } if running == launch),
            Invariant::ReportOfItsOwnLaunch,
            || format!("{node:?} ends by {launch:?} and is {at:?}"),
        )?;
        let answered = !matches!(outcome.result, AttemptResult::Failed { .. });
        hold(
            !answered || self.reported.contains_key(&launch),
            Invariant::ReportOfItsOwnLaunch,
            || format!("{node:?} has a result of {launch:?}, which never reported"),
        )
    }

    /// What must stop from here on, by the plan and not by the core's word.
    fn expect_halt(&mut self, node: NodeIx, outcome: &AttemptOutcome, success: bool) {
        let submission = &self.case.submission;
        let required_failure = !success && self.case.plan.is_required(node);
        let critical = outcome.findings.counts.of(Severity::Critical) > 0;
        if required_failure && submission.fail_fast || critical && submission.fail_fast_on_critical
        {
            self.picture.stopped = true;
            self.picture.halt_is_due = true;
        } else if required_failure && self.case.plan.node(node).on_failure == OnFailure::Halt {
            self.picture.only_tried = true;
        }
    }

    /// A failed try that is not the end: it is made again, or somebody else takes over.
    fn will_go_on(
        &mut self,
        node: NodeIx,
        launch: Launch,
        outcome: &AttemptOutcome,
        due_ms: u64,
        at_ms: u64,
    ) -> Check {
        let planned = self.case.plan.node(node);
        let class = class_of(outcome).unwrap_or(ErrorClass::Execution);
        let tries = self.picture.node(node).tries;
        hold(
            !self.picture.is_halted(planned.stage) || self.picture.halt_is_due,
            Invariant::HaltsHold,
            || format!("{node:?} is to go on after a halt"),
        )?;
        // What nobody was launched for is not tried again.
        let again = launch != Launch::default() && self.may_be_tried_again(node, class);
        let falls_back = !again && self.can_fall_back(node, class);
        let rule = match planned.fallbacks.is_empty() {
            true => Invariant::RetriesFollowThePolicy,
            false => Invariant::FallbacksHold,
        };
        hold(again || falls_back, rule, || {
            format!("{node:?} is repeated after try {tries} by {class}")
        })?;
        let reported = self.reported.get(&launch).copied().unwrap_or_default();
        let patience_ms = if falls_back {
            0
        } else {
            reported.min(MAX_PATIENCE_MS)
        };
        let policy_ms = match class {
            _ if falls_back => 0,
            ErrorClass::Invocation => 0,
            _ => wait_ms(&planned.retry, tries),
        };
        let wait_ms = due_ms - at_ms;
        let longest_ms = policy_ms.max(patience_ms);
        let fits = if planned.retry.jitter {
            (patience_ms..=longest_ms).contains(&wait_ms)
        } else {
            wait_ms == longest_ms
        };
        hold(fits, Invariant::RetriesFollowThePolicy, || {
            format!("{node:?} waits {wait_ms} ms, {policy_ms} and {patience_ms} were to be kept")
        })?;
        let state = self.picture.node_mut(node);
        state.falls_back_from = falls_back.then_some(class);
        state.at = At::Resting {
            due_ms: Some(due_ms),
        };
        Ok(())
    }

    /// A failure is the end only when nothing more can be done.
    fn may_give_up(&self, node: NodeIx, launch: Launch, outcome: &AttemptOutcome) -> Check {
        let stage = self.case.plan.node(node).stage;
        let Some(class) = class_of(outcome) else {
            return Ok(());
        };
        let is_whole = node.instance().is_none() && self.case.plan.repeated_by(node).is_some();
        let no_input = self.picture.node(node).input == Input::Refused;
        let ended_by_a_halt =
            self.picture.is_halted(stage) || launch == Launch::default() && self.picture.only_tried;
        if ended_by_a_halt || is_whole || no_input {
            return Ok(());
        }
        hold(
            launch == Launch::default() || !self.may_be_tried_again(node, class),
            Invariant::RetriesFollowThePolicy,
            || format!("{node:?} gives up by {class} and has further tries"),
        )?;
        hold(
            !self.can_fall_back(node, class),
            Invariant::FallbacksHold,
            || format!("{node:?} gives up by {class} and has a fallback"),
        )
    }

    fn may_be_tried_again(&self, node: NodeIx, class: ErrorClass) -> bool {
        let policy = &self.case.plan.node(node).retry;
        self.picture.node(node).tries <= policy.limit.min(cap(policy, class))
    }

    /// The wait before a re-run is over.
    pub(super) fn due(&mut self, node: NodeIx, at_ms: u64) -> Check {
        let state = self.picture.node_mut(node);
        let At::Resting {
            due_ms: Some(due_ms),
        } = state.at
        else {
            return Ok(());
        };
        hold(at_ms >= due_ms, Invariant::TimeIsTrue, || {
            format!("{node:?} is due at {due_ms} and was called at {at_ms}")
        })?;
        state.at = At::Resting { due_ms: None };
        Ok(())
    }
}

/// Why a try failed, for the retry policy; `None` when there is nothing to repeat.
fn class_of(outcome: &AttemptOutcome) -> Option<ErrorClass> {
    match &outcome.result {
        AttemptResult::Failed { class, .. } => Some(*class),
        AttemptResult::Judged { verdict, .. } => match verdict {
            Verdict::Fail | Verdict::Error => Some(ErrorClass::Execution),
            Verdict::Pass | Verdict::NoEvidence => None,
        },
        AttemptResult::Succeeded => None,
    }
}

/// Whether a verdict lets dependents go.
fn passes(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Pass => true,
        Verdict::Fail | Verdict::Error | Verdict::NoEvidence => false,
    }
}

/// The most re-runs after a failure of this class (rule A5).
fn cap(policy: &RetryPolicy, class: ErrorClass) -> u32 {
    let default = match class {
        ErrorClass::Timeout => 2,
        ErrorClass::Execution | ErrorClass::Invocation => 3,
        ErrorClass::Network => 5,
        ErrorClass::InvalidOutput
        | ErrorClass::InvalidInput
        | ErrorClass::Cancelled
        | ErrorClass::Interrupted => 0,
    };
    policy.caps.get(&class).copied().unwrap_or(default)
}

/// The wait after so many tries (rule A6): the base, doubled each time, up to the most.
fn wait_ms(policy: &RetryPolicy, tries: u32) -> u64 {
    let mut wait_ms = policy.base_ms;
    for _ in 1..tries {
        wait_ms *= 2;
    }
    wait_ms.min(policy.max_ms)
}
