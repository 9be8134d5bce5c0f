//! `RunReport`: everything about one run in one document, ended or not. What
//! `report --format json` prints; a superset of [`super::ExecutePipelineOutput`].

use super::aggregated::AggregatedResult;
use super::errors::{ErrorEntry, errors};
use super::nodes_report::{StageReport, stage_reports};
use super::waits::{Wait, waits};
use super::warnings::{Cost, warnings};
use crate::findings::{Findings, MergedFinding};
use crate::moment::iso;
use crate::results::Results;
use serde::Serialize;
use stagewright_core::decision::{DecisionRecord, aggregate_of_run, decision_of_run};
use stagewright_core::plan::RunMode;
use stagewright_core::run::Standing;
use stagewright_core::{Run, Timestamp};

/// The name and version of this document. Fields may be added under the same number;
/// a changed meaning takes the next one.
pub const RUN_REPORT_FORMAT: &str = "stagewright.run-report/1";

/// Everything about one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// [`RUN_REPORT_FORMAT`].
    pub format: &'static str,
    /// The run's own id.
    pub run_id: String,
    /// The user's key.
    pub pipeline_id: String,
    /// The pipeline's name.
    pub name: String,
    /// The pipeline's own version.
    pub version: String,
    /// The hash of the plan that is executed.
    pub plan_hash: String,
    /// `pending`, `running`, `waiting`, `stuck` or `ended` (decision 11).
    pub state: &'static str,
    /// What it waits for or why it is stuck; null otherwise.
    pub state_detail: Option<String>,
    /// SUCCESS, PARTIAL_SUCCESS, FAILURE or CANCELLED; null before the end.
    pub status: Option<&'static str>,
    /// What was asked for.
    pub submission: SubmissionReport,
    /// When.
    pub timing: Timing,
    /// Its agents by how they ended.
    pub agents: AgentCounts,
    /// The decision; null with `decision: none`.
    pub decision: Option<DecisionReport>,
    /// What all agents found together, in numbers.
    pub aggregated_result: AggregatedResult,
    /// The stages in order, with agents and gates.
    pub stages: Vec<StageReport>,
    /// Every problem once, the worst first.
    pub findings: Vec<MergedFinding>,
    /// Findings that count but whose details can no longer be read.
    pub findings_not_listed: u64,
    /// What has to happen before the run goes on.
    pub waits: Vec<Wait>,
    /// What it cost, as far as its agents say.
    pub cost: CostReport,
    /// Failures of agents and of the run.
    pub errors: Vec<ErrorEntry>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// What was asked for. The context itself may be large and is not repeated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubmissionReport {
    /// The pipeline file as it was named.
    pub source: Option<String>,
    /// `sequential`, `parallel` or `hybrid`.
    pub mode: RunMode,
    /// Agents at once in this run; null leaves it to the cap.
    pub max_parallelism: Option<u32>,
    /// The settings' cap on concurrent agents.
    pub concurrency_cap: u32,
    /// The limit of active time, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Whether the first required failure stops the run.
    pub fail_fast: bool,
    /// Whether a critical finding stops the run.
    pub fail_fast_on_critical: bool,
    /// Whether a required failure leaves the status at PARTIAL_SUCCESS.
    pub partial_success_allowed: bool,
    /// The top-level keys of the context, sorted.
    pub context_keys: Vec<String>,
    /// For distributed tracing.
    pub trace_id: Option<String>,
    /// The run that this one retries.
    pub parent: Option<String>,
    /// Files that decide over the change and are touched by it (decision 22).
    pub policy_changed: Vec<String>,
}

/// When a run was created, driven and ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// When it was created.
    pub created_at: String,
    /// When it was first driven.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// From its start to its end, or until now, in milliseconds.
    pub elapsed_ms: Option<u64>,
    /// For how long of that it was really going on (decision 9).
    pub active_ms: u64,
}

/// Agents by how they ended, gates left out (rule A17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AgentCounts {
    /// All agents of the plan.
    pub total: u32,
    /// Succeeded and failed together.
    pub executed: u32,
    /// Agents that answered.
    pub succeeded: u32,
    /// Agents that failed or timed out.
    pub failed: u32,
    /// Agents that were not run.
    pub skipped: u32,
}

/// A decision, and whether it can still change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionReport {
    /// True once the run has ended; before, this is what the decision would be now.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The decision with its factors.
    #[serde(flatten)]
    pub record: DecisionRecord,
}

/// What a run cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostReport {
    /// The sum of what is known, in US dollars; null when no agent reports any.
    pub known_usd: Option<f64>,
    /// Executed agents that report none: their cost is unknown, not zero.
    pub unknown_for: Vec<String>,
}

impl RunReport {
    /// The report of a run at `now`.
    pub fn of(run: &Run, results: &Results, now: Timestamp) -> Self {
        let submission = run.submission();
        let plan = run.plan();
        let findings = Findings::of(run, results);
        let waits = waits(run);
        let tally = run.tally();
        let cost = Cost::of(run);
        Self {
            format: RUN_REPORT_FORMAT,
            run_id: submission.run_id.clone(),
            pipeline_id: submission.pipeline_id.clone(),
            name: plan.name.clone(),
            version: plan.version.clone(),
            plan_hash: submission.plan.hash.clone(),
            state: state(run),
            state_detail: state_detail(run, &waits),
            status: run.end().map(|(status, _)| status.as_str()),
            submission: SubmissionReport::of(run),
            timing: Timing {
                created_at: iso(run.created_at()),
                started_at: run.started_at().map(iso),
                ended_at: run.ended_at().map(iso),
                elapsed_ms: super::status::elapsed_ms(run, now),
                active_ms: run.active_ms(now),
            },
            agents: AgentCounts {
                total: tally.total,
                executed: tally.executed(),
                succeeded: tally.succeeded,
                failed: tally.failed,
                skipped: tally.skipped,
            },
            decision: current_decision(run),
            aggregated_result: AggregatedResult::of(&aggregate_of_run(run)),
            stages: stage_reports(run, results),
            findings: findings.list,
            findings_not_listed: findings.not_listed,
            waits,
            cost: CostReport {
                known_usd: cost.known_usd,
                unknown_for: cost.unknown.into_iter().map(str::to_owned).collect(),
            },
            errors: errors(run),
            warnings: warnings(run, results),
        }
    }
}

impl SubmissionReport {
    fn of(run: &Run) -> Self {
        let submission = run.submission();
        let mut context_keys: Vec<String> = submission
            .context
            .as_object()
            .map(|entries| entries.keys().cloned().collect())
            .unwrap_or_default();
        context_keys.sort_unstable();
        Self {
            source: submission.source.clone(),
            mode: submission.mode,
            max_parallelism: submission.max_parallelism,
            concurrency_cap: submission.concurrency_cap,
            timeout_ms: submission.timeout_ms,
            fail_fast: submission.fail_fast,
            fail_fast_on_critical: submission.fail_fast_on_critical,
            partial_success_allowed: submission.partial_success_allowed,
            context_keys,
            trace_id: submission.trace_id.clone(),
            parent: submission.parent.clone(),
            policy_changed: submission.policy_changed.clone(),
        }
    }
}

/// The decision of a run that has ended, or what it would be now.
pub(crate) fn current_decision(run: &Run) -> Option<DecisionReport> {
    match run.end() {
        Some((_, record)) => record.map(|record| DecisionReport {
            is_final: true,
            record: record.clone(),
        }),
        None => decision_of_run(run).map(|record| DecisionReport {
            is_final: false,
            record,
        }),
    }
}

/// The word for a run's state (decision 11). A run whose driver was interrupted is
/// `running`: nothing has to happen to it but a `resume`, which its waits name.
pub(crate) fn state(run: &Run) -> &'static str {
    match run.standing() {
        Standing::Pending => "pending",
        Standing::Going | Standing::Interrupted => "running",
        Standing::Waiting => "waiting",
        Standing::Stuck => "stuck",
        Standing::Ended => "ended",
    }
}

fn state_detail(run: &Run, waits: &[Wait]) -> Option<String> {
    match run.standing() {
        Standing::Stuck => run.stuck_reason().map(str::to_owned),
        Standing::Waiting => waits.first().map(|wait| wait.reason.to_owned()),
        Standing::Interrupted => Some("interrupted".to_owned()),
        Standing::Pending | Standing::Going | Standing::Ended => None,
    }
}
