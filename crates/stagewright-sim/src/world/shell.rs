//! The simulated shell: it hands inputs to the driver, commits what follows, and only
//! then acts. The bugs of shells are planted here.

use super::{Happening, Process, World};
use crate::agents::{evaluator, maker, perform, person, waits};
use crate::bug::Bug;
use crate::constructs;
use crate::faults::Boundary;
use crate::journal::Refused;
use crate::oracle::{Invariant, Violation, hold};
use stagewright_core::event::{AttemptOutcome, Launch, WaitReason};
use stagewright_core::input::{Launching, Stop};
use stagewright_core::plan::Action;
use stagewright_core::{
    Batch, Driver, Effect, Event, Input, NodeIx, NodeView, Recorded, Timestamp,
};

impl World<'_> {
    /// One step of the loop (decision 1).
    pub(super) fn handle(&mut self, input: Input) -> Result<(), Violation> {
        let stale = self.is_stale(&input);
        if !self.take_in(input) {
            return Ok(());
        }
        self.settle_step(stale)
    }

    /// Hands an input to the driver; `false` when there is none.
    pub(super) fn take_in(&mut self, input: Input) -> bool {
        self.take_in_together(vec![input])
    }

    /// Hands inputs to the driver as if they came at one moment; `false` when there is
    /// no driver.
    pub(super) fn take_in_together(&mut self, inputs: Vec<Input>) -> bool {
        let Some(driver) = &mut self.driver else {
            return false;
        };
        let clock_ms = match (inputs.as_slice(), self.bug, driver.wake_at()) {
            ([Input::Tick], Some(Bug::FastClock), Some(wake)) => wake.0,
            _ => self.now_ms - self.faults.jump_back_ms(),
        };
        for input in &inputs {
            self.trace
                .line(self.now_ms, || format!("in   {}", told(input)));
        }
        driver.handle_together(Timestamp(clock_ms), inputs, &mut self.renderer);
        true
    }

    /// Commits and does what followed from the inputs that were taken in.
    pub(super) fn settle_step(&mut self, stale: bool) -> Result<(), Violation> {
        let Some(driver) = &mut self.driver else {
            return Ok(());
        };
        let batch = driver.take_batch();
        hold(
            !stale || batch.events.is_empty(),
            Invariant::StaleReportsChangeNothing,
            || format!("a stale report led to {:?}", batch.events),
        )?;
        self.commit_and_act(&batch)
    }

    fn commit_and_act(&mut self, batch: &Batch) -> Result<(), Violation> {
        if self.bug == Some(Bug::EffectsBeforeCommit) {
            self.act()?;
        }
        if batch.events.is_empty() {
            // Nothing to commit, but what was released before may still be wanted.
            return self.act();
        }
        if self.faults.crashes(Boundary::BeforeCommit) {
            self.crash("before the commit");
            return Ok(());
        }
        let fault = self.faults.append();
        let refused = self.journal.append(self.fence, batch, fault);
        self.observe()?;
        match refused {
            Ok(()) => {}
            Err(Refused::Fenced) => {
                self.crash("the lease was lost");
                return Ok(());
            }
            Err(Refused::Faulty) => {
                self.crash("the append failed");
                return Ok(());
            }
        }
        if self.faults.crashes(Boundary::BeforeEffects) {
            self.crash("before the effects");
            return Ok(());
        }
        self.act()?;
        if self.races.chance(15) {
            self.compare_with_fold()?;
        }
        if self.faults.crashes(Boundary::AfterEffects) {
            self.crash("after the effects");
        }
        Ok(())
    }

    /// Shows new committed events to the oracle, and what follows from them to people.
    pub(super) fn observe(&mut self) -> Result<(), Violation> {
        while let Some(recorded) = self.journal.events().get(self.observed).cloned() {
            self.observed += 1;
            self.trace.line(self.now_ms, || {
                format!("  {:>3} {:?}", recorded.seq, recorded.event)
            });
            for shown in self.shown_by(&recorded) {
                self.oracle.observe(&shown, self.now_ms)?;
            }
            self.mirror.apply(&recorded);
            self.seen.extend(constructs::of_event(&recorded.event));
            match &recorded.event {
                Event::Parked {
                    reason: WaitReason::Pipeline,
                    ..
                } => {
                    let after_ms = self.people.below(600_000);
                    self.schedule(after_ms, Happening::LookAgain);
                }
                Event::Parked { node, .. } => self.ask(*node),
                Event::Stuck { .. } | Event::Reopened | Event::CancelRequested { .. } => {
                    self.disturbed = true;
                }
                _ => {}
            }
        }
        let mut tally = self.mirror.tally();
        if let Some(bug) = self.bug {
            bug.miscount(&self.mirror, &mut tally);
        }
        self.oracle.counts_add_up(tally)
    }

    /// What the oracle is shown of a committed event: that event, unless a bug of the core
    /// is played.
    fn shown_by(&self, recorded: &Recorded) -> Vec<Recorded> {
        let Some(bug) = self.bug else {
            return vec![recorded.clone()];
        };
        let events = bug.forge(&self.case.plan, &recorded.event);
        let recorded = |event| Recorded {
            event,
            ..recorded.clone()
        };
        events.into_iter().map(recorded).collect()
    }

    /// A person sees the question.
    fn ask(&mut self, node: NodeIx) {
        self.questions += 1;
        let Some((approved, delay_ms)) = person(self.case, node, self.questions) else {
            return;
        };
        let says = |approved| Happening::Person(super::Deed::Answer { node, approved });
        self.schedule(delay_ms, says(approved));
        if self.people.chance(20) {
            // A second thought comes too late.
            let later_ms = delay_ms + self.people.below(5_000);
            self.schedule(later_ms, says(!approved));
        }
    }

    fn act(&mut self) -> Result<(), Violation> {
        let effects = self.driver.as_mut().map(Driver::effects);
        for effect in effects.into_iter().flatten() {
            self.trace.line(self.now_ms, || format!("out  {effect:?}"));
            match effect {
                Effect::Launch(launching) => self.launch(&launching)?,
                Effect::Stop { node, launch, stop } => self.stop(node, launch, stop),
                Effect::MakeInput { node } => {
                    let (made, takes_ms) = maker(self.case, node);
                    self.schedule(takes_ms, Happening::Made(node, made));
                }
                Effect::Ask { asker, number } => {
                    let (answer, takes_ms) = evaluator(self.case, asker, number);
                    self.schedule(takes_ms, Happening::Condition(asker, number, answer));
                }
            }
        }
        Ok(())
    }

    fn launch(&mut self, launching: &Launching) -> Result<(), Violation> {
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
    fn stop(&mut self, node: NodeIx, launch: Launch, stop: Stop) {
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
            let outcome = outcome.clone();
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
            outcome,
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

    /// Whether an input is a report that must change nothing.
    fn is_stale(&self, input: &Input) -> bool {
        match input {
            Input::Completed { launch, .. }
            | Input::Suspended { launch, .. }
            | Input::Stopped { launch, .. } => !self.oracle.is_running(*launch),
            _ => false,
        }
    }

    /// The journal tells the same as the live run.
    pub(super) fn compare_with_fold(&mut self) -> Result<(), Violation> {
        let Some(driver) = &self.driver else {
            return Ok(());
        };
        let (live, folded) = (driver.run(), &self.mirror);
        hold(
            format!("{live:?}") == format!("{folded:?}"),
            Invariant::FoldEqualsLive,
            || format!("live:\n{live:#?}\nfolded:\n{folded:#?}"),
        )
    }
}

fn is_report_of(happening: &Happening, launch: Launch) -> bool {
    matches!(happening, Happening::Report(_, of, _) | Happening::Waits(_, of) if *of == launch)
}

fn told(input: &Input) -> String {
    match input {
        Input::Completed {
            node,
            launch,
            outcome,
        } => format!("completed {node:?} {launch:?} {:?}", outcome.result),
        other => format!("{other:?}"),
    }
}
