//! What happens in the runs that this process drives, told to whoever listens.
//!
//! Listening never slows a run down: events lie in a buffer of [`EVENTS_KEPT`], and a
//! listener who falls behind is told how many it missed. [`RunWatch`] reads those back
//! from the journal, so that it has every event exactly once after its snapshot.

use crate::engine::Engine;
use crate::error::EngineError;
use stagewright_core::{Event, Recorded, Run};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::broadcast::{self, error::RecvError};

/// How many events a listener may fall behind.
pub const EVENTS_KEPT: usize = 1024;

/// One committed event of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEvent {
    /// The run.
    pub run_id: Arc<str>,
    /// The user's key.
    pub pipeline_id: Arc<str>,
    /// The agent or gate that it is about, as people know it: `lint`, or `lint[3]`.
    pub node: Option<String>,
    /// The stage that it is about; of an agent or gate, the one that it is in.
    pub stage: Option<String>,
    /// What happened, when, and its place in the run's journal.
    pub recorded: Recorded,
}

/// What a listener hears next.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Something happened.
    Event(Box<RunEvent>),
    /// The listener was too slow: so many events are gone for it. They stand in the
    /// journal.
    Missed(u64),
}

/// Hears what happens in all runs that an engine, or a clone of it, drives.
pub struct Subscription {
    receiver: broadcast::Receiver<RunEvent>,
}

/// Follows one run from a snapshot on, without gaps or repetition.
pub struct RunWatch {
    engine: Engine,
    run_id: String,
    next_seq: u64,
    receiver: broadcast::Receiver<RunEvent>,
    /// Events that were read back from the journal.
    caught_up: VecDeque<RunEvent>,
    ended: bool,
}

/// Where events are told.
pub(crate) struct Broadcast {
    sender: broadcast::Sender<RunEvent>,
}

impl Broadcast {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::Sender::new(EVENTS_KEPT),
        }
    }

    /// Tells what was committed; costs nothing while nobody listens.
    pub(crate) fn tell(&self, run: &Run, events: &[Recorded]) {
        if self.sender.receiver_count() == 0 {
            return;
        }
        for event in labelled(run, events) {
            // Whoever listened may have gone meanwhile.
            let _ = self.sender.send(event);
        }
    }
}

impl Engine {
    /// Listens to all runs that this engine drives from here on, those of sub-pipelines
    /// included.
    pub fn subscribe(&self) -> Subscription {
        Subscription {
            receiver: self.broadcast().sender.subscribe(),
        }
    }

    /// The state of a run now, and every event after it. Of a run that another process
    /// drives there is only the state: its events are told there.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn watch(&self, run_id: &str) -> Result<(Run, RunWatch), EngineError> {
        // First the ear, then the state: what happens in between is heard twice, and the
        // position tells.
        let receiver = self.broadcast().sender.subscribe();
        let run = self.load(run_id)?;
        let watch = RunWatch {
            engine: self.clone(),
            run_id: run_id.to_owned(),
            next_seq: run.next_seq(),
            receiver,
            caught_up: VecDeque::new(),
            ended: run.end().is_some(),
        };
        Ok((run, watch))
    }
}

impl Subscription {
    /// The next notice; `None` when the engine and all of its clones are gone.
    pub async fn next(&mut self) -> Option<Notice> {
        notice(self.receiver.recv().await)
    }

    /// As [`next`](Self::next), for a thread of its own.
    ///
    /// # Panics
    /// When it is called where tasks run.
    pub fn blocking_next(&mut self) -> Option<Notice> {
        notice(self.receiver.blocking_recv())
    }

    /// A notice that is there already.
    pub fn try_next(&mut self) -> Option<Notice> {
        match self.receiver.try_recv() {
            Ok(event) => Some(Notice::Event(Box::new(event))),
            Err(broadcast::error::TryRecvError::Lagged(missed)) => Some(Notice::Missed(missed)),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => {
                None
            }
        }
    }
}

fn notice(received: Result<RunEvent, RecvError>) -> Option<Notice> {
    match received {
        Ok(event) => Some(Notice::Event(Box::new(event))),
        Err(RecvError::Lagged(missed)) => Some(Notice::Missed(missed)),
        Err(RecvError::Closed) => None,
    }
}

impl RunWatch {
    /// The next event of the run; `None` after its end. A run that was ended can be
    /// reopened, which is another watch.
    ///
    /// # Errors
    /// When events that were missed cannot be read from the journal.
    pub async fn next(&mut self) -> Result<Option<RunEvent>, EngineError> {
        loop {
            if let Some(event) = self.caught_up.pop_front() {
                self.note(&event);
                return Ok(Some(event));
            }
            if self.ended {
                return Ok(None);
            }
            match self.receiver.recv().await {
                Ok(event) if *event.run_id != *self.run_id => {}
                Ok(event) if event.recorded.seq < self.next_seq => {}
                Ok(event) if event.recorded.seq == self.next_seq => {
                    self.note(&event);
                    return Ok(Some(event));
                }
                // Another process drove the run in between, or too much was told at once.
                Ok(_) | Err(RecvError::Lagged(_)) => self.catch_up()?,
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }

    fn note(&mut self, event: &RunEvent) {
        self.next_seq = event.recorded.seq + 1;
        self.ended = matches!(event.recorded.event, Event::Ended { .. });
    }

    fn catch_up(&mut self) -> Result<(), EngineError> {
        let journal = self.engine.journal();
        let events = journal.events(&self.run_id, self.next_seq)?;
        let run = self.engine.load(&self.run_id)?;
        self.caught_up.extend(labelled(&run, &events));
        Ok(())
    }
}

/// Events with the names of what they are about.
fn labelled(run: &Run, events: &[Recorded]) -> Vec<RunEvent> {
    let submission = run.submission();
    let run_id: Arc<str> = submission.run_id.as_str().into();
    let pipeline_id: Arc<str> = submission.pipeline_id.as_str().into();
    let labelled = events.iter().map(|recorded| {
        let (stage, node) = recorded.event.subject();
        let stage = stage.or_else(|| node.map(|node| run.plan().node(node).stage));
        RunEvent {
            run_id: Arc::clone(&run_id),
            pipeline_id: Arc::clone(&pipeline_id),
            node: node.map(|node| run.label(node)),
            stage: stage.map(|stage| run.plan().stage(stage).id.clone()),
            recorded: recorded.clone(),
        }
    });
    labelled.collect()
}
