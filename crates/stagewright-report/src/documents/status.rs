//! `GetPipelineStatusOutput`: a run at a glance, while it goes on and afterwards.

use super::metrics::RunMetrics;
use super::pipeline::ExecutePipelineOutput;
use super::waits::{Wait, waits};
use crate::estimate::{PastDurations, estimated_completion};
use crate::moment::iso;
use crate::nodes;
use crate::results::Results;
use crate::words;
use serde::Serialize;
use stagewright_core::run::Standing;
use stagewright_core::{NodeIx, NodeView, Run, Timestamp};

/// The state of a run as the review specification's document, with `run_id`,
/// `waiting_for` and `metrics` added. All fields are always there (rule A18).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GetPipelineStatusOutput {
    /// RUNNING, SUCCESS, PARTIAL_SUCCESS, FAILURE, CANCELLED or NOT_FOUND. A run that
    /// waits or is stuck is RUNNING, and `waiting_for` says what for (decision 11).
    pub status: &'static str,
    /// The user's key.
    pub pipeline_id: String,
    /// The run's own id; null when there is no such run. Not in the specification.
    pub run_id: Option<String>,
    /// The id of the stage that is going on.
    pub current_stage: Option<String>,
    /// The id of the first agent that is in progress.
    pub current_agent: Option<String>,
    /// All agents of the plan: completed, in progress and pending together.
    pub total_agents: u32,
    /// Agents that need nothing more, skipped ones included.
    pub agents_completed: u32,
    /// Agents that run, wait between two tries, or wait for a person.
    pub agents_in_progress: u32,
    /// Agents that have not begun.
    pub agents_pending: u32,
    /// When it was first driven.
    pub started_at: Option<String>,
    /// When it will end if its agents take as long as they did before (rule A28).
    pub estimated_completion_at: Option<String>,
    /// Since its start, until its end, in milliseconds.
    pub elapsed_time_ms: Option<u64>,
    /// The outcome, once it has ended.
    pub final_result: Option<ExecutePipelineOutput>,
    /// Its agents, when they are asked for.
    pub agent_statuses: Option<Vec<AgentStatus>>,
    /// The last lines of its logs, when they are asked for.
    pub recent_logs: Option<Vec<String>>,
    /// What has to happen before it goes on; null while it goes on by itself. Not in
    /// the specification.
    pub waiting_for: Option<Vec<Wait>>,
    /// Counters and durations, when they are asked for. Not in the specification.
    pub metrics: Option<RunMetrics>,
}

/// Where one agent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentStatus {
    /// The agent's id.
    pub agent_id: String,
    /// Its name.
    pub agent_name: String,
    /// Its stage.
    pub stage_id: String,
    /// PENDING, RUNNING, RETRYING, WAITING, SUCCESS, FAILURE, TIMEOUT or SKIPPED.
    pub status: &'static str,
    /// When its first try began.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
    /// From its first start to its end, or until now, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How often it was run again.
    pub retry_count: u32,
    /// Why it failed.
    pub error: Option<String>,
    /// Why it was not run, for people.
    pub skip_reason: Option<String>,
}

/// What a status is made from besides the run.
#[derive(Debug, Clone, Default)]
pub struct StatusOptions<'a> {
    /// Whether the agents are listed.
    pub agent_details: bool,
    /// The last lines of the logs, if they are to be shown.
    pub recent_logs: Option<Vec<String>>,
    /// How long each agent took in earlier runs.
    pub past: Option<&'a PastDurations>,
    /// Where the logs are, for the outcome.
    pub logs_url: Option<&'a str>,
    /// The run's metrics, if they are to be shown.
    pub metrics: Option<RunMetrics>,
}

impl GetPipelineStatusOutput {
    /// The status of a run at `now`.
    pub fn of(run: &Run, results: &Results, now: Timestamp, options: StatusOptions<'_>) -> Self {
        let submission = run.submission();
        let tally = run.tally();
        let in_progress: Vec<NodeIx> = nodes::agents(run)
            .map(|(node, _)| node)
            .filter(|node| is_in_progress(run, *node))
            .collect();
        let in_progress_count = u32::try_from(in_progress.len()).unwrap_or(u32::MAX);
        let waiting_for = waits(run);
        Self {
            status: run.end().map_or("RUNNING", |(status, _)| status.as_str()),
            pipeline_id: submission.pipeline_id.clone(),
            run_id: Some(submission.run_id.clone()),
            current_stage: current_stage(run).map(str::to_owned),
            current_agent: in_progress
                .first()
                .map(|node| run.plan().node(*node).id.clone()),
            total_agents: tally.total,
            agents_completed: tally.completed(),
            agents_in_progress: in_progress_count,
            agents_pending: tally.total - tally.completed() - in_progress_count,
            started_at: run.started_at().map(iso),
            estimated_completion_at: options
                .past
                .and_then(|past| estimated_completion(run, now, past))
                .map(iso),
            elapsed_time_ms: elapsed_ms(run, now),
            final_result: ExecutePipelineOutput::of(run, results, options.logs_url),
            agent_statuses: options.agent_details.then(|| {
                nodes::agents(run)
                    .map(|(node, _)| AgentStatus::of(run, node, now))
                    .collect()
            }),
            recent_logs: options.recent_logs,
            waiting_for: (!waiting_for.is_empty()).then_some(waiting_for),
            metrics: options.metrics,
        }
    }

    /// The answer when there is no run with this key.
    pub fn not_found(pipeline_id: &str) -> Self {
        Self {
            status: "NOT_FOUND",
            pipeline_id: pipeline_id.to_owned(),
            run_id: None,
            current_stage: None,
            current_agent: None,
            total_agents: 0,
            agents_completed: 0,
            agents_in_progress: 0,
            agents_pending: 0,
            started_at: None,
            estimated_completion_at: None,
            elapsed_time_ms: None,
            final_result: None,
            agent_statuses: None,
            recent_logs: None,
            waiting_for: None,
            metrics: None,
        }
    }
}

impl AgentStatus {
    fn of(run: &Run, node: NodeIx, now: Timestamp) -> Self {
        let planned = run.plan().node(node);
        let (started, ended) = run.times(node);
        let (_, retry_count) = run.tries(node);
        Self {
            agent_id: planned.id.clone(),
            agent_name: planned.name.clone(),
            stage_id: words::stage_id(run, planned.stage).to_owned(),
            status: nodes::status(run, node),
            started_at: started.map(iso),
            completed_at: ended.map(iso),
            duration_ms: nodes::duration_ms(run, node)
                .or_else(|| started.map(|started| now.since_ms(started))),
            retry_count,
            error: words::failure(run, node).map(|(_, message)| message.to_owned()),
            skip_reason: words::node_skip_reason(run, node),
        }
    }
}

/// Since the run's start, until its end, in milliseconds.
pub(crate) fn elapsed_ms(run: &Run, now: Timestamp) -> Option<u64> {
    let started = run.started_at()?;
    Some(run.ended_at().unwrap_or(now).since_ms(started))
}

/// The id of the stage that is going on; none before the start and after the end.
fn current_stage(run: &Run) -> Option<&str> {
    match run.standing() {
        Standing::Pending | Standing::Ended => None,
        Standing::Going | Standing::Waiting | Standing::Interrupted | Standing::Stuck => {
            run.current_stage().map(|stage| words::stage_id(run, stage))
        }
    }
}

/// Whether a node has begun and not ended.
fn is_in_progress(run: &Run, node: NodeIx) -> bool {
    match run.view(node) {
        NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => true,
        NodeView::Pending | NodeView::Done(_) | NodeView::Skipped(_) => false,
    }
}
