//! `RunEntry`: one run among many. What `list --json` prints a list of.

use super::run_report::{AgentCounts, Timing};
use crate::moment::iso;
use crate::terminal::RunRow;
use serde::Serialize;
use stagewright_core::Timestamp;

/// One run at a glance, with the names and the meanings of [`super::RunReport`]. All
/// fields are always there; further ones may be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunEntry {
    /// The run's own id.
    pub run_id: String,
    /// The user's key.
    pub pipeline_id: String,
    /// The pipeline's name.
    pub name: String,
    /// `pending`, `running`, `waiting`, `stuck` or `ended` (decision 11).
    pub state: String,
    /// What it waits for, why it is stuck, or `interrupted` where nobody drives it.
    pub state_detail: Option<String>,
    /// SUCCESS, PARTIAL_SUCCESS, FAILURE or CANCELLED; null before the end.
    pub status: Option<String>,
    /// MERGE or BLOCK; null before the end and with `decision: none`.
    pub decision: Option<String>,
    /// The id of the stage that is going on.
    pub current_stage: Option<String>,
    /// The id of an agent that runs or waits.
    pub current_agent: Option<String>,
    /// When.
    pub timing: Timing,
    /// When its last event happened.
    pub updated_at: String,
    /// Its agents by how they ended.
    pub agents: AgentCounts,
    /// How many of its agents and gates run.
    pub running: u32,
    /// The run that this one retries.
    pub parent: Option<String>,
}

impl RunEntry {
    /// The entry of a row of the run index at `now`.
    pub fn of(row: &RunRow, now: Timestamp) -> Self {
        let time = |ms: u64| iso(Timestamp(ms));
        Self {
            run_id: row.run_id.clone(),
            pipeline_id: row.pipeline_id.clone(),
            name: row.name.clone(),
            state: row.state.clone(),
            state_detail: row.state_detail.clone(),
            status: row.status.clone(),
            decision: row.decision.clone(),
            current_stage: row.current_stage.clone(),
            current_agent: row.current_agent.clone(),
            timing: Timing {
                created_at: time(row.created_at),
                started_at: row.started_at.map(time),
                ended_at: row.ended_at.map(time),
                elapsed_ms: row.elapsed_ms(now),
                active_ms: row.active_ms,
            },
            updated_at: time(row.updated_at),
            agents: AgentCounts {
                total: row.agents_total,
                executed: row.agents_completed,
                succeeded: row.agents_completed.saturating_sub(row.agents_failed),
                failed: row.agents_failed,
                skipped: row.agents_skipped,
            },
            running: row.agents_running,
            parent: row.parent.clone(),
        }
    }
}
