//! The findings of a run as SARIF 2.1.0, for code hosts and editors.
//!
//! One log with one run, of which the tool is stagewright: a finding that two agents
//! report is one result that names both. What a code host does with a log depends on
//! who wrote it, and a tool that finds nothing any more must still have its run in the
//! log, or its old alerts stay; one tool for all findings has both.
//!
//! - **levels**: CRITICAL and HIGH are `error`, MEDIUM `warning`, LOW `note`. The four
//!   severities themselves stand in `properties.severity`; CRITICAL has a
//!   `security-severity` too, since no level says as much;
//! - **fingerprints**: `findingDigest/v1` is the digest by which stagewright itself knows
//!   a finding again (decision 27);
//! - **the invocation**: successful when the run has ended and nothing that it had to
//!   prove is missing. Agents and gates without a success, skips that leave no evidence
//!   and results that can no longer be read are notifications, `error` where they were
//!   required. A reader that looks at the results alone never takes missing evidence for
//!   a clean tree.

use crate::documents::{current_decision, said_by_agents};
use crate::findings::{Findings, MergedFinding};
use crate::moment::iso;
use crate::nodes;
use crate::results::Results;
use crate::words;
use serde_json::{Map, Value, json};
use stagewright_core::event::RunStatus;
use stagewright_core::{NodeIx, NodeView, Run, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The schema of the log, as its readers name it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The rule of a finding that names none.
const UNNAMED: &str = "unspecified";

/// The log of a run, ended or not.
pub fn sarif(run: &Run, results: &Results) -> Value {
    let findings = Findings::of(run, results);
    let rules = Rules::of(&findings.list);
    let found: Vec<Value> = findings
        .list
        .iter()
        .map(|finding| result(finding, &rules))
        .collect();
    let submission = run.submission();
    let mut log_run = json!({
        "tool": {"driver": {
            "name": "stagewright",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.described,
        }},
        // The part before the last slash is the category, the rest tells runs of it apart.
        "automationDetails": {
            "id": format!("{}/{}", submission.pipeline_id, submission.run_id),
        },
        "invocations": [invocation(run, findings.not_listed)],
        "columnKind": "unicodeCodePoints",
        "results": found,
    });
    if let Some(decision) = current_decision(run) {
        log_run["properties"] = json!({
            "decision": decision.record.decision,
            "decisionReason": decision.record.reason,
            "decisionFinal": decision.is_final,
        });
    }
    json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [log_run]})
}

/// The rules that are broken, each once.
struct Rules {
    described: Vec<Value>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    fn of(findings: &[MergedFinding]) -> Self {
        let mut worst: BTreeMap<String, Severity> = BTreeMap::new();
        for finding in findings {
            let known = worst
                .entry(rule_id(finding).to_owned())
                .or_insert(finding.severity);
            *known = finding.severity.max(*known);
        }
        let index = worst.keys().cloned().zip(0..).collect();
        let described = worst
            .into_iter()
            .map(|(rule, severity)| {
                json!({"id": rule, "defaultConfiguration": {"level": level(severity)}})
            })
            .collect();
        Self { described, index }
    }
}

fn rule_id(finding: &MergedFinding) -> &str {
    match finding.rule.trim() {
        "" => UNNAMED,
        rule => rule,
    }
}

fn result(finding: &MergedFinding, rules: &Rules) -> Value {
    let rule = rule_id(finding);
    let message = match finding.message.trim() {
        "" => rule,
        message => message,
    };
    let mut properties = Map::new();
    properties.insert("severity".to_owned(), json!(finding.severity));
    properties.insert(
        "severityAssumed".to_owned(),
        json!(finding.severity_assumed),
    );
    properties.insert("kind".to_owned(), json!(finding.kind));
    properties.insert("reporters".to_owned(), json!(finding.reporters));
    properties.insert("tools".to_owned(), json!(finding.tools));
    if finding.severity == Severity::Critical {
        properties.insert("security-severity".to_owned(), json!("9.0"));
    }
    let mut result = json!({
        "ruleId": rule,
        "ruleIndex": rules.index[rule],
        "level": level(finding.severity),
        "message": {"text": message},
        "partialFingerprints": {"findingDigest/v1": finding.digest},
        "properties": properties,
    });
    if let Some(file) = &finding.file {
        let mut physical = json!({"artifactLocation": {"uri": uri(file)}});
        if let Some(line) = finding.line.filter(|line| *line > 0) {
            physical["region"] = json!({"startLine": line});
        }
        result["locations"] = json!([{"physicalLocation": physical}]);
    }
    // SARIF's own `fixes` hold replacements of text, which a proposal in words is not.
    if let Some(suggestion) = &finding.suggestion {
        result["properties"]["suggestion"] = json!(suggestion);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A file as a URI reference: relative to the root of the work tree, unless the finding
/// names a file from the root of the machine. What means something in a URI is
/// percent-encoded, a colon too, before which there would be a scheme.
fn uri(file: &str) -> String {
    let mut encoded = if file.starts_with('/') {
        "file://".to_owned()
    } else {
        String::new()
    };
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn invocation(run: &Run, not_listed: u64) -> Value {
    let mut notifications: Vec<Value> = nodes::all(run)
        .filter_map(|(node, _)| unfinished(run, node))
        .collect();
    if run.timed_out() {
        notifications.push(notification("error", "the run's time limit passed", None));
    }
    if let Some((reason, _)) = run.cancel() {
        let text = format!("the run was cancelled: {reason}");
        notifications.push(notification("error", &text, None));
    }
    if not_listed > 0 {
        let lost = words::counted(not_listed, "finding");
        notifications.push(notification(
            "error",
            &format!("{lost} cannot be listed: the results that hold them can no longer be read"),
            None,
        ));
    }
    let said = said_by_agents(run);
    notifications.extend(said.iter().map(|text| notification("warning", text, None)));
    let is_success = matches!(
        run.end(),
        Some((RunStatus::Success | RunStatus::PartialSuccess, _))
    );
    let nothing_missing = notifications.iter().all(|one| one["level"] != "error");
    let mut invocation = json!({
        "executionSuccessful": is_success && nothing_missing,
        "toolExecutionNotifications": notifications,
    });
    if let Some(started) = run.started_at() {
        invocation["startTimeUtc"] = json!(iso(started));
    }
    if let Some(ended) = run.ended_at() {
        invocation["endTimeUtc"] = json!(iso(ended));
    }
    invocation
}

/// What is missing of an agent or gate, if anything is.
fn unfinished(run: &Run, node: NodeIx) -> Option<Value> {
    let id = words::id(run, node);
    let level = if run.plan().is_required(node) {
        "error"
    } else {
        "warning"
    };
    let text = match run.view(node) {
        NodeView::Skipped(reason) if reason.leaves_no_evidence() => {
            format!("`{id}` was not run: {}", words::skip_reason(run, reason))
        }
        NodeView::Skipped(_) => return None,
        NodeView::Done(_) => match (words::failure(run, node), words::verdict(run, node)) {
            (Some((class, message)), _) => format!("`{id}` failed ({class}): {message}"),
            (None, Some((verdict, message))) if nodes::status(run, node) != "SUCCESS" => {
                let judgement = words::judgement(verdict, message);
                format!("gate `{id}` did not pass: {judgement}")
            }
            (None, _) => return None,
        },
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. } => {
            let status = nodes::status(run, node);
            format!("`{id}` has not ended: {status}")
        }
    };
    Some(notification(level, &text, Some(&id)))
}

fn notification(level: &str, text: &str, node: Option<&str>) -> Value {
    let mut notification = json!({"level": level, "message": {"text": text}});
    if let Some(node) = node {
        notification["properties"] = json!({"agent": node});
    }
    notification
}

#[cfg(test)]
mod tests {
    use super::uri;

    /// Goal: a file is a URI reference that means this file and nothing else.
    #[test]
    fn uris() {
        for (file, expected) in [
            ("src/app.py", "src/app.py"),
            ("a b/c%d#e?.py", "a%20b/c%25d%23e%3F.py"),
            ("C:/x.py", "C%3A/x.py"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("ünï/漢.rs", "%C3%BCn%C3%AF/%E6%BC%A2.rs"),
            ("/etc/passwd", "file:///etc/passwd"),
            ("../up", "../up"),
            ("a\nb", "a%0Ab"),
        ] {
            assert_eq!(uri(file), expected);
        }
    }
}
