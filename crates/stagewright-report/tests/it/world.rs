//! A scripted world around the core's driver: agents answer as the script says, in
//! virtual time, and nothing is executed.

use serde_json::{Value, json};
use stagewright_core::event::{
    Adopted, Answer, AttemptOutcome, AttemptResult, BlobRef, Event, Facts, Launch, Recorded,
    Submission, Verdict,
};
use stagewright_core::input::{StartRequest, Stop};
use stagewright_core::plan::{Action, Items, Over, Repeated, RunMode};
use stagewright_core::run::Standing;
use stagewright_core::{
    Blob, Driver, Effect, ErrorClass, Finding, FindingsSummary, Graph, Input, ItemList, NodeIx,
    Plan, Prepared, PreparedItems, Requests, Run, Timestamp,
};
use stagewright_report::Results;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// 2026-01-28T10:30:00.000Z.
pub(crate) const START: Timestamp = Timestamp(1_769_596_200_000);

/// One try of an agent: how long it takes and how it ends.
#[derive(Clone)]
pub(crate) struct Try {
    ms: u64,
    outcome: AttemptOutcome,
    document: Option<Value>,
}

impl Try {
    pub(crate) fn ok(ms: u64) -> Self {
        Self {
            ms,
            outcome: AttemptOutcome::bare(AttemptResult::Succeeded),
            document: Some(json!({"output": {}})),
        }
    }

    pub(crate) fn fails(ms: u64, class: ErrorClass, message: &str) -> Self {
        Self {
            ms,
            outcome: AttemptOutcome::failed(class, message),
            document: None,
        }
    }

    pub(crate) fn judged(ms: u64, verdict: Verdict, message: &str) -> Self {
        let mut judged = Self::ok(ms);
        judged.outcome.result = AttemptResult::Judged {
            verdict,
            message: message.to_owned(),
        };
        judged
    }

    /// The agent's own document.
    pub(crate) fn output(mut self, output: Value) -> Self {
        self.document.get_or_insert_with(|| json!({}))["output"] = output;
        self
    }

    pub(crate) fn findings(mut self, findings: &[Finding]) -> Self {
        self.outcome.findings = FindingsSummary::of(findings);
        self.document.get_or_insert_with(|| json!({"output": {}}))["findings"] = json!(findings);
        self
    }

    pub(crate) fn logs(mut self, exit_code: i32, stdout: &str, stderr: &str) -> Self {
        let document = self.document.get_or_insert_with(|| json!({"output": null}));
        document["exit_code"] = json!(exit_code);
        document["stdout"] = json!({"path": stdout, "written": 10});
        document["stderr"] = json!({"path": stderr, "written": 20});
        self
    }

    pub(crate) fn facts(mut self, facts: Facts) -> Self {
        self.outcome.facts = facts;
        self
    }

    pub(crate) fn cost(mut self, usd: f64) -> Self {
        self.outcome.cost_usd = Some(usd);
        self
    }

    pub(crate) fn warns(mut self, warning: &str) -> Self {
        self.outcome.warnings.push(warning.to_owned());
        self
    }
}

/// A run with its journal, and what its agents will answer.
pub(crate) struct World {
    driver: Driver,
    graph: Arc<Graph>,
    pub(crate) events: Vec<Recorded>,
    pub(crate) blobs: BTreeMap<String, Value>,
    pub(crate) now: Timestamp,
    fence: u64,
    script: BTreeMap<String, VecDeque<Try>>,
    /// Launches by when they end.
    ends: BTreeMap<(Timestamp, Launch), (NodeIx, Option<Try>)>,
}

/// Requests of the script: nothing is rendered.
struct Plain;

impl Requests for Plain {
    fn items(&mut self, run: &Run, of: Repeated) -> PreparedItems {
        let over = run.plan().repeat(of).map(|repeat| &repeat.over);
        let Some(Over::Items {
            items: Items::List(list),
        }) = over
        else {
            panic!("these worlds repeat over lists only");
        };
        let blob = Blob::of(serde_json::to_vec(list).unwrap());
        PreparedItems {
            items: Ok(ItemList {
                blob: blob.reference().clone(),
                count: u32::try_from(list.len()).unwrap(),
                values: list.clone(),
            }),
            blobs: vec![blob],
        }
    }

    fn prepare(&mut self, run: &Run, node: NodeIx) -> Prepared {
        let request = match &run.plan().node(node).action {
            Action::Human(human) => StartRequest::Ask {
                question: human.ask.clone(),
            },
            _ => StartRequest::Launch {
                request: BlobRef::of(b"{}"),
            },
        };
        Prepared {
            request,
            blobs: Vec::new(),
        }
    }
}

impl World {
    /// A submitted run that nobody drives yet. `adjust` changes the submission.
    pub(crate) fn new(plan: Plan, adjust: impl FnOnce(&mut Submission)) -> Self {
        let mut submission = Submission {
            run_id: "run_7f3a".to_owned(),
            pipeline_id: "pr-123-review".to_owned(),
            plan: BlobRef::of(b"plan"),
            context: json!({"pr": {"number": 123}}),
            mode: RunMode::Hybrid,
            max_parallelism: Some(3),
            concurrency_cap: 8,
            timeout_ms: Some(1_800_000),
            max_agent_ms: 600_000,
            fail_fast: plan.fail_fast == Some(true),
            fail_fast_on_critical: plan.fail_fast_on_critical == Some(true),
            partial_success_allowed: true,
            trace_id: None,
            source: Some("review.yaml".to_owned()),
            work_dir: "/work".to_owned(),
            parent: None,
            parent_step: None,
            adopted: Vec::<Adopted>::new(),
            policy_changed: Vec::new(),
        };
        adjust(&mut submission);
        let graph = Arc::new(Graph::new(Arc::new(plan)).unwrap());
        let mut driver = Driver::new(Run::new(graph.clone()));
        driver.submit(
            START,
            Event::Submitted {
                submission: Arc::new(submission),
            },
        );
        let mut world = Self {
            driver,
            graph,
            events: Vec::new(),
            blobs: BTreeMap::new(),
            now: START,
            fence: 0,
            script: BTreeMap::new(),
            ends: BTreeMap::new(),
        };
        world.commit();
        world
    }

    /// What an agent does, try by try. An agent without a script succeeds in 1 s.
    pub(crate) fn script(mut self, agent: &str, tries: impl IntoIterator<Item = Try>) -> Self {
        self.script
            .insert(agent.to_owned(), tries.into_iter().collect());
        self
    }

    /// Claims the run and drives it until nothing goes on by itself.
    pub(crate) fn play(mut self) -> Self {
        self.claim();
        self.play_on();
        self
    }

    /// Claims the run and drives it for `ms` milliseconds.
    pub(crate) fn play_for(mut self, ms: u64) -> Self {
        self.claim();
        self.until(self.now.plus_ms(ms));
        self
    }

    pub(crate) fn claim(&mut self) {
        self.fence += 1;
        self.input(Input::Claim { fence: self.fence });
    }

    pub(crate) fn play_on(&mut self) {
        self.until(Timestamp(u64::MAX));
    }

    /// Takes an input at the present time.
    pub(crate) fn input(&mut self, input: Input) {
        self.driver.handle(self.now, input, &mut Plain);
        self.commit();
    }

    /// A person's answer, after `ms` milliseconds.
    pub(crate) fn answer(&mut self, ms: u64, node: &str, approved: bool, by: &str) {
        self.now = self.now.plus_ms(ms);
        let choice = if approved { "approve" } else { "reject" };
        let output = json!({"output": {"approved": approved, "choice": choice}});
        let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
        outcome
            .projection
            .insert("output.approved".to_owned(), json!(approved));
        outcome.output = Some(self.store(output));
        let node = self.run().find(node).unwrap();
        let stagewright_core::NodeView::Parked { digest, .. } = self.run().view(node) else {
            panic!("somebody asks");
        };
        let digest = digest.to_owned();
        self.input(Input::Answer {
            node,
            digest,
            answer: Answer {
                approved,
                choice: choice.to_owned(),
                by: Some(by.to_owned()),
                note: Some("looks right".to_owned()),
            },
            outcome: Box::new(outcome),
        });
    }

    /// The process dies: what was in flight is gone, and the run is folded again.
    pub(crate) fn crash(&mut self) {
        let mut run = Run::new(self.graph.clone());
        for recorded in &self.events {
            run.apply(recorded);
        }
        self.driver = Driver::new(run);
        self.ends.clear();
    }

    pub(crate) fn run(&self) -> &Run {
        self.driver.run()
    }

    pub(crate) fn results(&self) -> Results {
        Results::load(self.run(), &|blob| self.blobs.get(&blob.hash).cloned())
    }

    fn until(&mut self, limit: Timestamp) {
        loop {
            self.release();
            let end = self.ends.first_key_value().map(|((at, _), _)| *at);
            let wake = self.driver.wake_at();
            let Some(next) = end.into_iter().chain(wake).min() else {
                return;
            };
            if next > limit || self.run().standing() != Standing::Going {
                if limit < Timestamp(u64::MAX) {
                    self.now = limit;
                }
                return;
            }
            self.now = next;
            if wake.is_some_and(|wake| wake <= next) {
                self.input(Input::Tick);
            }
            while let Some(entry) = self.ends.first_entry() {
                if entry.key().0 > next {
                    break;
                }
                let ((_, launch), (node, ended)) = entry.remove_entry();
                self.end(node, launch, ended);
            }
        }
    }

    fn end(&mut self, node: NodeIx, launch: Launch, ended: Option<Try>) {
        let input = match ended {
            Some(Try {
                mut outcome,
                document,
                ..
            }) => {
                outcome.output = document.map(|document| self.store(document));
                Input::Completed {
                    node,
                    launch,
                    outcome: Box::new(outcome),
                }
            }
            None => Input::Stopped { node, launch },
        };
        self.input(input);
    }

    fn release(&mut self) {
        for effect in self.driver.effects() {
            match effect {
                Effect::Launch(wish) if wish.stop.is_some() => {
                    self.ends.insert((self.now, wish.launch), (wish.node, None));
                }
                Effect::Launch(wish) => {
                    let id = self.run().plan().node(wish.node).id.clone();
                    let next = self.script.get_mut(&id).and_then(VecDeque::pop_front);
                    let next = next.unwrap_or_else(|| Try::ok(1_000));
                    let at = self.now.plus_ms(next.ms);
                    self.ends.insert((at, wish.launch), (wish.node, Some(next)));
                }
                Effect::Stop { node, launch, stop } => {
                    self.ends.retain(|(_, running), _| *running != launch);
                    let wait = match stop {
                        Stop::Gentle => 100,
                        Stop::Forced => 10,
                    };
                    let at = self.now.plus_ms(wait);
                    self.ends.insert((at, launch), (node, None));
                }
                Effect::MakeInput { node } => self.input(Input::InputAnswered {
                    node,
                    answer: Ok(BlobRef::of(b"{}")),
                }),
                Effect::Ask { asker, number } => self.input(Input::ConditionAnswered {
                    asker,
                    number,
                    answer: Err("the program left with 7".to_owned()),
                }),
            }
        }
    }

    fn store(&mut self, document: Value) -> BlobRef {
        let reference = BlobRef::of(document.to_string().as_bytes());
        self.blobs.insert(reference.hash.clone(), document);
        reference
    }

    fn commit(&mut self) {
        self.events.extend(self.driver.take_batch().events);
    }
}
