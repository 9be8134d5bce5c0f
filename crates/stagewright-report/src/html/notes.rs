//! The sections that are lists of sentences: what to do, what was weighed, what changed,
//! what went wrong. Each leaves nothing behind when it has nothing to say.

use super::Subject;
use super::findings::finding_rows;
use super::page::Page;
use crate::changes::Changes;
use crate::documents::{self, current_decision};
use crate::findings::MergedFinding;
use serde_json::Value;
use stagewright_core::decision::{Choice, aggregate_of_run};

/// The most items of a list.
const ITEMS: usize = 100;
/// The most findings of a list of changes.
const CHANGED: usize = 20;
/// The most characters of a sentence.
const SENTENCE: usize = 1_000;

/// What the run waits for, with the commands that answer.
pub(super) fn waits(page: &mut Page, subject: &Subject<'_>) {
    let waits = documents::waits(subject.run);
    if waits.is_empty() {
        return;
    }
    page.section("waits", "Waiting for")
        .raw("<ul class=\"waits\">\n");
    for wait in waits.iter().take(ITEMS) {
        page.raw("<li>");
        if let Some(agent) = &wait.agent_id {
            page.raw("<b>").text(agent, 200).raw("</b>: ");
        }
        page.text(&wait.question, SENTENCE);
        for command in &wait.commands {
            page.raw("<br>").code(command, 500);
        }
        if let Some(digest) = &wait.digest {
            page.raw("<br><small>Digest of what is asked: ")
                .hash(digest)
                .raw("</small>");
        }
        page.raw("</li>\n");
    }
    more_items(page, waits.len(), ITEMS);
    page.raw("</ul>\n").end_section();
}

/// Everything that was weighed, the blocking factors first.
pub(super) fn factors(page: &mut Page, subject: &Subject<'_>) {
    let Some(decision) = current_decision(subject.run) else {
        return;
    };
    let record = &decision.record;
    if record.factors.is_empty() && record.override_reason.is_none() {
        return;
    }
    page.section("factors", "What was weighed");
    if let Some(reason) = &record.override_reason {
        page.raw("<p class=\"note warn\"><b>Overridden.</b> ")
            .text(reason, SENTENCE)
            .raw("</p>\n");
    }
    page.raw("<ul class=\"factors\">\n");
    for factor in record.factors.iter().take(ITEMS) {
        page.raw(match (factor.blocking, record.override_applied) {
            (true, false) => "<li class=\"bad\"><b class=\"mark\">blocks</b> ",
            (true, true) => "<li class=\"warn\"><b class=\"mark\">overridden</b> ",
            (false, _) => "<li><b class=\"mark\">noted</b> ",
        });
        page.sentence(&factor.detail, SENTENCE).raw("</li>\n");
    }
    more_items(page, record.factors.len(), ITEMS);
    page.raw("</ul>\n").end_section();
}

/// What changed since the run before.
pub(super) fn changes(page: &mut Page, subject: &Subject<'_>) {
    let Some(previous) = subject.previous else {
        return;
    };
    let changes = Changes::between(previous, subject.run, subject.results);
    page.section("changes", "Since the run before")
        .raw("<p>Compared with ");
    page.code(&changes.since, 100).raw(": ");
    if changes.is_empty() {
        page.raw("nothing has changed");
    } else {
        page.number(changes.new.len() as u64)
            .raw(" new, ")
            .number(changes.fixed.len() as u64)
            .raw(" fixed");
    }
    page.raw(", ")
        .number(changes.still_open)
        .raw(" still open.</p>\n");
    if changes.incomplete {
        page.raw(
            "<p class=\"note warn\">Findings of one of the two runs can no longer be read in \
             full; some may be missing here.</p>\n",
        );
    }
    let word = |choice: Option<Choice>| choice.map_or("none", Choice::as_str);
    if changes.decision.is_some() || !changes.statuses.is_empty() {
        page.raw("<ul>\n");
        if let Some((before, after)) = changes.decision {
            page.raw("<li>The decision: ")
                .raw(word(before))
                .raw(" → <b>")
                .raw(word(after))
                .raw("</b></li>\n");
        }
        for moved in changes.moves() {
            page.raw("<li>")
                .raw(moved.before)
                .raw(" → <b>")
                .raw(moved.after)
                .raw("</b>: ")
                .sentence(&moved.ids, SENTENCE)
                .raw("</li>\n");
        }
        page.raw("</ul>\n");
    }
    changed_findings(page, "New", &changes.new);
    changed_findings(page, "Fixed", &changes.fixed);
    changed_findings(
        page,
        "Not checked this time: nobody who reported them has succeeded",
        &changes.not_checked,
    );
    page.end_section();
}

fn changed_findings(page: &mut Page, title: &'static str, findings: &[MergedFinding]) {
    if findings.is_empty() {
        return;
    }
    page.wide(title)
        .raw("<table class=\"findings\">\n<caption>")
        .raw(title)
        .raw("</caption>\n");
    finding_rows(page, findings, CHANGED);
    page.raw("</table>\n").end_wide();
}

/// What failed.
pub(super) fn errors(page: &mut Page, subject: &Subject<'_>) {
    let errors = documents::errors(subject.run);
    if errors.is_empty() {
        return;
    }
    page.section("errors", "Failures")
        .raw("<ul class=\"problems\">\n");
    for error in errors.iter().take(ITEMS) {
        page.raw("<li><b>")
            .text(error.agent_id.as_deref().unwrap_or("the run"), 200)
            .raw("</b> <span class=\"kind\">")
            .raw(error.error_type)
            .raw("</span> ")
            .sentence(&error.error, SENTENCE)
            .raw("</li>\n");
    }
    more_items(page, errors.len(), ITEMS);
    page.raw("</ul>\n").end_section();
}

/// What a person should know besides.
pub(super) fn warnings(page: &mut Page, subject: &Subject<'_>) {
    let warnings = documents::besides_failures(subject.run, subject.results);
    if warnings.is_empty() {
        return;
    }
    page.section("warnings", "Warnings").raw("<ul>\n");
    for warning in warnings.iter().take(ITEMS) {
        page.raw("<li>").sentence(warning, SENTENCE).raw("</li>\n");
    }
    more_items(page, warnings.len(), ITEMS);
    page.raw("</ul>\n").end_section();
}

/// Tickets that agents created.
pub(super) fn tickets(page: &mut Page, subject: &Subject<'_>) {
    let tickets = aggregate_of_run(subject.run).tickets;
    if tickets.is_empty() {
        return;
    }
    page.section("tickets", "Tickets created").raw("<ul>\n");
    for ticket in tickets.iter().take(ITEMS) {
        let field = |names: &[&str]| {
            let text = |name: &&str| ticket.get(*name).and_then(Value::as_str);
            names.iter().find_map(text)
        };
        let name = field(&["ticket_key", "ticket_id", "key", "id"]);
        let name = name.or_else(|| ticket.as_str()).unwrap_or("ticket");
        page.raw("<li>");
        match field(&["ticket_url", "url"]) {
            Some(url) => page.link(name, url),
            None => page.text(name, 200),
        };
        if let Some(summary) = field(&["summary", "title"]) {
            page.raw(": ").text(summary, SENTENCE);
        }
        page.raw("</li>\n");
    }
    more_items(page, tickets.len(), ITEMS);
    page.raw("</ul>\n").end_section();
}

fn more_items(page: &mut Page, count: usize, shown: usize) {
    if count > shown {
        page.raw("<li class=\"more\">… and ")
            .number((count - shown) as u64)
            .raw(" more</li>\n");
    }
}
