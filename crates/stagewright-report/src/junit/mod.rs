//! A run as JUnit XML, for CI systems that show tests.
//!
//! A suite for each stage, in it a case for each agent and gate, and at the end the suite
//! `decision` with one case: what a CI system shows green must not be a BLOCK.
//!
//! - an agent that failed is an `error`, with the class of the failure as its type; an
//!   agent with findings has answered, and passes: its findings are properties, and the
//!   decision weighs them;
//! - a gate that failed is a `failure`; one that could not be checked, or had nothing to
//!   check, is an `error`;
//! - a repeated agent is one case, whose text names the first instances that failed;
//! - what was not run is `skipped` with the reason, and so is what has not ended yet.
//!
//! The format has no standard; this is the common ground of its readers. Characters that
//! XML forbids are shown as `markup` shows them.

mod write;

use crate::documents::{current_decision, stage_status};
use crate::findings::findings_of;
use crate::items::ItemsReport;
use crate::nodes;
use crate::results::Results;
use crate::words;
use stagewright_core::decision::Choice;
use stagewright_core::event::Verdict;
use stagewright_core::plan::Stage;
use stagewright_core::{NodeIx, NodeView, Run, Severity, StageIx, Timestamp};
use write::{Case, Outcome, Problem, Suite, document};

/// The document of a run at `now`, ended or not.
pub fn junit(run: &Run, results: &Results, now: Timestamp) -> String {
    let mut suites: Vec<Suite> = nodes::stages(run)
        .map(|(stage, planned)| stage_suite(run, results, stage, planned))
        .collect();
    suites.extend(decision_suite(run));
    let seconds = crate::documents::elapsed_ms(run, now).unwrap_or(0);
    document(&run.plan().name, run.started_at(), seconds, &suites)
}

fn stage_suite(run: &Run, results: &Results, stage: StageIx, planned: &Stage) -> Suite {
    let (started, ended) = run.stage_times(stage);
    let mut properties = vec![
        ("name", planned.name.clone()),
        ("status", stage_status(run, stage).to_owned()),
        ("required", planned.required.to_string()),
    ];
    if let Some(reason) = words::stage_skip_reason(run, stage) {
        properties.push(("skip_reason", reason));
    }
    let ms = started.zip(ended).map_or(0, |(from, to)| to.since_ms(from));
    Suite {
        name: planned.id.clone(),
        started,
        ms,
        properties,
        cases: planned
            .all_nodes()
            .map(|node| case(run, results, node))
            .collect(),
    }
}

fn case(run: &Run, results: &Results, node: NodeIx) -> Case {
    let planned = run.plan().node(node);
    let (tries, _) = run.tries(node);
    let mut properties = vec![
        ("name", planned.name.clone()),
        ("kind", nodes::kind(&planned.action).to_owned()),
        ("required", run.plan().is_required(node).to_string()),
        ("tries", tries.to_string()),
    ];
    if let Some(kind) = &planned.agent_type {
        properties.push(("type", kind.clone()));
    }
    if let Some(items) = ItemsReport::of(run, node) {
        properties.push(("items", items.count.to_string()));
        properties.push(("items_failed", items.failed.to_string()));
    }
    if let NodeView::Done(outcome) = run.view(node) {
        let counts = findings_of(run, node);
        for (name, severity) in [
            ("findings.critical", Severity::Critical),
            ("findings.high", Severity::High),
            ("findings.medium", Severity::Medium),
            ("findings.low", Severity::Low),
        ] {
            properties.push((name, counts.of(severity).to_string()));
        }
        if let Some(cost) = outcome.cost_usd {
            properties.push(("cost_usd", cost.to_string()));
        }
        if let Some(blob) = &outcome.output {
            properties.push(("result_sha256", blob.hash.clone()));
        }
    }
    let stored = results.get(node);
    if let Some(code) = stored.and_then(|stored| stored.exit_code) {
        properties.push(("exit_code", code.to_string()));
    }
    Case {
        name: planned.id.clone(),
        class: words::stage_id(run, planned.stage).to_owned(),
        ms: nodes::duration_ms(run, node).unwrap_or(0),
        properties,
        outcome: outcome(run, node),
    }
}

fn outcome(run: &Run, node: NodeIx) -> Outcome {
    let problem = |kind, message: &str| Problem {
        kind,
        message: message.to_owned(),
        text: with_items(run, node, message),
    };
    match run.view(node) {
        NodeView::Skipped(reason) => Outcome::Skipped(words::skip_reason(run, reason)),
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => {
            Outcome::Skipped(format!("it has not ended: {}", nodes::status(run, node)))
        }
        NodeView::Done(_) => match (words::failure(run, node), words::verdict(run, node)) {
            (Some((class, message)), _) => Outcome::Broken(problem(class.as_str(), message)),
            (None, Some((Verdict::Fail, message))) => Outcome::Failed(problem("fail", message)),
            (None, Some((verdict @ (Verdict::Error | Verdict::NoEvidence), message))) => {
                Outcome::Broken(problem(verdict.as_str(), message))
            }
            (None, Some((Verdict::Pass, _)) | None) => Outcome::Passed,
        },
    }
}

/// A message, with the first instances that failed where the agent is repeated.
fn with_items(run: &Run, node: NodeIx, message: &str) -> String {
    let mut text = message.to_owned();
    for failure in ItemsReport::of(run, node)
        .into_iter()
        .flat_map(|items| items.first_failures)
    {
        text.push_str(&format!("\n{}: {}", failure.id, failure.error));
    }
    text
}

/// The decision as a case; nothing with `decision: none`.
fn decision_suite(run: &Run) -> Option<Suite> {
    let decision = current_decision(run)?;
    let factors: Vec<String> = decision
        .record
        .factors
        .iter()
        .map(|factor| {
            let mark = if factor.blocking { "blocks" } else { "noted" };
            format!("{mark}: {}", factor.detail)
        })
        .collect();
    let outcome = match (decision.is_final, decision.record.decision) {
        (false, _) => Outcome::Skipped("it has not been made yet".to_owned()),
        (true, Choice::Merge) => Outcome::Passed,
        (true, Choice::Block) => Outcome::Failed(Problem {
            kind: "BLOCK",
            message: decision.record.reason.clone(),
            text: factors.join("\n"),
        }),
    };
    Some(Suite {
        name: "decision".to_owned(),
        started: run.ended_at(),
        ms: 0,
        properties: vec![("pipeline_id", run.submission().pipeline_id.clone())],
        cases: vec![Case {
            name: "decision".to_owned(),
            class: "decision".to_owned(),
            ms: 0,
            properties: vec![
                ("decision", decision.record.decision.as_str().to_owned()),
                ("reason", decision.record.reason),
            ],
            outcome,
        }],
    })
}
