//! How a try ended, as it is stored.

use super::handed_up::{HandedUp, Said};
use super::words::{ErrorClass, Severity, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stagewright_core::event as core;
use stagewright_core::{FindingDigest, FindingsSummary, SeverityCounts};

/// A large value beside the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlobRef {
    hash: String,
    size: u64,
}

/// How one try ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    result: Ending,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<BlobRef>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    projection: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    findings: Findings,
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    facts: Facts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

/// What a try used of the machine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Usage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cpu_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peak_memory_bytes: Option<u64>,
}

/// Success, or why not.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Ending {
    Succeeded,
    Judged { verdict: Verdict, message: String },
    Failed { class: ErrorClass, message: String },
}

/// Counts and digests of an attempt's findings.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Findings {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    deviations: u64,
    digests: Vec<(u64, Severity)>,
}

/// What the aggregate and the decision read of an answer besides its findings.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    new_pattern_detected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern_details: Option<Value>,
    pattern_rejected: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tickets: Vec<Value>,
    documentation_updated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    review_pending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<HandedUp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<Said>,
}

impl Findings {
    fn is_empty(&self) -> bool {
        self.critical == 0
            && self.high == 0
            && self.medium == 0
            && self.low == 0
            && self.deviations == 0
            && self.digests.is_empty()
    }
}

impl Facts {
    fn is_empty(&self) -> bool {
        self.new_pattern_detected.is_none()
            && self.pattern_details.is_none()
            && !self.pattern_rejected
            && self.tickets.is_empty()
            && !self.documentation_updated
            && !self.review_pending
            && self.below.is_none()
            && self.said.is_none()
    }
}

impl From<&core::BlobRef> for BlobRef {
    fn from(blob: &core::BlobRef) -> Self {
        Self {
            hash: blob.hash.clone(),
            size: blob.size,
        }
    }
}

impl From<BlobRef> for core::BlobRef {
    fn from(stored: BlobRef) -> Self {
        Self {
            hash: stored.hash,
            size: stored.size,
        }
    }
}

impl From<&core::AttemptOutcome> for Outcome {
    fn from(outcome: &core::AttemptOutcome) -> Self {
        Self {
            result: Ending::from(&outcome.result),
            output: outcome.output.as_ref().map(BlobRef::from),
            projection: outcome.projection.clone(),
            findings: Findings::from(&outcome.findings),
            facts: Facts::from(&outcome.facts),
            cost_usd: outcome.cost_usd,
            warnings: outcome.warnings.clone(),
            retry_after_ms: outcome.retry_after_ms,
            usage: outcome.usage.map(|usage| Usage {
                cpu_ms: usage.cpu_ms,
                peak_memory_bytes: usage.peak_memory_bytes,
            }),
        }
    }
}

impl From<Outcome> for core::AttemptOutcome {
    fn from(stored: Outcome) -> Self {
        Self {
            result: stored.result.into(),
            output: stored.output.map(Into::into),
            projection: stored.projection,
            findings: stored.findings.into(),
            facts: stored.facts.into(),
            cost_usd: stored.cost_usd,
            warnings: stored.warnings,
            retry_after_ms: stored.retry_after_ms,
            usage: stored.usage.map(|usage| core::Usage {
                cpu_ms: usage.cpu_ms,
                peak_memory_bytes: usage.peak_memory_bytes,
            }),
        }
    }
}

impl From<&core::AttemptResult> for Ending {
    fn from(result: &core::AttemptResult) -> Self {
        match result {
            core::AttemptResult::Succeeded => Self::Succeeded,
            core::AttemptResult::Judged { verdict, message } => Self::Judged {
                verdict: (*verdict).into(),
                message: message.clone(),
            },
            core::AttemptResult::Failed { class, message } => Self::Failed {
                class: (*class).into(),
                message: message.clone(),
            },
        }
    }
}

impl From<Ending> for core::AttemptResult {
    fn from(stored: Ending) -> Self {
        match stored {
            Ending::Succeeded => Self::Succeeded,
            Ending::Judged { verdict, message } => Self::Judged {
                verdict: verdict.into(),
                message,
            },
            Ending::Failed { class, message } => Self::Failed {
                class: class.into(),
                message,
            },
        }
    }
}

impl From<&FindingsSummary> for Findings {
    fn from(summary: &FindingsSummary) -> Self {
        Self {
            critical: summary.counts.critical,
            high: summary.counts.high,
            medium: summary.counts.medium,
            low: summary.counts.low,
            deviations: summary.deviations,
            digests: summary
                .digests
                .iter()
                .map(|(digest, severity)| (digest.0, (*severity).into()))
                .collect(),
        }
    }
}

impl From<Findings> for FindingsSummary {
    fn from(stored: Findings) -> Self {
        Self {
            counts: SeverityCounts {
                critical: stored.critical,
                high: stored.high,
                medium: stored.medium,
                low: stored.low,
            },
            deviations: stored.deviations,
            digests: stored
                .digests
                .into_iter()
                .map(|(digest, severity)| (FindingDigest(digest), severity.into()))
                .collect(),
        }
    }
}

impl From<&core::Facts> for Facts {
    fn from(facts: &core::Facts) -> Self {
        Self {
            new_pattern_detected: facts.new_pattern_detected,
            pattern_details: facts.pattern_details.clone(),
            pattern_rejected: facts.pattern_rejected,
            tickets: facts.tickets.clone(),
            documentation_updated: facts.documentation_updated,
            review_pending: facts.review_pending,
            below: facts.below.as_ref().map(HandedUp::from),
            said: facts.said.as_ref().map(Said::from),
        }
    }
}

impl From<Facts> for core::Facts {
    fn from(stored: Facts) -> Self {
        Self {
            new_pattern_detected: stored.new_pattern_detected,
            pattern_details: stored.pattern_details,
            pattern_rejected: stored.pattern_rejected,
            tickets: stored.tickets,
            documentation_updated: stored.documentation_updated,
            review_pending: stored.review_pending,
            below: stored.below.map(Into::into),
            said: stored.said.map(Into::into),
        }
    }
}
