//! Subtasks in tables under headings such as "Phase 1 Subtasks".

use super::draft::{DEFAULT_COMPLEXITY, Draft};
use super::file_names::file_names;
use super::labels::{Complexity, complexity_of, references};
use super::outline::{LineKind, Outline};
use crate::identifier::{TASK_ID_FORM, is_task_id};
use crate::prose::one_line;
use crate::work::Mode;
use regex::Regex;
use stagewright_language::{Code, DocumentProblems, Place};
use std::ops::Range;
use std::sync::LazyLock;

static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(
        clippy::unwrap_used,
        reason = "a constant pattern, compiled by the tests"
    )]
    Regex::new(r"(?i)\bphase\s+(\d{1,3})\s+sub-?tasks\b").unwrap()
});

/// What the columns of a table hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Title,
    Mode,
    Complexity,
    Files,
    Dependencies,
    Other,
}

impl Column {
    fn of_header(text: &str) -> Self {
        let name = text.replace(['*', '_', '`'], " ").trim().to_lowercase();
        match name.as_str() {
            "id" | "#" | "task id" | "subtask id" => Self::Id,
            "title" | "task" | "subtask" | "name" | "description" => Self::Title,
            "method" | "mode" | "implementation mode" => Self::Mode,
            "complexity" => Self::Complexity,
            "files" | "file" => Self::Files,
            "dependencies" | "depends on" | "deps" => Self::Dependencies,
            _ => Self::Other,
        }
    }
}

/// A heading under which a table of subtasks belongs.
pub(super) struct Phase {
    /// The position of the heading.
    pub(super) heading: usize,
    /// The number of the phase.
    pub(super) number: usize,
    /// The heading's text.
    pub(super) title: String,
}

/// The headings of phases, in the order of the report.
pub(super) fn phases(outline: &Outline<'_>) -> Vec<Phase> {
    outline
        .headings()
        .filter_map(|(heading, _, title)| {
            let number = HEADING.captures(title)?.get(1)?;
            Some(Phase {
                heading,
                number: number.as_str().parse().ok()?,
                title: one_line(title),
            })
        })
        .collect()
}

/// The subtasks of a phase.
pub(super) fn subtasks(
    outline: &Outline<'_>,
    phase: &Phase,
    problems: &mut DocumentProblems<'_>,
) -> Vec<Draft> {
    let rows: Vec<usize> = outline
        .section(phase.heading)
        .skip_while(|at| outline.lines[*at].kind != LineKind::Row)
        .take_while(|at| outline.lines[*at].kind == LineKind::Row)
        .collect();
    let [header, ruler, rows @ ..] = rows.as_slice() else {
        return Vec::new();
    };
    let columns: Vec<Column> = cells(outline, *header)
        .into_iter()
        .map(|(text, _)| Column::of_header(&text))
        .collect();
    let is_ruler = cells(outline, *ruler)
        .iter()
        .all(|(text, _)| text.contains('-') && text.chars().all(|c| matches!(c, '-' | ':' | ' ')));
    if !is_ruler || !columns.contains(&Column::Title) {
        return Vec::new();
    }
    rows.iter()
        .filter_map(|at| subtask(outline, *at, &columns, phase.number, problems))
        .collect()
}

fn subtask(
    outline: &Outline<'_>,
    at: usize,
    columns: &[Column],
    phase: usize,
    problems: &mut DocumentProblems<'_>,
) -> Option<Draft> {
    let row = outline.lines[at].extent();
    let cells = cells(outline, at);
    let cell = |wanted: Column| {
        let at = columns.iter().position(|column| *column == wanted)?;
        let (text, place) = cells.get(at)?;
        (!text.is_empty()).then_some((text.as_str(), *place))
    };
    let title = cell(Column::Title).map(|(text, _)| one_line(&text.replace(['`', '*'], "")));
    let place = Place::new(row.start, row.end);
    let Some(title) = title.filter(|title| !title.is_empty()) else {
        let message = "the subtask of this row has no title";
        problems.report(Code::MissingKey, place, message, None);
        return None;
    };
    let id = cell(Column::Id).and_then(|(text, place)| id(text, place, problems));
    let complexity = cell(Column::Complexity).map_or(DEFAULT_COMPLEXITY, |(text, place)| {
        complexity(text, place, problems)
    });
    let needs = cell(Column::Dependencies).map_or_else(Vec::new, |(text, place)| {
        let references = references(text).into_iter();
        references.map(|reference| (reference, place)).collect()
    });
    let named = cell(Column::Files).map_or("", |(text, _)| text);
    Some(Draft {
        keeps_id: id.is_some(),
        reference: id,
        place,
        files: file_names(&format!("{named}\n{title}")),
        title,
        details: String::new(),
        complexity,
        mode: cell(Column::Mode).and_then(|(text, _)| Mode::of_word(&text.replace(['`', '*'], ""))),
        needs,
        phase,
    })
}

fn id(text: &str, place: Place, problems: &mut DocumentProblems<'_>) -> Option<String> {
    let id = text.replace(['`', '*'], "").trim().to_owned();
    if is_task_id(&id) {
        return Some(id);
    }
    let message = format!("`{}` cannot be the id of a task", one_line(&id));
    problems.report(Code::BadId, place, message, Some(TASK_ID_FORM.to_owned()));
    None
}

fn complexity(text: &str, place: Place, problems: &mut DocumentProblems<'_>) -> u8 {
    match complexity_of(text) {
        Some(Complexity::Known(number)) => number,
        Some(Complexity::OutOfRange) => {
            let message = format!("a complexity is from 1 to 10, not {}", one_line(text));
            problems.report(Code::BadValue, place, message, None);
            DEFAULT_COMPLEXITY
        }
        None => DEFAULT_COMPLEXITY,
    }
}

/// The cells of a row with their places. A bar after a backslash is part of its cell.
fn cells(outline: &Outline<'_>, at: usize) -> Vec<(String, Place)> {
    let line = &outline.lines[at];
    let extent = line.extent();
    let text = line.text.trim();
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut begin = usize::from(text.starts_with('|'));
    let mut escaped = false;
    for (offset, c) in text.char_indices().skip(begin) {
        if c == '|' && !escaped {
            parts.push(begin..offset);
            begin = offset + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    if begin < text.len() {
        parts.push(begin..text.len());
    }
    parts
        .into_iter()
        .map(|part| {
            let cell = &text[part.clone()];
            let start = extent.start + part.start + (cell.len() - cell.trim_start().len());
            let place = Place::new(start, start + cell.trim().len());
            (cell.trim().replace("\\|", "|"), place)
        })
        .collect()
}
