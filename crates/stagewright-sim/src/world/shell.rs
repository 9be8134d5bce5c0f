//! The simulated shell: it hands inputs to the driver, commits what follows, and only
//! then acts. The bugs of shells are planted here.

use super::{Happening, World};
use crate::agents::{evaluator, maker, person};
use crate::bug::Bug;
use crate::constructs;
use crate::faults::Boundary;
use crate::journal::Refused;
use crate::oracle::{Invariant, Violation, hold};
use stagewright_core::event::WaitReason;
use stagewright_core::{Batch, Driver, Effect, Event, Input, NodeIx, Recorded, Timestamp};

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
