//! A scripted world around the real driver: a virtual clock, agents that answer as
//! they are told, people who act at given times, crashes.
//!
//! ```text
//! a: fail 1s, ok 2s high=6      what the launches of `a` do, one after the other
//! a?: true 1s                   what the program of its custom condition answers
//! at 3s cancel                  somebody acts
//! before cancel                 somebody cancels before anybody drives the run
//! ```
//!
//! It owns time and the journal; it never decides anything that the core should.

use crate::pipeline::{Pipeline, milliseconds};
use crate::story::Story;
use serde_json::json;
use stagewright_core::event::{
    Answer, Asker, AttemptOutcome, AttemptResult, BlobRef, Launch, Verdict,
};
use stagewright_core::finding::FindingKind;
use stagewright_core::input::{ItemList, Launching, StartRequest};
use stagewright_core::plan::{Action, Items, Over, Repeated};
use stagewright_core::{
    Blob, Driver, Effect, ErrorClass, Event, Finding, FindingsSummary, Graph, Input, NodeIx,
    Prepared, PreparedItems, Recorded, Requests, Run, Severity, Standing, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Virtual time starts here, in milliseconds.
pub(crate) const START_MS: u64 = 1_000_000;

/// More steps than any script needs: what takes longer goes round in circles.
const MAX_STEPS: usize = 100_000;

/// Runs a pipeline in a scripted world until nothing more happens.
pub(crate) fn play(pipeline: &Pipeline, script: &str) -> Story {
    let mut world = World::new(pipeline, script);
    world.restart();
    world.go_on();
    world.story()
}

#[derive(Debug, Clone)]
enum Happening {
    Report(NodeIx, Launch, Box<AttemptOutcome>),
    Stopped(NodeIx, Launch),
    Suspended(NodeIx, Launch),
    Input(NodeIx, Result<BlobRef, String>),
    Condition(Asker, u32, Result<bool, String>),
    Command(String),
    Restart,
}

/// What one launch does.
#[derive(Debug, Clone)]
struct Performance {
    outcome: AttemptOutcome,
    takes_ms: u64,
    /// Whether it finishes its work although it was told to stop.
    stubborn: bool,
    /// Whether what it drives waits for somebody.
    suspends: bool,
}

/// What the program of a custom condition answers, and after how many milliseconds.
type Reply = (Result<bool, String>, u64);

struct World {
    graph: Arc<Graph>,
    journal: Vec<Recorded>,
    driver: Option<Driver>,
    fence: u64,
    clock_ms: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    queued: u64,
    agents: BTreeMap<String, VecDeque<Performance>>,
    conditions: BTreeMap<String, VecDeque<Reply>>,
    /// Every launch that was started, to prove that none is started twice.
    launched: BTreeSet<Launch>,
    stubborn: BTreeSet<Launch>,
    last_report: Option<Happening>,
    limits_ms: Vec<(String, Option<u64>)>,
    asked: Vec<String>,
}

impl World {
    fn new(pipeline: &Pipeline, script: &str) -> Self {
        let mut world = Self {
            graph: Arc::clone(&pipeline.graph),
            journal: Vec::new(),
            driver: None,
            fence: 0,
            clock_ms: START_MS,
            queue: BTreeMap::new(),
            queued: 0,
            agents: BTreeMap::new(),
            conditions: BTreeMap::new(),
            launched: BTreeSet::new(),
            stubborn: BTreeSet::new(),
            last_report: None,
            limits_ms: Vec::new(),
            asked: Vec::new(),
        };
        for line in script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            world.script_line(line);
        }
        let mut driver = Driver::new(Run::new(Arc::clone(&world.graph)));
        let submission = Arc::new(pipeline.submission.clone());
        driver.submit(Timestamp(START_MS), Event::Submitted { submission });
        world.driver = Some(driver);
        world.commit();
        if script.contains("before cancel") {
            world.cancel(false);
        }
        world
    }

    fn script_line(&mut self, line: &str) {
        if line == "before cancel" {
            return;
        }
        if let Some(rest) = line.strip_prefix("at ") {
            let (time, command) = rest.split_once(' ').expect("a time and a command");
            let at = milliseconds(time);
            self.schedule(at, Happening::Command(command.to_owned()));
            return;
        }
        let (id, parts) = line.split_once(": ").expect("`id: …` or `at …`");
        if let Some(asker) = id.strip_suffix('?') {
            let answers = parts.split(',').map(|part| {
                let mut words = part.split_whitespace();
                let answer = match words.next() {
                    Some("true") => Ok(true),
                    Some("false") => Ok(false),
                    _ => Err("it broke".to_owned()),
                };
                (answer, words.next().map_or(1_000, milliseconds))
            });
            self.conditions.insert(asker.to_owned(), answers.collect());
            return;
        }
        let launches = parts.split(',').map(|part| performance(id, part));
        self.agents.insert(id.to_owned(), launches.collect());
    }

    /// Lets everything happen that will.
    fn go_on(&mut self) {
        for _ in 0..MAX_STEPS {
            let next = self.queue.keys().next().map(|(at, _)| *at);
            let wake = self.wake_at();
            match (next, wake) {
                (None, None) => {
                    let driver = self.driver.as_ref();
                    assert!(
                        driver.is_none_or(Driver::is_done),
                        "the run hangs: {:#?}",
                        driver.map(Driver::run)
                    );
                    return;
                }
                (Some(at), wake) if wake.is_none_or(|wake| at <= wake) => {
                    self.clock_ms = self.clock_ms.max(at);
                    if let Some((_, happening)) = self.queue.pop_first() {
                        self.happen(happening);
                    }
                }
                (_, Some(wake)) => {
                    self.clock_ms = self.clock_ms.max(wake);
                    self.handle(Input::Tick);
                }
                (Some(_), None) => unreachable!("the arm above takes it"),
            }
        }
        panic!("the run goes round in circles");
    }

    fn wake_at(&self) -> Option<u64> {
        let driver = self.driver.as_ref()?;
        let drives = matches!(driver.run().standing(), Standing::Going | Standing::Waiting);
        driver.wake_at().filter(|_| drives).map(|at| at.0)
    }

    fn happen(&mut self, happening: Happening) {
        match happening.clone() {
            Happening::Report(node, launch, outcome) => {
                self.last_report = Some(happening);
                self.handle(Input::Completed {
                    node,
                    launch,
                    outcome,
                });
            }
            Happening::Suspended(node, launch) => self.handle(Input::Suspended {
                node,
                launch,
                question: "its own run waits".to_owned(),
            }),
            Happening::Input(node, answer) => self.handle(Input::InputAnswered { node, answer }),
            Happening::Stopped(node, launch) => self.handle(Input::Stopped { node, launch }),
            Happening::Condition(asker, number, answer) => {
                self.handle(Input::ConditionAnswered {
                    asker,
                    number,
                    answer,
                });
            }
            Happening::Command(command) => self.command(&command),
            Happening::Restart => self.restart(),
        }
    }

    fn command(&mut self, command: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["cancel"] => self.cancel(false),
            ["cancel!"] => self.cancel(true),
            ["interrupt"] => self.handle(Input::Interrupt),
            ["approve", id] => self.answer(id, true),
            ["reject", id] => self.answer(id, false),
            ["repeat"] => {
                let report = self.last_report.clone().expect("something was reported");
                self.happen(report);
            }
            ["resume"] => {
                self.restart();
                self.handle(Input::Resume);
            }
            ["crash", after @ ..] => {
                self.queue.retain(|_, happening| {
                    matches!(happening, Happening::Command(_) | Happening::Restart)
                });
                self.die(after);
            }
            // The driver dies, its processes live on and report to the next one.
            ["orphan", after @ ..] => self.die(after),
            other => panic!("nobody knows how to {other:?}"),
        }
    }

    fn die(&mut self, after: &[&str]) {
        self.driver = None;
        let pause_ms = after.first().map_or(0, |text| milliseconds(text));
        self.schedule(self.clock_ms + pause_ms - START_MS, Happening::Restart);
    }

    /// A process folds the journal and takes the lease.
    fn restart(&mut self) {
        self.driver = Some(Driver::new(self.fold()));
        self.fence += 1;
        self.handle(Input::Claim { fence: self.fence });
    }

    fn fold(&self) -> Run {
        let mut run = Run::new(Arc::clone(&self.graph));
        for recorded in &self.journal {
            run.apply(recorded);
        }
        run
    }

    fn cancel(&mut self, force: bool) {
        self.handle(Input::Cancel {
            reason: "enough".to_owned(),
            force,
        });
    }

    fn answer(&mut self, id: &str, approved: bool) {
        let choice = if approved { "approve" } else { "reject" };
        // What conditions read claims the opposite: the decision is by what was answered.
        let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
        outcome
            .projection
            .insert("output.approved".to_owned(), json!(!approved));
        let run = self.driver.as_ref().map(Driver::run);
        let node = match run {
            Some(run) => run.find_labelled(id),
            None => self.graph.plan.find(id),
        };
        let node = node.expect("the label of a node or an instance");
        let shown = run.map(|run| run.view(node));
        let digest = match shown {
            Some(stagewright_core::NodeView::Parked { digest, .. }) => digest.to_owned(),
            _ => "nothing was shown".to_owned(),
        };
        self.handle(Input::Answer {
            node,
            digest,
            answer: Answer {
                approved,
                choice: choice.to_owned(),
                by: None,
                note: None,
            },
            outcome: Box::new(outcome),
        });
    }

    /// One step of the loop: decide, commit, then act.
    fn handle(&mut self, input: Input) {
        let Some(driver) = &mut self.driver else {
            return;
        };
        driver.handle(Timestamp(self.clock_ms), input, &mut Renderer);
        self.commit();
        let effects = self.driver.as_mut().map(Driver::effects);
        for effect in effects.into_iter().flatten() {
            self.act(&effect);
        }
    }

    fn commit(&mut self) {
        if let Some(driver) = &mut self.driver {
            self.journal.extend(driver.take_batch().events);
        }
    }

    fn act(&mut self, effect: &Effect) {
        match *effect {
            Effect::Launch(launching) => self.launch(launching),
            Effect::Stop { launch, .. } if self.stubborn.contains(&launch) => {}
            Effect::Stop { node, launch, .. } => {
                self.queue.retain(
                    |_, happening| !matches!(happening, Happening::Report(_, l, _) if *l == launch),
                );
                let now = self.clock_ms - START_MS;
                self.schedule(now, Happening::Stopped(node, launch));
            }
            Effect::MakeInput { node } => {
                let id = &self.graph.plan.node(node).id;
                let answer = if id.starts_with("unfit") {
                    Err("it broke".to_owned())
                } else {
                    Ok(BlobRef::of(b"{}"))
                };
                let at = self.clock_ms - START_MS + 1_000;
                self.schedule(at, Happening::Input(node, answer));
            }
            Effect::Ask { asker, number } => {
                let name = match asker {
                    Asker::Node(node) => self.graph.plan.node(node).id.clone(),
                    Asker::Stage(stage) => self.graph.plan.stage(stage).id.clone(),
                };
                self.asked.push(format!("{name}{number}"));
                let (answer, takes_ms) = self
                    .conditions
                    .get_mut(&name)
                    .and_then(VecDeque::pop_front)
                    .unwrap_or((Ok(true), 1_000));
                let at = self.clock_ms - START_MS + takes_ms;
                self.schedule(at, Happening::Condition(asker, number, answer));
            }
        }
    }

    fn launch(&mut self, launching: Launching) {
        let Launching {
            node,
            launch,
            timeout_ms,
            stop,
            ..
        } = launching;
        assert!(self.launched.insert(launch), "{launch:?} is started twice");
        let now = self.clock_ms - START_MS;
        if stop.is_some() {
            self.schedule(now, Happening::Stopped(node, launch));
            return;
        }
        let id = &self.graph.plan.node(node).id;
        let label = node.label(id);
        self.limits_ms.push((label.clone(), timeout_ms));
        // What is said of an instance goes before what is said of all of them.
        let script = if self.agents.contains_key(&label) {
            &label
        } else {
            id
        };
        let Performance {
            mut outcome,
            mut takes_ms,
            stubborn,
            suspends,
        } = self
            .agents
            .get_mut(script)
            .and_then(|launches| match launches.len() {
                0 | 1 => launches.front().cloned(),
                _ => launches.pop_front(),
            })
            .unwrap_or_else(|| performance(id, "ok"));
        if stubborn {
            self.stubborn.insert(launch);
        }
        if let Some(limit_ms) = timeout_ms
            && takes_ms > limit_ms
        {
            takes_ms = limit_ms;
            outcome = AttemptOutcome::failed(ErrorClass::Timeout, "its time is up");
        }
        if suspends {
            self.schedule(now + takes_ms, Happening::Suspended(node, launch));
        } else if takes_ms < u64::MAX {
            let report = Happening::Report(node, launch, Box::new(outcome));
            self.schedule(now + takes_ms, report);
        }
    }

    fn schedule(&mut self, after_start_ms: u64, happening: Happening) {
        self.queued += 1;
        let at = START_MS + after_start_ms;
        self.queue.insert((at, self.queued), happening);
    }

    fn story(self) -> Story {
        let run = self.fold();
        if let Some(driver) = &self.driver {
            assert_eq!(
                format!("{:?}", driver.run()),
                format!("{run:?}"),
                "the folded run equals the live one"
            );
        }
        Story {
            run,
            journal: self.journal,
            limits_ms: self.limits_ms,
            asked: self.asked,
        }
    }
}

/// Requests without content: a value for `set`, a question for people.
struct Renderer;

impl Requests for Renderer {
    fn items(&mut self, run: &Run, of: Repeated) -> PreparedItems {
        let repeat = run.plan().repeat(of).expect("it is repeated");
        let Over::Items { items } = &repeat.over else {
            panic!("a loop has no list");
        };
        let items = match items {
            Items::List(list) => Ok(list.clone()),
            Items::Expression(source) => Err(format!("`{source}` gives nothing here")),
        };
        let blob = Blob::of(serde_json::to_vec(&items).unwrap());
        PreparedItems {
            items: items.map(|list| ItemList {
                blob: blob.reference().clone(),
                count: u32::try_from(list.len()).unwrap(),
                values: if run.graph().items_are_read(of) {
                    list
                } else {
                    Vec::new()
                },
            }),
            blobs: vec![blob],
        }
    }

    fn prepare(&mut self, run: &Run, node: NodeIx) -> Prepared {
        let planned = run.plan().node(node);
        let request = match run.action(node) {
            Action::Human(human) => StartRequest::Ask {
                question: human.ask.clone(),
            },
            Action::Set { .. } => StartRequest::Settled {
                outcome: Box::new(AttemptOutcome::bare(AttemptResult::Succeeded)),
            },
            Action::Lambda { .. } | Action::Command(_) | Action::Http(_) | Action::Pipeline(_)
                if planned.id.starts_with("broken") =>
            {
                StartRequest::Failed {
                    message: "its template names nothing".to_owned(),
                }
            }
            Action::Lambda { .. } | Action::Command(_) | Action::Http(_) | Action::Pipeline(_) => {
                StartRequest::Launch {
                    request: Blob::of(planned.id.clone().into_bytes())
                        .reference()
                        .clone(),
                }
            }
        };
        Prepared {
            request,
            blobs: Vec::new(),
        }
    }
}

/// Reads `ok 2s high=6` and the like.
fn performance(id: &str, text: &str) -> Performance {
    let mut words = text.split_whitespace();
    let word = words.next().expect("an outcome");
    let verdict = |verdict| AttemptResult::Judged {
        verdict,
        message: "as scripted".to_owned(),
    };
    let result = match word {
        "ok" | "hang" | "suspend" => AttemptResult::Succeeded,
        "pass" => verdict(Verdict::Pass),
        "unfit" => verdict(Verdict::Fail),
        "error" => verdict(Verdict::Error),
        "nothing" => verdict(Verdict::NoEvidence),
        "fail" => failed(ErrorClass::Execution),
        class => failed(ErrorClass::parse(class).unwrap_or_else(|| panic!("`{class}`?"))),
    };
    let mut outcome = AttemptOutcome::bare(result);
    let mut takes_ms = if word == "hang" { u64::MAX } else { 1_000 };
    let mut findings = Vec::new();
    let mut reporter = id;
    let mut stubborn = false;
    for word in words {
        match word.split_once('=') {
            None if word == "shared" => reporter = "shared",
            Some(("later", text)) => outcome.retry_after_ms = Some(milliseconds(text)),
            None if word == "stubborn" => stubborn = true,
            None if word == "pattern" => outcome.facts.pattern_rejected = true,
            None => takes_ms = milliseconds(word),
            Some((path, value)) if path.starts_with("output") => {
                let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
                outcome.projection.insert(path.to_owned(), value);
            }
            Some((kind, number)) => {
                for number in 0..number.parse().expect("a number of findings") {
                    findings.push(finding(reporter, kind, number));
                }
            }
        }
    }
    outcome.findings = FindingsSummary::of(&findings);
    Performance {
        outcome,
        takes_ms,
        stubborn,
        suspends: word == "suspend",
    }
}

fn failed(class: ErrorClass) -> AttemptResult {
    AttemptResult::Failed {
        class,
        message: "as scripted".to_owned(),
    }
}

fn finding(reporter: &str, kind: &str, line: u64) -> Finding {
    let (severity, kind) = match kind {
        "lld" => (Severity::High, FindingKind::Deviation),
        word => (Severity::parse(word).unwrap(), FindingKind::Violation),
    };
    Finding {
        severity,
        severity_assumed: false,
        kind,
        rule: format!("{reporter}-{severity}"),
        message: "something is wrong".to_owned(),
        file: Some("a.rs".to_owned()),
        line: Some(line + 1),
        suggestion: None,
        tool: None,
    }
}
