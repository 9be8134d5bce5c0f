//! The evidence of the gates: what was executed, how it left, what that means.

use super::Subject;
use super::page::Page;
use crate::graph::StateTone;
use crate::moment::duration;
use crate::nodes;
use crate::words;
use stagewright_core::event::Verdict;
use stagewright_core::plan::{Action, Command, Node, Program};
use stagewright_core::shell_text::Part;
use stagewright_core::{NodeIx, NodeView};

/// The most rows.
const ROWS: usize = 200;

pub(super) fn section(page: &mut Page, subject: &Subject<'_>) {
    let gates: Vec<(NodeIx, &Node)> = nodes::gates(subject.run).collect();
    if gates.is_empty() {
        return;
    }
    page.section("gates", "Evidence of the gates")
        .wide("The gates")
        .raw(
            "<table>\n<caption class=\"aside\">The engine executes gates itself; no agent's word \
             replaces them</caption>\n<thead><tr><th scope=\"col\">Gate</th>\
             <th scope=\"col\">Verdict</th><th scope=\"col\">Executed</th>\
             <th scope=\"col\" class=\"number\">Exit</th><th scope=\"col\" class=\"number\">Took</th>\
             <th scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n",
        );
    for (gate, planned) in gates.iter().take(ROWS) {
        row(page, subject, *gate, planned);
    }
    if gates.len() > ROWS {
        page.more_row(6, (gates.len() - ROWS) as u64, "gates");
    }
    page.raw("</tbody>\n</table>\n").end_wide().end_section();
}

fn row(page: &mut Page, subject: &Subject<'_>, gate: NodeIx, planned: &Node) {
    let run = subject.run;
    page.raw("<tr><th scope=\"row\">").text(&planned.id, 200);
    if planned.name != planned.id {
        page.raw("<br><small>")
            .text(&planned.name, 200)
            .raw("</small>");
    }
    page.raw("</th><td>");
    let judged = words::verdict(run, gate);
    match (judged, run.view(gate)) {
        (Some((verdict, _)), _) => {
            let tone = if verdict == Verdict::Pass {
                StateTone::Good
            } else if run.plan().is_required(gate) {
                StateTone::Bad
            } else {
                StateTone::Warn
            };
            super::state_badge(page, verdict.as_str(), tone);
        }
        (None, NodeView::Skipped(_)) => super::state_badge(page, "skipped", StateTone::Idle),
        (None, _) => super::state_badge(page, "not executed yet", StateTone::Idle),
    }
    if !run.plan().is_required(gate) {
        page.raw("<br><small>not required</small>");
    }
    page.raw("</td><td class=\"command\">")
        .code(&executed(&planned.action), 500)
        .raw("</td><td class=\"number\">");
    let stored = subject.results.get(gate);
    match stored.and_then(|stored| stored.exit_code) {
        Some(code) => page.text(&code.to_string(), 12),
        None => page.raw("–"),
    };
    page.raw("</td><td class=\"number\">");
    match nodes::duration_ms(run, gate) {
        Some(ms) if judged.is_some() => page.text(&duration(ms), 30),
        _ => page.raw("–"),
    };
    page.raw("</td><td>");
    if let Some((_, message)) = judged.filter(|(_, message)| !message.is_empty()) {
        page.text(message, 600).raw("<br>");
    } else if let Some(reason) = words::node_skip_reason(run, gate) {
        page.text(&reason, 600).raw("<br>");
    }
    if let NodeView::Done(outcome) = run.view(gate)
        && let Some(blob) = &outcome.output
    {
        page.raw("<small>result ").hash(&blob.hash).raw("</small>");
    }
    if let Some(log) = stored.and_then(|stored| stored.telling_log()) {
        page.raw(" <small>log ")
            .code(&subject.places.log(log), 300)
            .raw("</small>");
    }
    page.raw("</td></tr>\n");
}

/// What a gate executes, as its author wrote it: values are not filled in, since what
/// they were is not the author's text (decision 18).
fn executed(action: &Action) -> String {
    match action {
        Action::Command(Command {
            program: Program::Shell { text, .. },
            ..
        }) => text
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.trim_end_matches('\n').to_owned(),
                Part::Hole(hole) => format!("{{{{ {} }}}}", hole.expression),
            })
            .collect(),
        Action::Command(Command {
            program: Program::Arguments { words },
            ..
        }) => words.join(" "),
        Action::Lambda { arn, .. } => arn.clone(),
        other => nodes::kind(other).to_owned(),
    }
}
