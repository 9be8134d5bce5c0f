//! What is going on outside the core, and how its end comes back. The one place that
//! spawns tasks.

use crate::error::EngineError;
use crate::live::LiveRun;
use crate::sub_pipeline::{Below, Word};
use serde_json::Value;
use stagewright_agents::Performed;
use stagewright_core::event::{Asker, AttemptOutcome, Launch};
use stagewright_core::input::Stop;
use stagewright_core::{ErrorClass, Input, NodeIx, Run};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::{Id, JoinError, JoinSet};

/// How long stopped agents may take to end when the journal has failed.
const WIND_DOWN: Duration = Duration::from_secs(15);

/// What a task reports.
pub(crate) enum Report {
    /// An agent has ended.
    Performed(Box<Performed>),
    /// The run of a step has come to something.
    Below(Result<Below, EngineError>),
    /// A custom condition was answered.
    Evaluated(Result<bool, String>),
    /// An agent's input was made.
    Made(Result<Value, String>),
}

/// What a task is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    /// A launch.
    Launch(NodeIx, Launch),
    /// A custom condition, by its number.
    Question(Asker, u32),
    /// The input of an agent.
    Input(NodeIx),
}

/// Where a launch listens.
pub(crate) enum Ear {
    /// An agent is stopped or not.
    Agent(watch::Sender<Option<Stop>>),
    /// The run of a step is told more than that.
    Step(watch::Sender<Word>),
}

/// What is going on outside the core.
pub(crate) struct InFlight {
    tasks: JoinSet<Report>,
    subjects: HashMap<Id, Subject>,
    ears: HashMap<Launch, Ear>,
    /// The agents that may run at once in this process (decision 32).
    slots: Arc<Semaphore>,
}

impl InFlight {
    /// Nothing yet, with these slots.
    pub(crate) fn new(slots: Arc<Semaphore>) -> Self {
        Self {
            tasks: JoinSet::new(),
            subjects: HashMap::new(),
            ears: HashMap::new(),
            slots,
        }
    }

    /// The slots of this process.
    pub(crate) fn slots(&self) -> Arc<Semaphore> {
        Arc::clone(&self.slots)
    }

    /// Starts a task.
    pub(crate) fn start(
        &mut self,
        subject: Subject,
        ear: Option<Ear>,
        task: impl Future<Output = Report> + Send + 'static,
    ) {
        let task = self.tasks.spawn(task);
        self.subjects.insert(task.id(), subject);
        if let (Subject::Launch(_, launch), Some(ear)) = (subject, ear) {
            self.ears.insert(launch, ear);
        }
    }

    /// The end of the next task; never, while there is none.
    pub(crate) async fn next(&mut self) -> Result<(Id, Report), JoinError> {
        match self.tasks.join_next_with_id().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// The end of a task that has ended already.
    pub(crate) fn try_next(&mut self) -> Option<Result<(Id, Report), JoinError>> {
        self.tasks.try_join_next_with_id()
    }

    /// Tells a launch to end. A step whose run is only interrupted stays resumable; one
    /// that is stopped for good takes its run with it.
    pub(crate) fn stop(&self, run: &Run, launch: Launch, stop: Stop) {
        match self.ears.get(&launch) {
            // Whoever has ended meanwhile needs no signal.
            Some(Ear::Agent(sender)) => drop(sender.send(Some(stop))),
            Some(Ear::Step(sender)) if stop == Stop::Gentle && run.is_interrupted() => {
                tell(sender, Word::Interrupt);
            }
            Some(Ear::Step(sender)) => tell(sender, cancelled_above(run, true)),
            None => {}
        }
    }

    /// Passes a graceful cancel on to the runs of steps: it stops no launch, but nothing
    /// more is to start there either.
    pub(crate) fn pass_on_cancel(&self, run: &Run) {
        if run.cancel().is_none() {
            return;
        }
        for ear in self.ears.values() {
            if let Ear::Step(sender) = ear {
                tell(sender, cancelled_above(run, false));
            }
        }
    }

    /// Feeds the end of a task back.
    ///
    /// # Errors
    /// When the journal failed below.
    pub(crate) fn take(
        &mut self,
        live: &mut LiveRun,
        ended: Result<(Id, Report), JoinError>,
    ) -> Result<(), EngineError> {
        let (id, report) = match ended {
            Ok((id, report)) => (id, Ok(report)),
            Err(error) => (error.id(), Err(error)),
        };
        let Some(subject) = self.subjects.remove(&id) else {
            return Ok(());
        };
        match subject {
            Subject::Launch(node, launch) => {
                self.ears.remove(&launch);
                end_launch(live, node, launch, report)?;
            }
            Subject::Question(asker, number) => {
                let answer = match report {
                    Ok(Report::Evaluated(answer)) => answer,
                    Ok(_) => unreachable!("a condition is answered and nothing else"),
                    Err(error) => Err(defect("the evaluator", &error)),
                };
                live.handle(Input::ConditionAnswered {
                    asker,
                    number,
                    answer,
                });
            }
            Subject::Input(node) => {
                let answer = match report {
                    Ok(Report::Made(answer)) => answer,
                    Ok(_) => unreachable!("an input is made and nothing else"),
                    Err(error) => Err(defect("the input transformer", &error)),
                };
                live.input_made(node, answer);
            }
        }
        Ok(())
    }

    /// Ends everything when the run cannot be driven any more.
    pub(crate) async fn end_all(&mut self) {
        for ear in self.ears.values() {
            match ear {
                Ear::Agent(sender) => drop(sender.send(Some(Stop::Forced))),
                Ear::Step(sender) => tell(sender, Word::Interrupt),
            }
        }
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(WIND_DOWN, all).await.is_err() {
            self.tasks.abort_all();
        }
    }
}

/// Feeds the end of a launch back. A task that panicked is a failed step; the process and
/// the run live on.
fn end_launch(
    live: &mut LiveRun,
    node: NodeIx,
    launch: Launch,
    report: Result<Report, JoinError>,
) -> Result<(), EngineError> {
    match report {
        Ok(Report::Performed(performed)) => live.performed(node, launch, *performed),
        Ok(Report::Below(below)) => match below? {
            Below::Ended(performed) => live.performed(node, launch, *performed),
            Below::Stopped => live.handle(Input::Stopped { node, launch }),
            Below::Waits(question) => live.handle(Input::Suspended {
                node,
                launch,
                question,
            }),
        },
        Ok(Report::Evaluated(_) | Report::Made(_)) => unreachable!("a launch is no question"),
        Err(error) => live.handle(Input::Completed {
            node,
            launch,
            outcome: Box::new(AttemptOutcome::failed(
                ErrorClass::Execution,
                defect("the step", &error),
            )),
        }),
    }
    Ok(())
}

fn defect(what: &str, error: &JoinError) -> String {
    format!("a defect of stagewright ended {what}: {error}")
}

/// Tells the run of a step something, unless it was told as much already.
fn tell(sender: &watch::Sender<Word>, word: Word) {
    sender.send_if_modified(|told| {
        let is_news = word.goes_beyond(told);
        if is_news {
            *told = word;
        }
        is_news
    });
}

fn cancelled_above(run: &Run, force: bool) -> Word {
    let above = &run.submission().run_id;
    let reason = match run.cancel() {
        Some((reason, _)) => format!("run {above} was cancelled: {reason}"),
        None => format!("run {above} stopped this step"),
    };
    Word::Cancel { reason, force }
}
