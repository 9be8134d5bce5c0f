//! What changed since the run before.

use super::escape::{code, text};
use super::listing::{Share, list};
use super::put;
use super::sections::finding_line;
use crate::changes::{Changes, Move};
use crate::findings::MergedFinding;
use crate::words::counted;
use stagewright_core::decision::Choice;

/// Each of the lists of findings.
const FINDINGS: Share = Share {
    items: 10,
    bytes: 2_200,
};

/// The section; it says so when nothing has changed.
pub(super) fn section(page: &mut String, changes: &Changes) {
    put(
        page,
        format_args!(
            "### Since the run before ({})\n\n",
            code(&changes.since, 100)
        ),
    );
    if changes.incomplete {
        page.push_str(
            ":warning: Findings of one of the two runs can no longer be read in full; \
             some may be missing here.\n\n",
        );
    }
    if changes.is_empty() {
        let same = match changes.still_open {
            0 => "Nothing has changed.".to_owned(),
            open => format!("Nothing has changed; {} still open.", are(open)),
        };
        put(page, format_args!("{same}\n\n"));
        return;
    }
    put(page, format_args!("{}\n\n", totals(changes)));
    for (title, findings) in [
        ("New", &changes.new),
        ("Fixed", &changes.fixed),
        (
            "Not checked this time: nobody who reported them has succeeded",
            &changes.not_checked,
        ),
    ] {
        findings_list(page, title, findings);
    }
    if !changes.statuses.is_empty() {
        page.push_str("**Agents that stand otherwise**\n\n");
        let share = Share {
            items: 20,
            bytes: 2_000,
        };
        let line = |moved: Move| {
            let ids = text(&moved.ids, 300);
            format!("{} → **{}**: {ids}", moved.before, moved.after)
        };
        list(page, share, changes.moves(), line, 0);
    }
}

/// One line: the decision, and the findings in numbers.
fn totals(changes: &Changes) -> String {
    let mut parts = Vec::new();
    if let Some((before, after)) = changes.decision {
        parts.push(format!(
            "decision **{}** → **{}**",
            decision(before),
            decision(after)
        ));
    }
    for (count, word) in [
        (changes.new.len() as u64, "new"),
        (changes.fixed.len() as u64, "fixed"),
        (changes.still_open, "still open"),
        (changes.not_checked.len() as u64, "not checked"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if parts.is_empty() {
        parts.push("no finding is new or fixed".to_owned());
    }
    parts.join(" · ")
}

fn decision(choice: Option<Choice>) -> &'static str {
    choice.map_or("none", Choice::as_str)
}

fn are(count: u64) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, "finding"))
}

fn findings_list(page: &mut String, title: &str, findings: &[MergedFinding]) {
    if findings.is_empty() {
        return;
    }
    put(page, format_args!("**{title}**\n\n"));
    list(page, FINDINGS, findings, finding_line, 0);
}
