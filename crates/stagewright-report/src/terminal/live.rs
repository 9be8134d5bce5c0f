//! The block that is redrawn at the bottom of a terminal while a run goes on.

use super::attempts::try_of;
use super::line::{Line, Row, Tone, table};
use super::progress::Progress;
use crate::documents::{elapsed_ms, waits};
use crate::moment::duration;
use crate::nodes;
use crate::words;
use stagewright_core::{NodeView, Run, Timestamp};

/// The most nodes that are shown one by one.
const ROWS: usize = 8;

/// The width of the bar, without its brackets.
const BAR: usize = 24;

impl Progress {
    /// The block at `now`: a bar, what runs with its time and limit, what waits, and
    /// how much is still to come. At most `width` columns wide and a dozen lines high.
    pub fn live(&self, run: &Run, now: Timestamp, width: usize) -> Vec<Line> {
        let tally = run.tally();
        let elapsed = duration(elapsed_ms(run, now).unwrap_or(0));
        let stage = run.current_stage().map_or(String::new(), |stage| {
            format!("  {}", words::stage_id(run, stage))
        });
        let head = format!(
            "{} {}/{}  {elapsed}{stage}",
            bar(tally.completed(), tally.total),
            tally.completed(),
            tally.total,
        );
        let mut rows = Vec::new();
        let mut pending = 0_u64;
        for (node, planned) in nodes::all(run) {
            let doing = match run.view(node) {
                NodeView::Running { since, .. } => {
                    (Tone::Plain, self.running(run, node, since, now))
                }
                NodeView::Backoff { due } => {
                    let (_, retries) = run.tries(node);
                    let wait = duration(due.since_ms(now));
                    let tries = try_of(run, node, retries);
                    (Tone::Warn, format!("tries again in {wait} ({tries})"))
                }
                NodeView::Repeating { ended, count } => {
                    (Tone::Plain, format!("{ended} of {count} done"))
                }
                NodeView::Parked { .. } => (Tone::Warn, waits_for(run, &planned.id)),
                NodeView::Pending => {
                    pending += 1;
                    continue;
                }
                NodeView::Done(_) | NodeView::Skipped(_) => continue,
            };
            rows.push((doing.0, vec![planned.id.clone(), doing.1]));
        }
        let mut lines = vec![Line::plain(super::line::fit_width(&head, width))];
        lines.extend(rows_of(&rows, width));
        if pending > 0 {
            lines.push(Line::dim(format!("  {pending} to come")));
        }
        lines
    }

    fn running(
        &self,
        run: &Run,
        node: stagewright_core::NodeIx,
        since: Timestamp,
        now: Timestamp,
    ) -> String {
        // A progress that joined in the middle has not seen the launch.
        let limit_ms = match self.attempts.get(&node) {
            Some(attempt) => attempt.timeout_ms,
            None => run.plan().node(node).limits.total_ms,
        };
        let mut text = duration(now.since_ms(since));
        if let Some(limit_ms) = limit_ms {
            text.push_str(&format!(" of {}", duration(limit_ms)));
        }
        let (_, retries) = run.tries(node);
        if retries > 0 {
            text.push_str(&format!(" ({})", try_of(run, node, retries)));
        }
        text
    }
}

fn rows_of(rows: &[Row], width: usize) -> Vec<Line> {
    let shown = &rows[..rows.len().min(ROWS)];
    let mut lines = table(2, shown, &[32, 200], width);
    if rows.len() > ROWS {
        let more = rows.len() - ROWS;
        lines.push(Line::dim(format!("  … and {more} more")));
    }
    lines
}

fn waits_for(run: &Run, id: &str) -> String {
    let command = waits(run)
        .into_iter()
        .find(|wait| wait.agent_id.as_deref() == Some(id))
        .and_then(|wait| wait.commands.into_iter().next());
    match command {
        Some(command) => format!("waits for an answer: {command}"),
        None => "waits for an answer".to_owned(),
    }
}

/// A bar of `#` and `.`; full only when all is done.
fn bar(done: u32, total: u32) -> String {
    let filled = match total {
        0 => BAR,
        total => (BAR as u64 * u64::from(done) / u64::from(total)) as usize,
    };
    format!("[{}{}]", "#".repeat(filled), ".".repeat(BAR - filled))
}
