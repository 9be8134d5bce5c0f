//! The loop: commit, release effects, wait for what happens next.
//!
//! This is the thin asynchronous shell around the synchronous driver. Starting, resuming and recovering are the same loop.

use crate::clock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::in_flight::InFlight;
use crate::live::{LiveRun, PersonsAnswer};
use crate::wake::WakeUp;
use stagewright_core::input::Launching;
use stagewright_core::{Effect, Input, Recorded, Run, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// How often the inbox is looked at when no wake-up comes.
const INBOX_PAUSE: Duration = Duration::from_secs(1);

/// How often nothing is redrawn where nobody asks for it.
const NO_REDRAW: Duration = Duration::from_secs(3600);

/// What the process that drives a run wants of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// End it.
    Cancel {
        /// Why.
        reason: String,
        /// Whether running agents are stopped.
        force: bool,
    },
    /// Wind down and leave it resumable (decision 13).
    Interrupt,
    /// A person's answer.
    Answer(PersonsAnswer),
}

/// Watches a run being driven.
pub trait Observer {
    /// These events were committed; `run` is the state after the last of them.
    fn committed(&mut self, run: &Run, events: &[Recorded]);

    /// Called every [`Self::redraw_every`] while something is going on.
    fn redraw(&mut self, _run: &Run, _now: Timestamp) {}

    /// How often to call [`Self::redraw`]; `None` is never.
    fn redraw_every(&self) -> Option<Duration> {
        None
    }
}

/// Nobody watches the run but the journal.
pub(crate) struct Unwatched;

impl Observer for Unwatched {
    fn committed(&mut self, _run: &Run, _events: &[Recorded]) {}
}

impl Engine {
    /// Drives a run until it ends, waits for a person, is stuck or was interrupted.
    /// Returns its last state; the lease is free again then.
    ///
    /// # Errors
    /// When the journal fails or the run was taken over: agents are stopped first, and
    /// the last committed state stands (decision 40).
    pub async fn drive<O: Observer + ?Sized>(
        &self,
        live: LiveRun,
        controls: &mut mpsc::Receiver<Control>,
        observer: &mut O,
    ) -> Result<Run, EngineError> {
        let cap = live.run().submission().concurrency_cap.max(1);
        let slots = Arc::new(Semaphore::new(cap as usize));
        self.drive_within(live, controls, observer, slots).await
    }

    /// As [`drive`](Self::drive), with the slots of a run above, which drives this one as
    /// a step.
    pub(crate) async fn drive_within<O: Observer + ?Sized>(
        &self,
        mut live: LiveRun,
        controls: &mut mpsc::Receiver<Control>,
        observer: &mut O,
        slots: Arc<Semaphore>,
    ) -> Result<Run, EngineError> {
        let mut in_flight = InFlight::new(slots);
        let result = self
            .drive_until_done(&mut live, &mut in_flight, controls, observer)
            .await;
        if result.is_err() {
            in_flight.end_all().await;
        }
        result.map(|()| live.run().clone())
    }

    async fn drive_until_done<O: Observer + ?Sized>(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        controls: &mut mpsc::Receiver<Control>,
        observer: &mut O,
    ) -> Result<(), EngineError> {
        let mut inbox = tokio::time::interval(INBOX_PAUSE);
        inbox.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let redraw_every = observer.redraw_every();
        let mut redraw = tokio::time::interval(redraw_every.unwrap_or(NO_REDRAW));
        let mut controls_open = true;
        let wake_up = WakeUp::listen(self.state_dir(), &live.run().submission().run_id);
        loop {
            self.release(live, in_flight, observer)?;
            if live.driver.is_done() {
                // What was left in the inbox meanwhile may give the run something to do.
                if live.drain_inbox()? {
                    continue;
                }
                self.end_abandoned(live.run())?;
                return Ok(());
            }
            let wake = live.driver.wake_at();
            tokio::select! {
                ended = in_flight.next() => {
                    in_flight.take(live, ended)?;
                    // What ended at the same moment joins the same transaction.
                    while let Some(ended) = in_flight.try_next() {
                        in_flight.take(live, ended)?;
                    }
                }
                control = controls.recv(), if controls_open => match control {
                    Some(control) => take_control(live, control),
                    None => controls_open = false,
                },
                () = sleep_until(wake), if wake.is_some() => live.handle(Input::Tick),
                () = wake_up.woken() => drop(live.drain_inbox()?),
                _ = inbox.tick() => drop(live.drain_inbox()?),
                _ = redraw.tick(), if redraw_every.is_some() => {
                    observer.redraw(live.run(), clock::now());
                }
            }
        }
    }

    /// Commits, then releases effects until no effect has an immediate answer.
    fn release<O: Observer + ?Sized>(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        observer: &mut O,
    ) -> Result<(), EngineError> {
        loop {
            let mut events = std::mem::take(&mut live.unseen);
            events.extend(live.commit()?);
            if !events.is_empty() {
                self.broadcast().tell(live.run(), &events);
                observer.committed(live.run(), &events);
            }
            let mut answered = false;
            for effect in live.effects() {
                match effect {
                    Effect::Launch(Launching {
                        node,
                        launch,
                        stop: Some(_),
                        ..
                    }) => {
                        live.handle(Input::Stopped { node, launch });
                        answered = true;
                    }
                    Effect::Launch(launching) => self.launch(live, in_flight, launching),
                    Effect::Stop { launch, stop, .. } => {
                        in_flight.stop(live.run(), launch, stop);
                    }
                    Effect::Ask { asker, number } => self.ask(live, in_flight, asker, number)?,
                    Effect::MakeInput { node } => self.make_input(live, in_flight, node)?,
                }
            }
            // A graceful cancel stops no launch, but it goes down to the runs of steps.
            in_flight.pass_on_cancel(live.run());
            if !answered {
                return Ok(());
            }
        }
    }
}

fn take_control(live: &mut LiveRun, control: Control) {
    match control {
        Control::Cancel { reason, force } => live.handle(Input::Cancel { reason, force }),
        Control::Interrupt => live.handle(Input::Interrupt),
        Control::Answer(answer) => {
            // Too late is no error here: the run has gone on without it.
            live.answer(answer);
        }
    }
}

async fn sleep_until(at: Option<Timestamp>) {
    let Some(at) = at else { return };
    tokio::time::sleep(Duration::from_millis(at.since_ms(clock::now()))).await;
}
