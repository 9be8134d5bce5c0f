//! `aggregate`: what many agents found, as one picture (`aggregate_results`). How results
//! are put together is the engine's; here the document is read strictly.

use super::operation::{self, Fields};
use crate::arguments::OperationArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use serde_json::Map;
use stagewright_core::Severity;
use stagewright_core::decision::DEFAULT_BLOCKING_THRESHOLD;
use stagewright_engine::operations::{
    AggregateResultsInput, ReportedResult, ReportedStatus, SeverityCalculation,
    try_aggregate_results,
};

/// Aggregates.
///
/// # Errors
/// When the input is not an `AggregateResultsInput`, or a successful agent's document
/// cannot be read.
pub(super) fn aggregate(
    arguments: &OperationArguments,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let document = operation::read(arguments.input.as_ref())?;
    let input = Fields::root(&document)?;
    input.only(&[
        "agent_results",
        "context",
        "severity_calculation_method",
        "blocking_threshold",
    ])?;
    let method = input.word(
        "severity_calculation_method",
        &[
            ("max", SeverityCalculation::Max),
            ("weighted_sum", SeverityCalculation::WeightedSum),
        ],
        SeverityCalculation::default(),
    )?;
    let thresholds = Severity::WORST_FIRST.map(|severity| (severity.as_str(), severity));
    let threshold = input.word(
        "blocking_threshold",
        &thresholds,
        DEFAULT_BLOCKING_THRESHOLD,
    )?;
    let results = input.objects("agent_results")?;
    let output = try_aggregate_results(&AggregateResultsInput {
        agent_results: results.iter().map(read).collect::<Result<_, _>>()?,
        context: Map::new(),
        severity_calculation_method: method,
        blocking_threshold: threshold,
    })
    .map_err(|error| {
        UserError::usage("SW0226", error.to_string())
            .hint("an agent without a readable document has not succeeded: its status is FAILURE")
    })?;
    for warning in output.warnings.iter().flatten() {
        printer.warning(warning);
    }
    printer.json(&output);
    Ok(Exit::Done)
}

fn read(result: &Fields<'_>) -> Result<ReportedResult, UserError> {
    result.required("status")?;
    Ok(ReportedResult {
        agent_id: result.text("agent_id")?.to_owned(),
        agent_type: result.text("agent_type")?.to_owned(),
        status: result.word("status", &ReportedStatus::WORDS, ReportedStatus::Failure)?,
        output: result.get("output").cloned(),
    })
}
