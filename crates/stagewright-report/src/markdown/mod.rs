//! The run as a comment on a pull request.
//!
//! Its structure is the review specification's (decision, reason, summary, severity
//! table, agents by stage, tickets, footer), with factors, gates, findings and open
//! questions added. The comment is bounded: code hosts refuse one of more than
//! 65,536 characters, so each section has its share, and a list that is cut says by
//! how much.
//!
//! Everything that comes from agents, the pipeline file or the context goes through
//! `escape`; the fixed texts are the only Markdown in the page.

mod escape;
mod listing;
mod sections;

use crate::documents::{current_decision, severity_word};
use crate::moment::duration;
use crate::places::Places;
use crate::results::Results;
use stagewright_core::decision::{Choice, aggregate_of_run};
use stagewright_core::run::Standing;
use stagewright_core::{Run, Severity, Timestamp};
use std::fmt::Write as _;

/// The most bytes of a comment; code hosts refuse more than 65,536 characters.
pub const MAX_COMMENT_BYTES: usize = 65_536;

/// The run at `now` as Markdown.
pub fn comment(run: &Run, results: &Results, now: Timestamp, places: Places<'_>) -> String {
    let mut page = String::new();
    heading(&mut page, run);
    summary(&mut page, run, now);
    sections::waits(&mut page, run);
    sections::factors(&mut page, run);
    severities(&mut page, run);
    sections::findings(&mut page, run, results);
    sections::agents(&mut page, run);
    sections::gates(&mut page, run);
    sections::tickets(&mut page, run);
    sections::warnings(&mut page, run, results);
    footer(&mut page, run, places);
    assert!(
        page.len() <= MAX_COMMENT_BYTES,
        "the shares of the sections fit into a comment"
    );
    page
}

fn heading(page: &mut String, run: &Run) {
    let name = escape::text(&run.plan().name, 100);
    put(page, format_args!("## {name}\n\n"));
    let (mark, reason) = match current_decision(run) {
        None => (":heavy_minus_sign: none asked for (`decision: none`)", None),
        Some(decision) => {
            let mark = match (decision.is_final, decision.record.decision, run.standing()) {
                (true, Choice::Merge, _) => ":white_check_mark: MERGE",
                (true, Choice::Block, _) => ":x: BLOCK",
                (false, _, Standing::Waiting) => ":hourglass: BLOCK until it is answered",
                (false, _, Standing::Stuck) => ":x: BLOCK, the run is stuck",
                (false, _, _) => ":hourglass: not made yet",
            };
            (mark, Some(decision.record.reason))
        }
    };
    put(page, format_args!("**Decision**: {mark}\n\n"));
    if let Some(reason) = reason {
        let reason = escape::text(&reason, 600);
        put(page, format_args!("**Reason**: {reason}\n\n"));
    }
}

fn summary(page: &mut String, run: &Run, now: Timestamp) {
    let aggregate = aggregate_of_run(run);
    let tally = run.tally();
    let status = match run.end() {
        Some((status, _)) => status.as_str(),
        None => crate::documents::state(run),
    };
    let elapsed = crate::documents::elapsed_ms(run, now).unwrap_or(0);
    put(
        page,
        format_args!(
            "### Summary\n\n\
             - **Status**: {status}\n\
             - **Overall severity**: {}\n\
             - **Total issues**: {}\n\
             - **Agents executed**: {}/{}{}\n\
             - **Duration**: {}\n\n",
            severity_word(&aggregate),
            aggregate.counts.total(),
            tally.executed(),
            tally.total,
            match (tally.failed, tally.skipped) {
                (0, 0) => String::new(),
                (failed, 0) => format!(" ({failed} failed)"),
                (0, skipped) => format!(" ({skipped} skipped)"),
                (failed, skipped) => format!(" ({failed} failed, {skipped} skipped)"),
            },
            duration(elapsed),
        ),
    );
}

fn severities(page: &mut String, run: &Run) {
    let counts = aggregate_of_run(run).counts;
    page.push_str("### Violations by severity\n\n| Severity | Count |\n|----------|------:|\n");
    for severity in Severity::WORST_FIRST {
        let name = match severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
        };
        put(page, format_args!("| {name} | {} |\n", counts.of(severity)));
    }
    page.push('\n');
}

fn footer(page: &mut String, run: &Run, places: Places<'_>) {
    let submission = run.submission();
    put(
        page,
        format_args!(
            "---\nPipeline {} · run {}",
            escape::code(&submission.pipeline_id, 200),
            escape::code(&submission.run_id, 100),
        ),
    );
    if let Some(logs) = places.logs {
        put(page, format_args!(" · {}", sections::link("logs", logs)));
    }
    page.push('\n');
}

/// Appends formatted text; writing to a `String` cannot fail.
fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(text);
}
