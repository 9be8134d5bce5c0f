//! Processes: they are launched, report, wait for somebody, or are told to end.

use super::{Happening, Process, World};
use crate::agents::{perform, waits};
use crate::bug::Bug;
use crate::oracle::{Invariant, Violation, hold};
use stagewright_core::event::{AttemptOutcome, Launch};
use stagewright_core::input::{Launching, Stop};
use stagewright_core::plan::Action;
use stagewright_core::{Input, NodeIx, NodeView};

impl World<'_> {
    pub(super) fn launch(&mut self, launching: &Launching) -> Result<(), Violation> {
        let Launching {
            node, launch, stop, ..
        } = *launching;
        hold(
            self.launched.insert(launch) || self.bug == Some(Bug::RepeatedEffect),
            Invariant::LaunchedOnce,
            || format!("{launch:?} of {node:?} is started twice"),
        )?;
        hold(
            self.oracle.is_running(launch),
            Invariant::CommitBeforeEffect,
            || format!("{launch:?} of {node:?} is started and not committed as running"),
        )?;
        if stop.is_some() {
            self.schedule(0, Happening::Gone(node, launch));
            return Ok(());
        }
        let is_pipeline = self.does_a_pipeline(node);
        let performance = perform(self.case, launching, is_pipeline);
        let mut ends_at_ms = Some(self.now_ms + performance.takes_ms);
        let wait = self.waits_once_more(launching, is_pipeline);
        if !wait && self.faults.is_silent() {
            ends_at_ms = None;
            match launching.timeout_ms {
                // The layer of agents ends it when its time is up.
                Some(limit_ms) => ends_at_ms = Some(self.now_ms + limit_ms),
                // Somebody restarts the driver in the end.
                None => self.schedule(3_600_000, Happening::Kill),
            }
        }
        if let Some(at_ms) = ends_at_ms {
            let delay_ms = at_ms - self.now_ms + self.faults.delivery_ms();
            let outcome = Box::new(performance.outcome);
            let happening = match wait {
                true => Happening::Waits(node, launch),
                false => Happening::Report(node, launch, outcome),
            };
            self.schedule(delay_ms, happening);
        }
        let process = Process {
            ends_at_ms,
            heard: true,
        };
        self.processes.insert(launch, process);
        Ok(())
    }

    fn does_a_pipeline(&self, node: NodeIx) -> bool {
        let driver = self.driver.as_ref();
        driver.is_some_and(|driver| matches!(driver.run().action(node), Action::Pipeline(_)))
    }

    /// Whether what this launch drives waits for somebody first.
    fn waits_once_more(&mut self, launching: &Launching, is_pipeline: bool) -> bool {
        if !is_pipeline {
            return false;
        }
        let most = waits(self.case, launching);
        let key = (launching.node, launching.try_number);
        let waited = self.waited.entry(key).or_default();
        let waits = *waited < most;
        *waited += u32::from(waits);
        waits
    }

    /// A process says that what it drives waits for somebody, and ends.
    pub(super) fn waits(&mut self, node: NodeIx, launch: Launch) -> Result<(), Violation> {
        self.processes.remove(&launch);
        if self.driver.is_none() {
            return Ok(());
        }
        self.oracle.saw_wait(launch);
        if let Some(after_ms) = self.faults.repeats() {
            self.schedule(after_ms, Happening::Waits(node, launch));
        }
        self.handle(Input::Suspended {
            node,
            launch,
            question: "who is asked below?".to_owned(),
        })
    }

    /// A process is told to end: it does so after a while, unless its work is done first.
    pub(super) fn stop(&mut self, node: NodeIx, launch: Launch, stop: Stop) {
        if self.bug == Some(Bug::DeafToStops) {
            // It runs on for ever, as a process does that nobody ends.
            self.queue
                .retain(|_, happening| !is_report_of(happening, launch));
            return;
        }
        let patience_ms = match stop {
            Stop::Gentle => self.races.below(8_000),
            Stop::Forced => self.races.below(500),
        };
        let Some(process) = self.processes.get_mut(&launch) else {
            return;
        };
        let gone_ms = self.now_ms + patience_ms;
        if process.ends_at_ms.is_some_and(|ends_ms| ends_ms <= gone_ms) {
            return;
        }
        process.ends_at_ms = None;
        self.queue.retain(|_, happening| {
            !is_report_of(happening, launch)
                && !matches!(happening, Happening::Gone(_, gone) if *gone == launch)
        });
        self.schedule(patience_ms, Happening::Gone(node, launch));
    }

    /// A process reports, to whoever listens.
    pub(super) fn report(
        &mut self,
        node: NodeIx,
        launch: Launch,
        outcome: AttemptOutcome,
    ) -> Result<(), Violation> {
        let process = self.processes.remove(&launch);
        if process.is_some_and(|process| !process.heard) && self.ghost.is_some() {
            self.oracle.saw_report(launch, outcome.retry_after_ms);
            let outcome = Box::new(outcome.clone());
            self.wake_ghost(Input::Completed {
                node,
                launch,
                outcome,
            })?;
        }
        if self.driver.is_none() {
            return Ok(());
        }
        if self.bug == Some(Bug::LostReport) && self.races.chance(10) {
            return Ok(());
        }
        self.oracle.saw_report(launch, outcome.retry_after_ms);
        if let Some(after_ms) = self.faults.repeats() {
            let again = Happening::Report(node, launch, Box::new(outcome.clone()));
            self.schedule(after_ms, again);
        }
        let mut outcome = outcome;
        if self.bug == Some(Bug::DeafToRetryAfter) {
            outcome.retry_after_ms = None;
        }
        let launch = match (self.bug, self.running_launch(node)) {
            (Some(Bug::StaleReport), Some(running)) => running,
            _ => launch,
        };
        self.handle(Input::Completed {
            node,
            launch,
            outcome: Box::new(outcome),
        })?;
        if self.bug == Some(Bug::RepeatedEffect) && self.driver.is_some() {
            let timeout_ms = None;
            self.launch(&Launching {
                node,
                launch,
                try_number: 1,
                timeout_ms,
                stop: None,
            })?;
        }
        Ok(())
    }

    fn running_launch(&self, node: NodeIx) -> Option<Launch> {
        match self.driver.as_ref()?.run().view(node) {
            NodeView::Running { launch, .. } => Some(launch),
            _ => None,
        }
    }
}

fn is_report_of(happening: &Happening, launch: Launch) -> bool {
    matches!(happening, Happening::Report(_, of, _) | Happening::Waits(_, of) if *of == launch)
}
