//! The sections of the comment that are lists. Each leaves nothing behind when it has
//! nothing to say.

use super::escape::{code, text};
use super::listing::{Share, list};
use super::put;
use crate::documents::{self, Wait, current_decision};
use crate::findings::{Findings, MergedFinding};
use crate::items::ItemsReport;
use crate::nodes;
use crate::outside::is_web_address;
use crate::results::Results;
use crate::words;
use serde_json::Value;
use stagewright_core::decision::{Factor, aggregate_of_run};
use stagewright_core::plan::{Node, Stage};
use stagewright_core::{NodeIx, NodeView, Run};

/// The most characters of a message in a list.
const MESSAGE: usize = 300;

/// Of a run with more agents than this, only those without a success are listed.
const AGENTS_IN_FULL: usize = 60;

/// What the run waits for, with the commands that answer.
pub(super) fn waits(page: &mut String, run: &Run) {
    let waits = documents::waits(run);
    if waits.is_empty() {
        return;
    }
    page.push_str("### Waiting for\n\n");
    let line = |wait: &Wait| {
        let who = wait
            .agent_id
            .as_ref()
            .map_or(String::new(), |id| format!("{}: ", code(id, 100)));
        let commands: Vec<String> = wait.commands.iter().map(|line| code(line, 200)).collect();
        format!(
            ":raised_hand: {who}{} ({})",
            text(&wait.question, MESSAGE),
            commands.join(" or ")
        )
    };
    list(
        page,
        Share {
            items: 10,
            bytes: 4_000,
        },
        &waits,
        line,
        0,
    );
}

/// Everything that was weighed, the blocking factors first.
pub(super) fn factors(page: &mut String, run: &Run) {
    let Some(decision) = current_decision(run).filter(|one| !one.record.factors.is_empty()) else {
        return;
    };
    page.push_str("### What was weighed\n\n");
    let overridden = decision.record.override_applied;
    list(
        page,
        Share {
            items: 30,
            bytes: 6_000,
        },
        &decision.record.factors,
        |factor| factor_line(factor, overridden),
        0,
    );
}

fn factor_line(factor: &Factor, overridden: bool) -> String {
    let mark = match (factor.blocking, overridden) {
        (true, false) => ":x: blocks:",
        (true, true) => ":warning: overridden:",
        (false, _) => ":information_source:",
    };
    format!("{mark} {}", text(&factor.detail, MESSAGE))
}

/// Every problem once, the worst first.
pub(super) fn findings(page: &mut String, run: &Run, results: &Results) {
    let findings = Findings::of(run, results);
    if findings.list.is_empty() && findings.not_listed == 0 {
        return;
    }
    page.push_str("### Findings\n\n");
    list(
        page,
        Share {
            items: 50,
            bytes: 15_000,
        },
        &findings.list,
        finding_line,
        findings.not_listed,
    );
}

pub(super) fn finding_line(finding: &MergedFinding) -> String {
    let place = finding
        .place()
        .map_or(String::new(), |place| format!("{} ", code(&place, 200)));
    let assumed = if finding.severity_assumed {
        " (assumed)"
    } else {
        ""
    };
    let reporters: Vec<&str> = finding.reporters.iter().map(String::as_str).collect();
    format!(
        "**{}**{assumed} {place}{}: {} ({})",
        finding.severity,
        code(&finding.rule, 100),
        text(&finding.message, MESSAGE),
        text(&reporters.join(", "), 200),
    )
}

/// The agents, stage by stage.
pub(super) fn agents(page: &mut String, run: &Run) {
    page.push_str("### Agents\n\n");
    let in_full = run.tally().total as usize <= AGENTS_IN_FULL;
    let start = page.len();
    let budget = 11_000_usize;
    let mut stages_left = run.plan().stages.iter();
    for stage in stages_left.by_ref() {
        let used = page.len() - start;
        let Some(left) = budget.checked_sub(used + 500).filter(|left| *left > 0) else {
            let more = stages_left.len() as u64 + 1;
            put(
                page,
                format_args!("… and {}\n\n", words::counted(more, "more stage")),
            );
            return;
        };
        stage_agents(page, run, stage, in_full, left);
    }
}

fn stage_agents(page: &mut String, run: &Run, stage: &Stage, in_full: bool, bytes: usize) {
    put(page, format_args!("#### {}\n\n", text(&stage.name, 100)));
    let succeeded = |node: &NodeIx| nodes::status(run, *node) == "SUCCESS";
    let left_out = if in_full {
        0
    } else {
        stage.agent_nodes().filter(succeeded).count() as u64
    };
    if left_out > 0 {
        let agents = words::counted(left_out, "agent");
        put(
            page,
            format_args!("- :white_check_mark: {agents} succeeded\n"),
        );
    }
    let shown = stage
        .agent_nodes()
        .filter(|node| in_full || !succeeded(node));
    list(
        page,
        Share { items: 100, bytes },
        shown,
        |node| agent_line(run, node),
        0,
    );
}

fn agent_line(run: &Run, node: NodeIx) -> String {
    let planned = run.plan().node(node);
    let status = nodes::status(run, node);
    let mut line = format!(
        "{} **{}**: {status}",
        mark(status),
        text(&planned.name, 100)
    );
    if let Some(items) = ItemsReport::of(run, node) {
        line.push_str(&format!(", {}", items.in_words()));
    }
    if let Some((_, message)) = words::failure(run, node) {
        line.push_str(&format!(" ({})", text(message, MESSAGE)));
    } else if let Some(reason) = words::node_skip_reason(run, node) {
        line.push_str(&format!(" ({})", text(&reason, MESSAGE)));
    }
    if status != "SKIPPED"
        && let Some(ms) = nodes::duration_ms(run, node)
    {
        line.push_str(&format!(" ({ms} ms)"));
    }
    line
}

fn mark(status: &str) -> &'static str {
    match status {
        "SUCCESS" => ":white_check_mark:",
        "FAILURE" => ":x:",
        "TIMEOUT" => ":clock3:",
        "SKIPPED" => ":fast_forward:",
        "RUNNING" => ":hourglass_flowing_sand:",
        "RETRYING" => ":repeat:",
        "WAITING" => ":raised_hand:",
        _ => ":hourglass:",
    }
}

/// The gates with their verdicts.
pub(super) fn gates(page: &mut String, run: &Run) {
    let mut gates = nodes::gates(run).peekable();
    if gates.peek().is_none() {
        return;
    }
    page.push_str("### Gates\n\n");
    let line = |(node, planned): (NodeIx, &Node)| {
        let status = nodes::status(run, node);
        let (verdict, why) = match (words::verdict(run, node), run.view(node)) {
            (Some((verdict, message)), _) => (verdict.as_str(), Some(message.to_owned())),
            (None, NodeView::Skipped(_)) => ("skipped", words::node_skip_reason(run, node)),
            (None, NodeView::Running { .. }) => ("running", None),
            (None, _) => ("not executed yet", None),
        };
        let why = why
            .filter(|why| !why.is_empty())
            .map_or(String::new(), |why| format!(" ({})", text(&why, MESSAGE)));
        format!(
            "{} **{}**: {verdict}{why}",
            mark(status),
            text(&planned.name, 100)
        )
    };
    list(
        page,
        Share {
            items: 30,
            bytes: 5_000,
        },
        gates,
        line,
        0,
    );
}

/// Tickets that agents created.
pub(super) fn tickets(page: &mut String, run: &Run) {
    let tickets = aggregate_of_run(run).tickets;
    if tickets.is_empty() {
        return;
    }
    page.push_str("### Tickets created\n\n");
    list(
        page,
        Share {
            items: 20,
            bytes: 4_000,
        },
        &tickets,
        ticket_line,
        0,
    );
}

fn ticket_line(ticket: &Value) -> String {
    let field = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| ticket.get(*name).and_then(Value::as_str))
    };
    let name = field(&["ticket_key", "ticket_id", "key", "id"])
        .or_else(|| ticket.as_str())
        .unwrap_or("ticket");
    let linked = match field(&["ticket_url", "url"]) {
        Some(url) => link(name, url),
        None => text(name, 100),
    };
    match field(&["summary", "title"]) {
        Some(summary) => format!("{linked}: {}", text(summary, MESSAGE)),
        None => linked,
    }
}

/// What a person should know besides.
pub(super) fn warnings(page: &mut String, run: &Run, results: &Results) {
    let warnings = documents::warnings(run, results);
    if warnings.is_empty() {
        return;
    }
    page.push_str("### Warnings\n\n");
    list(
        page,
        Share {
            items: 20,
            bytes: 6_000,
        },
        &warnings,
        |warning| text(warning, MESSAGE),
        0,
    );
}

/// A link when the address is a plain web address, else the address as code: nothing
/// that an agent says becomes a `javascript:` link or closes its own brackets.
pub(super) fn link(name: &str, address: &str) -> String {
    if is_web_address(address) {
        format!("[{}](<{address}>)", text(name, 100))
    } else {
        format!("{} {}", text(name, 100), code(address, 300))
    }
}

#[cfg(test)]
mod tests {
    use super::link;

    /// Goal: only a plain web address becomes a link.
    #[test]
    fn links() {
        for (address, shown) in [
            (
                "https://jira.test/browse/P-1",
                "[a](<https://jira.test/browse/P-1>)",
            ),
            ("http://x/?a=1&b=%20", "[a](<http://x/?a=1&b=%20>)"),
            ("javascript:alert(1)", "a `javascript:alert(1)`"),
            (
                "https://x/>)[b](http://evil",
                "a `https://x/>)[b](http://evil`",
            ),
            ("https://x/ y", "a `https://x/ y`"),
            ("/logs/run_7f3a", "a `/logs/run_7f3a`"),
        ] {
            assert_eq!(link("a", address), shown);
        }
    }
}
