//! The stages, agents and gates of a [`super::RunReport`].

use crate::findings::findings_of;
use crate::items::ItemsReport;
use crate::moment::iso;
use crate::nodes;
use crate::results::{Results, StoredLog};
use crate::words;
use serde::Serialize;
use stagewright_core::{NodeIx, NodeView, Run, SeverityCounts, StageIx};

/// One stage with its agents and gates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageReport {
    /// The stage's id.
    pub stage_id: String,
    /// Its name.
    pub stage_name: String,
    /// Whether its agents' failures can fail the run.
    pub required: bool,
    /// SUCCESS, PARTIAL_SUCCESS, FAILURE or SKIPPED; RUNNING or PENDING before.
    pub status: &'static str,
    /// Why it was not run, for people.
    pub skip_reason: Option<String>,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Its agents in order.
    pub agents: Vec<AgentReport>,
    /// Its gates in order.
    pub gates: Vec<GateReport>,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentReport {
    /// The agent's id.
    pub agent_id: String,
    /// Its type, if it has one.
    pub agent_type: Option<String>,
    /// How it went.
    #[serde(flatten)]
    pub course: Course,
    /// PENDING, RUNNING, RETRYING, WAITING, SUCCESS, FAILURE, TIMEOUT or SKIPPED.
    pub status: &'static str,
    /// Its findings by severity; null while it has no result.
    pub findings: Option<SeverityCounts>,
    /// What it cost in US dollars; null is unknown.
    pub cost_usd: Option<f64>,
}

/// One gate with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateReport {
    /// The gate's id.
    pub gate_id: String,
    /// How it went.
    #[serde(flatten)]
    pub course: Course,
    /// PENDING, RUNNING, RETRYING, WAITING, SUCCESS (a pass), FAILURE, TIMEOUT or
    /// SKIPPED.
    pub status: &'static str,
    /// `pass`, `fail`, `error` or `no_evidence`; null while it was not executed.
    pub verdict: Option<&'static str>,
    /// In a few words, why.
    pub message: Option<String>,
}

/// How an agent or gate went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    /// For people.
    pub name: String,
    /// Who does it: `command`, `lambda`, `set` or `human`.
    pub kind: &'static str,
    /// Whether its failure can fail the run: it and its stage are required.
    pub required: bool,
    /// Tries so far, those before a `resume` included.
    pub tries: u32,
    /// Re-runs since it was last started over.
    pub retry_count: u32,
    /// When its first try began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Between the two, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Why it failed.
    pub error: Option<String>,
    /// The class of the failure.
    pub error_type: Option<&'static str>,
    /// Why it was not run, as a word.
    pub skip: Option<&'static str>,
    /// Why it was not run, for people.
    pub skip_reason: Option<String>,
    /// The exit code of its last try.
    pub exit_code: Option<i32>,
    /// The number of the signal that ended its last try.
    pub signal: Option<i32>,
    /// The hash of its full result.
    pub result_hash: Option<String>,
    /// The log of its standard output, relative to the run's directory.
    pub stdout_log: Option<String>,
    /// The log of its standard error, relative to the run's directory.
    pub stderr_log: Option<String>,
    /// What the reader of its answer thought worth saying.
    pub warnings: Vec<String>,
    /// How its instances went; null when it is not repeated, or not yet.
    pub items: Option<ItemsReport>,
    /// Who did it, where there was a choice: `ai` for its own action, `static` for a
    /// fallback (rule D5).
    pub strategy_used: Option<&'static str>,
}

/// All stages in order.
pub(crate) fn stage_reports(run: &Run, results: &Results) -> Vec<StageReport> {
    nodes::stages(run)
        .map(|(stage, planned)| {
            let (started, ended) = run.stage_times(stage);
            StageReport {
                stage_id: planned.id.clone(),
                stage_name: planned.name.clone(),
                required: planned.required,
                status: stage_status(run, stage),
                skip_reason: words::stage_skip_reason(run, stage),
                started_at: started.map(iso),
                ended_at: ended.map(iso),
                agents: planned
                    .agent_nodes()
                    .map(|node| AgentReport::of(run, node, results))
                    .collect(),
                gates: planned
                    .gate_nodes()
                    .map(|node| GateReport::of(run, node, results))
                    .collect(),
            }
        })
        .collect()
}

/// Where a stage stands, in the upper-case words of documents.
pub(crate) fn stage_status(run: &Run, stage: StageIx) -> &'static str {
    match run.stage_status(stage) {
        Some((status, _)) => status.as_str(),
        None if run.stage_times(stage).0.is_some() => "RUNNING",
        None => "PENDING",
    }
}

impl AgentReport {
    fn of(run: &Run, node: NodeIx, results: &Results) -> Self {
        let planned = run.plan().node(node);
        let (findings, cost_usd) = match run.view(node) {
            NodeView::Done(outcome) => (Some(findings_of(run, node)), outcome.cost_usd),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. }
            | NodeView::Skipped(_) => (None, None),
        };
        Self {
            agent_id: planned.id.clone(),
            agent_type: planned.agent_type.clone(),
            course: Course::of(run, node, results),
            status: nodes::status(run, node),
            findings,
            cost_usd,
        }
    }
}

impl GateReport {
    fn of(run: &Run, node: NodeIx, results: &Results) -> Self {
        let judged = words::verdict(run, node);
        Self {
            gate_id: run.plan().node(node).id.clone(),
            course: Course::of(run, node, results),
            status: nodes::status(run, node),
            verdict: judged.map(|(verdict, _)| verdict.as_str()),
            message: judged.map(|(_, message)| message.to_owned()),
        }
    }
}

impl Course {
    fn of(run: &Run, node: NodeIx, results: &Results) -> Self {
        let planned = run.plan().node(node);
        let (tries, retry_count) = run.tries(node);
        let (started, ended) = run.times(node);
        let failure = words::failure(run, node);
        let stored = results.get(node);
        let path = |log: &StoredLog| log.path.clone();
        let mut course = Self {
            name: planned.name.clone(),
            kind: nodes::kind(&planned.action),
            required: run.plan().is_required(node),
            tries,
            retry_count,
            started_at: started.map(iso),
            ended_at: ended.map(iso),
            duration_ms: nodes::duration_ms(run, node),
            error: failure.map(|(_, message)| message.to_owned()),
            error_type: failure.map(|(class, _)| class.as_str()),
            skip: None,
            skip_reason: None,
            exit_code: stored.and_then(|stored| stored.exit_code),
            signal: stored.and_then(|stored| stored.signal),
            result_hash: None,
            stdout_log: stored.and_then(|stored| stored.stdout.as_ref().map(path)),
            stderr_log: stored.and_then(|stored| stored.stderr.as_ref().map(path)),
            warnings: Vec::new(),
            items: ItemsReport::of(run, node),
            strategy_used: run.strategy_used(node),
        };
        match run.view(node) {
            NodeView::Done(outcome) => {
                course.result_hash = outcome.output.as_ref().map(|blob| blob.hash.clone());
                course.warnings.clone_from(&outcome.warnings);
            }
            NodeView::Skipped(reason) => {
                course.skip = Some(reason.word());
                course.skip_reason = Some(words::skip_reason(run, reason));
            }
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. } => {}
        }
        course
    }
}
