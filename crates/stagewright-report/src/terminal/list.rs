//! Many runs, one line each.

use super::line::{Line, Row, Tone, fit_width, table};
use crate::moment::duration;
use crate::outside::{CUT, one_line};
use stagewright_core::Timestamp;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// One run at a glance, as the run index has it. Times are milliseconds since the Unix
/// epoch. Programs read it as [`crate::documents::RunEntry`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunRow {
    /// The run's own id.
    pub run_id: String,
    /// The user's key.
    pub pipeline_id: String,
    /// The pipeline's name.
    pub name: String,
    /// `pending`, `running`, `waiting`, `stuck` or `ended`.
    pub state: String,
    /// What it waits for, why it is stuck, or [`RunRow::INTERRUPTED`].
    pub state_detail: Option<String>,
    /// How it ended: `SUCCESS`, `PARTIAL_SUCCESS`, …
    pub status: Option<String>,
    /// `MERGE` or `BLOCK`, once decided.
    pub decision: Option<String>,
    /// How many agents it has.
    pub agents_total: u32,
    /// How many of them have ended, in whatever way but a skip.
    pub agents_completed: u32,
    /// How many run.
    pub agents_running: u32,
    /// How many failed; they are completed too.
    pub agents_failed: u32,
    /// How many were skipped.
    pub agents_skipped: u32,
    /// The stage that is going on.
    pub current_stage: Option<String>,
    /// An agent that runs.
    pub current_agent: Option<String>,
    /// When it was submitted.
    pub created_at: u64,
    /// When it was first driven.
    pub started_at: Option<u64>,
    /// When it ended.
    pub ended_at: Option<u64>,
    /// When its last event happened.
    pub updated_at: u64,
    /// For how long it was really going on up to `updated_at`, in milliseconds.
    pub active_ms: u64,
    /// The run that this one retries or forks.
    pub parent: Option<String>,
}

/// How wide ids of runs and of pipelines may be, the most generous first: where the table
/// is too wide for the terminal, pipeline ids are cut before run ids are, which people copy.
const ID_COLUMNS: [(usize, usize); 3] = [(32, 40), (32, 20), (16, 20)];

/// As [`list_table`], on a terminal of `height` lines on which it is drawn again and again:
/// the runs that find no room are counted in its last line.
pub fn dashboard(rows: &[RunRow], now: Timestamp, width: usize, height: usize) -> Vec<Line> {
    // The last line of a terminal stays free for the cursor.
    let room = height.saturating_sub(1).max(3);
    if rows.len() < room {
        return list_table(rows, now, width);
    }
    let shown = room - 2;
    let mut lines = list_table(&rows[..shown], now, width);
    let hidden = rows.len() - shown;
    lines.push(Line::dim(format!("… and {hidden} more")));
    lines
}

/// The runs as a table, in the order in which they come.
pub fn list_table(rows: &[RunRow], now: Timestamp, width: usize) -> Vec<Line> {
    if rows.is_empty() {
        return vec![
            Line::plain("No runs."),
            Line::dim("stagewright run FILE starts one."),
        ];
    }
    let mut lines = Vec::new();
    for ids in ID_COLUMNS {
        lines = table(
            0,
            &cells(rows, now, ids),
            &[32, 40, 28, 11, 8, 14, 60],
            usize::MAX,
        );
        if lines.iter().all(|line| line.text.width() <= width) {
            return lines;
        }
    }
    for line in &mut lines {
        line.text = fit_width(&line.text, width);
    }
    lines
}

/// The heading and the runs, ids being at most so many columns wide.
fn cells(rows: &[RunRow], now: Timestamp, (run_id, pipeline_id): (usize, usize)) -> Vec<Row> {
    let head = [
        "RUN", "PIPELINE", "STATUS", "DONE", "DECISION", "ELAPSED", "STAGE",
    ];
    let of_run = |row: &RunRow| {
        let done = row.agents_completed + row.agents_skipped;
        let cells = vec![
            cut_in_the_middle(&row.run_id, run_id),
            cut_in_the_middle(&row.pipeline_id, pipeline_id),
            row.status_words(),
            format!("{done}/{}", row.agents_total),
            row.decision.clone().unwrap_or_else(|| "-".to_owned()),
            row.elapsed_ms(now).map_or_else(|| "-".to_owned(), duration),
            row.where_it_stands(),
        ];
        (row.tone(), cells)
    };
    std::iter::once((Tone::Dim, head.map(str::to_owned).to_vec()))
        .chain(rows.iter().map(of_run))
        .collect()
}

/// An id of at most so many columns: where it is longer, its middle is left out, since ids
/// of one family begin alike and often end with what tells them apart.
fn cut_in_the_middle(text: &str, columns: usize) -> String {
    let line = one_line(text);
    if line.width() <= columns {
        return line;
    }
    let room = columns.saturating_sub(1);
    let head = within(line.chars(), room.div_ceil(2));
    let tail: Vec<char> = within(line.chars().rev(), room - room.div_ceil(2));
    head.into_iter()
        .chain([CUT])
        .chain(tail.into_iter().rev())
        .collect()
}

/// The first characters that together are at most so many columns wide.
fn within(characters: impl Iterator<Item = char>, columns: usize) -> Vec<char> {
    let mut used = 0;
    characters
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect()
}

impl RunRow {
    /// The detail of a run that should be going on, while no process drives it.
    pub const INTERRUPTED: &str = "interrupted";

    fn status_words(&self) -> String {
        match (&self.status, &self.state_detail) {
            (Some(status), _) => status.clone(),
            (None, Some(detail)) if self.state == "waiting" => format!("waiting ({detail})"),
            (None, Some(_)) if self.is_interrupted() => Self::INTERRUPTED.to_owned(),
            (None, _) => self.state.clone(),
        }
    }

    fn is_interrupted(&self) -> bool {
        matches!(self.state.as_str(), "pending" | "running")
            && self.state_detail.as_deref() == Some(Self::INTERRUPTED)
    }

    fn where_it_stands(&self) -> String {
        match (&self.current_stage, &self.current_agent) {
            (Some(stage), Some(agent)) => format!("{stage} / {agent}"),
            (Some(stage), None) => stage.clone(),
            (None, _) => "-".to_owned(),
        }
    }

    /// From its start to its end, or until now.
    pub(crate) fn elapsed_ms(&self, now: Timestamp) -> Option<u64> {
        let started = Timestamp(self.started_at?);
        Some(self.ended_at.map_or(now, Timestamp).since_ms(started))
    }

    fn tone(&self) -> Tone {
        if self.is_interrupted() {
            return Tone::Warn;
        }
        match (
            self.state.as_str(),
            self.status.as_deref(),
            self.decision.as_deref(),
        ) {
            (_, _, Some("BLOCK")) | ("stuck", _, _) | (_, Some("FAILURE" | "CANCELLED"), _) => {
                Tone::Bad
            }
            ("waiting", _, _) | (_, Some("PARTIAL_SUCCESS"), _) => Tone::Warn,
            (_, Some("SUCCESS"), _) => Tone::Good,
            _ => Tone::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a cut id shows its beginning and its end, fits, and counts wide characters as
    /// two columns.
    #[test]
    fn ids_are_cut_in_the_middle() {
        for (text, columns, shown) in [
            ("pr-1234", 7, "pr-1234"),
            ("pr-12345", 7, "pr-…345"),
            ("nightly-build-4711", 10, "night…4711"),
            ("漢字漢字", 8, "漢字漢字"),
            ("漢字漢字", 7, "漢…字"),
            ("漢字漢字", 6, "漢…字"),
            ("a\u{1b}[2Jbcdef", 5, "ab…ef"),
        ] {
            let cut = cut_in_the_middle(text, columns);
            assert_eq!(cut, shown, "{text:?} in {columns}");
            assert!(cut.width() <= columns);
        }
    }
}
