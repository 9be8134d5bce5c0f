//! `get_pipeline_status`: one run at a glance.

use super::orchestrator::Orchestrator;
use crate::clock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::logs;
use serde::{Deserialize, Serialize};
use stagewright_core::Run;
use stagewright_journal::{FindError, RunKey, SaveTimes};
use stagewright_report::documents::{
    GetPipelineStatusOutput, RunMetrics, SaveDurations, StatusOptions,
};
use stagewright_report::{PastDurations, Results, past_durations};

/// Earlier runs that an estimate looks at: enough for a median that one slow day does not
/// move, few enough to follow when a pipeline becomes faster.
const PAST_RUNS: usize = 20;

/// Lines of logs that `include_logs` shows.
const LOG_LINES: usize = 20;

/// What `get_pipeline_status` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetPipelineStatusInput {
    /// A pipeline id for its last run, or a run id.
    pub pipeline_id: String,
    /// Whether each agent's state is wanted.
    #[serde(default = "wanted")]
    pub include_agent_details: bool,
    /// Whether the last lines of the logs are wanted.
    #[serde(default)]
    pub include_logs: bool,
}

fn wanted() -> bool {
    true
}

impl GetPipelineStatusInput {
    /// With agents and without logs, as the specification has it.
    pub fn new(pipeline_id: impl Into<String>) -> Self {
        Self {
            pipeline_id: pipeline_id.into(),
            include_agent_details: true,
            include_logs: false,
        }
    }
}

impl Orchestrator {
    /// The status of a run, whoever drives it. A key without a run is NOT_FOUND.
    ///
    /// # Errors
    /// When the journal cannot be read, or the beginning of a run id means several.
    pub fn get_pipeline_status(
        &self,
        input: &GetPipelineStatusInput,
    ) -> Result<GetPipelineStatusOutput, EngineError> {
        let engine = self.engine();
        let key = RunKey::Text(input.pipeline_id.clone());
        let summary = match engine.find(&key) {
            Ok(summary) => summary,
            Err(EngineError::Find(FindError::NotFound { .. })) => {
                return Ok(GetPipelineStatusOutput::not_found(&input.pipeline_id));
            }
            Err(error) => return Err(error),
        };
        let run = engine.look(&summary.run_id)?;
        let results = Results::load(&run, &|blob| engine.document(blob).ok());
        let past = past_of(engine, &run)?;
        let dirs = engine.dirs(&summary.run_id);
        let logs_url = dirs.logs().display().to_string();
        let options = StatusOptions {
            agent_details: input.include_agent_details,
            recent_logs: input
                .include_logs
                .then(|| logs::last_lines(&logs::of_run(&dirs, None), LOG_LINES)),
            past: Some(&past),
            logs_url: Some(&logs_url),
            metrics: Some(run_metrics(engine, &run)?),
        };
        let now = clock::now();
        Ok(GetPipelineStatusOutput::of(&run, &results, now, options))
    }
}

/// How long the agents and gates took in the last runs of the same pipeline (rule A28).
///
/// # Errors
/// When the journal cannot be read.
pub fn past_of(engine: &Engine, run: &Run) -> Result<PastDurations, EngineError> {
    if run.end().is_some() {
        return Ok(PastDurations::new());
    }
    let journal = engine.journal();
    let runs = journal.past_durations(&run.plan().name, PAST_RUNS)?;
    Ok(past_durations(runs))
}

/// Counters and durations of a run.
///
/// # Errors
/// When the journal cannot be read.
pub fn run_metrics(engine: &Engine, run: &Run) -> Result<RunMetrics, EngineError> {
    let run_id = &run.submission().run_id;
    let journal = engine.journal();
    let mut events = journal.events(run_id, 0)?;
    // The run may have gone on since it was read: the events that it was read from count.
    events.retain(|recorded| recorded.seq < run.next_seq());
    let saves = journal
        .save_times(run_id)?
        .and_then(|saves| save_durations(&saves));
    Ok(RunMetrics::of(run, &events, clock::now(), saves))
}

/// What was measured of the run's appends; `None` when there was only the first, which is
/// not known yet when it is written.
fn save_durations(saves: &SaveTimes) -> Option<SaveDurations> {
    let ms = |us: u64| us as f64 / 1_000.0;
    Some(SaveDurations {
        count: saves.count,
        p50: ms(saves.quantile_us(50)?),
        p95: ms(saves.quantile_us(95)?),
        max: ms(saves.max_us),
    })
}
