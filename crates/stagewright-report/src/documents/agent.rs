//! `ExecuteAgentOutput`: the outcome of a single agent.

use crate::moment::iso;
use crate::nodes;
use crate::results::{Results, StoredResult};
use crate::words;
use serde::Serialize;
use serde_json::{Map, Value};
use stagewright_core::{NodeIx, NodeView, Run};

/// The answer of `execute_agent`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExecuteAgentOutput {
    /// SUCCESS, FAILURE or TIMEOUT.
    pub status: &'static str,
    /// The agent's id.
    pub agent_id: String,
    /// Its name.
    pub agent_name: String,
    /// The agent's own document, as in [`super::AgentResult`].
    pub output: Option<Map<String, Value>>,
    /// When its first try began.
    pub started_at: String,
    /// When its last try ended.
    pub completed_at: String,
    /// Between the two, in milliseconds.
    pub duration_ms: u64,
    /// How often it was run again (rule A5).
    pub retry_count: u32,
    /// Why its last try failed.
    pub error: Option<String>,
    /// The class of the failure, such as `timeout` or `invalid_output`.
    pub error_type: Option<&'static str>,
}

impl ExecuteAgentOutput {
    /// The outcome of an agent; `None` when it has not ended or was not run.
    pub fn of(run: &Run, node: NodeIx, results: &Results) -> Option<Self> {
        if !matches!(run.view(node), NodeView::Done(_)) {
            return None;
        }
        let planned = run.plan().node(node);
        let (started, ended) = run.times(node);
        let ended = ended.unwrap_or(run.last_event_at());
        let started = started.unwrap_or(ended);
        let failure = words::failure(run, node);
        let (_, retry_count) = run.tries(node);
        Some(Self {
            status: nodes::status(run, node),
            agent_id: planned.id.clone(),
            agent_name: planned.name.clone(),
            output: results.get(node).and_then(StoredResult::output_object),
            started_at: iso(started),
            completed_at: iso(ended),
            duration_ms: ended.since_ms(started),
            retry_count,
            error: failure.map(|(_, message)| message.to_owned()),
            error_type: failure.map(|(class, _)| class.as_str()),
        })
    }
}
