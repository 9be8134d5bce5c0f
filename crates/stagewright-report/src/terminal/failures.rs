//! The part of the summary about what failed: agents and gates, with what can be done
//! and where their logs are.

use super::line::{Line, MAX_ITEMS, Tone, more, section, wrapped};
use crate::nodes;
use crate::outside::{capped, one_line};
use crate::places::Places;
use crate::results::{Results, StoredResult};
use crate::words;
use stagewright_core::event::Verdict;
use stagewright_core::{ErrorClass, NodeIx, Run};

/// Failed agents, each with what can be done and where its log is.
pub(super) fn failures(
    lines: &mut Vec<Line>,
    run: &Run,
    results: &Results,
    places: Places<'_>,
    width: usize,
) {
    let failed: Vec<(NodeIx, ErrorClass, &str)> = nodes::agents(run)
        .filter_map(|(node, _)| {
            let (class, message) = words::failure(run, node)?;
            Some((node, class, message))
        })
        .collect();
    if failed.is_empty() {
        return;
    }
    section(lines, &format!("Failed ({})", failed.len()));
    for (node, class, message) in failed.iter().take(MAX_ITEMS) {
        let required = run.plan().is_required(*node);
        let (tone, note) = if required {
            (Tone::Bad, "")
        } else {
            (Tone::Warn, " (not required)")
        };
        let who = format!("  {}{note}: ", words::id(run, *node));
        let why = format!("{class}, {}", capped(message, 500));
        lines.extend(wrapped(tone, &who, &why, width));
        if let Some(hint) = words::hint(*class) {
            lines.push(Line::plain(format!("    hint: {hint}")));
        }
        log_line(lines, *node, results, places);
    }
    more(lines, (failed.len() - failed.len().min(MAX_ITEMS)) as u64);
}

/// Gates that did not pass, with the place of their output.
pub(super) fn gates(
    lines: &mut Vec<Line>,
    run: &Run,
    results: &Results,
    places: Places<'_>,
    width: usize,
) {
    let mut failed = Vec::new();
    for (node, planned) in nodes::gates(run) {
        match words::verdict(run, node) {
            None | Some((Verdict::Pass, _)) => {}
            Some((verdict, message)) => {
                failed.push((node, &planned.id, words::judgement(verdict, message)));
            }
        }
    }
    if failed.is_empty() {
        return;
    }
    section(lines, &format!("Gates not passed ({})", failed.len()));
    for (node, id, why) in failed {
        let required = run.plan().is_required(node);
        let tone = if required { Tone::Bad } else { Tone::Warn };
        let why = capped(&why, 500);
        lines.extend(wrapped(tone, &format!("  {id}: "), &why, width));
        log_line(lines, node, results, places);
    }
}

fn log_line(lines: &mut Vec<Line>, node: NodeIx, results: &Results, places: Places<'_>) {
    if let Some(path) = results.get(node).and_then(StoredResult::telling_log) {
        lines.push(Line::dim(format!(
            "    log: {}",
            one_line(&places.log(path))
        )));
    }
}
