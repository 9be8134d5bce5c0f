//! The engine's operations: submit, resume, cancel, answer, look.
//!
//! Plain data in and out. The command line uses nothing else, and it is what an
//! embedding program uses.

use crate::callables::Callables;
use crate::clock;
use crate::documents::read_document;
use crate::error::EngineError;
use crate::id::new_run_id;
use crate::live::{LiveRun, RunDirs};
use crate::plain_secrets;
use crate::subscribe::Broadcast;
use crate::summary::summarize;
use serde_json::Value;
use stagewright_agents::Agents;
use stagewright_core::event::{Adopted, BlobRef, Event, ParentStep, Submission};
use stagewright_core::graph::InvalidPlan;
use stagewright_core::plan::{PLAN_FORMAT, RunMode};
use stagewright_core::{Blob, Graph, Input, NodeView, Plan, Run};
use stagewright_journal::{
    CreateError, FIRST_FENCE, Holder, Journal, LeaseError, ListFilter, MemoryJournal, NewRun,
    RunKey, RunState, RunSummary,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest context, in bytes of JSON.
pub const MAX_CONTEXT_BYTES: usize = 4 * 1024 * 1024;

/// What an engine is made of.
pub struct Parts {
    /// Where runs are remembered.
    pub journal: Arc<dyn Journal>,
    /// Who performs steps.
    pub agents: Arc<Agents>,
    /// The state directory.
    pub state_dir: PathBuf,
    /// Programs of custom evaluators by name.
    pub evaluators: BTreeMap<String, Vec<String>>,
}

/// Runs pipelines over one journal. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    parts: Arc<Parts>,
    callables: Arc<Callables>,
    broadcast: Arc<Broadcast>,
}

/// A run to create.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// The validated pipeline.
    pub plan: Plan,
    /// The context, over the pipeline's defaults already.
    pub context: Value,
    /// The user's key.
    pub pipeline_id: String,
    /// Whose order counts.
    pub mode: RunMode,
    /// Agents at once in this run.
    pub max_parallelism: Option<u32>,
    /// The settings' cap on concurrent agents.
    pub concurrency_cap: u32,
    /// Active time of the run, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The most that a time limit may grow to, in milliseconds.
    pub max_agent_ms: u64,
    /// Stop after the first required failure.
    pub fail_fast: bool,
    /// Stop on a critical finding.
    pub fail_fast_on_critical: bool,
    /// Whether a required failure leaves the status at PARTIAL_SUCCESS.
    pub partial_success_allowed: bool,
    /// For distributed tracing.
    pub trace_id: Option<String>,
    /// The pipeline file as it was named.
    pub source: Option<String>,
    /// Where agents work.
    pub work_dir: PathBuf,
    /// The run that this one retries.
    pub parent: Option<String>,
    /// Results taken over from it.
    pub adopted: Vec<Adopted>,
    /// Files of the pipeline, policy or settings that the change touches.
    pub policy_changed: Vec<String>,
}

impl Engine {
    /// An engine of these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            callables: Arc::default(),
            broadcast: Arc::new(Broadcast::new()),
        }
    }

    /// With functions of this program as evaluators and transformers; they go before the
    /// settings' programs of the same names.
    #[must_use]
    pub fn registering(self, callables: Callables) -> Self {
        Self {
            callables: Arc::new(callables),
            ..self
        }
    }

    /// The functions that are registered.
    pub fn callables(&self) -> &Callables {
        &self.callables
    }

    /// An engine with the same agents and functions that remembers nothing, for runs of
    /// which only the outcome counts. Its runs' files lie below `scratch`, which the
    /// caller removes.
    #[must_use]
    pub fn forgetful(&self, scratch: &Path) -> Self {
        let engine = Self::new(Parts {
            journal: Arc::new(MemoryJournal::new()),
            agents: self.agents(),
            state_dir: scratch.to_path_buf(),
            evaluators: self.parts.evaluators.clone(),
        });
        engine.registering(self.callables.as_ref().clone())
    }

    pub(crate) fn broadcast(&self) -> &Broadcast {
        &self.broadcast
    }

    /// Its journal, for reading.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.parts.journal
    }

    /// The directories of a run.
    pub fn dirs(&self, run_id: &str) -> RunDirs {
        RunDirs::of(&self.parts.state_dir, run_id)
    }

    /// The state directory.
    pub fn state_dir(&self) -> &Path {
        &self.parts.state_dir
    }

    pub(crate) fn agents(&self) -> Arc<Agents> {
        Arc::clone(&self.parts.agents)
    }

    pub(crate) fn evaluator(&self, name: &str) -> Option<Vec<String>> {
        self.parts.evaluators.get(name).cloned()
    }

    /// Creates a run and takes its lease. What follows from it is committed with it,
    /// so that a run of one step needs two transactions.
    ///
    /// # Errors
    /// When the pipeline id has a run that has not ended, the context is too large or
    /// holds a secret in the clear, or the journal cannot be written.
    pub fn submit(&self, new: NewSubmission) -> Result<LiveRun, EngineError> {
        let run_id = new_run_id().map_err(|error| EngineError::Random(error.to_string()))?;
        self.create(new, &run_id, None)
    }

    /// Creates a run under an id of the caller's. The run of a step may stand beside others
    /// of its pipeline id, which nobody but the step has made up.
    ///
    /// # Errors
    /// As for [`submit`](Self::submit).
    pub(crate) fn create(
        &self,
        new: NewSubmission,
        run_id: &str,
        parent_step: Option<ParentStep>,
    ) -> Result<LiveRun, EngineError> {
        check_context(&new.context)?;
        let plan_blob = Blob::of(
            serde_json::to_vec(&new.plan).expect("a plan is texts, numbers, lists and maps"),
        );
        let exclusive = parent_step.is_none();
        let graph = Arc::new(Graph::new(Arc::new(new.plan))?);
        let submission = Arc::new(Submission {
            run_id: run_id.to_owned(),
            pipeline_id: new.pipeline_id,
            plan: plan_blob.reference().clone(),
            context: new.context,
            mode: new.mode,
            max_parallelism: new.max_parallelism,
            concurrency_cap: new.concurrency_cap,
            timeout_ms: new.timeout_ms,
            max_agent_ms: new.max_agent_ms,
            fail_fast: new.fail_fast,
            fail_fast_on_critical: new.fail_fast_on_critical,
            partial_success_allowed: new.partial_success_allowed,
            trace_id: new.trace_id,
            source: new.source,
            work_dir: new.work_dir.to_string_lossy().into_owned(),
            parent: new.parent,
            parent_step,
            adopted: new.adopted,
            policy_changed: new.policy_changed,
        });
        let made = makes_directory(&self.dirs(run_id).root);
        let mut live = LiveRun::new(
            Run::new(graph),
            Arc::clone(&self.parts.journal),
            None,
            self.dirs(run_id),
        )?;
        live.driver
            .submit(clock::now(), Event::Submitted { submission });
        live.handle(Input::Claim { fence: FIRST_FENCE });
        let (events, mut blobs) = live.first_batch()?;
        blobs.push(plan_blob);
        live.unseen.clone_from(&events);
        let created = self.parts.journal.create(NewRun {
            summary: summarize(live.run(), clock::now()),
            events,
            blobs,
            holder: holder(),
            exclusive,
        });
        match created {
            Ok(lease) => {
                live.lease = Some(lease);
                Ok(live)
            }
            Err(error) => {
                // Nothing of this run was stored, so nothing of it stays on disk; what was
                // there before belongs to the run that has the id.
                if made && !matches!(error, CreateError::RunExists { .. }) {
                    let _ = std::fs::remove_dir_all(&live.dirs.root);
                }
                Err(error.into())
            }
        }
    }

    /// Takes a run to go on with it: its lease, its folded journal, and the claim that
    /// declares the launches of an earlier process lost.
    ///
    /// # Errors
    /// When another process drives it, or the journal cannot be read.
    pub fn claim(&self, run_id: &str) -> Result<LiveRun, EngineError> {
        let mut live = self.take(run_id)?;
        live.begin()?;
        Ok(live)
    }

    /// Takes the lease of a run and folds its journal, and ends what still lives of a
    /// process that drove it and is gone (decision 14). Nothing goes on before
    /// [`LiveRun::begin`], so that a cancel can come first.
    ///
    /// # Errors
    /// When another process drives it, or the journal cannot be read.
    pub fn take(&self, run_id: &str) -> Result<LiveRun, EngineError> {
        let lease = self.parts.journal.acquire(run_id, &holder())?;
        let run = self.load(run_id)?;
        stagewright_agents::end_orphans(run_id);
        // Inputs and answers of launches that are gone; a fresh launch makes its own.
        let _ = std::fs::remove_dir_all(self.dirs(run_id).root.join("scratch"));
        LiveRun::new(
            run,
            Arc::clone(&self.parts.journal),
            Some(lease),
            self.dirs(run_id),
        )
    }

    /// Folds a run from its journal, without taking it.
    ///
    /// # Errors
    /// When the journal cannot be read, or holds a plan that cannot be run.
    pub fn load(&self, run_id: &str) -> Result<Run, EngineError> {
        let events = self.parts.journal.events(run_id, 0)?;
        let Some(Event::Submitted { submission }) = events.first().map(|first| &first.event) else {
            return Err(EngineError::EmptyRun {
                run_id: run_id.to_owned(),
            });
        };
        let plan = self.plan(&submission.plan)?;
        let mut run = Run::new(Arc::new(Graph::new(Arc::new(plan))?));
        for recorded in &events {
            run.apply(recorded);
        }
        Ok(run)
    }

    /// A stored plan.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn plan(&self, reference: &BlobRef) -> Result<Plan, EngineError> {
        let document = read_document(self.parts.journal.as_ref(), reference)?;
        // A newer version's plan may hold words that this one cannot read.
        let format = document.get("format").and_then(Value::as_u64);
        if let Some(found) = format.and_then(|format| u32::try_from(format).ok())
            && found > PLAN_FORMAT
        {
            return Err(InvalidPlan::NewerFormat { found }.into());
        }
        serde_json::from_value(document).map_err(|error| EngineError::DamagedBlob {
            hash: reference.hash.clone(),
            message: error.to_string(),
        })
    }

    /// A stored result document.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn document(&self, reference: &BlobRef) -> Result<Value, EngineError> {
        read_document(self.parts.journal.as_ref(), reference)
    }

    /// The run that a person means.
    ///
    /// # Errors
    /// When none or several are meant.
    pub fn find(&self, key: &RunKey) -> Result<RunSummary, EngineError> {
        Ok(self.parts.journal.find(key)?)
    }

    /// Journals deadlines that passed while no process drove the run, and starts
    /// nothing (decision 9). Does nothing when another process drives it.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn touch(&self, run_id: &str) -> Result<(), EngineError> {
        let mut live = match self.take(run_id) {
            Ok(live) => live,
            Err(EngineError::Lease(LeaseError::Held { .. })) => return Ok(()),
            Err(error) => return Err(error),
        };
        live.hold();
        live.begin()?;
        live.commit()?;
        Ok(())
    }

    /// Starts an ended or stuck run over (decision 31): what failed is tried again.
    ///
    /// # Errors
    /// When its pipeline id has another run that has not ended: two runs of one key
    /// must not go on side by side (rule A22).
    pub fn reopen(&self, live: &mut LiveRun) -> Result<(), EngineError> {
        let submission = live.run().submission().clone();
        let filter = ListFilter {
            states: vec![
                RunState::Pending,
                RunState::Running,
                RunState::Waiting,
                RunState::Stuck,
            ],
            pipeline_id: Some(submission.pipeline_id.clone()),
            limit: 2,
            ..ListFilter::default()
        };
        let active = self.parts.journal.list(&filter)?;
        if let Some(other) = active.iter().find(|run| run.run_id != submission.run_id) {
            return Err(EngineError::Create(CreateError::PipelineActive {
                pipeline_id: submission.pipeline_id.clone(),
                run_id: other.run_id.clone(),
            }));
        }
        live.handle(Input::Resume);
        Ok(())
    }

    /// Folds a run from its journal, deadlines that have passed while nobody looked
    /// included (decision 9).
    ///
    /// # Errors
    /// When the journal fails.
    pub fn look(&self, run_id: &str) -> Result<Run, EngineError> {
        let run = self.load(run_id)?;
        let is_due = run.parked_nodes().any(|node| {
            matches!(
                run.view(node),
                NodeView::Parked { deadline: Some(deadline), .. } if deadline <= clock::now()
            )
        });
        if !is_due {
            return Ok(run);
        }
        self.touch(run_id)?;
        self.load(run_id)
    }
}

/// This process, for the lease.
fn holder() -> Holder {
    Holder {
        pid: std::process::id(),
        host: rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
        since: clock::now(),
    }
}

/// Makes a run's directory; `false` when it was there, and is another one's. Why it cannot
/// be made is told when it is filled.
fn makes_directory(root: &Path) -> bool {
    let above = root.parent().map_or(Ok(()), std::fs::create_dir_all);
    above.and_then(|()| std::fs::create_dir(root)).is_ok()
}

fn check_context(context: &Value) -> Result<(), EngineError> {
    let found = match context {
        Value::Object(_) => None,
        Value::Null => Some("null"),
        Value::Bool(_) => Some("true or false"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a text"),
        Value::Array(_) => Some("a list"),
    };
    if let Some(found) = found {
        return Err(EngineError::ContextNotAnObject { found });
    }
    let bytes = context.to_string().len();
    if bytes > MAX_CONTEXT_BYTES {
        return Err(EngineError::ContextTooLarge {
            bytes,
            limit: MAX_CONTEXT_BYTES,
        });
    }
    plain_secrets::refuse("the context", context)
        .map_err(|message| EngineError::PlainSecrets { message })
}
