//! A run that this process drives: the driver, its lease, and what it needs to render.

use crate::clock;
use crate::documents::Documents;
use crate::error::EngineError;
use crate::requests::{Order, Renderer};
use crate::summary::summarize;
use crate::text::Markers;
use serde_json::json;
use stagewright_agents::Performed;
use stagewright_core::event::{Answer, AttemptOutcome, AttemptResult, Event};
use stagewright_core::plan::Action;
use stagewright_core::{Blob, Driver, Effect, Input, NodeIx, NodeView, Recorded, Run, scope};
use stagewright_journal::{Batch, InboxMessage, Journal, Lease};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The directories of one run, below the state directory.
#[derive(Debug, Clone)]
pub struct RunDirs {
    /// The run's own directory.
    pub root: PathBuf,
}

impl RunDirs {
    /// The directories of a run.
    pub fn of(state_dir: &Path, run_id: &str) -> Self {
        Self {
            root: state_dir.join("runs").join(run_id),
        }
    }

    /// `run.dir`: for the files of agents.
    pub fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// `gate.dir` of the gate, or instance of it, with this label.
    pub fn gate(&self, label: &str) -> PathBuf {
        self.root.join("gates").join(NodeIx::file_name(label))
    }

    /// Logs of attempts.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }
}

/// A person's answer, before it is known whether anybody waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonsAnswer {
    /// The waiting node.
    pub node: NodeIx,
    /// The digest of what was shown to them.
    pub digest: String,
    /// True for `approve`, false for `reject`.
    pub approved: bool,
    /// Who, as claimed.
    pub by: Option<String>,
    /// In their words.
    pub note: Option<String>,
}

/// A run that this process drives.
pub struct LiveRun {
    pub(crate) driver: Driver,
    pub(crate) renderer: Renderer,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) lease: Option<Lease>,
    pub(crate) dirs: RunDirs,
    /// The position of the next event in the journal.
    committed: u64,
    /// Events that were committed before anybody could watch.
    pub(crate) unseen: Vec<Recorded>,
    /// Blobs that do not come from the driver's own rendering.
    blobs: Vec<Blob>,
    /// Inbox messages that became inputs of the present batch.
    taken: Vec<i64>,
}

impl LiveRun {
    pub(crate) fn new(
        run: Run,
        journal: Arc<dyn Journal>,
        lease: Option<Lease>,
        dirs: RunDirs,
    ) -> Result<Self, EngineError> {
        let committed = run.next_seq();
        let markers = Markers::new().map_err(|error| EngineError::Random(error.to_string()))?;
        for directory in [dirs.files(), dirs.logs()] {
            std::fs::create_dir_all(&directory).map_err(|error| EngineError::Directory {
                path: directory.display().to_string(),
                message: error.to_string(),
            })?;
        }
        Ok(Self {
            driver: Driver::new(run),
            renderer: Renderer {
                documents: Documents::new(Arc::clone(&journal)),
                markers,
                dirs: dirs.clone(),
                pending: BTreeMap::new(),
                broken: None,
            },
            journal,
            lease,
            dirs,
            committed,
            unseen: Vec::new(),
            blobs: Vec::new(),
            taken: Vec::new(),
        })
    }

    /// The run, as far as it is folded.
    pub fn run(&self) -> &Run {
        self.driver.run()
    }

    /// From here on this process starts nothing; it journals what is due or was said.
    pub fn hold(&mut self) {
        self.driver.hold();
    }

    /// Lets the run go on under this process's lease: launches of an earlier process are
    /// lost, what is due by now happens, and what waits in the inbox is taken.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    ///
    /// # Panics
    /// When the run was not taken through [`Engine::take`](crate::Engine::take).
    pub fn begin(&mut self) -> Result<(), EngineError> {
        self.begin_with(Vec::new())
    }

    /// As [`begin`](Self::begin), with inputs that count before anything follows from
    /// the claim; cancels that wait in the inbox are among them.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    ///
    /// # Panics
    /// When the run was not taken through [`Engine::take`](crate::Engine::take).
    pub fn begin_with(&mut self, first: Vec<Input>) -> Result<(), EngineError> {
        let fence = self
            .lease
            .as_ref()
            .expect("a run that was taken has a lease")
            .fence();
        let mut inputs = vec![Input::Claim { fence }];
        inputs.extend(first);
        let run_id = self.run().submission().run_id.clone();
        for posted in self.journal.drain(&run_id)? {
            if let InboxMessage::Cancel { reason, force, .. } = posted.message {
                self.taken.push(posted.id);
                inputs.push(Input::Cancel { reason, force });
            }
        }
        self.driver
            .handle_together(clock::now(), inputs, &mut self.renderer);
        self.handle(Input::Tick);
        self.drain_inbox()?;
        Ok(())
    }

    /// Takes an input.
    pub fn handle(&mut self, input: Input) {
        self.driver.handle(clock::now(), input, &mut self.renderer);
    }

    /// Takes the end of a launch: its document is stored, its bounded part becomes
    /// the event (decision 5).
    pub(crate) fn performed(
        &mut self,
        node: NodeIx,
        launch: stagewright_core::event::Launch,
        performed: Performed,
    ) {
        if performed.stopped {
            self.handle(Input::Stopped { node, launch });
            return;
        }
        let mut outcome = performed.outcome;
        let planned = self.run().plan().node(node).clone();
        outcome.projection = scope::project(&performed.document.output, &planned.projection);
        let document =
            serde_json::to_value(&performed.document).expect("a result document is JSON already");
        let blob = Blob::of(document.to_string().into_bytes());
        self.renderer
            .documents
            .remember(blob.reference(), Arc::new(document));
        outcome.output = Some(blob.reference().clone());
        self.blobs.push(blob);
        self.handle(Input::Completed {
            node,
            launch,
            outcome: Box::new(outcome),
        });
    }

    /// Takes an agent's input that was made for it: it is stored before anything reads it.
    pub(crate) fn input_made(&mut self, node: NodeIx, answer: Result<serde_json::Value, String>) {
        let answer = answer.map(|input| {
            let blob = Blob::of(input.to_string().into_bytes());
            let reference = blob.reference().clone();
            self.renderer
                .documents
                .remember(&reference, Arc::new(input));
            self.blobs.push(blob);
            reference
        });
        self.handle(Input::InputAnswered { node, answer });
    }

    /// Takes a person's answer; `false` when nobody waits for it any more.
    pub fn answer(&mut self, answer: PersonsAnswer) -> bool {
        let PersonsAnswer {
            node,
            digest,
            approved,
            by,
            note,
        } = answer;
        match self.run().view(node) {
            NodeView::Parked { digest: shown, .. } if shown == digest => {}
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. }
            | NodeView::Done(_)
            | NodeView::Skipped(_) => return false,
        }
        let planned = self.run().plan().node(node).clone();
        let choice = choice_of(&planned.action, approved);
        let output = json!({
            "choice": choice,
            "approved": approved,
            "by": by,
            "note": note,
            "answered_at": clock::now().0,
        });
        let (outcome, blob): (AttemptOutcome, Blob) =
            self.renderer.outcome_of_value(&planned, &output);
        debug_assert_eq!(outcome.result, AttemptResult::Succeeded);
        self.blobs.push(blob);
        let before = self.driver.pending().len();
        self.handle(Input::Answer {
            node,
            digest,
            answer: Answer {
                approved,
                choice,
                by,
                note,
            },
            outcome: Box::new(outcome),
        });
        self.driver.pending()[before..]
            .iter()
            .any(|recorded| matches!(recorded.event, Event::Answered { .. }))
    }

    /// Whether the present batch holds an answer to this node.
    pub fn has_answered(&self, node: NodeIx) -> bool {
        self.driver.pending().iter().any(
            |recorded| matches!(recorded.event, Event::Answered { node: of, .. } if of == node),
        )
    }

    /// Takes what other processes have left in the inbox; `true` when there was
    /// something new.
    ///
    /// # Errors
    /// When the inbox cannot be read.
    pub(crate) fn drain_inbox(&mut self) -> Result<bool, EngineError> {
        let before = self.taken.len();
        let run_id = self.run().submission().run_id.clone();
        for posted in self.journal.drain(&run_id)? {
            if self.taken.contains(&posted.id) {
                continue;
            }
            self.taken.push(posted.id);
            match posted.message {
                InboxMessage::Cancel { reason, force, .. } => {
                    self.handle(Input::Cancel { reason, force });
                }
                InboxMessage::Answer {
                    node,
                    approved,
                    by,
                    note,
                    digest,
                    ..
                } => {
                    // An answer to something that was shown differently, or that was
                    // answered meanwhile, is no answer (decision 36).
                    if let Some(node) = self.run().find_labelled(&node) {
                        self.answer(PersonsAnswer {
                            node,
                            digest,
                            approved,
                            by,
                            note,
                        });
                    }
                }
                InboxMessage::Wake => {}
            }
        }
        Ok(self.taken.len() > before)
    }

    /// Journals what happened, in one transaction; returns the events.
    ///
    /// # Errors
    /// When the journal refuses or fails; the driver must then be thrown away.
    pub fn commit(&mut self) -> Result<Vec<Recorded>, EngineError> {
        if let Some(broken) = self.renderer.broken.take() {
            return Err(broken);
        }
        let batch = self.driver.take_batch();
        if batch.events.is_empty() && self.taken.is_empty() {
            return Ok(Vec::new());
        }
        let mut blobs = std::mem::take(&mut self.blobs);
        blobs.extend(batch.blobs);
        let lease = self
            .lease
            .as_ref()
            .expect("only the holder of the lease appends");
        self.journal.append(Batch {
            run_id: lease.run_id().to_owned(),
            fence: lease.fence(),
            next_seq: self.committed,
            events: batch.events.clone(),
            blobs,
            summary: summarize(self.driver.run(), clock::now()),
            inbox_taken: std::mem::take(&mut self.taken),
        })?;
        self.committed += batch.events.len() as u64;
        self.renderer.documents.committed();
        Ok(batch.events)
    }

    /// The first batch of a new run, for [`Journal::create`].
    ///
    /// # Errors
    /// When something that a request needs could not be read.
    pub(crate) fn first_batch(&mut self) -> Result<(Vec<Recorded>, Vec<Blob>), EngineError> {
        if let Some(broken) = self.renderer.broken.take() {
            return Err(broken);
        }
        let batch = self.driver.take_batch();
        self.committed = batch.events.len() as u64;
        Ok((batch.events, batch.blobs))
    }

    /// What is to be started or stopped, after a commit.
    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        self.driver.effects()
    }

    /// What a launch that is being released is made with.
    pub(crate) fn take_order(&mut self, node: NodeIx) -> Option<Order> {
        self.renderer.pending.remove(&node)
    }
}

/// The choice that `approve` or `reject` stands for: the first or the last offered.
fn choice_of(action: &Action, approved: bool) -> String {
    let choices = match action {
        Action::Human(human) => human.choices.as_slice(),
        Action::Command(_)
        | Action::Lambda { .. }
        | Action::Set { .. }
        | Action::Http(_)
        | Action::Pipeline(_) => &[],
    };
    let offered = if approved {
        choices.first()
    } else {
        choices.last()
    };
    let usual = if approved { "approve" } else { "reject" };
    offered.map_or_else(|| usual.to_owned(), Clone::clone)
}
