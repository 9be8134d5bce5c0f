//! `decide`: MERGE or BLOCK over an aggregated result (`make_decision`).
//!
//! The seed's `AggregatedResult` has totals by severity and totals by agent type, but
//! not both at once, so how many HIGH findings come from the types that a policy
//! counts cannot be read from it (decision 26). The rule here, failing closed:
//!
//! - all switches on: the totals count;
//! - `counted_violations` in the document says it exactly, and is taken at its word;
//! - otherwise the totals count, unless no type whose switch is on found anything and
//!   the types whose switches are off found at least as many as there are in total:
//!   then nothing counts.
//!
//! `pattern_rejected` is a field of ours too, which `aggregate` writes. While a policy
//! blocks on rejected patterns, a new pattern of which the document does not say
//! whether it was rejected is missing evidence.

use super::operation::{self, Fields};
use crate::arguments::OperationArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use serde_json::Value;
use stagewright_core::SeverityCounts;
use stagewright_core::decision::{Choice, Factor, FactorKind, Policy, Weighed, labels, weigh};
use stagewright_core::expression::from_json;
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

/// The overall severities, and whether there is any finding.
const OVERALL: [(&str, bool); 5] = [
    ("CRITICAL", true),
    ("HIGH", true),
    ("MEDIUM", true),
    ("LOW", true),
    ("NONE", false),
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
    let labels = match input.object("context")? {
        Some(context) => labels(&from_json(&Value::Object(context.entries().clone()))),
        None => Vec::new(),
    };
    let weighed = weighed(&result, &policy, labels)?;
    let decision = weigh(&weighed, &policy);
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

/// Findings by the agent types that a policy has switches for.
struct ByType {
    code: u64,
    architect: u64,
    lld: u64,
}

fn weighed(
    result: &Fields<'_>,
    policy: &Policy,
    labels: Vec<String>,
) -> Result<Weighed, UserError> {
    let counts = SeverityCounts {
        critical: result.count("critical_violations", 0)?,
        high: result.count("high_violations", 0)?,
        medium: result.count("medium_violations", 0)?,
        low: result.count("low_violations", 0)?,
    };
    let by_type = ByType {
        code: found(result, "code_violations")?,
        architect: found(result, "architect_violations")?,
        lld: found(result, "lld_deviations")?,
    };
    check_totals(result, &counts, &by_type)?;
    let counted = match result.object("counted_violations")? {
        Some(fields) => said_to_count(&fields, &counts)?,
        None => assumed_to_count(&counts, &by_type, policy),
    };
    let is_new = result.switch("new_pattern_detected", false)?;
    let is_rejected = match result.get("pattern_rejected") {
        Some(_) => Some(result.switch("pattern_rejected", false)?),
        None => None,
    };
    let mut obstacles = Vec::new();
    if is_new && is_rejected.is_none() && policy.block_on_pattern_rejection {
        obstacles.push(Factor {
            factor: FactorKind::MissingEvidence,
            blocking: true,
            detail: "a new pattern was detected, and `pattern_rejected` does not say whether \
                     it was rejected"
                .to_owned(),
            subject: None,
            count: None,
            limit: None,
        });
    }
    Ok(Weighed {
        counts,
        counted,
        lld_deviations: by_type.lld,
        pattern_rejected: is_rejected.unwrap_or(false),
        obstacles,
        labels,
    })
}

/// What counts when the document does not say: see the module's rule.
fn assumed_to_count(counts: &SeverityCounts, by_type: &ByType, policy: &Policy) -> SeverityCounts {
    let switches = [
        (policy.block_on_code_violations, by_type.code),
        (policy.block_on_architect_violations, by_type.architect),
        (policy.block_on_lld_deviations, by_type.lld),
    ];
    let sum = |wanted: bool| {
        switches
            .iter()
            .filter(|(on, _)| *on == wanted)
            .fold(0_u64, |sum, (_, count)| sum.saturating_add(*count))
    };
    let explained = sum(true) == 0 && sum(false) >= counts.total();
    if explained {
        SeverityCounts::default()
    } else {
        *counts
    }
}

/// What the document says counts.
fn said_to_count(fields: &Fields<'_>, all: &SeverityCounts) -> Result<SeverityCounts, UserError> {
    fields.only(&["critical", "high", "medium", "low"])?;
    let counted = SeverityCounts {
        critical: fields.count("critical", 0)?,
        high: fields.count("high", 0)?,
        medium: fields.count("medium", 0)?,
        low: fields.count("low", 0)?,
    };
    if counted.total() > all.total() {
        return Err(contradiction(format!(
            "`$.aggregated_result.counted_violations` has {} findings, more than the {} in total",
            counted.total(),
            all.total()
        )));
    }
    Ok(counted)
}

/// The count of a type of agents, which has to agree with the switch beside it.
fn found(result: &Fields<'_>, what: &str) -> Result<u64, UserError> {
    let (switch, number) = (format!("{what}_found"), format!("{what}_count"));
    let count = result.count(&number, 0)?;
    let is_found = result.switch(&switch, count > 0)?;
    if is_found == (count > 0) {
        return Ok(count);
    }
    Err(contradiction(format!(
        "`{}` is {is_found}, but `{}` is {count}",
        result.path_of(&switch),
        result.path_of(&number)
    )))
}

/// The severities are what is weighed; a document that tells of findings elsewhere and
/// has none there must not become a MERGE. Deviations from the low-level design have no
/// severity in the seed, so they need not be among them.
fn check_totals(
    result: &Fields<'_>,
    counts: &SeverityCounts,
    by_type: &ByType,
) -> Result<(), UserError> {
    result.required("overall_severity")?;
    let is_any = result.word("overall_severity", &OVERALL, false)?;
    let total = counts.total();
    if is_any != (total > 0) {
        return Err(contradiction(format!(
            "`{}` is {}, but the violations by severity are {total}",
            result.path_of("overall_severity"),
            result.text("overall_severity")?
        )));
    }
    let violations = by_type.code.saturating_add(by_type.architect);
    let issues = result.count("total_issues_found", total)?;
    let elsewhere = violations.max(issues.saturating_sub(by_type.lld));
    if total == 0 && elsewhere > 0 {
        return Err(contradiction(format!(
            "`{}` tells of {elsewhere} violations, but those by severity are 0",
            result.path()
        )));
    }
    Ok(())
}

fn contradiction(message: String) -> UserError {
    UserError::usage("SW0225", message)
        .hint("`stagewright aggregate` makes a result that fits together")
}
