//! The findings: each problem once, by severity, and which rules are broken most.

use super::Subject;
use super::page::Page;
use crate::findings::{Findings, MergedFinding};
use stagewright_core::Severity;
use std::collections::BTreeMap;

/// The most rows of a severity.
const ROWS: usize = 100;
/// With more findings than this, the rules are counted first.
const MANY: usize = 30;
/// The most rules that are counted.
const RULES: usize = 12;
/// The most characters of a message.
const MESSAGE: usize = 600;

pub(super) fn section(page: &mut Page, subject: &Subject<'_>) {
    let findings = Findings::of(subject.run, subject.results);
    page.section("findings", "Findings");
    if findings.list.is_empty() && findings.not_listed == 0 {
        page.raw("<p>No agent that succeeded found anything.</p>\n")
            .end_section();
        return;
    }
    if findings.not_listed > 0 {
        page.raw("<p class=\"note bad\">")
            .number(findings.not_listed)
            .raw(
                " of the findings cannot be listed: the results that hold them can no longer be \
                 read. They count all the same.</p>\n",
            );
    }
    if findings.list.len() > MANY {
        frequent_rules(page, &findings.list);
    }
    if !findings.list.is_empty() {
        page.wide("All findings").raw(
            "<table class=\"findings\">\n<caption class=\"aside\">Each problem once, the worst \
                  first</caption>\n",
        );
        finding_rows(page, &findings.list, ROWS);
        page.raw("</table>\n").end_wide();
    }
    page.end_section();
}

/// Head and rows of a table of findings, at most so many of each severity.
pub(super) fn finding_rows(page: &mut Page, findings: &[MergedFinding], rows: usize) {
    page.raw(
        "<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Rule</th>\
         <th scope=\"col\">Place</th><th scope=\"col\">Message</th>\
         <th scope=\"col\">Reported by</th></tr></thead>\n",
    );
    for severity in Severity::WORST_FIRST {
        let of_this: Vec<&MergedFinding> = findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .collect();
        if of_this.is_empty() {
            continue;
        }
        page.raw("<tbody>\n");
        for finding in of_this.iter().take(rows) {
            row(page, finding);
        }
        if of_this.len() > rows {
            page.more_row(
                5,
                (of_this.len() - rows) as u64,
                super::severity_word(severity),
            );
        }
        page.raw("</tbody>\n");
    }
}

fn row(page: &mut Page, finding: &MergedFinding) {
    page.raw("<tr><td>")
        .raw(super::severity_badge(finding.severity));
    if finding.severity_assumed {
        page.raw("<br><small>assumed</small>");
    }
    page.raw("</td><td>")
        .code(&finding.rule, 150)
        .raw("</td><td class=\"place\">");
    match finding.place() {
        Some(place) => page.code(&place, 300),
        None => page.raw("<small>no place</small>"),
    };
    page.raw("</td><td>").text(&finding.message, MESSAGE);
    if let Some(suggestion) = &finding.suggestion {
        page.raw("<br><small><b>Proposed:</b> ")
            .text(suggestion, MESSAGE)
            .raw("</small>");
    }
    page.raw("</td><td>")
        .text(&finding.reporters.join(", "), 300);
    page.raw("</td></tr>\n");
}

/// The rules that are broken most, so that many findings have a shape.
fn frequent_rules(page: &mut Page, findings: &[MergedFinding]) {
    let mut rules: BTreeMap<&str, (Severity, u64)> = BTreeMap::new();
    for finding in findings {
        let rule = rules.entry(&finding.rule).or_insert((finding.severity, 0));
        rule.0 = rule.0.max(finding.severity);
        rule.1 += 1;
    }
    let distinct = rules.len();
    let mut counted: Vec<(&str, (Severity, u64))> = rules.into_iter().collect();
    counted.sort_by_key(|(_, (severity, count))| std::cmp::Reverse((*count, *severity)));
    page.wide("The rules that are broken most").raw(
        "<table class=\"rules\">\n<caption>The rules that are broken most</caption>\n\
             <thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">Worst</th>\
             <th scope=\"col\" class=\"number\">Findings</th></tr></thead>\n<tbody>\n",
    );
    for (rule, (severity, count)) in counted.iter().take(RULES) {
        page.raw("<tr><td>")
            .code(rule, 150)
            .raw("</td><td>")
            .raw(super::severity_badge(*severity))
            .raw("</td><td class=\"number\">")
            .number(*count)
            .raw("</td></tr>\n");
    }
    if distinct > RULES {
        page.more_row(3, (distinct - RULES) as u64, "rules");
    }
    page.raw("</tbody>\n</table>\n").end_wide();
}
