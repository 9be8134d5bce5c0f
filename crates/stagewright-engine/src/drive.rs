//! The loop: commit, release effects, wait for what happens next.
//!
//! This is the thin asynchronous shell around the synchronous driver, and the one
//! place that spawns tasks. Starting, resuming and recovering are the same loop.

use crate::clock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::{LiveRun, PersonsAnswer};
use crate::wake::WakeUp;
use serde_json::{Value, json};
use stagewright_agents::{Job, Performed, Question};
use stagewright_core::condition::{Condition, Evaluator};
use stagewright_core::event::{Asker, AttemptOutcome, Launch};
use stagewright_core::input::{Launching, Stop};
use stagewright_core::{
    Effect, ErrorClass, Input, NodeIx, NodeView, Recorded, Run, Timestamp, scope,
};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// How often the inbox is looked at when no wake-up comes.
const INBOX_PAUSE: Duration = Duration::from_secs(1);

/// How long stopped agents may take to end when the journal has failed.
const WIND_DOWN: Duration = Duration::from_secs(15);

/// How long a custom condition's program may take.
const EVALUATOR_TIMEOUT: Duration = Duration::from_secs(60);

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

/// What a task reports.
enum Report {
    Performed(NodeIx, Launch, Box<Performed>),
    Evaluated(Asker, u32, Result<bool, String>),
}

/// What a task is about, for the case that it panics.
#[derive(Clone, Copy)]
enum Subject {
    Launch(NodeIx, Launch),
    Question(Asker, u32),
}

/// What is going on outside the core.
struct InFlight {
    tasks: JoinSet<Report>,
    subjects: HashMap<tokio::task::Id, Subject>,
    stops: HashMap<Launch, watch::Sender<Option<Stop>>>,
}

impl Engine {
    /// Drives a run until it ends, waits for a person, is stuck or was interrupted.
    /// Returns its last state; the lease is free again then.
    ///
    /// # Errors
    /// When the journal fails or the run was taken over: agents are stopped first, and
    /// the last committed state stands (decision 40).
    pub async fn drive(
        &self,
        mut live: LiveRun,
        controls: &mut mpsc::Receiver<Control>,
        observer: &mut dyn Observer,
    ) -> Result<Run, EngineError> {
        let mut in_flight = InFlight {
            tasks: JoinSet::new(),
            subjects: HashMap::new(),
            stops: HashMap::new(),
        };
        let result = self
            .drive_until_done(&mut live, &mut in_flight, controls, observer)
            .await;
        if result.is_err() {
            in_flight.end_all().await;
        }
        result.map(|()| live.run().clone())
    }

    async fn drive_until_done(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        controls: &mut mpsc::Receiver<Control>,
        observer: &mut dyn Observer,
    ) -> Result<(), EngineError> {
        let mut inbox = tokio::time::interval(INBOX_PAUSE);
        inbox.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let redraw_every = observer.redraw_every();
        let mut redraw = tokio::time::interval(redraw_every.unwrap_or(WIND_DOWN));
        let mut controls_open = true;
        let wake_up = WakeUp::listen(self.state_dir(), &live.run().submission().run_id);
        loop {
            self.release(live, in_flight, observer)?;
            if live.driver.is_done() {
                // What was left in the inbox meanwhile may give the run something to do.
                if live.drain_inbox()? {
                    continue;
                }
                return Ok(());
            }
            let wake = live.driver.wake_at();
            tokio::select! {
                Some(report) = in_flight.tasks.join_next_with_id(), if !in_flight.tasks.is_empty() => {
                    in_flight.take(live, report);
                    // What ended at the same moment joins the same transaction.
                    while let Some(report) = in_flight.tasks.try_join_next_with_id() {
                        in_flight.take(live, report);
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
    fn release(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        observer: &mut dyn Observer,
    ) -> Result<(), EngineError> {
        loop {
            let mut events = std::mem::take(&mut live.unseen);
            events.extend(live.commit()?);
            if !events.is_empty() {
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
                    Effect::Stop { launch, stop, .. } => in_flight.stop(launch, stop),
                    Effect::Ask { asker, number } => self.ask(live, in_flight, asker, number)?,
                }
            }
            if !answered {
                return Ok(());
            }
        }
    }

    fn launch(&self, live: &mut LiveRun, in_flight: &mut InFlight, launching: Launching) {
        let Launching {
            node,
            launch,
            try_number,
            timeout_ms,
            ..
        } = launching;
        let request = live
            .take_request(node)
            .expect("a launch is released by the process that rendered its request");
        let planned = live.run().plan().node(node);
        let submission = live.run().submission();
        let job = Job {
            run_id: submission.run_id.clone(),
            pipeline_id: submission.pipeline_id.clone(),
            node: planned.id.clone(),
            name: planned.name.clone(),
            agent_type: planned.agent_type.clone(),
            try_number,
            launch,
            trace_id: submission.trace_id.clone(),
            request,
            timeout_ms,
            work_dir: PathBuf::from(&submission.work_dir),
            run_dir: live.dirs.root.clone(),
            marker: Job::marker_of(&submission.run_id, &planned.id, launch),
        };
        let (sender, receiver) = watch::channel(None);
        in_flight.stops.insert(launch, sender);
        let agents = self.agents();
        let gate_dir = live.dirs.gates().join(&planned.id);
        let is_gate = planned.role == stagewright_core::plan::Role::Gate;
        let task = in_flight.tasks.spawn(async move {
            if is_gate {
                // A gate that cannot write its evidence says so itself.
                let _ = std::fs::create_dir_all(&gate_dir);
            }
            let performed = agents.perform(job, receiver).await;
            Report::Performed(node, launch, Box::new(performed))
        });
        in_flight
            .subjects
            .insert(task.id(), Subject::Launch(node, launch));
    }

    fn ask(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        asker: Asker,
        number: u32,
    ) -> Result<(), EngineError> {
        let plan = std::sync::Arc::clone(live.run().plan());
        let condition = match asker {
            Asker::Stage(stage) => plan.stage(stage).condition.as_ref(),
            Asker::Node(node) => plan.node(node).condition.as_ref(),
        };
        let evaluator = condition
            .and_then(|condition| find_evaluator(condition, number))
            .expect("a custom condition that is asked for stands in the plan");
        let argv = match evaluator {
            Evaluator::Command(argv) => Ok(argv.clone()),
            Evaluator::Named(name) => self.evaluator(name).ok_or_else(|| {
                format!(
                    "the settings name no program for the custom evaluator `{name}`; \
                     add `[evaluators]` with `{name} = [\"program\", \"argument\"]` to stagewright.toml"
                )
            }),
        };
        let input = evaluator_input(live)?;
        let agents = self.agents();
        let submission = live.run().submission();
        let work_dir = PathBuf::from(&submission.work_dir);
        let owner = match asker {
            Asker::Stage(stage) => &plan.stage(stage).id,
            Asker::Node(node) => &plan.node(node).id,
        };
        let marker = format!("{}/{owner}/condition.{number}", submission.run_id);
        let task = in_flight.tasks.spawn(async move {
            let answer = match argv {
                Ok(argv) => {
                    agents
                        .evaluate(Question {
                            argv,
                            env: BTreeMap::new(),
                            input,
                            work_dir,
                            timeout: EVALUATOR_TIMEOUT,
                            marker,
                        })
                        .await
                }
                Err(message) => Err(message),
            };
            Report::Evaluated(asker, number, answer)
        });
        in_flight
            .subjects
            .insert(task.id(), Subject::Question(asker, number));
        Ok(())
    }
}

impl InFlight {
    fn stop(&self, launch: Launch, stop: Stop) {
        if let Some(sender) = self.stops.get(&launch) {
            // Whoever has ended meanwhile needs no signal.
            let _ = sender.send(Some(stop));
        }
    }

    /// Feeds the end of a task back.
    fn take(
        &mut self,
        live: &mut LiveRun,
        joined: Result<(tokio::task::Id, Report), tokio::task::JoinError>,
    ) {
        match joined {
            Ok((id, Report::Performed(node, launch, performed))) => {
                self.subjects.remove(&id);
                self.stops.remove(&launch);
                live.performed(node, launch, *performed);
            }
            Ok((id, Report::Evaluated(asker, number, answer))) => {
                self.subjects.remove(&id);
                live.handle(Input::ConditionAnswered {
                    asker,
                    number,
                    answer,
                });
            }
            Err(error) => self.take_panic(live, &error),
        }
    }

    /// A task that panicked is a failed step; the process and the run live on.
    fn take_panic(&mut self, live: &mut LiveRun, error: &tokio::task::JoinError) {
        match self.subjects.remove(&error.id()) {
            Some(Subject::Launch(node, launch)) => {
                self.stops.remove(&launch);
                live.handle(Input::Completed {
                    node,
                    launch,
                    outcome: AttemptOutcome::failed(
                        ErrorClass::Execution,
                        format!("a defect of stagewright ended the step: {error}"),
                    ),
                });
            }
            Some(Subject::Question(asker, number)) => live.handle(Input::ConditionAnswered {
                asker,
                number,
                answer: Err(format!(
                    "a defect of stagewright ended the evaluator: {error}"
                )),
            }),
            None => {}
        }
    }

    /// Ends everything when the run cannot be driven any more.
    async fn end_all(&mut self) {
        for sender in self.stops.values() {
            let _ = sender.send(Some(Stop::Forced));
        }
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(WIND_DOWN, all).await.is_err() {
            self.tasks.abort_all();
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

/// The evaluator of a custom condition, by its number.
fn find_evaluator(condition: &Condition, wanted: u32) -> Option<&Evaluator> {
    match condition {
        Condition::Custom { number, evaluator } => (*number == wanted).then_some(evaluator),
        Condition::All { of } | Condition::Any { of } => {
            of.iter().find_map(|part| find_evaluator(part, wanted))
        }
        Condition::Not { of } => find_evaluator(of, wanted),
        Condition::Always
        | Condition::Never
        | Condition::IfField { .. }
        | Condition::IfResult { .. }
        | Condition::Expression { .. } => None,
    }
}

/// What a custom evaluator gets: the context, and the results so far in order.
fn evaluator_input(live: &mut LiveRun) -> Result<Value, EngineError> {
    let agents: Vec<(NodeIx, String)> = live
        .run()
        .plan()
        .agents()
        .map(|(node, planned)| (node, planned.id.clone()))
        .collect();
    let mut results = Vec::new();
    for (node, id) in agents {
        let Some(mut result) = scope::envelope(live.run(), node) else {
            continue;
        };
        let reference = match live.run().view(node) {
            NodeView::Done(outcome) => outcome.output.clone(),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. }
            | NodeView::Skipped(_) => None,
        };
        if let Some(reference) = reference {
            let document = live.document(&reference)?;
            result["output"] = document.get("output").cloned().unwrap_or_default();
        }
        result["agent_id"] = id.into();
        results.push(result);
    }
    Ok(json!({"context": live.run().submission().context, "agent_results": results}))
}
