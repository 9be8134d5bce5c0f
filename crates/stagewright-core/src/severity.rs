//! How bad a finding is: the five-step scale and the words other tools use for it.
//!
//! The scale is the review specification's. Other vocabularies are mapped onto it
//! by a table that a pipeline may override (rule A29, decision 27).

use serde::{Deserialize, Serialize};

/// How bad one finding is. The order is the order of badness: `Low < Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth fixing.
    Medium,
    /// Must be looked at before a merge.
    High,
    /// Must not be merged.
    Critical,
}

impl Severity {
    /// All severities, the worst first: the order in which reports show them.
    pub const WORST_FIRST: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The upper-case word of documents and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// Reads a severity word in any of the vocabularies that agents use, ignoring
    /// case: the scale's own words, and MAJOR and MINOR (rule A29: MAJOR is HIGH,
    /// MINOR is LOW). `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim().to_ascii_uppercase().as_str() {
            "CRITICAL" | "BLOCKER" => Some(Self::Critical),
            "HIGH" | "MAJOR" => Some(Self::High),
            "MEDIUM" | "MODERATE" => Some(Self::Medium),
            "LOW" | "MINOR" => Some(Self::Low),
            _ => None,
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityCounts {
    /// Findings that are critical.
    #[serde(default)]
    pub critical: u64,
    /// Findings that are high.
    #[serde(default)]
    pub high: u64,
    /// Findings that are medium.
    #[serde(default)]
    pub medium: u64,
    /// Findings that are low.
    #[serde(default)]
    pub low: u64,
}

impl SeverityCounts {
    /// The number of findings of one severity.
    pub fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
        }
    }

    /// Counts one more finding.
    pub fn add(&mut self, severity: Severity) {
        self.add_many(severity, 1);
    }

    /// Counts `n` more findings.
    pub fn add_many(&mut self, severity: Severity, n: u64) {
        let slot = match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
        };
        *slot = slot.saturating_add(n);
    }

    /// Counts all of these besides.
    pub fn add_all(&mut self, others: &Self) {
        for severity in Severity::WORST_FIRST {
            self.add_many(severity, others.of(severity));
        }
    }

    /// All findings together.
    pub fn total(&self) -> u64 {
        self.critical
            .saturating_add(self.high)
            .saturating_add(self.medium)
            .saturating_add(self.low)
    }

    /// The worst severity that occurs, or `None` when there are no findings.
    pub fn worst(&self) -> Option<Severity> {
        Severity::WORST_FIRST
            .into_iter()
            .find(|severity| self.of(*severity) > 0)
    }
}
