//! The world around a driver: time, processes, people, and the loop that lets one
//! thing happen after the other.
//!
//! `shell` is the simulated counterpart of the engine: it commits, then acts, on
//! `processes`. `life` is what happens to it: crashes, claims, people with late answers.

mod life;
mod processes;
mod shell;

use crate::agents::Renderer;
use crate::bug::Bug;
use crate::case::Case;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::oracle::{Invariant, Oracle, Violation};
use crate::random::Random;
use crate::trace::Trace;
use stagewright_core::event::{Asker, AttemptOutcome, BlobRef, Launch};
use stagewright_core::{Driver, Event, Graph, Input, NodeIx, Run, Standing, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Steps after which a run goes round in circles. Faults are bounded, so the longest
/// honest runs take a few hundred.
const MAX_STEPS: u32 = 20_000;

/// Virtual time after which a run does not come to its end: thirty days.
const MAX_MS: u64 = 30 * 24 * 3_600_000;

/// Virtual time starts here.
const START_MS: u64 = 1_000_000_000;

/// Something that will happen.
#[derive(Debug, Clone)]
enum Happening {
    /// A process reports.
    Report(NodeIx, Launch, Box<AttemptOutcome>),
    /// A process is gone without an answer.
    Gone(NodeIx, Launch),
    /// A process says that what it drives waits for somebody.
    Waits(NodeIx, Launch),
    /// Whoever a sub-pipeline waited for has been there: somebody goes on with the run.
    LookAgain,
    /// The program of a custom condition answers.
    Condition(Asker, u32, Result<bool, String>),
    /// The input of an agent was made, or cannot be.
    Made(NodeIx, bool),
    /// A person does something.
    Person(Deed),
    /// A process takes the lease.
    Restart,
    /// The driver dies from outside.
    Kill,
}

/// What a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Deed {
    Cancel { force: bool },
    Answer { node: NodeIx, approved: bool },
    Interrupt,
    Resume,
}

/// A launched process.
#[derive(Debug)]
struct Process {
    /// When it will report; `None` when it never does by itself.
    ends_at_ms: Option<u64>,
    /// Whether its driver still listens.
    heard: bool,
}

/// The end of a simulated run.
#[derive(Debug)]
pub struct End {
    /// The run as the journal tells it.
    pub run: Run,
    /// Events that were committed.
    pub events: u64,
    /// Times that the driver died.
    pub crashes: u64,
    /// The kinds of things that happened.
    pub seen: BTreeSet<&'static str>,
    /// Whether the run was ever stuck, cancelled or reopened, so that its end does not
    /// follow from its agents alone.
    pub disturbed: bool,
}

/// One simulated run.
pub struct World<'a> {
    case: &'a Case,
    graph: Arc<Graph>,
    oracle: Oracle<'a>,
    journal: Journal,
    observed: usize,
    mirror: Run,
    driver: Option<Driver>,
    /// A driver that was paused, with its lease: it believes that it still drives.
    ghost: Option<(Driver, u64)>,
    fence: u64,
    renderer: Renderer,
    faults: Faults,
    people: Random,
    races: Random,
    bug: Option<Bug>,
    trace: &'a mut Trace,
    now_ms: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    queued: u64,
    processes: BTreeMap<Launch, Process>,
    launched: BTreeSet<Launch>,
    /// How often each try of a sub-pipeline has waited for somebody.
    waited: BTreeMap<(NodeIx, u32), u32>,
    /// The timer: for which time it was set, and when it fires.
    timer: Option<(Timestamp, u64)>,
    /// Deeds that were confirmed to their doers and are not committed yet.
    inbox: VecDeque<Deed>,
    cancel_confirmed: bool,
    questions: u64,
    follow_ups: u32,
    crashes: u64,
    disturbed: bool,
    seen: BTreeSet<&'static str>,
}

impl<'a> World<'a> {
    /// A world in which this case is about to be submitted.
    ///
    /// # Panics
    /// When the drawn plan is not sound.
    pub fn new(case: &'a Case, faults: Faults, bug: Option<Bug>, trace: &'a mut Trace) -> Self {
        let mut plan = case.plan.clone();
        let mut submission = case.submission.clone();
        if let Some(bug) = bug {
            bug.tamper(&mut plan, &mut submission);
        }
        let graph = Arc::new(Graph::new(Arc::new(plan)).expect("a drawn plan is sound"));
        let mut driver = Driver::new(Run::new(Arc::clone(&graph)));
        let submission = Arc::new(submission);
        driver.submit(Timestamp(START_MS), Event::Submitted { submission });
        let mut journal = Journal::new(bug != Some(Bug::NoFence));
        let fence = journal.lease();
        let batch = driver.take_batch();
        journal
            .append(fence, &batch, None)
            .expect("the submission is committed");
        let mut renderer = Renderer::of(case);
        renderer.forgets_the_last = bug == Some(Bug::ShortList);
        let mut world = Self {
            oracle: Oracle::new(case),
            mirror: Run::new(Arc::clone(&graph)),
            observed: 0,
            driver: None,
            ghost: None,
            fence,
            renderer,
            faults,
            people: Random::stream(case.seed, "people"),
            races: Random::stream(case.seed, "races"),
            bug,
            trace,
            now_ms: START_MS,
            queue: BTreeMap::new(),
            queued: 0,
            processes: BTreeMap::new(),
            launched: BTreeSet::new(),
            waited: BTreeMap::new(),
            timer: None,
            inbox: VecDeque::new(),
            cancel_confirmed: false,
            questions: 0,
            follow_ups: 0,
            crashes: 0,
            disturbed: false,
            seen: BTreeSet::new(),
            case,
            graph,
            journal,
        };
        world.plan_deeds();
        world.schedule(0, Happening::Restart);
        world
    }

    /// Lets everything happen that will.
    ///
    /// # Errors
    /// When a rule is broken.
    pub fn live(mut self) -> Result<End, Violation> {
        for _ in 0..MAX_STEPS {
            if !self.step()? {
                return self.end();
            }
            if self.now_ms - START_MS > MAX_MS {
                return Err(self.hangs("it takes more than thirty days"));
            }
        }
        Err(self.hangs("it goes round in circles"))
    }

    /// The next thing; `false` when there is none.
    fn step(&mut self) -> Result<bool, Violation> {
        self.set_timer();
        let next = self.queue.keys().next().map(|(at, _)| *at);
        match (next, self.timer) {
            (Some(at), timer) if timer.is_none_or(|(_, fires)| at <= fires) => {
                self.now_ms = self.now_ms.max(at);
                if let Some((_, happening)) = self.queue.pop_first() {
                    self.happen(happening)?;
                }
            }
            (_, Some((_, fires))) => {
                self.now_ms = self.now_ms.max(fires);
                self.timer = None;
                self.handle(Input::Tick)?;
            }
            (Some(_), None) => unreachable!("the first arm takes it"),
            (None, None) => return self.follow_up(),
        }
        self.read_inbox()?;
        Ok(true)
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Report(node, launch, outcome) => self.report(node, launch, *outcome),
            Happening::Gone(node, launch) => {
                self.processes.remove(&launch);
                self.handle(Input::Stopped { node, launch })
            }
            Happening::Made(node, made) => self.handle(Input::InputAnswered {
                node,
                answer: match made {
                    true => Ok(BlobRef::of(b"made")),
                    false => Err("the maker broke".to_owned()),
                },
            }),
            Happening::Waits(node, launch) => self.waits(node, launch),
            Happening::LookAgain => {
                self.look_again();
                Ok(())
            }
            Happening::Condition(asker, number, answer) => self.handle(Input::ConditionAnswered {
                asker,
                number,
                answer,
            }),
            Happening::Person(deed) => {
                self.deed(deed);
                Ok(())
            }
            Happening::Restart => self.restart(),
            Happening::Kill => {
                self.crash("killed");
                Ok(())
            }
        }
    }

    fn set_timer(&mut self) {
        let wanted = self
            .driver
            .as_ref()
            .filter(|driver| driver.run().standing() != Standing::Interrupted)
            .and_then(Driver::wake_at)
            .filter(|_| self.bug != Some(Bug::NoTimer));
        let Some(wanted) = wanted else {
            self.timer = None;
            return;
        };
        if self.timer.is_none_or(|(set_for, _)| set_for != wanted) {
            let late_ms = self.faults.lateness_ms();
            let early = self.bug == Some(Bug::FastClock);
            let fires = if early {
                self.now_ms
            } else {
                wanted.0 + late_ms
            };
            self.timer = Some((wanted, fires));
        }
    }

    fn schedule(&mut self, after_ms: u64, happening: Happening) {
        self.queued += 1;
        let at_ms = self.now_ms + after_ms;
        self.queue.insert((at_ms, self.queued), happening);
    }

    /// Nothing more happens: is that an end?
    fn end(mut self) -> Result<End, Violation> {
        let run = self.journal.fold(&self.graph);
        if let Some(driver) = &self.driver {
            if !driver.is_done() {
                return Err(self.hangs("nothing can happen any more"));
            }
            self.compare_with_fold()?;
        }
        if run.standing() == Standing::Ended
            && let Some(launch) = self.heard_processes().next()
        {
            return Err(self.hangs(&format!("{launch:?} outlives the run")));
        }
        let cancelled = self.oracle.is_cancelled() || !self.cancel_confirmed;
        crate::oracle::hold(cancelled, Invariant::ConfirmedCancelHolds, || {
            format!(
                "a cancel was confirmed, and the run is {:?}",
                run.standing()
            )
        })?;
        self.trace.line(self.now_ms, || {
            let end = run.end().map(|(status, _)| status.as_str());
            format!("the end: {:?} {}", run.standing(), end.unwrap_or("-"))
        });
        Ok(End {
            events: run.next_seq(),
            run,
            crashes: self.crashes,
            seen: self.seen,
            disturbed: self.disturbed,
        })
    }

    fn heard_processes(&self) -> impl Iterator<Item = Launch> + '_ {
        self.processes
            .iter()
            .filter(|(_, process)| process.heard)
            .map(|(launch, _)| *launch)
    }

    fn hangs(&self, how: &str) -> Violation {
        let run = self.journal.fold(&self.graph);
        Violation {
            invariant: Invariant::ComesToAnEnd,
            message: format!("{how}: {:?}, {:?}", run.standing(), run.tally()),
        }
    }
}
