//! `metrics` of a status: counters and durations of one run, under the names of the review
//! specification (section 5), so that an exporter has nothing left to compute.

use crate::nodes;
use crate::words;
use serde::Serialize;
use stagewright_core::decision::Choice;
use stagewright_core::event::{Asker, AttemptResult, RunStatus, SkipReason};
use stagewright_core::{ErrorClass, Event, NodeIx, NodeView, Recorded, Run, StageIx, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The metrics of a run. Durations are in milliseconds; rates are 1 or 0, and null before
/// there is an end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunMetrics {
    /// Since its start, until its end or until now; null before its start.
    #[serde(rename = "PipelineExecutionDuration")]
    pub pipeline_execution_duration: Option<u64>,
    /// 1 when it ended with SUCCESS.
    #[serde(rename = "PipelineSuccessRate")]
    pub pipeline_success_rate: Option<u8>,
    /// Agents that ran to an end.
    #[serde(rename = "AgentsExecuted")]
    pub agents_executed: u32,
    /// Those of them that failed or timed out.
    #[serde(rename = "AgentsFailed")]
    pub agents_failed: u32,
    /// Agents that were not run.
    #[serde(rename = "AgentsSkipped")]
    pub agents_skipped: u32,
    /// 1 when the decision is MERGE; null without a decision.
    #[serde(rename = "MergeDecision")]
    pub merge_decision: Option<u8>,
    /// How long the journal took to save the run's state; null where that was not measured.
    #[serde(rename = "StateSaveDuration")]
    pub state_save_duration: Option<SaveDurations>,
    /// Events in the journal.
    pub events: u64,
    /// Launches of agents and gates.
    pub launches: u64,
    /// Tries of agents and gates; a try that is launched again after a crash counts once.
    pub tries: u64,
    /// Tries after the first of an agent or gate.
    pub retries: u64,
    /// Tries that ran into a time limit.
    pub timeouts: u64,
    /// Conditions of stages, agents and gates that were decided.
    pub conditions_evaluated: u64,
    /// Custom conditions that were asked for, and answered by a program.
    pub custom_conditions: CustomConditions,
    /// The stages in order.
    pub stages: Vec<StageMetrics>,
    /// The agents and gates in order.
    pub agents: Vec<AgentMetrics>,
}

/// How long saves took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SaveDurations {
    /// How many there were.
    pub count: u64,
    /// What half of them did not exceed.
    pub p50: f64,
    /// What 95 of 100 did not exceed.
    pub p95: f64,
    /// The longest.
    pub max: f64,
}

/// Custom conditions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CustomConditions {
    /// How many were answered.
    pub count: u64,
    /// The longest wait for an answer, in milliseconds.
    pub max_ms: u64,
}

/// The metrics of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageMetrics {
    /// The stage's id.
    pub stage_id: String,
    /// Where it stands.
    #[serde(rename = "Status")]
    pub status: &'static str,
    /// From its start to its end, or until now; null before its start and when it was
    /// skipped.
    #[serde(rename = "StageExecutionDuration")]
    pub stage_execution_duration: Option<u64>,
}

/// The metrics of one agent or gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentMetrics {
    /// Its id.
    pub agent_id: String,
    /// Its type.
    #[serde(rename = "AgentType")]
    pub agent_type: String,
    /// Where it stands.
    #[serde(rename = "Status")]
    pub status: &'static str,
    /// From its first start to its end, or until now; null when it was not begun.
    #[serde(rename = "AgentExecutionDuration")]
    pub agent_execution_duration: Option<u64>,
    /// 1 when it ended with SUCCESS; null before its end and when it was skipped.
    #[serde(rename = "AgentSuccessRate")]
    pub agent_success_rate: Option<u8>,
    /// Its tries.
    pub tries: u64,
    /// Its tries after the first.
    pub retries: u64,
    /// Its tries that ran into a time limit.
    pub timeouts: u64,
    /// CPU time of all its tries that have ended, in milliseconds; null when that of any
    /// is unknown.
    pub cpu_ms: Option<u64>,
    /// The largest resident memory of one of its processes, in bytes, as far as it was
    /// seen.
    pub peak_memory_bytes: Option<u64>,
}

/// What is counted of one node, its instances included.
#[derive(Debug, Default)]
struct Counts {
    launches: u64,
    tries: BTreeSet<(NodeIx, u32)>,
    first_tries: BTreeSet<NodeIx>,
    timeouts: u64,
    ended: u64,
    /// Of the tries whose CPU time is known.
    cpu_ms: Vec<u64>,
    peak_memory_bytes: Option<u64>,
}

impl RunMetrics {
    /// The metrics of a run at `now`, from its events up to the state that it is in.
    pub fn of(
        run: &Run,
        events: &[Recorded],
        now: Timestamp,
        saves: Option<SaveDurations>,
    ) -> Self {
        let tally = run.tally();
        let end = run.end();
        let decision = end.and_then(|(_, decision)| decision);
        let counts = count(events);
        let sum = |of: fn(&Counts) -> u64| counts.values().map(of).sum();
        Self {
            pipeline_execution_duration: super::elapsed_ms(run, now),
            pipeline_success_rate: end.map(|(status, _)| u8::from(status == RunStatus::Success)),
            agents_executed: tally.executed(),
            agents_failed: tally.failed,
            agents_skipped: tally.skipped,
            merge_decision: decision.map(|record| u8::from(record.decision == Choice::Merge)),
            state_save_duration: saves,
            events: run.next_seq(),
            launches: sum(|counts| counts.launches),
            tries: sum(Counts::tries),
            retries: sum(Counts::retries),
            timeouts: sum(|counts| counts.timeouts),
            conditions_evaluated: conditions_evaluated(run),
            custom_conditions: custom_conditions(events),
            stages: nodes::stages(run)
                .map(|(stage, _)| StageMetrics::of(run, stage, now))
                .collect(),
            agents: nodes::all(run)
                .map(|(node, _)| AgentMetrics::of(run, node, now, counts.get(&node)))
                .collect(),
        }
    }
}

impl StageMetrics {
    fn of(run: &Run, stage: StageIx, now: Timestamp) -> Self {
        let (started, ended) = run.stage_times(stage);
        let status = super::stage_status(run, stage);
        Self {
            stage_id: words::stage_id(run, stage).to_owned(),
            status,
            stage_execution_duration: started
                .filter(|_| status != "SKIPPED")
                .map(|started| ended.unwrap_or(now).since_ms(started)),
        }
    }
}

impl AgentMetrics {
    fn of(run: &Run, node: NodeIx, now: Timestamp, counts: Option<&Counts>) -> Self {
        let planned = run.plan().node(node);
        let (started, ended) = run.times(node);
        let status = nodes::status(run, node);
        let succeeded = match run.view(node) {
            NodeView::Done(_) => Some(u8::from(status == "SUCCESS")),
            NodeView::Skipped(_)
            | NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. } => None,
        };
        Self {
            agent_id: planned.id.clone(),
            agent_type: nodes::agent_type(planned).to_owned(),
            status,
            agent_execution_duration: started.map(|started| ended.unwrap_or(now).since_ms(started)),
            agent_success_rate: succeeded,
            tries: counts.map_or(0, Counts::tries),
            retries: counts.map_or(0, Counts::retries),
            timeouts: counts.map_or(0, |counts| counts.timeouts),
            cpu_ms: counts.and_then(Counts::cpu_ms),
            peak_memory_bytes: counts.and_then(|counts| counts.peak_memory_bytes),
        }
    }
}

impl Counts {
    fn tries(&self) -> u64 {
        self.tries.len() as u64
    }

    fn retries(&self) -> u64 {
        (self.tries.len() - self.first_tries.len()) as u64
    }

    fn cpu_ms(&self) -> Option<u64> {
        let is_known = self.ended > 0 && self.cpu_ms.len() as u64 == self.ended;
        is_known.then(|| self.cpu_ms.iter().sum())
    }
}

/// What the events say of each node of the plan.
fn count(events: &[Recorded]) -> BTreeMap<NodeIx, Counts> {
    let mut counts: BTreeMap<NodeIx, Counts> = BTreeMap::new();
    for recorded in events {
        match &recorded.event {
            Event::AttemptStarted {
                node, try_number, ..
            } => {
                let counts = counts.entry(node.whole()).or_default();
                counts.launches += 1;
                counts.tries.insert((*node, *try_number));
                counts.first_tries.insert(*node);
            }
            Event::AttemptFinished { node, outcome, .. } => {
                let timed_out = matches!(
                    outcome.result,
                    AttemptResult::Failed {
                        class: ErrorClass::Timeout,
                        ..
                    }
                );
                let counts = counts.entry(node.whole()).or_default();
                counts.timeouts += u64::from(timed_out);
                counts.ended += 1;
                let usage = outcome.usage.unwrap_or_default();
                counts.cpu_ms.extend(usage.cpu_ms);
                counts.peak_memory_bytes = counts.peak_memory_bytes.max(usage.peak_memory_bytes);
            }
            _ => {}
        }
    }
    counts
}

/// How many conditions of the plan were decided: what has one was begun, or was skipped
/// because of it.
fn conditions_evaluated(run: &Run) -> u64 {
    let of_stages = nodes::stages(run)
        .filter(|(_, planned)| planned.condition.is_some())
        .filter(|(stage, _)| match run.stage_status(*stage) {
            Some((_, Some(reason))) => is_the_conditions(reason),
            Some((_, None)) | None => run.stage_times(*stage).0.is_some(),
        })
        .count();
    let of_nodes = nodes::all(run)
        .filter(|(_, planned)| planned.condition.is_some())
        .filter(|(node, _)| match run.view(*node) {
            NodeView::Skipped(reason) => is_the_conditions(reason),
            NodeView::Pending => false,
            NodeView::Done(_)
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. } => true,
        })
        .count();
    (of_stages + of_nodes) as u64
}

fn is_the_conditions(reason: &SkipReason) -> bool {
    matches!(
        reason,
        SkipReason::ConditionFalse | SkipReason::ConditionError { .. }
    )
}

fn custom_conditions(events: &[Recorded]) -> CustomConditions {
    let mut asked: BTreeMap<(Asker, u32), Timestamp> = BTreeMap::new();
    let mut conditions = CustomConditions::default();
    for recorded in events {
        match &recorded.event {
            Event::ConditionAsked { asker, number } => {
                asked.insert((*asker, *number), recorded.at);
            }
            Event::ConditionAnswered { asker, number, .. } => {
                if let Some(since) = asked.remove(&(*asker, *number)) {
                    conditions.count += 1;
                    conditions.max_ms = conditions.max_ms.max(recorded.at.since_ms(since));
                }
            }
            _ => {}
        }
    }
    conditions
}
