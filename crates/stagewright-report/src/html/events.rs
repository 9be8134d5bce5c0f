//! The event log, folded away: the run's own account of what happened.

use super::Subject;
use super::page::Page;
use crate::history::word;
use crate::moment::iso;
use crate::terminal::event_detail;
use crate::words::{id, stage_id};
use stagewright_core::Recorded;

/// The most events from the beginning, and from the end.
const FIRST: usize = 400;
const LAST: usize = 600;

pub(super) fn section(page: &mut Page, subject: &Subject<'_>) {
    let events = subject.events;
    if events.is_empty() {
        return;
    }
    page.section("history", "History")
        .raw("<details>\n<summary>")
        .number(events.len() as u64)
        .raw(" events</summary>\n")
        .wide("The events")
        .raw(
            "<table class=\"events\">\n<thead><tr><th scope=\"col\" class=\"number\">No.</th>\
             <th scope=\"col\">Time</th><th scope=\"col\">Event</th><th scope=\"col\">Subject</th>\
             <th scope=\"col\">Details</th></tr></thead>\n<tbody>\n",
        );
    if events.len() > FIRST + LAST {
        let (first, rest) = events.split_at(FIRST);
        let (between, last) = rest.split_at(rest.len() - LAST);
        rows(page, subject, first);
        page.more_row(5, between.len() as u64, "events between");
        rows(page, subject, last);
    } else {
        rows(page, subject, events);
    }
    page.raw("</tbody>\n</table>\n")
        .end_wide()
        .raw("</details>\n")
        .end_section();
}

fn rows(page: &mut Page, subject: &Subject<'_>, events: &[Recorded]) {
    for recorded in events {
        let (stage, node) = recorded.event.subject();
        let who = node
            .map(|node| id(subject.run, node))
            .or_else(|| stage.map(|stage| stage_id(subject.run, stage).to_owned()));
        page.raw("<tr><td class=\"number\">")
            .number(recorded.seq)
            .raw("</td><td>")
            .text(&iso(recorded.at), 30)
            .raw("</td><td>")
            .text(&word(&recorded.event).replace('_', " "), 40)
            .raw("</td><td>")
            .text(&who.unwrap_or_default(), 200)
            .raw("</td><td>")
            .text(&event_detail(subject.run, recorded), 500)
            .raw("</td></tr>\n");
    }
}
