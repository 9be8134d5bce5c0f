//! What must hold when a try ends, and when the run does.

use super::picture::At;
use super::{Check, Invariant, Oracle, hold, passes};
use stagewright_core::decision::{Choice, DecisionRecord};
use stagewright_core::event::{AttemptOutcome, AttemptResult, Launch, RunStatus};
use stagewright_core::plan::{OnFailure, Role};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::run::Tally;
use stagewright_core::{ErrorClass, NodeIx, Severity, Timestamp};

impl Oracle<'_> {
    pub(super) fn finished(
        &mut self,
        node: NodeIx,
        launch: Launch,
        outcome: &AttemptOutcome,
        retry_at: Option<Timestamp>,
        at_ms: u64,
    ) -> Check {
        let at = self.picture.at(node);
        if launch == Launch::default() {
            // It ended without a launch: in process, by a person, or by a halt.
            match at {
                At::Idle | At::Done { .. } | At::Skipped { .. } => self.may_begin(node)?,
                At::Parked { .. } | At::Resting { .. } => {}
                At::Running { launch } => hold(false, Invariant::ReportOfItsOwnLaunch, || {
                    format!("{node:?} ends without its launch {launch:?}")
                })?,
            }
        } else {
            hold(
                matches!(at, At::Running { launch: running } if running == launch),
                Invariant::ReportOfItsOwnLaunch,
                || format!("{node:?} ends by {launch:?} and is {at:?}"),
            )?;
            let answered = !matches!(outcome.result, AttemptResult::Failed { .. });
            hold(
                !answered || self.reported.contains(&launch),
                Invariant::ReportOfItsOwnLaunch,
                || format!("{node:?} has a result of {launch:?}, which never reported"),
            )?;
        }
        if let Some(retry_at) = retry_at {
            return self.will_retry(node, outcome, retry_at.0, at_ms);
        }
        let success = match &outcome.result {
            AttemptResult::Succeeded => true,
            AttemptResult::Judged { verdict, .. } => passes(*verdict),
            AttemptResult::Failed { .. } => false,
        };
        let state = &mut self.picture.nodes[node.index()];
        state.at = At::Done { success };
        self.expect_halt(node, outcome, success);
        Ok(())
    }

    /// What must stop from here on, by the plan and not by the core's word.
    fn expect_halt(&mut self, node: NodeIx, outcome: &AttemptOutcome, success: bool) {
        let submission = &self.case.submission;
        let required_failure = !success && self.case.plan.is_required(node);
        let critical = outcome.findings.counts.of(Severity::Critical) > 0;
        if required_failure && submission.fail_fast || critical && submission.fail_fast_on_critical
        {
            self.picture.stopped = true;
        } else if required_failure && self.case.plan.node(node).on_failure == OnFailure::Halt {
            self.picture.only_tried = true;
        }
    }

    fn will_retry(
        &mut self,
        node: NodeIx,
        outcome: &AttemptOutcome,
        due_ms: u64,
        at_ms: u64,
    ) -> Check {
        let planned = self.case.plan.node(node);
        let class = match &outcome.result {
            AttemptResult::Failed { class, .. } => *class,
            AttemptResult::Judged { .. } | AttemptResult::Succeeded => ErrorClass::Execution,
        };
        let state = &mut self.picture.nodes[node.index()];
        let allowed = planned.retry.limit.min(cap(&planned.retry, class));
        hold(
            state.tries <= allowed,
            Invariant::RetriesFollowThePolicy,
            || format!("{node:?} is repeated after try {} by {class}", state.tries),
        )?;
        let full_ms = match class {
            ErrorClass::Invocation => 0,
            _ => wait_ms(&planned.retry, state.tries),
        };
        let wait_ms = due_ms - at_ms;
        let fits = if planned.retry.jitter {
            wait_ms <= full_ms
        } else {
            wait_ms == full_ms
        };
        hold(fits, Invariant::RetriesFollowThePolicy, || {
            format!("{node:?} waits {wait_ms} ms, the policy says {full_ms}")
        })?;
        state.at = At::Resting {
            due_ms: Some(due_ms),
        };
        Ok(())
    }

    pub(super) fn ended(&mut self, status: RunStatus, decision: Option<&DecisionRecord>) -> Check {
        let plan = &self.case.plan;
        self.picture.ended = true;
        for node in (0_u32..).map(NodeIx::new).take(plan.nodes.len()) {
            hold(self.picture.is_over(node), Invariant::CountsAddUp, || {
                format!("the run ends and {node:?} does not")
            })?;
        }
        let expected = self.expected_status();
        hold(status == expected, Invariant::StatusFollows, || {
            format!(
                "the status is {}, not {}",
                status.as_str(),
                expected.as_str()
            )
        })?;
        let merged = decision
            .is_some_and(|record| record.decision == Choice::Merge && !record.override_applied);
        if !merged {
            return Ok(());
        }
        for node in (0_u32..).map(NodeIx::new).take(plan.nodes.len()) {
            let proved = matches!(
                self.picture.at(node),
                At::Done { success: true } | At::Skipped { fine: true }
            );
            hold(
                proved || !plan.is_required(node),
                Invariant::NoMergeWithoutEvidence,
                || format!("MERGE, and {node:?} is {:?}", self.picture.at(node)),
            )?;
        }
        hold(
            !self.picture.cancelled,
            Invariant::NoMergeWithoutEvidence,
            || "MERGE of a cancelled run".to_owned(),
        )
    }

    /// The status by rule A1.
    fn expected_status(&self) -> RunStatus {
        let failed = |required: bool| {
            (0_u32..)
                .map(NodeIx::new)
                .take(self.case.plan.nodes.len())
                .filter(|node| self.case.plan.is_required(*node) == required)
                .any(|node| self.picture.at(node) == At::Done { success: false })
        };
        let required_failure = failed(true);
        let whole = !self.case.submission.partial_success_allowed;
        if self.picture.cancelled {
            RunStatus::Cancelled
        } else if self.picture.run_timed_out || required_failure && whole {
            RunStatus::Failure
        } else if required_failure || failed(false) {
            RunStatus::PartialSuccess
        } else {
            RunStatus::Success
        }
    }

    /// Compares the core's counts with the oracle's own (rule A17).
    ///
    /// # Errors
    /// When they differ.
    pub fn counts_add_up(&self, tally: Tally) -> Check {
        let mut own = Tally::default();
        for (state, planned) in self.picture.nodes.iter().zip(&self.case.plan.nodes) {
            if planned.role == Role::Gate {
                continue;
            }
            own.total += 1;
            match state.at {
                At::Done { success: true } => own.succeeded += 1,
                At::Done { success: false } => own.failed += 1,
                At::Skipped { .. } => own.skipped += 1,
                At::Idle | At::Running { .. } | At::Resting { .. } | At::Parked { .. } => {}
            }
        }
        hold(own == tally, Invariant::CountsAddUp, || {
            format!("the core counts {tally:?}, the events say {own:?}")
        })?;
        hold(
            !self.picture.ended || tally.total == tally.executed() + tally.skipped,
            Invariant::CountsAddUp,
            || format!("the counts do not add up: {tally:?}"),
        )
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
