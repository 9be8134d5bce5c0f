//! Drives the run of a step until it ends, waits for somebody, or is told to stop.

use super::submission::MAX_NESTING;
use super::{id, outcome};
use crate::drive::{Control, Unwatched};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::LiveRun;
use serde_json::Value;
use stagewright_agents::Performed;
use stagewright_core::event::{ParentStep, Submission, WaitReason};
use stagewright_core::plan::{Outputs, SubPipeline};
use stagewright_core::{ErrorClass, Input, NodeView, Run, Standing};
use stagewright_journal::{LeaseError, RunState};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, watch};

/// What a step's run is made of.
pub(crate) struct SubOrder {
    /// Which step it is.
    pub(crate) step: ParentStep,
    /// What is run.
    pub(crate) pipeline: SubPipeline,
    /// Its context.
    pub(crate) context: Value,
    /// What is taken from its answer.
    pub(crate) outputs: Option<Outputs>,
    /// What the run above was asked to do.
    pub(crate) above: Arc<Submission>,
    /// The step's own time limit, in milliseconds.
    pub(crate) timeout_ms: Option<u64>,
    /// What is left of the time of the run above, in milliseconds.
    pub(crate) time_left_ms: Option<u64>,
    /// The agents that may run at once in this process, shared with the run above.
    pub(crate) slots: Arc<Semaphore>,
}

/// What the run above has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nothing: go on.
    #[default]
    GoOn,
    /// Wind down and stay resumable (decision 13).
    Interrupt,
    /// End.
    Cancel {
        /// Why.
        reason: String,
        /// Whether what runs is stopped.
        force: bool,
    },
}

impl Word {
    /// Whether this word says more than another one: nothing is ever taken back.
    pub(crate) fn goes_beyond(&self, other: &Self) -> bool {
        self.rank() > other.rank()
    }

    fn rank(&self) -> u8 {
        match self {
            Self::GoOn => 0,
            Self::Interrupt => 1,
            Self::Cancel { force: false, .. } => 2,
            Self::Cancel { force: true, .. } => 3,
        }
    }
}

/// Where the run of a step has come to.
pub(crate) enum Below {
    /// It ended, or could not be started at all.
    Ended(Box<Performed>),
    /// It waits for somebody; what is asked.
    Waits(String),
    /// It was stopped, and has no result.
    Stopped,
}

impl Engine {
    /// Starts or takes up the run of a step, and drives it.
    ///
    /// # Errors
    /// When the journal fails: then the run above cannot be driven either (decision 40).
    pub(crate) async fn conduct(
        self,
        order: SubOrder,
        mut words: watch::Receiver<Word>,
    ) -> Result<Below, EngineError> {
        let live = match self.open(&order, &words)? {
            Opened::Live(live) => *live,
            Opened::Over(below) => return Ok(below),
        };
        let (sender, mut controls) = mpsc::channel(4);
        let slots = Arc::clone(&order.slots);
        let mut unwatched = Unwatched;
        let driving = Box::pin(self.drive_within(live, &mut controls, &mut unwatched, slots));
        let telling = pass_on(&mut words, &sender);
        let run = tokio::select! {
            run = driving => run?,
            () = telling => unreachable!("whoever passes words on never ends by itself"),
        };
        let told = *words.borrow() != Word::GoOn;
        Ok(match run.standing() {
            Standing::Ended => self.ended(&run, &order)?,
            Standing::Waiting | Standing::Stuck if !told => Below::Waits(question(&run)),
            Standing::Waiting
            | Standing::Stuck
            | Standing::Interrupted
            | Standing::Pending
            | Standing::Going => Below::Stopped,
        })
    }

    /// The run of a step, ready to be driven; or what there is to say without that.
    fn open(&self, order: &SubOrder, words: &watch::Receiver<Word>) -> Result<Opened, EngineError> {
        let step = &order.step;
        if step.depth > MAX_NESTING {
            return Ok(refused(format!(
                "{} pipelines stand above this one, and at most {MAX_NESTING} may",
                step.depth
            )));
        }
        let word = words.borrow().clone();
        if word == Word::Interrupt {
            return Ok(Opened::Over(Below::Stopped));
        }
        let run_id = id::run_id(step);
        let known = self.journal().summary(&run_id)?;
        if let Some(known) = known {
            if known.state == RunState::Ended {
                let run = self.load(&run_id)?;
                return Ok(Opened::Over(self.ended(&run, order)?));
            }
            return self.take_up(&run_id, word);
        }
        if word != Word::GoOn {
            return Ok(Opened::Over(Below::Stopped));
        }
        let new = self.submission_of(order)?;
        match self.create(new, &run_id, Some(step.clone())) {
            Ok(live) => Ok(Opened::Live(Box::new(live))),
            Err(
                error @ (EngineError::Plan(_)
                | EngineError::ContextTooLarge { .. }
                | EngineError::PlainSecrets { .. }
                | EngineError::ContextNotAnObject { .. }),
            ) => Ok(refused(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// The step's result, once its run has ended.
    fn ended(&self, run: &Run, order: &SubOrder) -> Result<Below, EngineError> {
        let mut performed = outcome::of(self, run)?;
        if let Some(outputs) = &order.outputs {
            outcome::take(outputs, &mut performed);
        }
        Ok(Below::Ended(Box::new(performed)))
    }

    /// Goes on with a run that was started before.
    fn take_up(&self, run_id: &str, word: Word) -> Result<Opened, EngineError> {
        let mut live = match self.take(run_id) {
            Ok(live) => live,
            Err(EngineError::Lease(LeaseError::Held { by, .. })) => {
                return Ok(Opened::Over(Below::Waits(format!(
                    "run {run_id} is driven by {by}"
                ))));
            }
            Err(error) => return Err(error),
        };
        let first = match word {
            Word::Cancel { reason, force } => vec![Input::Cancel { reason, force }],
            Word::GoOn | Word::Interrupt => Vec::new(),
        };
        live.begin_with(first)?;
        Ok(Opened::Live(Box::new(live)))
    }
}

/// What opening the run of a step has come to.
enum Opened {
    Live(Box<LiveRun>),
    Over(Below),
}

/// A step whose run cannot be started.
fn refused(message: String) -> Opened {
    let performed = outcome::failed(ErrorClass::InvalidInput, message);
    Opened::Over(Below::Ended(Box::new(performed)))
}

/// Passes on what the run above says; never ends.
async fn pass_on(words: &mut watch::Receiver<Word>, sender: &mpsc::Sender<Control>) {
    // What it said before this run was opened was looked at then, unless it came since.
    loop {
        let word = words.borrow_and_update().clone();
        let control = match word {
            Word::GoOn => None,
            Word::Interrupt => Some(Control::Interrupt),
            Word::Cancel { reason, force } => Some(Control::Cancel { reason, force }),
        };
        if let Some(control) = control {
            // When the drive has ended meanwhile, nobody listens and nobody needs to.
            let _ = sender.send(control).await;
        }
        if words.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// What a run waits for, and how to answer it. How the run above goes on afterwards is
/// for whoever shows that one to say.
fn question(run: &Run) -> String {
    let run_id = &run.submission().run_id;
    if let Some(reason) = run.stuck_reason() {
        return format!("run {run_id} is stuck: {reason}");
    }
    let asked: Vec<String> = run
        .parked_nodes()
        .filter_map(|node| match run.view(node) {
            NodeView::Parked {
                reason: WaitReason::Pipeline,
                question,
                ..
            } => Some(question.to_owned()),
            NodeView::Parked { question, .. } => Some(format!(
                "run {run_id} asks at `{}`: {question} (answer with `stagewright approve {run_id}` \
                 or `reject`)",
                run.label(node)
            )),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Done(_)
            | NodeView::Skipped(_) => None,
        })
        .collect();
    asked.join("; ")
}
