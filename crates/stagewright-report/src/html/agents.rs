//! The agents, stage by stage.

use super::Subject;
use super::page::Page;
use crate::findings::findings_of;
use crate::graph::{NodeState, StateTone};
use crate::items::ItemsReport;
use crate::moment::duration;
use crate::nodes;
use crate::words;
use stagewright_core::plan::Stage;
use stagewright_core::{NodeIx, NodeView};

/// The most rows.
const ROWS: usize = 400;
/// The most characters of a message.
const MESSAGE: usize = 600;

pub(super) fn section(page: &mut Page, subject: &Subject<'_>) {
    page.section("agents", "Agents").wide("The agents").raw(
        "<table class=\"agents\">\n<caption class=\"aside\">By stage, in the order of the \
         file</caption>\n<thead><tr><th scope=\"col\">Agent</th><th scope=\"col\">Status</th>\
         <th scope=\"col\" class=\"number\">Took</th><th scope=\"col\" class=\"number\">Tries</th>\
         <th scope=\"col\" class=\"number\">Findings</th>\
         <th scope=\"col\" class=\"number\">Cost</th>\
         <th scope=\"col\">What happened</th></tr></thead>\n",
    );
    let mut left = ROWS;
    for (number, stage) in (1..).zip(&subject.run.plan().stages) {
        let agents: Vec<NodeIx> = stage.agent_nodes().collect();
        if agents.is_empty() {
            continue;
        }
        heading(page, number, stage);
        let shown = agents.len().min(left);
        left -= shown;
        for agent in &agents[..shown] {
            row(page, subject, *agent);
        }
        if shown < agents.len() {
            page.more_row(7, (agents.len() - shown) as u64, "agents");
        }
        page.raw("</tbody>\n");
    }
    page.raw("</table>\n").end_wide().end_section();
}

fn heading(page: &mut Page, number: u64, stage: &Stage) {
    page.raw("<tbody>\n<tr class=\"stage\"><th scope=\"rowgroup\" colspan=\"7\">")
        .number(number)
        .raw(" ")
        .text(&stage.name, 200);
    if stage.name != stage.id {
        page.raw(" <small>").text(&stage.id, 200).raw("</small>");
    }
    page.raw("</th></tr>\n");
}

fn row(page: &mut Page, subject: &Subject<'_>, node: NodeIx) {
    let run = subject.run;
    let planned = run.plan().node(node);
    let NodeState { word, tone, .. } = crate::graph::node_state(run, node);
    page.raw("<tr><th scope=\"row\">").text(&planned.id, 200);
    if planned.name != planned.id {
        page.raw("<br><small>")
            .text(&planned.name, 200)
            .raw("</small>");
    }
    page.raw("</th><td>");
    // That a success has findings says the column; in the drawing it is the tone.
    let shown = if word == "SUCCESS" {
        StateTone::Good
    } else {
        tone
    };
    super::state_badge(page, word, shown);
    if !run.plan().is_required(node) {
        page.raw("<br><small>not required</small>");
    }
    page.raw("</td><td class=\"number\">");
    let has_run = !matches!(run.view(node), NodeView::Skipped(_));
    match nodes::duration_ms(run, node).filter(|_| has_run) {
        Some(ms) => page.text(&duration(ms), 30),
        None => page.raw("–"),
    };
    page.raw("</td><td class=\"number\">");
    let (tries, _) = run.tries(node);
    match tries {
        0 => page.raw("–"),
        tries => page.number(tries.into()),
    };
    page.raw("</td><td class=\"number\">");
    let done = match run.view(node) {
        NodeView::Done(outcome) => Some(outcome),
        _ => None,
    };
    match done {
        Some(_) => page.number(findings_of(run, node).total()),
        None => page.raw("–"),
    };
    page.raw("</td><td class=\"number\">");
    match done.and_then(|outcome| outcome.cost_usd) {
        Some(usd) => page.text(&format!("${usd:.2}"), 30),
        None => page.raw("–"),
    };
    page.raw("</td><td>");
    what_happened(page, subject, node, tone);
    page.raw("</td></tr>\n");
}

fn what_happened(page: &mut Page, subject: &Subject<'_>, node: NodeIx, tone: StateTone) {
    let run = subject.run;
    if let Some((class, message)) = words::failure(run, node) {
        page.raw("<span class=\"kind\">")
            .raw(class.as_str())
            .raw("</span> ")
            .sentence(message, MESSAGE);
    } else if let Some(reason) = words::node_skip_reason(run, node) {
        page.sentence(&reason, MESSAGE);
    } else if let NodeView::Parked { question, .. } = run.view(node) {
        page.text(question, MESSAGE);
    }
    if let Some(items) = ItemsReport::of(run, node) {
        page.raw("<ul class=\"items\"><li>")
            .text(&items.in_words(), 100)
            .raw("</li>");
        for failure in &items.first_failures {
            page.raw("<li>")
                .code(&failure.id, 200)
                .raw(" ")
                .sentence(&failure.error, MESSAGE)
                .raw("</li>");
        }
        let more = u64::from(items.failed).saturating_sub(items.first_failures.len() as u64);
        if more > 0 {
            page.raw("<li class=\"more\">… and ")
                .number(more)
                .raw(" more</li>");
        }
        page.raw("</ul>");
    }
    if run.alternative(node) > 0 {
        page.raw(" <small>Done by fallback ")
            .number(run.alternative(node).into())
            .raw(" (")
            .raw(nodes::kind(run.action(node)))
            .raw(").</small>");
    }
    if subject.results.is_missing(node) {
        page.raw(" <small>Its full result can no longer be read.</small>");
    }
    let stored = subject.results.get(node);
    if matches!(tone, StateTone::Bad | StateTone::Warn)
        && words::failure(run, node).is_some()
        && let Some(log) = stored.and_then(|stored| stored.telling_log())
    {
        page.raw(" <small>log ")
            .code(&subject.places.log(log), 300)
            .raw("</small>");
    }
}
