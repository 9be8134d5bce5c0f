//! One problem reported by an agent, and the bounded summary of many that an event
//! carries.
//!
//! The full list of findings lives beside the journal, in the attempt's result.
//! What the decision needs is small: counts, and a digest of each finding so that
//! the same problem reported by two agents counts once in the totals (decision 27).

use crate::severity::{Severity, SeverityCounts};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The most findings whose digests an event carries. Findings beyond it still
/// count; they are then taken as distinct from those of other agents.
pub const MAX_DIGESTS: usize = 10_000;

/// What kind of problem a finding is, as far as the decision tells them apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Code or architecture breaks a rule.
    #[default]
    Violation,
    /// Code deviates from the low-level design. The seed's documents give it no
    /// severity; any one blocks while its switch is on (decision 26).
    Deviation,
}

/// One problem reported by an agent: what, how bad, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// True when the reporter gave no severity and HIGH was assumed (decision 26).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub severity_assumed: bool,
    /// Violation or deviation.
    #[serde(default)]
    pub kind: FindingKind,
    /// The rule in a tool-neutral form, such as `E501`, `B602` or `hardcoded-secret`.
    pub rule: String,
    /// What is wrong, in one or a few sentences.
    pub message: String,
    /// The file, relative to the root of the work tree, with `/` between its parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What the reporter proposes to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// The tool that reported it, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

impl Finding {
    /// The identity of this finding across reporters: rule, file and line
    /// (decision 27). A finding without a place is identified by its message too,
    /// since otherwise all unplaced findings of a rule would be one.
    pub fn digest(&self) -> FindingDigest {
        let mut hash = Sha256::new();
        for part in [self.rule.as_str(), self.file.as_deref().unwrap_or("")] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(self.line.unwrap_or(0).to_le_bytes());
        if self.file.is_none() || self.line.is_none() {
            hash.update(self.message.as_bytes());
        }
        let full = hash.finalize();
        let mut short = [0_u8; 8];
        short.copy_from_slice(&full[..8]);
        FindingDigest(u64::from_be_bytes(short))
    }
}

/// A 64-bit identity of a finding: see [`Finding::digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingDigest(pub u64);

/// What an event carries of an attempt's findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsSummary {
    /// Counts by severity, each finding of this agent once.
    #[serde(default)]
    pub counts: SeverityCounts,
    /// How many of them are deviations from the low-level design.
    #[serde(default)]
    pub deviations: u64,
    /// Digest and severity of each finding, at most [`MAX_DIGESTS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<(FindingDigest, Severity)>,
}

impl FindingsSummary {
    /// Summarises a list of findings. A finding that stands twice in the list
    /// counts once, with its worse severity.
    pub fn of(findings: &[Finding]) -> Self {
        let mut worst = std::collections::BTreeMap::new();
        for finding in findings {
            let entry = worst
                .entry(finding.digest())
                .or_insert((finding.severity, finding.kind));
            if finding.severity > entry.0 {
                entry.0 = finding.severity;
            }
        }
        let mut summary = Self::default();
        for (digest, (severity, kind)) in worst {
            summary.counts.add(severity);
            if kind == FindingKind::Deviation {
                summary.deviations += 1;
            }
            if summary.digests.len() < MAX_DIGESTS {
                summary.digests.push((digest, severity));
            }
        }
        summary
    }

    /// How many findings there are.
    pub fn total(&self) -> u64 {
        self.counts.total()
    }
}
