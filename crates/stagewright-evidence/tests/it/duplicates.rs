//! One problem that several reporters see has one identity (decision 27).

use crate::{agent, in_project};
use serde_json::json;
use stagewright_core::finding::{Finding, FindingDigest, FindingsSummary};
use stagewright_core::severity::Severity;
use stagewright_evidence::{Format, read};
use std::collections::{BTreeMap, BTreeSet};

fn digests(format: Format, bytes: &[u8]) -> BTreeSet<FindingDigest> {
    let answer = read(format, bytes, &in_project()).unwrap();
    answer.findings.iter().map(Finding::digest).collect()
}

/// Goal: ruff and bandit on one file share the seven security problems that both
/// see, over different rule names and spellings of the path.
#[test]
fn ruff_and_bandit_share_findings() {
    let ruff = digests(Format::Ruff, include_bytes!("../fixtures/ruff.json"));
    let sarif = digests(Format::Sarif, include_bytes!("../fixtures/ruff.sarif"));
    let bandit = digests(Format::Bandit, include_bytes!("../fixtures/bandit.json"));
    assert_eq!((ruff.len(), bandit.len()), (14, 9));
    assert_eq!(ruff, sarif);
    assert_eq!(ruff.intersection(&bandit).count(), 7);
    assert_eq!(ruff.union(&bandit).count(), 16);
}

/// Goal: an agent that repeats a tool's finding, and itself, adds nothing; the worse
/// of its severities is kept.
#[test]
fn an_agent_repeats_a_tool() {
    let violation = |severity: &str, file: &str| {
        json!({"tool": "ruff", "type": "S602", "severity": severity, "line": 8,
               "file": file, "description": "a shell"})
    };
    let document = json!({"status": "FAIL", "violations": [
        violation("MEDIUM", "src/runner.py"),
        violation("CRITICAL", "/srv/project/src/runner.py"),
    ]});
    let answer = agent("code_best_practises", &document).unwrap();
    assert_eq!(answer.findings.len(), 2);
    let summary = FindingsSummary::of(&answer.findings);
    assert_eq!(summary.total(), 1);
    let worst: BTreeMap<_, _> = summary.digests.into_iter().collect();
    let digest = answer.findings[0].digest();
    assert_eq!(worst.get(&digest), Some(&Severity::Critical));
    let bandit = digests(Format::Bandit, include_bytes!("../fixtures/bandit.json"));
    assert!(bandit.contains(&digest));
}
