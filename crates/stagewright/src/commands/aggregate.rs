//! `aggregate`: what many agents found, as one picture (`aggregate_results`).
//!
//! Results of agents that succeeded are read; what the others would have found is
//! unknown, which is said on standard error. The `output` of a result is the agent's
//! own document, or the small one that stands for a tool's report.

use super::operation::{self, Fields};
use crate::arguments::OperationArguments;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::user_error::UserError;
use serde::Serialize;
use serde_json::Value;
use stagewright_core::decision::{
    AgentReport, Aggregate, DEFAULT_BLOCKING_THRESHOLD, SeverityMethod, aggregate as put_together,
};
use stagewright_core::event::Facts;
use stagewright_core::{FindingsSummary, Severity, SeverityCounts};
use stagewright_evidence::{AgentStatus, Format, Options};
use stagewright_report::documents::AggregatedResult;
use std::time::Instant;

/// The agent types whose successful results have a document (review specification,
/// section 6).
const TYPES_WITH_DOCUMENT: [&str; 6] = [
    "code_best_practises",
    "architect_best_practises",
    "lld_alignment",
    "pattern_matching",
    "peer_review_documentation",
    "jira_integration",
];

/// Where documents list findings. An output with one of them is meant as a document,
/// whatever the agent's type.
const LISTS_OF_FINDINGS: [&str; 2] = ["violations", "deviations"];

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
    let started = Instant::now();
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
            ("max", SeverityMethod::Max),
            ("weighted_sum", SeverityMethod::WeightedSum),
        ],
        SeverityMethod::default(),
    )?;
    let thresholds = Severity::WORST_FIRST.map(|severity| (severity.as_str(), severity));
    let threshold = input.word(
        "blocking_threshold",
        &thresholds,
        DEFAULT_BLOCKING_THRESHOLD,
    )?;
    let mut contributions = Vec::new();
    for result in input.objects("agent_results")? {
        match read(&result)? {
            Read::Contribution(contribution) => contributions.push(contribution),
            Read::Nothing(Some(why)) => printer.warning(&why),
            Read::Nothing(None) => {}
        }
    }
    let reports = contributions.iter().map(|contribution| AgentReport {
        agent_type: Some(contribution.agent_type),
        findings: &contribution.findings,
        facts: &contribution.facts,
    });
    let picture = put_together(reports, method, threshold);
    let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    printer.json(&Output::of(&picture, contributions.len(), elapsed_ms));
    Ok(Exit::Done)
}

/// `AggregateResultsOutput`, with one more field in the result.
#[derive(Serialize)]
struct Output {
    status: &'static str,
    aggregated_result: Extended,
    total_violations: u64,
    total_agents_analyzed: usize,
    aggregation_time_ms: u64,
}

/// The aggregated result, and what `decide` needs besides it.
#[derive(Serialize)]
struct Extended {
    #[serde(flatten)]
    result: AggregatedResult,
    /// Whether a pattern was rejected, which the seed's document does not tell.
    pattern_rejected: bool,
}

impl Output {
    fn of(picture: &Aggregate, agents: usize, elapsed_ms: u64) -> Self {
        let result = AggregatedResult::of(picture);
        Self {
            status: "SUCCESS",
            total_violations: result.total_issues_found,
            aggregated_result: Extended {
                result,
                pattern_rejected: picture.pattern_rejected,
            },
            total_agents_analyzed: agents,
            aggregation_time_ms: elapsed_ms,
        }
    }
}

/// What one agent adds to the picture.
struct Contribution<'a> {
    agent_type: &'a str,
    findings: FindingsSummary,
    facts: Facts,
}

/// What there was to read in a result.
enum Read<'a> {
    Contribution(Contribution<'a>),
    /// It adds nothing, for a reason that somebody may want to know.
    Nothing(Option<String>),
}

fn read<'a>(result: &Fields<'a>) -> Result<Read<'a>, UserError> {
    let agent_id = result.text("agent_id")?;
    let agent_type = result.text("agent_type")?;
    result.required("status")?;
    let statuses = ["SUCCESS", "FAILURE", "TIMEOUT", "SKIPPED"].map(|word| (word, word));
    match result.word("status", &statuses, "")? {
        "SUCCESS" => {}
        "SKIPPED" => return Ok(Read::Nothing(None)),
        status => {
            return Ok(Read::Nothing(Some(format!(
                "agent `{agent_id}` ended with {status}; what it would have found is unknown"
            ))));
        }
    }
    let Some(output) = result.get("output") else {
        return if TYPES_WITH_DOCUMENT.contains(&agent_type) {
            Err(unreadable(result, agent_id, "it has none"))
        } else {
            Ok(contribution(
                agent_type,
                FindingsSummary::default(),
                &Value::Null,
            ))
        };
    };
    if let Some(counts) = tool_counts(output) {
        let findings = FindingsSummary {
            counts,
            ..FindingsSummary::default()
        };
        return Ok(contribution(agent_type, findings, output));
    }
    let is_document = TYPES_WITH_DOCUMENT.contains(&agent_type)
        || LISTS_OF_FINDINGS
            .iter()
            .any(|list| output.get(list).is_some());
    if !is_document {
        return Ok(contribution(agent_type, FindingsSummary::default(), output));
    }
    let options = Options {
        agent_type: Some(agent_type.to_owned()),
        ..Options::default()
    };
    let answer = stagewright_evidence::read(
        Format::AgentDocument,
        output.to_string().as_bytes(),
        &options,
    )
    .map_err(|error| unreadable(result, agent_id, &error.to_string()))?;
    if let AgentStatus::Error(reason) = answer.status {
        return Ok(Read::Nothing(Some(format!(
            "agent `{agent_id}` reports an error of its own, {reason}; \
             what it would have found is unknown"
        ))));
    }
    let findings = FindingsSummary::of(&answer.findings);
    Ok(contribution(agent_type, findings, &answer.output))
}

fn contribution<'a>(agent_type: &'a str, findings: FindingsSummary, output: &Value) -> Read<'a> {
    Read::Contribution(Contribution {
        agent_type,
        findings,
        facts: stagewright_agents::facts_of(Some(agent_type), output),
    })
}

/// The counts of the document that stands for a tool's report: it lists no findings,
/// which then count as distinct from those of others.
fn tool_counts(output: &Value) -> Option<SeverityCounts> {
    output.get("tool")?.as_str()?;
    let counts = SeverityCounts {
        critical: output.get("critical_violations")?.as_u64()?,
        high: output.get("high_violations")?.as_u64()?,
        medium: output.get("medium_violations")?.as_u64()?,
        low: output.get("low_violations")?.as_u64()?,
    };
    let listed = LISTS_OF_FINDINGS
        .iter()
        .any(|list| output.get(list).is_some());
    let agrees = output.get("violations_count")?.as_u64()? == counts.total();
    (agrees && !listed).then_some(counts)
}

fn unreadable(result: &Fields<'_>, agent_id: &str, why: &str) -> UserError {
    UserError::usage(
        "SW0226",
        format!(
            "`{}` of the agent `{agent_id}` is not the document of its type: {why}",
            result.path_of("output")
        ),
    )
    .hint("an agent without a readable document has not succeeded: its status is FAILURE")
}
