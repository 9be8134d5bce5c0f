//! SARIF 2.1.0, of any tool.
//!
//! How results become findings:
//! - **kind** `pass`, `notApplicable` and `informational` are no problems. `open` and
//!   `review` say that the tool could not decide; without a level of their own they
//!   count as HIGH, assumed. Absent is `fail`.
//! - **level**: the result's, else that of the rule's default configuration, else
//!   `warning`. `none` on a result of kind `fail` is LOW. Overrides of a rule's
//!   configuration within one invocation are not applied.
//! - **`security-severity`**: the result's property, else the rule's. See
//!   [`crate::severity_table`] for the bands.
//! - **suppressions**: a result is suppressed when it has suppressions and all of them
//!   are accepted (an absent status is). It is no finding, and a warning counts it.
//! - **`baselineState`**: `absent` means that the problem is gone, so it is no finding.
//!   `unchanged` and `updated` problems are still there: they count like `new` ones,
//!   since the review is about the tree that would be merged.
//!
//! A run that failed (`executionSuccessful: false`), or that carries no `results` at
//! all, makes the report an error; an empty list is a clean run.

mod location;
mod rules;

use crate::answer::{Answer, GONE_SINCE_BASELINE, Options, SUPPRESSED};
use crate::error::ReadError;
use crate::node::Node;
use crate::ruff;
use crate::rule::{neutral_rule, tool_key};
use crate::severity_table::Hints;
use crate::tool_document::ToolReport;
use location::Locations;
use rules::{Rule, Rules};
use serde_json::Value;
use stagewright_core::finding::{Finding, FindingKind};

/// What of the results is no finding.
#[derive(Debug, Default)]
struct LeftOut {
    not_problems: u64,
    suppressed: u64,
    gone: u64,
}

/// Reads a whole log.
pub(crate) fn read(document: &Value, options: &Options) -> Result<Answer, ReadError> {
    let root = Node::root(document).expect_object()?;
    let runs = root.list("/runs")?.filter(|runs| !runs.is_empty());
    let runs = runs.ok_or(ReadError::NoRuns)?;
    let mut report = ToolReport::default();
    let mut left_out = LeftOut::default();
    for run in Node::elements(runs, "$.runs") {
        read_run(&run.expect_object()?, options, &mut report, &mut left_out)?;
    }
    if left_out.suppressed > 0 {
        report.warnings.push(format!(
            "results suppressed in the source or by the tool's settings: {}",
            left_out.suppressed
        ));
    }
    report.left_out = vec![
        (SUPPRESSED, left_out.suppressed),
        (GONE_SINCE_BASELINE, left_out.gone),
        ("not_problems", left_out.not_problems),
    ];
    Ok(report.into_answer())
}

fn read_run(
    run: &Node<'_>,
    options: &Options,
    report: &mut ToolReport,
    left_out: &mut LeftOut,
) -> Result<(), ReadError> {
    let name = run
        .text("/tool/driver/name")?
        .ok_or_else(|| ReadError::Missing {
            path: run.path_of("/tool/driver/name"),
        })?;
    let tool = tool_key(name);
    report.tools.push(tool.clone());
    read_invocations(run, &tool, report)?;
    let Some(results) = run.list("/results")? else {
        report
            .failures
            .push(format!("a run of {tool} carries no results"));
        return Ok(());
    };
    let rules = Rules::of(run)?;
    let locations = Locations::of(run, options.root.as_deref());
    let base = run.path_of("/results");
    for result in Node::elements(results, &base) {
        let result = result.expect_object()?;
        if is_left_out(&result, left_out)? {
            continue;
        }
        let finding = read_result(&result, &tool, &rules, &locations, options, report)?;
        if tool == "ruff" {
            ruff::note_unscanned(&finding, report);
        }
        report.findings.push(finding);
    }
    Ok(())
}

/// Takes over what the tool says about its own execution.
fn read_invocations(run: &Node<'_>, tool: &str, report: &mut ToolReport) -> Result<(), ReadError> {
    let base = run.path_of("/invocations");
    for invocation in Node::elements(run.list("/invocations")?.unwrap_or_default(), &base) {
        let mut errors = Vec::new();
        for list in [
            "/toolExecutionNotifications",
            "/toolConfigurationNotifications",
        ] {
            let base = invocation.path_of(list);
            for notification in Node::elements(invocation.list(list)?.unwrap_or_default(), &base) {
                if notification.text("/level")? == Some("error") {
                    let text = notification.text("/message/text")?;
                    errors.push(text.unwrap_or("an error without a message").to_owned());
                }
            }
        }
        if invocation.boolean("/executionSuccessful")? == Some(false) {
            if errors.is_empty() {
                errors.push(format!("{tool} says that its execution failed"));
            }
            report.failures.append(&mut errors);
        } else {
            let errors = errors.iter().map(|error| format!("{tool}: {error}"));
            report.warnings.extend(errors);
        }
    }
    Ok(())
}

/// Whether a result is no finding; if so it is counted.
fn is_left_out(result: &Node<'_>, left_out: &mut LeftOut) -> Result<bool, ReadError> {
    let slot = if matches!(
        result.text("/kind")?,
        Some("pass" | "notApplicable" | "informational")
    ) {
        &mut left_out.not_problems
    } else if result.text("/baselineState")? == Some("absent") {
        &mut left_out.gone
    } else if is_suppressed(result)? {
        &mut left_out.suppressed
    } else {
        return Ok(false);
    };
    *slot += 1;
    Ok(true)
}

fn is_suppressed(result: &Node<'_>) -> Result<bool, ReadError> {
    let list = result.list("/suppressions")?.unwrap_or_default();
    let base = result.path_of("/suppressions");
    for suppression in Node::elements(list, &base) {
        if !matches!(suppression.text("/status")?, None | Some("accepted")) {
            return Ok(false);
        }
    }
    Ok(!list.is_empty())
}

fn read_result(
    result: &Node<'_>,
    tool: &str,
    rules: &Rules<'_>,
    locations: &Locations<'_>,
    options: &Options,
    report: &mut ToolReport,
) -> Result<Finding, ReadError> {
    let rule = rules.of_result(result)?;
    let message = rules::message(result, &rule)?;
    if rule.id.is_none() && message.is_none() {
        return Err(ReadError::EmptyFinding {
            path: result.path(),
        });
    }
    let id = rule.id.unwrap_or("unspecified");
    let neutral = neutral_rule(Some(tool), id);
    let grade = options.severities.grade_tool(&Hints {
        tool: Some(tool),
        rule: id,
        neutral_rule: &neutral,
        score: score(result, &rule, report)?,
        word: level(result, &rule)?,
    });
    let place = locations.first_of(result)?;
    let fix = result.text("/fixes/0/description/text")?;
    Ok(Finding {
        severity: grade.severity,
        severity_assumed: grade.assumed,
        kind: FindingKind::Violation,
        rule: neutral,
        message: message.unwrap_or_else(|| id.to_owned()),
        file: place.file,
        line: place.line,
        suggestion: fix.map(str::to_owned),
        tool: Some(tool.to_owned()),
    })
}

/// The level as a severity word; `None` where the tool could not decide.
fn level<'a>(result: &Node<'a>, rule: &Rule<'a>) -> Result<Option<&'a str>, ReadError> {
    let own = result.text("/level")?;
    if matches!(result.text("/kind")?, Some("open" | "review")) {
        // For these kinds the standard demands `none`, which then says nothing.
        return Ok(own.filter(|level| *level != "none"));
    }
    Ok(own.or(rule.default_level).or(Some("warning")))
}

/// The `security-severity`, a number that most tools write as text.
fn score(
    result: &Node<'_>,
    rule: &Rule<'_>,
    report: &mut ToolReport,
) -> Result<Option<f64>, ReadError> {
    let own = result.get("/properties/security-severity");
    let Some(value) = own.or(rule.security_severity) else {
        return Ok(None);
    };
    let score = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    let score = score.filter(|score| (0.0..=10.0).contains(score));
    if score.is_none() {
        report.warnings.push(format!(
            "`{}`: security-severity {value} is no number from 0 to 10, the level decides",
            result.path()
        ));
    }
    Ok(score)
}
