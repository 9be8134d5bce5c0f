//! `decide`: MERGE or BLOCK over an aggregated result (`make_decision`). How it is weighed
//! is the engine's; here the document is read strictly.

use super::operation::{self, Fields};
use crate::arguments::OperationArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use serde_json::Map;
use stagewright_core::SeverityCounts;
use stagewright_core::decision::{Choice, Policy};
use stagewright_engine::operations::{
    Contradiction, MakeDecisionInput, OverallSeverity, WeighedResult, decide as weighed,
};
use stagewright_report::documents::MakeDecisionOutput;
use std::time::Instant;

/// The fields of a policy, in the seed's order.
const POLICY_FIELDS: [&str; 14] = [
    "block_on_critical",
    "block_on_high",
    "block_on_medium",
    "block_on_low",
    "max_critical_violations",
    "max_high_violations",
    "max_medium_violations",
    "max_low_violations",
    "block_on_code_violations",
    "block_on_architect_violations",
    "block_on_lld_deviations",
    "block_on_pattern_rejection",
    "allow_override_by_label",
    "override_labels",
];

/// Decides; leaves with 0 for MERGE and 1 for BLOCK.
///
/// # Errors
/// When the input is not a `MakeDecisionInput`, or contradicts itself.
pub(super) fn decide(arguments: &OperationArguments, printer: &Printer) -> Result<Exit, UserError> {
    let document = operation::read(arguments.input.as_ref())?;
    let started = Instant::now();
    let input = Fields::root(&document)?;
    input.only(&["aggregated_result", "policy", "context"])?;
    let policy = match input.object("policy")? {
        Some(fields) => read_policy(&fields)?,
        None => Policy::default(),
    };
    input.required("aggregated_result")?;
    let result = input.object("aggregated_result")?;
    let result = result.expect("a required field is there");
    let context = input.object("context")?;
    let input = MakeDecisionInput {
        aggregated_result: read_result(&result)?,
        policy,
        context: context.map_or_else(Map::new, |context| context.entries().clone()),
    };
    let decision = weighed(&input).map_err(|Contradiction { message }| {
        UserError::usage("SW0225", message)
            .hint("`stagewright aggregate` makes a result that fits together")
    })?;
    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    printer.json(&MakeDecisionOutput::of(&decision, elapsed_ms));
    Ok(match decision.decision {
        Choice::Merge => Exit::Done,
        Choice::Block => Exit::Blocked,
    })
}

fn read_policy(fields: &Fields<'_>) -> Result<Policy, UserError> {
    fields.only(&POLICY_FIELDS)?;
    let usual = Policy::default();
    let switch = |name, default| fields.switch(name, default);
    let count = |name, default| fields.count(name, default);
    Ok(Policy {
        block_on_critical: switch("block_on_critical", usual.block_on_critical)?,
        block_on_high: switch("block_on_high", usual.block_on_high)?,
        block_on_medium: switch("block_on_medium", usual.block_on_medium)?,
        block_on_low: switch("block_on_low", usual.block_on_low)?,
        max_critical_violations: count("max_critical_violations", usual.max_critical_violations)?,
        max_high_violations: count("max_high_violations", usual.max_high_violations)?,
        max_medium_violations: count("max_medium_violations", usual.max_medium_violations)?,
        max_low_violations: count("max_low_violations", usual.max_low_violations)?,
        block_on_code_violations: switch(
            "block_on_code_violations",
            usual.block_on_code_violations,
        )?,
        block_on_architect_violations: switch(
            "block_on_architect_violations",
            usual.block_on_architect_violations,
        )?,
        block_on_lld_deviations: switch("block_on_lld_deviations", usual.block_on_lld_deviations)?,
        block_on_pattern_rejection: switch(
            "block_on_pattern_rejection",
            usual.block_on_pattern_rejection,
        )?,
        allow_override_by_label: switch("allow_override_by_label", usual.allow_override_by_label)?,
        override_labels: fields.texts("override_labels", usual.override_labels)?,
    })
}

/// Reads the fields of an `AggregatedResult` that are weighed.
fn read_result(result: &Fields<'_>) -> Result<WeighedResult, UserError> {
    result.required("overall_severity")?;
    let count = |name| result.count(name, 0);
    let switch = |name: &str| {
        let is_there = result.get(name).is_some();
        let switch = result.switch(name, false)?;
        Ok::<_, UserError>(is_there.then_some(switch))
    };
    Ok(WeighedResult {
        overall_severity: result.word(
            "overall_severity",
            &OverallSeverity::WORDS,
            OverallSeverity::None,
        )?,
        critical_violations: count("critical_violations")?,
        high_violations: count("high_violations")?,
        medium_violations: count("medium_violations")?,
        low_violations: count("low_violations")?,
        code_violations_found: switch("code_violations_found")?,
        code_violations_count: count("code_violations_count")?,
        architect_violations_found: switch("architect_violations_found")?,
        architect_violations_count: count("architect_violations_count")?,
        lld_deviations_found: switch("lld_deviations_found")?,
        lld_deviations_count: count("lld_deviations_count")?,
        new_pattern_detected: result.switch("new_pattern_detected", false)?,
        pattern_rejected: switch("pattern_rejected")?,
        total_issues_found: match result.get("total_issues_found") {
            Some(_) => Some(count("total_issues_found")?),
            None => None,
        },
        counted_violations: match result.object("counted_violations")? {
            Some(fields) => Some(read_counts(&fields)?),
            None => None,
        },
    })
}

fn read_counts(fields: &Fields<'_>) -> Result<SeverityCounts, UserError> {
    fields.only(&["critical", "high", "medium", "low"])?;
    Ok(SeverityCounts {
        critical: fields.count("critical", 0)?,
        high: fields.count("high", 0)?,
        medium: fields.count("medium", 0)?,
        low: fields.count("low", 0)?,
    })
}
