//! `ExecutePipelineOutput`: the finished run as the review specification's document.
//!
//! Its fields and their order are that specification's, with `run_id` added; all of
//! them are always there, the optional ones as null (rule A18). Gates are no agents
//! and have no place in it: a gate that did not pass stands in the warnings and in
//! the decision's reason. [`super::RunReport`] has them in full.

use super::aggregated::AggregatedResult;
use super::errors::{ErrorEntry, errors};
use super::warnings::warnings;
use crate::moment::iso;
use crate::nodes;
use crate::results::Results;
use crate::words;
use serde::Serialize;
use serde_json::{Map, Value};
use stagewright_core::decision::{Aggregate, Choice, aggregate_of_run};
use stagewright_core::event::RunStatus;
use stagewright_core::{NodeIx, Run, StageIx, Timestamp};

/// The reason in the place of a decision when the pipeline asks for none.
pub const NO_DECISION: &str = "decision: none";

/// The outcome of a run that has ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExecutePipelineOutput {
    /// SUCCESS, PARTIAL_SUCCESS, FAILURE or CANCELLED.
    pub status: &'static str,
    /// The user's key.
    pub pipeline_id: String,
    /// The run's own id; null when none could begin. Not in the review specification's
    /// schema.
    pub run_id: Option<String>,
    /// All agents of the plan (rule A17: executed + skipped).
    pub total_agents: u32,
    /// Agents that ran to an end (rule A17: succeeded + failed).
    pub agents_executed: u32,
    /// Agents that answered.
    pub agents_succeeded: u32,
    /// Agents that failed or timed out.
    pub agents_failed: u32,
    /// Agents that were not run.
    pub agents_skipped: u32,
    /// When it was first driven.
    pub started_at: String,
    /// When it ended.
    pub completed_at: String,
    /// Between the two, in milliseconds; waits for people are part of it.
    pub duration_ms: u64,
    /// The stages in order.
    pub stage_results: Vec<StageResult>,
    /// What all agents found together.
    pub aggregated_result: AggregatedResult,
    /// MERGE or BLOCK. Null with `decision: none`, where the specification knows no
    /// third word: neither of its two would be true.
    pub decision: Option<&'static str>,
    /// In one sentence, why.
    pub decision_reason: String,
    /// Failures of agents and of the run; null when there are none.
    pub errors: Option<Vec<ErrorEntry>>,
    /// What a person should know; null when there is nothing.
    pub warnings: Option<Vec<String>>,
    /// For distributed tracing, passed through.
    pub trace_id: Option<String>,
    /// Where the logs are, as the caller says.
    pub execution_logs_url: Option<String>,
}

/// The outcome of one stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageResult {
    /// The stage's id.
    pub stage_id: String,
    /// Its name.
    pub stage_name: String,
    /// SUCCESS, PARTIAL_SUCCESS, FAILURE or SKIPPED.
    pub status: &'static str,
    /// Its agents in order; those of a skipped stage too (rule A17).
    pub agent_results: Vec<AgentResult>,
    /// When it began; of a skipped stage, when it was skipped.
    pub started_at: String,
    /// When it ended.
    pub completed_at: String,
    /// Between the two, in milliseconds.
    pub duration_ms: u64,
    /// Whether nothing of it ran.
    pub skipped: bool,
    /// Why not, for people.
    pub skip_reason: Option<String>,
}

/// The outcome of one agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentResult {
    /// The agent's id.
    pub agent_id: String,
    /// Its name.
    pub agent_name: String,
    /// Its type; of an agent without one, the word for who does it.
    pub agent_type: String,
    /// SUCCESS, FAILURE, TIMEOUT or SKIPPED.
    pub status: &'static str,
    /// The agent's own document. A text stands below `text`, a list below `items`,
    /// another plain value below `value`; of a repeated agent the list of all outputs.
    pub output: Option<Map<String, Value>>,
    /// When its first try began; of a skipped agent, when it was skipped.
    pub started_at: String,
    /// When its last try ended.
    pub completed_at: String,
    /// Between the two, in milliseconds.
    pub duration_ms: u64,
    /// Why its last try failed.
    pub error: Option<String>,
    /// How often it was run again (rule A5).
    pub retry_count: u32,
    /// Whether it was not run.
    pub skipped: bool,
    /// Why not, for people.
    pub skip_reason: Option<String>,
}

impl ExecutePipelineOutput {
    /// The document of a run; `None` while the run has not ended.
    pub fn of(run: &Run, results: &Results, logs_url: Option<&str>) -> Option<Self> {
        let (status, decision) = run.end()?;
        let submission = run.submission();
        let tally = run.tally();
        let started = run.started_at().unwrap_or(run.created_at());
        let ended = run.ended_at().unwrap_or(run.last_event_at());
        Some(Self {
            status: status.as_str(),
            pipeline_id: submission.pipeline_id.clone(),
            run_id: Some(submission.run_id.clone()),
            total_agents: tally.total,
            agents_executed: tally.executed(),
            agents_succeeded: tally.succeeded,
            agents_failed: tally.failed,
            agents_skipped: tally.skipped,
            started_at: iso(started),
            completed_at: iso(ended),
            duration_ms: ended.since_ms(started),
            stage_results: nodes::stages(run)
                .map(|(stage, _)| StageResult::of(run, stage, results))
                .collect(),
            aggregated_result: AggregatedResult::of(&aggregate_of_run(run)),
            decision: decision.map(|record| record.decision.as_str()),
            decision_reason: decision
                .map_or_else(|| NO_DECISION.to_owned(), |record| record.reason.clone()),
            errors: Some(errors(run)).filter(|list| !list.is_empty()),
            warnings: Some(warnings(run, results)).filter(|list| !list.is_empty()),
            trace_id: submission.trace_id.clone(),
            execution_logs_url: logs_url.map(str::to_owned),
        })
    }
}

impl ExecutePipelineOutput {
    /// The document of an order that no run came of, or whose run could not be saved:
    /// FAILURE, and BLOCK since there is no evidence (rules A1, A2, A18).
    pub fn failed(
        pipeline_id: &str,
        run_id: Option<&str>,
        now: Timestamp,
        error_type: &'static str,
        error: String,
    ) -> Self {
        Self {
            status: RunStatus::Failure.as_str(),
            pipeline_id: pipeline_id.to_owned(),
            run_id: run_id.map(str::to_owned),
            total_agents: 0,
            agents_executed: 0,
            agents_succeeded: 0,
            agents_failed: 0,
            agents_skipped: 0,
            started_at: iso(now),
            completed_at: iso(now),
            duration_ms: 0,
            stage_results: Vec::new(),
            aggregated_result: AggregatedResult::of(&Aggregate::default()),
            decision: Some(Choice::Block.as_str()),
            decision_reason: error.clone(),
            errors: Some(vec![ErrorEntry {
                agent_id: None,
                stage_id: None,
                error,
                error_type,
            }]),
            warnings: None,
            trace_id: None,
            execution_logs_url: None,
        }
    }
}

impl StageResult {
    fn of(run: &Run, stage: StageIx, results: &Results) -> Self {
        let planned = run.plan().stage(stage);
        let (started, ended) = run.stage_times(stage);
        let ended = ended.unwrap_or(run.last_event_at());
        let started = started.unwrap_or(ended);
        let status = run
            .stage_status(stage)
            .map_or("SKIPPED", |(status, _)| status.as_str());
        Self {
            stage_id: planned.id.clone(),
            stage_name: planned.name.clone(),
            status,
            agent_results: planned
                .agent_nodes()
                .map(|node| AgentResult::of(run, node, results))
                .collect(),
            started_at: iso(started),
            completed_at: iso(ended),
            duration_ms: ended.since_ms(started),
            skipped: status == "SKIPPED",
            skip_reason: words::stage_skip_reason(run, stage),
        }
    }
}

impl AgentResult {
    /// The outcome of an agent of a run that has ended.
    fn of(run: &Run, node: NodeIx, results: &Results) -> Self {
        let planned = run.plan().node(node);
        let (started, ended) = run.times(node);
        let ended = ended.unwrap_or(run.last_event_at());
        let started = started.unwrap_or(ended);
        let (_, retry_count) = run.tries(node);
        let skip_reason = words::node_skip_reason(run, node);
        Self {
            agent_id: planned.id.clone(),
            agent_name: planned.name.clone(),
            agent_type: nodes::agent_type(planned).to_owned(),
            status: nodes::status(run, node),
            output: results.output_object(run, node),
            started_at: iso(started),
            completed_at: iso(ended),
            duration_ms: ended.since_ms(started),
            error: words::failure(run, node).map(|(_, message)| message.to_owned()),
            retry_count,
            skipped: skip_reason.is_some(),
            skip_reason,
        }
    }
}
