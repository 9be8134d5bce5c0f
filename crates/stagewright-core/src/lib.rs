//! The pure heart of stagewright: plans, runs, events, and the decision.

pub mod finding;
pub mod severity;

pub use finding::{Finding, FindingDigest, FindingKind, FindingsSummary};
pub use severity::{Severity, SeverityCounts};
