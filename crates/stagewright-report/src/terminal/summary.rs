//! The end of a run for people: the decision first, then why, then what to do next.

use super::failures::{failures, gates};
use super::line::{Line, Row, Tone, bullets, more, section, table, wrapped};
use crate::documents::{besides_failures, current_decision, elapsed_ms, waits};
use crate::findings::{Findings, MergedFinding};
use crate::moment::duration;
use crate::nodes;
use crate::outside::{capped, one_line};
use crate::places::Places;
use crate::results::Results;
use crate::words::{self, counted};
use stagewright_core::decision::{Choice, DecisionRecord};
use stagewright_core::event::RunStatus;
use stagewright_core::run::Standing;
use stagewright_core::{Run, Severity, Timestamp};

/// The most findings that are listed.
const FINDINGS: usize = 20;

/// The summary of a run at `now`, for a terminal of `width` columns. Commands, paths
/// and addresses are longer where they must be: they are there to be copied.
pub fn summary(
    run: &Run,
    results: &Results,
    now: Timestamp,
    places: Places<'_>,
    width: usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    head(&mut lines, run, width);
    blocking_factors(&mut lines, run, width);
    findings(&mut lines, run, results, width);
    failures(&mut lines, run, results, places, width);
    gates(&mut lines, run, results, places, width);
    other_warnings(&mut lines, run, results, width);
    counts(&mut lines, run, now);
    written(&mut lines, places);
    next_steps(&mut lines, run);
    lines
}

/// The decision on a line of its own, the reason below it.
fn head(lines: &mut Vec<Line>, run: &Run, width: usize) {
    match (run.end(), run.standing()) {
        (Some((status, decision)), _) => match decision {
            Some(record) => {
                lines.push(decided(record));
                // Of an override the label matters most; what it overrode follows.
                let reason = record.override_reason.as_ref().unwrap_or(&record.reason);
                lines.extend(wrapped(Tone::Plain, "", &capped(reason, 1_000), width));
            }
            None => lines.push(Line::new(
                status_tone(status),
                format!("{} (no decision asked for)", status.as_str()),
            )),
        },
        (None, Standing::Waiting) => {
            lines.push(Line::warn("WAITING for an answer"));
            questions(lines, run, width);
        }
        (None, Standing::Stuck) => {
            lines.push(Line::bad("STUCK"));
            let reason = run.stuck_reason().unwrap_or_default();
            lines.extend(wrapped(Tone::Plain, "", &capped(reason, 1_000), width));
        }
        (None, Standing::Interrupted) => {
            lines.push(Line::warn("INTERRUPTED"));
            lines.push(Line::plain("nothing is lost: what has ended is kept"));
        }
        (None, Standing::Going | Standing::Pending | Standing::Ended) => {
            lines.push(Line::plain("NOT ENDED"));
        }
    }
}

/// What is asked, and of whom.
fn questions(lines: &mut Vec<Line>, run: &Run, width: usize) {
    for wait in waits(run) {
        let Some(id) = wait.agent_id else {
            continue;
        };
        let whom = if wait.approvers.is_empty() {
            String::new()
        } else {
            format!(" (for {} to answer)", wait.approvers.join(", "))
        };
        let question = format!("{}{whom}", capped(&wait.question, 1_000));
        lines.extend(wrapped(Tone::Plain, &format!("{id}: "), &question, width));
    }
}

fn decided(record: &DecisionRecord) -> Line {
    match (record.decision, record.override_applied) {
        (Choice::Block, _) => Line::bad("BLOCK"),
        (Choice::Merge, false) => Line::good("MERGE"),
        (Choice::Merge, true) => Line::warn("MERGE (by override)"),
    }
}

fn status_tone(status: RunStatus) -> Tone {
    match status {
        RunStatus::Success => Tone::Good,
        RunStatus::PartialSuccess => Tone::Warn,
        RunStatus::Failure | RunStatus::Cancelled => Tone::Bad,
    }
}

/// What blocks, when it is more than the reason says already.
fn blocking_factors(lines: &mut Vec<Line>, run: &Run, width: usize) {
    let Some(decision) = current_decision(run).filter(|decision| decision.is_final) else {
        return;
    };
    let record = decision.record;
    let blocking: Vec<String> = record
        .factors
        .iter()
        .filter(|factor| factor.blocking)
        .map(|factor| capped(&factor.detail, 300))
        .collect();
    if blocking.is_empty() || blocking.len() == 1 && !record.override_applied {
        return;
    }
    let (title, tone) = if record.override_applied {
        ("Overridden", Tone::Warn)
    } else {
        ("What blocks", Tone::Bad)
    };
    section(lines, title);
    bullets(lines, tone, blocking, width);
}

fn findings(lines: &mut Vec<Line>, run: &Run, results: &Results, width: usize) {
    let findings = Findings::of(run, results);
    let total = findings.list.len() as u64 + findings.not_listed;
    if total == 0 {
        return;
    }
    section(lines, &format!("Findings ({total})"));
    let shown = &findings.list[..findings.list.len().min(FINDINGS)];
    let rows: Vec<Row> = shown.iter().map(finding_row).collect();
    lines.extend(table(2, &rows, &[8, 48, 28, 28, 500], width));
    more(lines, total - shown.len() as u64);
}

fn finding_row(finding: &MergedFinding) -> Row {
    let tone = match finding.severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warn,
        Severity::Low => Tone::Plain,
    };
    let cells = vec![
        finding.severity.to_string(),
        finding
            .place()
            .map_or(String::new(), |place| end_of(&place, 48)),
        finding.rule.clone(),
        finding.reporters.join(", "),
        finding.message.clone(),
    ];
    (tone, cells)
}

/// The end of a path, which says more than its beginning.
fn end_of(place: &str, count: usize) -> String {
    let place = one_line(place);
    let length = place.chars().count();
    if length <= count {
        return place;
    }
    let tail: String = place.chars().skip(length - count + 1).collect();
    format!("…{tail}")
}

/// The warnings that the sections above have not said.
fn other_warnings(lines: &mut Vec<Line>, run: &Run, results: &Results, width: usize) {
    let warnings: Vec<String> = besides_failures(run, results)
        .iter()
        .map(|warning| capped(warning, 500))
        .collect();
    if warnings.is_empty() {
        return;
    }
    section(lines, &format!("Warnings ({})", warnings.len()));
    bullets(lines, Tone::Warn, warnings, width);
}

/// One line: how many agents, how they ended, how long it took.
fn counts(lines: &mut Vec<Line>, run: &Run, now: Timestamp) {
    let tally = run.tally();
    let left = tally.total - tally.completed();
    let parts: Vec<String> = [
        (tally.succeeded, "succeeded"),
        (tally.failed, "failed"),
        (tally.skipped, "skipped"),
        (left, "left"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let status = run.end().map_or(String::new(), |(status, _)| {
        format!("{}: ", status.as_str())
    });
    let elapsed_ms = elapsed_ms(run, now).unwrap_or(0);
    let active_ms = run.active_ms(now);
    // Waits and interruptions are worth a word when they took a noticeable part.
    let active = if elapsed_ms > active_ms + 1_000 {
        format!(" ({} of it active)", duration(active_ms))
    } else {
        String::new()
    };
    lines.push(Line::empty());
    lines.push(Line::plain(format!(
        "{status}{} ({}) in {}{active}",
        counted(tally.total.into(), "agent"),
        parts.join(", "),
        duration(elapsed_ms),
    )));
}

fn written(lines: &mut Vec<Line>, places: Places<'_>) {
    for (format, path) in places.reports {
        let (format, path) = (one_line(format), one_line(path));
        lines.push(Line::plain(format!("{format} report: {path}")));
    }
    if let Some(logs) = places.logs.or(places.run_dir) {
        lines.push(Line::dim(format!("logs: {}", one_line(logs))));
    }
}

/// The exact commands that make sense now.
fn next_steps(lines: &mut Vec<Line>, run: &Run) {
    let run_id = &run.submission().run_id;
    let mut steps: Vec<(String, &str)> = Vec::new();
    for wait in waits(run) {
        steps.extend(wait.commands.into_iter().map(|command| (command, "")));
    }
    match run.end() {
        Some((RunStatus::Failure | RunStatus::PartialSuccess, _)) => {
            steps.push((
                format!("stagewright resume {run_id}"),
                "tries again what failed, keeps what succeeded",
            ));
            if let Some((node, _)) =
                nodes::all(run).find(|(node, _)| words::failure(run, *node).is_some())
            {
                let id = words::id(run, node);
                steps.push((format!("stagewright logs {run_id} {id}"), "its output"));
            }
        }
        Some((RunStatus::Success | RunStatus::Cancelled, _)) | None => {}
    }
    if run.end().is_some() {
        steps.push((
            format!("stagewright report {run_id} --format markdown"),
            "the whole picture",
        ));
    } else if !steps.is_empty() {
        steps.push((format!("stagewright status {run_id}"), "where it stands"));
    }
    if steps.is_empty() {
        return;
    }
    section(lines, "Next");
    let rows: Vec<Row> = steps
        .into_iter()
        .map(|(command, why)| (Tone::Plain, vec![command, why.to_owned()]))
        .collect();
    lines.extend(table(2, &rows, &[300, 80], 400));
}
