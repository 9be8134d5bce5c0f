//! The beginning of the page: what was decided, and the run in numbers; and its end.

use super::Subject;
use super::page::Page;
use crate::documents::{Cost, current_decision, elapsed_ms, severity_word, state};
use crate::graph::StateTone;
use crate::moment::{duration, iso};
use stagewright_core::decision::{Choice, aggregate_of_run};
use stagewright_core::run::Standing;
use stagewright_core::{Run, Severity};

/// The decision as the banner says it.
struct Verdict {
    word: &'static str,
    tone: StateTone,
    reason: String,
}

/// Everything before the body.
pub(super) fn head(page: &mut Page, subject: &Subject<'_>, style: &'static str, source: &str) {
    let submission = subject.run.submission();
    page.raw(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '",
    )
    .text(source, 100)
    .raw(
        "'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>",
    )
    .raw(verdict(subject.run).word)
    .raw(": ")
    .text(&subject.run.plan().name, 100)
    .raw(" · ")
    .text(&submission.pipeline_id, 100)
    .raw("</title>\n<style>")
    .raw(style)
    .raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
}

/// The decision, why, and which run this is.
pub(super) fn banner(page: &mut Page, subject: &Subject<'_>) {
    let run = subject.run;
    let submission = run.submission();
    let verdict = verdict(run);
    page.raw("<header class=\"banner ")
        .raw(super::tone_class(verdict.tone))
        .raw("\">\n<div class=\"inner\">\n<p class=\"pipeline\">")
        .text(&run.plan().name, 200)
        .raw(" <span class=\"version\">")
        .text(&run.plan().version, 50)
        .raw("</span></p>\n<h1>")
        .raw(verdict.word)
        .raw("</h1>\n");
    if !verdict.reason.is_empty() {
        page.raw("<p class=\"reason\">")
            .sentence(&verdict.reason, 1_000)
            .raw("</p>\n");
    }
    page.raw("<dl class=\"facts\">\n");
    fact(page, "Pipeline id", &submission.pipeline_id);
    fact(page, "Run", &submission.run_id);
    let status = match run.end() {
        Some((status, _)) => status.as_str(),
        None => state(run),
    };
    fact(page, "Status", status);
    if let Some(started) = run.started_at() {
        fact(
            page,
            "Started",
            &iso(started).replace('T', " ").replace(".000Z", "Z"),
        );
    }
    if let Some(ms) = elapsed_ms(run, subject.now) {
        fact(page, "Took", &duration(ms));
    }
    page.raw("</dl>\n</div>\n</header>\n");
}

fn fact(page: &mut Page, name: &'static str, value: &str) {
    page.raw("<div><dt>")
        .raw(name)
        .raw("</dt><dd>")
        .text(value, 200)
        .raw("</dd></div>\n");
}

fn verdict(run: &Run) -> Verdict {
    let Some(decision) = current_decision(run) else {
        return Verdict {
            word: match run.end() {
                Some((status, _)) => status.as_str(),
                None => "Not ended yet",
            },
            tone: match run.end() {
                Some((status, _)) if status.as_str() == "SUCCESS" => StateTone::Good,
                Some(_) => StateTone::Bad,
                None => StateTone::Busy,
            },
            reason: "No decision was asked for (decision: none)".to_owned(),
        };
    };
    let (word, tone) = match (decision.is_final, decision.record.decision) {
        (true, Choice::Merge) if decision.record.override_applied => ("MERGE", StateTone::Warn),
        (true, Choice::Merge) => ("MERGE", StateTone::Good),
        (true, Choice::Block) => ("BLOCK", StateTone::Bad),
        (false, _) => match run.standing() {
            Standing::Waiting => ("Waiting", StateTone::Busy),
            Standing::Stuck => ("Stuck", StateTone::Bad),
            Standing::Pending | Standing::Going | Standing::Interrupted | Standing::Ended => {
                ("Not decided yet", StateTone::Busy)
            }
        },
    };
    let reason = if decision.is_final {
        decision.record.reason
    } else {
        let so_far = decision.record.decision.as_str();
        format!("So far it would be {so_far}: {}", decision.record.reason)
    };
    Verdict { word, tone, reason }
}

/// The run in numbers.
pub(super) fn totals(page: &mut Page, subject: &Subject<'_>) {
    let run = subject.run;
    let tally = run.tally();
    let aggregate = aggregate_of_run(run);
    page.section("totals", "In numbers")
        .raw("<ul class=\"tiles\">\n");
    tile(page, "agents executed", |page| {
        page.number(tally.executed().into())
            .raw("<small> of ")
            .number(tally.total.into())
            .raw("</small>");
    });
    tile(page, "failed", |page| {
        page.number(tally.failed.into());
    });
    tile(page, "skipped", |page| {
        page.number(tally.skipped.into());
    });
    tile(page, "findings", |page| {
        page.number(aggregate.counts.total());
    });
    tile(page, "worst severity", |page| {
        page.raw("<span class=\"word\">")
            .raw(severity_word(&aggregate))
            .raw("</span>");
    });
    let cost = Cost::of(run);
    if let Some(usd) = cost.known_usd {
        let least = if cost.unknown.is_empty() { "" } else { "≥ " };
        tile(page, "cost in US dollars", |page| {
            page.text(&format!("{least}{usd:.2}"), 30);
        });
    }
    page.raw("</ul>\n<ul class=\"severities\" aria-label=\"Findings by severity\">\n");
    for severity in Severity::WORST_FIRST {
        page.raw("<li>")
            .raw(super::severity_badge(severity))
            .raw(" <b>")
            .number(aggregate.counts.of(severity))
            .raw("</b></li>\n");
    }
    page.raw("</ul>\n").end_section();
}

fn tile(page: &mut Page, name: &'static str, value: impl FnOnce(&mut Page)) {
    page.raw("<li><span class=\"value\">");
    value(page);
    page.raw("</span> <span class=\"label\">")
        .raw(name)
        .raw("</span></li>\n");
}

/// The end of the page.
pub(super) fn footer(page: &mut Page, subject: &Subject<'_>) {
    page.raw("<footer>Written by stagewright ")
        .raw(env!("CARGO_PKG_VERSION"))
        .raw(" at ")
        .text(&iso(subject.now), 30)
        .raw(". Times are UTC.</footer>\n</body>\n</html>\n");
}
