//! What was asked for, and when what happened: the facts by which a run is found again.

use super::Subject;
use super::page::Page;
use crate::documents::{Cost, elapsed_ms};
use crate::moment::{duration, iso};
use crate::words::listed;

pub(super) fn section(page: &mut Page, subject: &Subject<'_>) {
    let run = subject.run;
    let submission = run.submission();
    page.section("run", "The run").raw("<dl class=\"run\">\n");
    let mut fact = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            page.raw("<div><dt>")
                .raw(name)
                .raw("</dt><dd>")
                .text(&value, 500)
                .raw("</dd></div>\n");
        }
    };
    fact("Pipeline file", submission.source.clone());
    fact("Plan", Some(submission.plan.hash.clone()));
    fact("Directory", Some(submission.work_dir.clone()));
    fact("Created", Some(iso(run.created_at())));
    fact("Started", run.started_at().map(iso));
    fact("Ended", run.ended_at().map(iso));
    fact("Took", elapsed_ms(run, subject.now).map(duration));
    fact("Active time", Some(duration(run.active_ms(subject.now))));
    fact("Time limit", submission.timeout_ms.map(duration));
    let cost = Cost::of(run);
    fact(
        "Cost",
        cost.known_usd.map(|usd| format!("{usd:.4} US dollars")),
    );
    fact(
        "Cost unknown for",
        (cost.known_usd.is_some() && !cost.unknown.is_empty())
            .then(|| listed(cost.unknown.iter().copied()).replace('`', "")),
    );
    fact("Retries the run", submission.parent.clone());
    fact("Trace", submission.trace_id.clone());
    fact(
        "Changed by the change under review",
        Some(submission.policy_changed.join(", ")),
    );
    fact("Logs", subject.places.logs.map(str::to_owned));
    page.raw("</dl>\n").end_section();
}
