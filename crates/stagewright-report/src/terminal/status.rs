//! One run at a glance: its stages and agents, and what it waits for.

use super::attempts::{findings, try_of};
use super::line::{Line, Row, Tone, fit_width, table};
use crate::documents::{elapsed_ms, stage_status, state, waits};
use crate::moment::duration;
use crate::nodes;
use crate::outside::capped;
use crate::words;
use stagewright_core::event::AttemptResult;
use stagewright_core::run::Standing;
use stagewright_core::{NodeIx, NodeView, Run, Timestamp};

/// The state of a run at `now`. `driven` says whether a process drives it, without which
/// nothing goes on; `ends_at` is when it will probably end, if that is known
/// ([`crate::estimated_completion`]).
pub fn status_text(
    run: &Run,
    now: Timestamp,
    driven: bool,
    ends_at: Option<Timestamp>,
    width: usize,
) -> Vec<Line> {
    let submission = run.submission();
    let mut lines = vec![Line::plain(format!(
        "{}  {}  {}",
        submission.run_id,
        capped(&submission.pipeline_id, 60),
        capped(&run.plan().name, 60)
    ))];
    lines.push(standing(run, now, driven, ends_at));
    lines.push(Line::empty());
    lines.extend(stages(run, now, width));
    let waits = waits(run);
    if !waits.is_empty() {
        lines.push(Line::empty());
    }
    for wait in waits {
        let who = wait.agent_id.map_or(String::new(), |id| format!("{id}: "));
        lines.push(Line::warn(format!("{who}{}", capped(&wait.question, 500))));
        let commands = wait.commands.into_iter();
        lines.extend(commands.map(|command| Line::plain(format!("  {command}"))));
    }
    for line in &mut lines {
        line.text = fit_width(&line.text, width);
    }
    lines
}

fn standing(run: &Run, now: Timestamp, driven: bool, ends_at: Option<Timestamp>) -> Line {
    let tally = run.tally();
    let done = format!("{} of {} agents done", tally.completed(), tally.total);
    let elapsed = duration(elapsed_ms(run, now).unwrap_or(0));
    match (run.standing(), run.end()) {
        (_, Some((status, decision))) => {
            let decision = decision.map_or(String::new(), |record| {
                format!(
                    ", {}: {}",
                    record.decision.as_str(),
                    capped(&record.reason, 300)
                )
            });
            Line::plain(format!("{} in {elapsed}{decision}", status.as_str()))
        }
        (Standing::Interrupted, None) => Line::warn(format!("interrupted, {done}")),
        (Standing::Pending | Standing::Going, None) if !driven => {
            Line::warn(format!("interrupted, {done}"))
        }
        (Standing::Pending, None) => Line::dim("pending"),
        (Standing::Stuck, None) => Line::bad(format!("stuck, {done}")),
        (Standing::Waiting, None) => Line::warn(format!(
            "waiting for an answer, {done}, started {elapsed} ago"
        )),
        (Standing::Going | Standing::Ended, None) => {
            let left = ends_at.map_or(String::new(), |end| {
                format!(", about {} left", duration(end.since_ms(now)))
            });
            Line::plain(format!("{} for {elapsed}, {done}{left}", state(run)))
        }
    }
}

fn stages(run: &Run, now: Timestamp, width: usize) -> Vec<Line> {
    let mut rows: Vec<Row> = Vec::new();
    for (stage, planned) in nodes::stages(run) {
        let status = stage_status(run, stage);
        let why = words::stage_skip_reason(run, stage).unwrap_or_default();
        rows.push((
            tone(status),
            vec![planned.name.clone(), status.to_owned(), String::new(), why],
        ));
        if status == "SKIPPED" {
            continue;
        }
        rows.extend(planned.all_nodes().map(|node| node_row(run, node, now)));
    }
    table(0, &rows, &[44, 15, 14, 300], width)
}

fn node_row(run: &Run, node: NodeIx, now: Timestamp) -> Row {
    let planned = run.plan().node(node);
    let status = nodes::status(run, node);
    let took = match run.view(node) {
        NodeView::Running { since, .. } => duration(now.since_ms(since)),
        NodeView::Done(_) => nodes::duration_ms(run, node).map_or(String::new(), duration),
        NodeView::Pending
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. }
        | NodeView::Skipped(_) => String::new(),
    };
    let name = match planned.role {
        stagewright_core::plan::Role::Agent => format!("  {}", planned.id),
        stagewright_core::plan::Role::Gate => format!("  gate {}", planned.id),
    };
    let cells = vec![name, status.to_owned(), took, detail(run, node, now)];
    (tone(status), cells)
}

fn detail(run: &Run, node: NodeIx, now: Timestamp) -> String {
    let (_, retries) = run.tries(node);
    match run.view(node) {
        NodeView::Done(outcome) => match &outcome.result {
            AttemptResult::Succeeded => {
                let found = findings(&outcome.findings.counts);
                found.trim_start_matches(", ").to_owned()
            }
            AttemptResult::Judged { verdict, message } => words::judgement(*verdict, message),
            AttemptResult::Failed { class, message } => format!("{class}: {message}"),
        },
        NodeView::Skipped(reason) => words::skip_reason(run, reason),
        NodeView::Repeating { ended, count } => format!("{ended} of {count} done"),
        NodeView::Backoff { due } => {
            let wait = duration(due.since_ms(now));
            format!("tries again in {wait} ({})", try_of(run, node, retries))
        }
        NodeView::Running { .. } if retries > 0 => try_of(run, node, retries),
        NodeView::Running { .. } | NodeView::Pending | NodeView::Parked { .. } => String::new(),
    }
}

fn tone(status: &str) -> Tone {
    match status {
        "SUCCESS" => Tone::Good,
        "FAILURE" | "TIMEOUT" => Tone::Bad,
        "PARTIAL_SUCCESS" | "RETRYING" | "WAITING" => Tone::Warn,
        "SKIPPED" | "PENDING" => Tone::Dim,
        _ => Tone::Plain,
    }
}
