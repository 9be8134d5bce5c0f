//! How the run of a step ended, as the step's result.
//!
//! | the run ended with | the step |
//! | --- | --- |
//! | SUCCESS, PARTIAL_SUCCESS | has answered; the decision is part of the answer |
//! | FAILURE | has failed (`execution`; `timeout` when the run's time limit passed) |
//! | CANCELLED | has failed (`cancelled`) |
//!
//! A run that decided on BLOCK has answered: its findings count by the policy of the run
//! above, and what the decision there has to know is handed up beside the answer.

use crate::engine::Engine;
use crate::error::EngineError;
use serde_json::{Map, Value, json};
use stagewright_agents::{Performed, ResultDocument, take_outputs};
use stagewright_core::decision::hand_up;
use stagewright_core::event::{AttemptOutcome, AttemptResult, Facts, RunStatus};
use stagewright_core::expression::MAX_TEXT_BYTES;
use stagewright_core::finding::{Finding, FindingsSummary};
use stagewright_core::plan::{Action, Outputs};
use stagewright_core::{ErrorClass, NodeIx, NodeView, Run, scope};

/// A step that has no run.
pub(super) fn failed(class: ErrorClass, message: String) -> Performed {
    Performed {
        outcome: AttemptOutcome::failed(class, message),
        document: ResultDocument::default(),
        stopped: false,
    }
}

/// What a run that has ended comes to.
///
/// # Errors
/// When its results cannot be read.
///
/// # Panics
/// When it has not ended.
pub(super) fn of(engine: &Engine, run: &Run) -> Result<Performed, EngineError> {
    let (status, record) = run.end().expect("only a run that has ended has an outcome");
    let mut gathered = Gathered::default();
    for (node, planned) in run.plan().agents() {
        if let Some(output) = gathered.output(engine, run, node)? {
            gathered.results.insert(planned.id.clone(), output);
        }
        for part in run.parts(node) {
            gathered.part(engine, run, part)?;
        }
    }
    let decided = record.map(|record| record.decision.as_str());
    let reason = record.map(|record| record.reason.as_str());
    let summary = FindingsSummary::of(&gathered.findings);
    let submission = run.submission();
    let output = json!({
        "run_id": submission.run_id,
        "pipeline_id": submission.pipeline_id,
        "name": run.plan().name,
        "status": status.as_str(),
        "decision": decided,
        "decision_reason": reason,
        "findings": {
            "total": summary.total(),
            "critical": summary.counts.critical,
            "high": summary.counts.high,
            "medium": summary.counts.medium,
            "low": summary.counts.low,
        },
        "results": gathered.results,
    });
    let mut outcome = AttemptOutcome::bare(result(run, status, reason));
    outcome.findings = summary;
    outcome.facts = gathered.facts;
    let handed_up = hand_up(run, record);
    outcome.cost_usd = gathered.cost_usd;
    outcome.warnings = gathered.warnings;
    // A BLOCK that a label made a MERGE of is said wherever its result is (decision 29).
    outcome
        .warnings
        .extend(handed_up.override_reason.as_ref().map(|reason| {
            let run_id = &submission.run_id;
            format!("the BLOCK of run {run_id} was overridden there: {reason}")
        }));
    outcome.facts.below = Some(handed_up);
    Ok(Performed {
        outcome,
        document: ResultDocument {
            output,
            findings: gathered.findings,
            ..ResultDocument::default()
        },
        stopped: false,
    })
}

/// Takes the step's own outputs from what its run has come to.
pub(super) fn take(outputs: &Outputs, performed: &mut Performed) {
    if performed.outcome.result != AttemptResult::Succeeded {
        return;
    }
    match take_outputs(outputs, performed.document.output.clone()) {
        Ok(output) => performed.document.output = output,
        Err(message) => {
            performed.outcome.result = AttemptResult::Failed {
                class: ErrorClass::InvalidOutput,
                message,
            };
        }
    }
}

fn result(run: &Run, status: RunStatus, reason: Option<&str>) -> AttemptResult {
    let run_id = &run.submission().run_id;
    let failed = |class, why: String| AttemptResult::Failed {
        class,
        message: format!("run {run_id} {why}"),
    };
    match status {
        RunStatus::Success | RunStatus::PartialSuccess => AttemptResult::Succeeded,
        RunStatus::Failure if run.timed_out() => failed(
            ErrorClass::Timeout,
            "was not done within its time limit".to_owned(),
        ),
        RunStatus::Failure => failed(
            ErrorClass::Execution,
            match reason {
                Some(reason) => format!("ended with FAILURE: {reason}"),
                None => format!("ended with FAILURE: {}", failures(run)),
            },
        ),
        RunStatus::Cancelled => failed(
            ErrorClass::Cancelled,
            match run.cancel() {
                Some((reason, _)) => format!("was cancelled: {reason}"),
                None => "was cancelled".to_owned(),
            },
        ),
    }
}

/// Who failed in a run without a decision.
fn failures(run: &Run) -> String {
    let failed: Vec<String> = run
        .plan()
        .indexed()
        .filter(|(node, _)| matches!(run.view(*node).status(), Some("FAILURE" | "TIMEOUT")))
        .map(|(node, _)| format!("`{}` failed", run.label(node)))
        .collect();
    failed.join(", ")
}

/// What comes up of a run.
struct Gathered {
    results: Map<String, Value>,
    result_bytes: usize,
    findings: Vec<Finding>,
    facts: Facts,
    cost_usd: Option<f64>,
    warnings: Vec<String>,
}

impl Default for Gathered {
    fn default() -> Self {
        Self {
            results: Map::new(),
            result_bytes: 0,
            findings: Vec::new(),
            facts: Facts::default(),
            // Nothing was spent so far, which is known.
            cost_usd: Some(0.0),
            warnings: Vec::new(),
        }
    }
}

impl Gathered {
    /// The output of an agent, of a repeated one the list of them; `None` when it has none
    /// or it does not fit any more.
    fn output(
        &mut self,
        engine: &Engine,
        run: &Run,
        node: NodeIx,
    ) -> Result<Option<Value>, EngineError> {
        let output = if scope::is_repeated(run, node) {
            let outputs: Result<Vec<Value>, EngineError> = run
                .instances(node)
                .map(|instance| Ok(output_of(engine, run, instance)?.unwrap_or_default()))
                .collect();
            Some(Value::Array(outputs?))
        } else {
            output_of(engine, run, node)?
        };
        let Some(output) = output else {
            return Ok(None);
        };
        let bytes = output.to_string().len();
        if self.result_bytes + bytes > MAX_TEXT_BYTES {
            self.warnings.push(format!(
                "the output of `{}` is left out: together they have more than {MAX_TEXT_BYTES} bytes",
                run.label(node)
            ));
            return Ok(None);
        }
        self.result_bytes += bytes;
        Ok(Some(output))
    }

    /// Findings, facts and cost of an agent or of one instance of it.
    fn part(&mut self, engine: &Engine, run: &Run, part: NodeIx) -> Result<(), EngineError> {
        let NodeView::Done(outcome) = run.view(part) else {
            return Ok(());
        };
        // Values and people's answers cost nothing.
        let is_free = matches!(run.action(part), Action::Human(_) | Action::Set { .. });
        if !is_free {
            self.cost_usd = match (self.cost_usd, outcome.cost_usd) {
                (Some(sum), Some(cost)) => Some(sum + cost),
                (None, _) | (_, None) => None,
            };
        }
        if outcome.result != AttemptResult::Succeeded {
            return Ok(());
        }
        merge(&mut self.facts, &outcome.facts);
        if outcome.findings.total() > 0
            && let Some(reference) = &outcome.output
        {
            let document = engine.document(reference)?;
            let findings = document.get("findings").cloned().unwrap_or_default();
            let findings: Vec<Finding> =
                serde_json::from_value(findings).map_err(|error| EngineError::DamagedBlob {
                    hash: reference.hash.clone(),
                    message: error.to_string(),
                })?;
            self.findings.extend(findings);
        }
        Ok(())
    }
}

fn output_of(engine: &Engine, run: &Run, node: NodeIx) -> Result<Option<Value>, EngineError> {
    let NodeView::Done(outcome) = run.view(node) else {
        return Ok(None);
    };
    let Some(reference) = &outcome.output else {
        return Ok(None);
    };
    let document = engine.document(reference)?;
    Ok(document.get("output").cloned())
}

/// Adds what is known of one agent to what is known of all.
fn merge(all: &mut Facts, one: &Facts) {
    if let Some(detected) = one.new_pattern_detected {
        all.new_pattern_detected = Some(detected || all.new_pattern_detected.unwrap_or(false));
    }
    if all.pattern_details.is_none() {
        all.pattern_details.clone_from(&one.pattern_details);
    }
    all.pattern_rejected |= one.pattern_rejected;
    all.review_pending |= one.review_pending;
    all.documentation_updated |= one.documentation_updated;
    all.tickets.extend(one.tickets.iter().cloned());
}
