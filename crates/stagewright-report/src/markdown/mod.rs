//! The run as a comment on a pull request.
//!
//! The first line is invisible and names the pipeline id ([`marker`]): whoever posts the
//! comment finds the one of the run before by it and replaces that, so that a pull
//! request has one comment of a pipeline, however often it runs. What changed since the
//! run before is a section of its own then.
//!
//! Its structure is the review specification's (decision, reason, summary, severity
//! table, agents by stage, tickets, footer), with factors, gates, findings and open
//! questions added. The comment is bounded: code hosts refuse one of more than
//! 65,536 characters, so each section has its share, and a list that is cut says by
//! how much.
//!
//! Everything that comes from agents, the pipeline file or the context goes through
//! `escape`; the fixed texts are the only Markdown in the page.

mod changed;
mod escape;
mod listing;
mod sections;

use crate::changes::{Changes, Previous};
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

/// The line by which the comment of a pipeline id is found again. It is a comment of
/// HTML, which no content of the id can end.
pub fn marker(pipeline_id: &str) -> String {
    let mut id = String::new();
    for byte in pipeline_id.bytes() {
        match byte {
            // Two hyphens would end the comment.
            b'-' if id.ends_with('-') => id.push_str("%2D"),
            b'-' | b'_' | b'.' | b'/' => id.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => id.push(char::from(byte)),
            byte => put(&mut id, format_args!("%{byte:02X}")),
        }
    }
    format!("<!-- stagewright:{id} -->")
}

/// The run at `now` as Markdown, with what changed since the run before where there is
/// one.
pub fn comment(
    run: &Run,
    results: &Results,
    now: Timestamp,
    places: Places<'_>,
    previous: Option<Previous<'_>>,
) -> String {
    let mut page = marker(&run.submission().pipeline_id);
    page.push('\n');
    heading(&mut page, run);
    summary(&mut page, run, now);
    if let Some(previous) = previous {
        changed::section(&mut page, &Changes::between(previous, run, results));
    }
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

#[cfg(test)]
mod tests {
    use super::marker;

    /// Goal: the marker says which pipeline id it is, and no id ends it or hides in
    /// another one.
    #[test]
    fn markers() {
        for (id, line) in [
            ("pr-123-review", "<!-- stagewright:pr-123-review -->"),
            ("a--b", "<!-- stagewright:a-%2Db -->"),
            ("--> <h1>", "<!-- stagewright:-%2D%3E%20%3Ch1%3E -->"),
            ("a%2Db", "<!-- stagewright:a%252Db -->"),
            ("org/repo#7", "<!-- stagewright:org/repo%237 -->"),
            ("ü", "<!-- stagewright:%C3%BC -->"),
        ] {
            assert_eq!(marker(id), line);
        }
    }
}
