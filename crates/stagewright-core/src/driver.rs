//! The driver: one run, its uncommitted batch, and what is in flight.
//!
//! A synchronous struct with time as a parameter (decision 2). It owns the order in
//! which things happen: an input is decided, applied and settled until quiet, the
//! whole batch is journaled in one transaction, and only then are effects released
//! (decision 1). It does no IO itself: a shell around it appends the batch, starts
//! what [`Driver::effects`] names and feeds back what happened. The simulator is such
//! a shell too.
//!
//! When an append fails, the driver is thrown away and the run folded again from the
//! journal: there is no state to repair.

use crate::admit::{Admission, admit};
use crate::blob::Blob;
use crate::decide::decide;
use crate::event::{Asker, Event, Launch, Recorded};
use crate::input::{Input, ItemList, Launching, StartRequest, Stop};
use crate::plan::{NodeIx, Repeated};
use crate::run::{Run, Standing};
use crate::settle::settle;
use crate::time::Timestamp;
use crate::wanted::{wake_at, wanted};
use std::collections::{BTreeMap, BTreeSet};

/// What an admitted node starts with, and the blobs that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The request.
    pub request: StartRequest,
    /// Blobs to store in the same transaction.
    pub blobs: Vec<Blob>,
}

/// Renders the requests of admitted nodes. Pure as far as the run is concerned: the
/// same run and node yield the same request.
pub trait Requests {
    /// Renders the request of a node that is about to start.
    fn prepare(&mut self, run: &Run, node: NodeIx) -> Prepared;

    /// Makes the list of something that is about to be repeated.
    fn items(&mut self, run: &Run, of: Repeated) -> PreparedItems;
}

/// The list of something repeated, and the blob that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedItems {
    /// The list, or what is wrong with it.
    pub items: Result<ItemList, String>,
    /// The list's blob, to store in the same transaction.
    pub blobs: Vec<Blob>,
}

/// What goes to the journal in one transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The events in order.
    pub events: Vec<Recorded>,
    /// The blobs that they name.
    pub blobs: Vec<Blob>,
}

/// Something to start or stop, released after the commit of what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Start this launch. When `stop` is set already, it was halted in the batch that
    /// began it: nothing is started, and the shell reports [`Input::Stopped`].
    Launch(Launching),
    /// End this launch.
    Stop {
        /// The agent or gate.
        node: NodeIx,
        /// The launch.
        launch: Launch,
        /// How.
        stop: Stop,
    },
    /// Have an agent's input made.
    MakeInput {
        /// The agent.
        node: NodeIx,
    },
    /// Ask the program of a custom condition.
    Ask {
        /// Whose condition.
        asker: Asker,
        /// Which of its custom conditions.
        number: u32,
    },
}

/// Drives one run.
#[derive(Debug)]
pub struct Driver {
    run: Run,
    batch: Batch,
    /// Launches that were released, with the strongest stop that was asked for.
    in_flight: BTreeMap<Launch, (NodeIx, Option<Stop>)>,
    asked: BTreeSet<(Asker, u32)>,
    asked_inputs: BTreeSet<NodeIx>,
    /// Whether nothing is to be started: this process only records something.
    holds: bool,
}

impl Driver {
    /// A driver of a folded run. What the run believes to be running is not in
    /// flight here: the first input is [`Input::Claim`], which declares it lost.
    pub fn new(run: Run) -> Self {
        Self {
            run,
            batch: Batch::default(),
            in_flight: BTreeMap::new(),
            asked: BTreeSet::new(),
            asked_inputs: BTreeSet::new(),
            holds: false,
        }
    }

    /// From here on nothing is started: for a process that only journals what is due or
    /// was said, and leaves.
    pub fn hold(&mut self) {
        self.holds = true;
    }

    /// The run, uncommitted events included.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Takes one input: everything that follows from it joins the batch.
    pub fn handle(&mut self, clock: Timestamp, input: Input, requests: &mut dyn Requests) {
        self.handle_together(clock, [input], requests);
    }

    /// Takes several inputs as if they came at one moment: nothing follows from the
    /// first before the last is in. So a cancel that waited counts before the claim
    /// starts or ends anything.
    pub fn handle_together(
        &mut self,
        clock: Timestamp,
        inputs: impl IntoIterator<Item = Input>,
        requests: &mut dyn Requests,
    ) {
        let now = clock.max(self.run.last_event_at());
        for input in inputs {
            self.note_end(&input);
            for event in decide(&self.run, now, input) {
                self.record(now, event);
            }
        }
        self.settle(now, requests);
    }

    /// What an input says to have ended is no longer in flight.
    fn note_end(&mut self, input: &Input) {
        match input {
            Input::Completed { launch, .. }
            | Input::Suspended { launch, .. }
            | Input::Stopped { launch, .. } => {
                self.in_flight.remove(launch);
            }
            Input::InputAnswered { node, .. } => {
                self.asked_inputs.remove(node);
            }
            Input::ConditionAnswered { asker, number, .. } => {
                self.asked.remove(&(*asker, *number));
            }
            Input::Claim { .. }
            | Input::Start { .. }
            | Input::Expand { .. }
            | Input::Tick
            | Input::Cancel { .. }
            | Input::Interrupt
            | Input::Answer { .. }
            | Input::Resume => {}
        }
    }

    /// Journals the creation of a run: its first event.
    ///
    /// # Panics
    /// When the run has events already.
    pub fn submit(&mut self, now: Timestamp, event: Event) {
        assert_eq!(self.run.next_seq(), 0, "a run is submitted once");
        self.record(now, event);
    }

    /// The events of the batch so far.
    pub fn pending(&self) -> &[Recorded] {
        &self.batch.events
    }

    /// The batch to append; empty when nothing happened. It is handed out once.
    pub fn take_batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// What is to be started or stopped now.
    ///
    /// # Panics
    /// When events were not taken for the journal yet: no effect before its event.
    pub fn effects(&mut self) -> Vec<Effect> {
        assert!(
            self.batch.events.is_empty(),
            "no effect is released before its event is committed"
        );
        let wanted = wanted(&self.run);
        let mut effects = Vec::new();
        for (launch, (node, sent)) in &mut self.in_flight {
            // Launches are wanted in the order of their nodes, one a node.
            let still = wanted
                .launches
                .binary_search_by_key(node, |wish| wish.node)
                .is_ok_and(|index| wanted.launches[index].launch == *launch);
            if !still && sent.is_none() {
                *sent = Some(Stop::Forced);
                effects.push(Effect::Stop {
                    node: *node,
                    launch: *launch,
                    stop: Stop::Forced,
                });
            }
        }
        for wish in wanted.launches {
            match (self.in_flight.get_mut(&wish.launch), wish.stop) {
                (None, _) => {
                    self.in_flight.insert(wish.launch, (wish.node, wish.stop));
                    effects.push(Effect::Launch(wish));
                }
                (Some((_, sent)), Some(stop)) if *sent != Some(stop) => {
                    *sent = Some(stop);
                    effects.push(Effect::Stop {
                        node: wish.node,
                        launch: wish.launch,
                        stop,
                    });
                }
                (Some(_), _) => {}
            }
        }
        for (asker, number) in wanted.questions {
            if self.asked.insert((asker, number)) {
                effects.push(Effect::Ask { asker, number });
            }
        }
        for node in wanted.inputs {
            if self.asked_inputs.insert(node) {
                effects.push(Effect::MakeInput { node });
            }
        }
        effects
    }

    /// When an [`Input::Tick`] is wanted at the latest.
    pub fn wake_at(&self) -> Option<Timestamp> {
        wake_at(&self.run)
    }

    /// Whether this driver has nothing more to do: the run ended, waits for a person,
    /// is stuck or was interrupted, and nothing is in flight.
    pub fn is_done(&self) -> bool {
        self.in_flight.is_empty() && self.run.standing() != Standing::Going
    }

    /// Launches that were released and have not ended.
    pub fn in_flight(&self) -> impl Iterator<Item = (NodeIx, Launch)> + '_ {
        self.in_flight
            .iter()
            .map(|(launch, (node, _))| (*node, *launch))
    }

    fn settle(&mut self, now: Timestamp, requests: &mut dyn Requests) {
        loop {
            while let Some(event) = settle(&self.run) {
                self.record(now, event);
            }
            if self.holds {
                break;
            }
            match admit(&self.run) {
                None => break,
                Some(Admission::Event(event)) => self.record(now, *event),
                Some(Admission::Expand(of)) => {
                    let PreparedItems { items, blobs } = requests.items(&self.run, of);
                    self.batch.blobs.extend(blobs);
                    let events = decide(&self.run, now, Input::Expand { of, items });
                    assert!(!events.is_empty(), "an admitted list expands");
                    for event in events {
                        self.record(now, event);
                    }
                }
                Some(Admission::Start(node)) => {
                    let Prepared { request, blobs } = requests.prepare(&self.run, node);
                    self.batch.blobs.extend(blobs);
                    let events = decide(&self.run, now, Input::Start { node, request });
                    assert!(!events.is_empty(), "an admitted node starts");
                    for event in events {
                        self.record(now, event);
                    }
                }
            }
        }
    }

    fn record(&mut self, at: Timestamp, event: Event) {
        let recorded = Recorded {
            seq: self.run.next_seq(),
            at,
            event,
        };
        self.run.apply(&recorded);
        self.batch.events.push(recorded);
    }
}
