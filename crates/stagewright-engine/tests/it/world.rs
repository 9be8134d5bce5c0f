//! A state directory with a journal, and pipelines from text.

use serde_json::{Value, json};
use stagewright_agents::{Agents, Settings};
use stagewright_core::event::Event;
use stagewright_core::plan::RunMode;
use stagewright_core::{Plan, Recorded, Run};
use stagewright_engine::{Control, Engine, EngineError, LiveRun, NewSubmission, Observer, Parts};
use stagewright_journal::{Options, SqliteJournal, StateDir};
use stagewright_language::{LanguageSettings, Source, load};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
}

/// Collects what was committed.
#[derive(Default)]
pub(crate) struct Seen(pub(crate) Vec<Event>);

impl Observer for Seen {
    fn committed(&mut self, _run: &Run, events: &[Recorded]) {
        self.0
            .extend(events.iter().map(|recorded| recorded.event.clone()));
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        let state = StateDir::at(self.dir.path().join("state"));
        let journal = SqliteJournal::open(state.clone(), &Options::default()).unwrap();
        Engine::new(Parts {
            journal: Arc::new(journal),
            agents: Arc::new(Agents::new(Settings::default())),
            state_dir: state.path().to_path_buf(),
            evaluators: std::collections::BTreeMap::new(),
        })
    }

    pub(crate) fn submission(&self, yaml: &str, context: Value) -> NewSubmission {
        NewSubmission {
            plan: plan(yaml),
            context,
            pipeline_id: "test".to_owned(),
            mode: RunMode::Hybrid,
            max_parallelism: None,
            concurrency_cap: 8,
            timeout_ms: None,
            max_agent_ms: 600_000,
            fail_fast: false,
            fail_fast_on_critical: false,
            partial_success_allowed: true,
            trace_id: None,
            source: None,
            work_dir: self.dir.path().to_path_buf(),
            parent: None,
            adopted: Vec::new(),
            policy_changed: Vec::new(),
        }
    }

    /// Runs a pipeline until it needs nothing more of this process.
    pub(crate) fn run(&self, yaml: &str, context: Value) -> Run {
        let engine = self.engine();
        let live = engine.submit(self.submission(yaml, context)).unwrap();
        drive(&engine, live, &mut Seen::default()).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

pub(crate) fn plan(yaml: &str) -> Plan {
    let source = Source::new("test.yaml", yaml);
    match load(&source, &LanguageSettings::default()) {
        Ok(loaded) => loaded.plan,
        Err(diagnostics) => panic!(
            "{}",
            stagewright_language::render(&diagnostics, &source, false)
        ),
    }
}

pub(crate) fn drive(
    engine: &Engine,
    live: LiveRun,
    observer: &mut dyn Observer,
) -> Result<Run, EngineError> {
    let (_sender, mut controls) = mpsc::channel::<Control>(1);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(engine.drive(live, &mut controls, observer))
}

/// The full output of an agent.
pub(crate) fn output(engine: &Engine, run: &Run, agent: &str) -> Value {
    let node = run.find_labelled(agent).unwrap();
    match run.view(node) {
        stagewright_core::NodeView::Done(outcome) => {
            let document = engine.document(outcome.output.as_ref().unwrap()).unwrap();
            document["output"].clone()
        }
        other => json!(format!("{other:?}")),
    }
}
