//! `aggregate_results`: what many agents found, as one picture.
//!
//! Results of agents that succeeded are read; what the others would have found is
//! unknown, which the warnings say. The `output` of a result is the agent's own document,
//! or the small one that stands for a tool's report.

use super::make_decision::{OverallSeverity, WeighedResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stagewright_agents::TYPES_WITH_DOCUMENT;
use stagewright_core::decision::{
    AgentReport, Aggregate, DEFAULT_BLOCKING_THRESHOLD, SeverityMethod, aggregate,
};
use stagewright_core::event::Facts;
use stagewright_core::{FindingsSummary, Severity, SeverityCounts};
use stagewright_evidence::{AgentStatus, Format, Options};
use stagewright_report::documents::AggregatedResult;
use std::time::Instant;

/// Where documents list findings. An output with one of them is meant as a document,
/// whatever the agent's type.
const LISTS_OF_FINDINGS: [&str; 2] = ["violations", "deviations"];

/// What `aggregate_results` is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AggregateResultsInput {
    /// The results of agents, as `execute_pipeline` and `execute_agent` give them.
    pub agent_results: Vec<ReportedResult>,
    /// The context of the run; nothing of it is read.
    #[serde(default)]
    pub context: Map<String, Value>,
    /// How the overall severity follows from the counts.
    #[serde(default)]
    pub severity_calculation_method: SeverityCalculation,
    /// From which severity on `blocking_issues_found` is set (rule A12).
    #[serde(default = "default_threshold")]
    pub blocking_threshold: Severity,
}

/// One agent's result; other fields may stand beside these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedResult {
    /// The agent's id.
    pub agent_id: String,
    /// Its type.
    pub agent_type: String,
    /// How it ended.
    pub status: ReportedStatus,
    /// Its own document.
    #[serde(default)]
    pub output: Option<Value>,
}

/// How an agent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ReportedStatus {
    /// It answered.
    Success,
    /// It failed.
    Failure,
    /// It ran into a time limit.
    Timeout,
    /// It was not run.
    Skipped,
}

impl ReportedStatus {
    /// All of them with the words of documents.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("SUCCESS", Self::Success),
        ("FAILURE", Self::Failure),
        ("TIMEOUT", Self::Timeout),
        ("SKIPPED", Self::Skipped),
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failure => "FAILURE",
            Self::Timeout => "TIMEOUT",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// How the overall severity follows from the counts (rule A28).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeverityCalculation {
    /// The worst one that occurs.
    #[default]
    Max,
    /// A sum of weights with bands.
    WeightedSum,
}

impl From<SeverityCalculation> for SeverityMethod {
    fn from(method: SeverityCalculation) -> Self {
        match method {
            SeverityCalculation::Max => Self::Max,
            SeverityCalculation::WeightedSum => Self::WeightedSum,
        }
    }
}

fn default_threshold() -> Severity {
    DEFAULT_BLOCKING_THRESHOLD
}

impl AggregateResultsInput {
    /// Over these results, with the seed's defaults.
    pub fn new(agent_results: Vec<ReportedResult>) -> Self {
        Self {
            agent_results,
            context: Map::new(),
            severity_calculation_method: SeverityCalculation::default(),
            blocking_threshold: DEFAULT_BLOCKING_THRESHOLD,
        }
    }
}

/// The answer of `aggregate_results`. The last two fields are not in the specification.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AggregateResultsOutput {
    /// SUCCESS, or FAILURE when a successful agent's document cannot be read.
    pub status: &'static str,
    /// The picture; of a FAILURE that of nothing.
    pub aggregated_result: DecidableResult,
    /// Distinct findings of any severity.
    pub total_violations: u64,
    /// How many agents' results went into it.
    pub total_agents_analyzed: usize,
    /// How long it took, in milliseconds.
    pub aggregation_time_ms: u64,
    /// What is unknown, and why; null when everything is known.
    pub warnings: Option<Vec<String>>,
    /// Why it failed.
    pub error: Option<String>,
}

/// The aggregated result, and what `make_decision` needs besides it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecidableResult {
    /// The seed's document.
    #[serde(flatten)]
    pub result: AggregatedResult,
    /// Whether a pattern was rejected, which the seed's document does not tell.
    pub pattern_rejected: bool,
}

impl From<&DecidableResult> for WeighedResult {
    fn from(decidable: &DecidableResult) -> Self {
        let result = &decidable.result;
        let overall = OverallSeverity::WORDS
            .into_iter()
            .find(|(word, _)| *word == result.overall_severity);
        Self {
            overall_severity: overall.map_or(OverallSeverity::None, |(_, overall)| overall),
            critical_violations: result.critical_violations,
            high_violations: result.high_violations,
            medium_violations: result.medium_violations,
            low_violations: result.low_violations,
            code_violations_found: Some(result.code_violations_found),
            code_violations_count: result.code_violations_count,
            architect_violations_found: Some(result.architect_violations_found),
            architect_violations_count: result.architect_violations_count,
            lld_deviations_found: Some(result.lld_deviations_found),
            lld_deviations_count: result.lld_deviations_count,
            new_pattern_detected: result.new_pattern_detected,
            pattern_rejected: Some(decidable.pattern_rejected),
            total_issues_found: Some(result.total_issues_found),
            counted_violations: None,
        }
    }
}

/// A successful agent's output that is not the document of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`$.agent_results[{index}].output` of the agent `{agent_id}` is not the document of its type: {why}"
)]
pub struct UnreadableDocument {
    /// Its place in the list.
    pub index: usize,
    /// The agent.
    pub agent_id: String,
    /// What is wrong.
    pub why: String,
}

/// Puts the results together. A document that cannot be read is a FAILURE.
pub fn aggregate_results(input: &AggregateResultsInput) -> AggregateResultsOutput {
    match try_aggregate_results(input) {
        Ok(output) => output,
        Err(error) => AggregateResultsOutput {
            status: "FAILURE",
            error: Some(error.to_string()),
            ..AggregateResultsOutput::of(&Aggregate::default(), 0, Vec::new())
        },
    }
}

/// Puts the results together.
///
/// # Errors
/// When a successful agent's document cannot be read.
pub fn try_aggregate_results(
    input: &AggregateResultsInput,
) -> Result<AggregateResultsOutput, UnreadableDocument> {
    let started = Instant::now();
    let mut contributions = Vec::new();
    let mut warnings = Vec::new();
    for (index, result) in input.agent_results.iter().enumerate() {
        let unreadable = |why: String| UnreadableDocument {
            index,
            agent_id: result.agent_id.clone(),
            why,
        };
        match read(result).map_err(unreadable)? {
            Read::Contribution(contribution) => contributions.push(*contribution),
            Read::Nothing(why) => warnings.extend(why),
        }
    }
    let reports = contributions.iter().map(|contribution| AgentReport {
        agent_type: Some(contribution.agent_type),
        findings: &contribution.findings,
        facts: &contribution.facts,
    });
    let method = input.severity_calculation_method.into();
    let picture = aggregate(reports, method, input.blocking_threshold);
    Ok(AggregateResultsOutput {
        aggregation_time_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..AggregateResultsOutput::of(&picture, contributions.len(), warnings)
    })
}

impl AggregateResultsOutput {
    fn of(picture: &Aggregate, agents: usize, warnings: Vec<String>) -> Self {
        let result = AggregatedResult::of(picture);
        Self {
            status: "SUCCESS",
            total_violations: result.total_issues_found,
            aggregated_result: DecidableResult {
                result,
                pattern_rejected: picture.pattern_rejected,
            },
            total_agents_analyzed: agents,
            aggregation_time_ms: 0,
            warnings: Some(warnings).filter(|warnings| !warnings.is_empty()),
            error: None,
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
    Contribution(Box<Contribution<'a>>),
    /// It adds nothing, for a reason that somebody may want to know.
    Nothing(Option<String>),
}

/// # Errors
/// Why the output is not the document of the agent's type.
fn read(result: &ReportedResult) -> Result<Read<'_>, String> {
    let ReportedResult {
        agent_id,
        agent_type,
        status,
        output,
    } = result;
    match status {
        ReportedStatus::Success => {}
        ReportedStatus::Skipped => return Ok(Read::Nothing(None)),
        ReportedStatus::Failure | ReportedStatus::Timeout => {
            return Ok(Read::Nothing(Some(format!(
                "agent `{agent_id}` ended with {}; what it would have found is unknown",
                status.word()
            ))));
        }
    }
    let is_typed = TYPES_WITH_DOCUMENT.contains(&agent_type.as_str());
    let Some(output) = output.as_ref().filter(|output| !output.is_null()) else {
        return if is_typed {
            Err("it has none".to_owned())
        } else {
            let nothing = FindingsSummary::default();
            Ok(contribution(agent_type, nothing, &Value::Null))
        };
    };
    if let Some(counts) = tool_counts(output) {
        let findings = FindingsSummary {
            counts,
            ..FindingsSummary::default()
        };
        return Ok(contribution(agent_type, findings, output));
    }
    let lists_findings = LISTS_OF_FINDINGS
        .iter()
        .any(|list| output.get(list).is_some());
    if !is_typed && !lists_findings {
        return Ok(contribution(agent_type, FindingsSummary::default(), output));
    }
    let options = Options {
        agent_type: Some(agent_type.clone()),
        ..Options::default()
    };
    let answer = stagewright_evidence::read(
        Format::AgentDocument,
        output.to_string().as_bytes(),
        &options,
    )
    .map_err(|error| error.to_string())?;
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
    Read::Contribution(Box::new(Contribution {
        agent_type,
        findings,
        facts: stagewright_agents::facts_of(Some(agent_type), output),
    }))
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

#[cfg(test)]
mod tests {
    use super::super::make_decision::{MakeDecisionInput, make_decision};
    use super::*;
    use serde_json::json;
    use stagewright_core::decision::Policy;

    fn input(results: &Value) -> AggregateResultsInput {
        serde_json::from_value(json!({"agent_results": results})).unwrap()
    }

    /// Goal: the picture of one operation is what the next one decides over.
    #[test]
    fn a_picture_can_be_decided_over() {
        let output = aggregate_results(&input(&json!([{
            "agent_id": "code", "agent_type": "code_best_practises", "status": "SUCCESS",
            "output": {"agent": "code_best_practises", "status": "FAIL", "violations": [{
                "file": "a.py", "line": 1, "type": "x", "severity": "CRITICAL", "description": "d",
            }], "violations_count": 1},
        }, {
            "agent_id": "slow", "agent_type": "lld_alignment", "status": "TIMEOUT",
        }])));
        assert_eq!((output.status, output.total_violations), ("SUCCESS", 1));
        assert_eq!(output.total_agents_analyzed, 1);
        assert_eq!(output.warnings.as_ref().map(Vec::len), Some(1));
        let decided = make_decision(&MakeDecisionInput {
            aggregated_result: (&output.aggregated_result).into(),
            policy: Policy::default(),
            context: Map::new(),
        });
        assert_eq!(decided.decision, "BLOCK");
    }

    /// Goal: a success without its document is told, and adds up to nothing.
    #[test]
    fn a_missing_document_is_a_failure() {
        let output = aggregate_results(&input(&json!([{
            "agent_id": "code", "agent_type": "code_best_practises", "status": "SUCCESS",
        }])));
        assert_eq!(output.status, "FAILURE");
        assert_eq!(
            output.error.as_deref(),
            Some(
                "`$.agent_results[0].output` of the agent `code` is not the document of its \
                 type: it has none"
            )
        );
        assert_eq!(output.aggregated_result.result.overall_severity, "NONE");
    }
}
