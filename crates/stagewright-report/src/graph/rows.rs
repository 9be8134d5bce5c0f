//! Which stage stands in which row, and which box in which column: places without
//! measures, which the layout turns into a drawing and the routes go by.

use super::layout::{BETWEEN, END, GUTTER, PADDING};
use super::picture::{Picture, StageBox};
use super::route::{Channel, Link};
use stagewright_core::NodeIx;

/// Rows become no wider than this where a stage does not need more: the width of a page
/// without the room for the beginning.
const TARGET_WIDTH: i32 = 1_110;
/// Nodes below each other before a further column begins, as long as there are not
/// [`COLUMNS`] of them.
const COLUMN_LENGTH: usize = 8;
/// The same for a wave that others follow: their arrows are short where it is one column.
const WAVE_LENGTH: usize = 16;
/// Columns beside each other before they become longer instead.
const COLUMNS: usize = 5;
/// A column of boxes.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub(super) stage: usize,
    pub(super) agents: Vec<NodeIx>,
    pub(super) gates: Vec<NodeIx>,
}

/// Where a node stands among the others, without measures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) row: usize,
    pub(super) column: usize,
    /// Its place in the column, gates counted on.
    pub(super) place: usize,
}

/// The columns of each row.
pub(super) fn rows(picture: &Picture, box_width: i32) -> Vec<Vec<Column>> {
    let stages: Vec<Vec<Column>> = picture
        .stages
        .iter()
        .enumerate()
        .map(|(number, stage)| columns(stage, number))
        .collect();
    let mut widths: Vec<i32> = stages
        .iter()
        .map(|columns| {
            let count = i32::try_from(columns.len()).unwrap_or(i32::MAX / 1_000);
            count * (box_width + GUTTER) - GUTTER + 2 * PADDING + BETWEEN
        })
        .collect();
    if let Some(last) = widths.last_mut() {
        *last += END.0 + BETWEEN;
    }
    let count = breaks(&widths, TARGET_WIDTH).len();
    // The narrowest width with as few rows: the rows are then about equally wide.
    let mut width = widths.iter().copied().max().unwrap_or(0);
    while width < TARGET_WIDTH && breaks(&widths, width).len() > count {
        width += 10;
    }
    let mut left = stages.into_iter();
    breaks(&widths, width)
        .into_iter()
        .map(|stages| left.by_ref().take(stages).flatten().collect())
        .collect()
}

/// How many stages each row has, when no row is wider than `limit` without need.
fn breaks(widths: &[i32], limit: i32) -> Vec<usize> {
    let mut rows: Vec<usize> = Vec::new();
    let mut used = 0;
    for width in widths {
        match rows.last_mut() {
            Some(stages) if used + width <= limit => *stages += 1,
            _ => {
                rows.push(1);
                used = 0;
            }
        }
        used += width;
    }
    rows
}

/// The columns of a stage; at least one, even of an empty one.
fn columns(stage: &StageBox, number: usize) -> Vec<Column> {
    let waves = if stage.is_sequential() {
        vec![stage.waves.concat()]
    } else {
        stage.waves.clone()
    };
    let last = waves.len().saturating_sub(1);
    let mut columns: Vec<Column> = waves
        .iter()
        .enumerate()
        .flat_map(|(wave, agents)| {
            let length = if wave == last {
                COLUMN_LENGTH
            } else {
                WAVE_LENGTH
            };
            let columns = agents.len().div_ceil(length).clamp(1, COLUMNS);
            agents.chunks(agents.len().div_ceil(columns).max(1))
        })
        .map(|agents| Column {
            stage: number,
            agents: agents.to_vec(),
            gates: Vec::new(),
        })
        .collect();
    if columns.is_empty() {
        columns.push(Column {
            stage: number,
            ..Column::default()
        });
    }
    let count = columns.len();
    for (place, gate) in stage.gates.iter().enumerate() {
        columns[place % count].gates.push(*gate);
    }
    columns
}

/// Where each node stands.
pub(super) fn cells(picture: &Picture, rows: &[Vec<Column>]) -> Vec<Cell> {
    let mut cells = vec![Cell::default(); picture.nodes.len()];
    for (row, columns) in rows.iter().enumerate() {
        for (column, content) in columns.iter().enumerate() {
            let nodes = content.agents.iter().chain(&content.gates);
            for (place, node) in nodes.enumerate() {
                cells[node.index()] = Cell { row, column, place };
            }
        }
    }
    cells
}

/// The ways from stage to stage: straight in a row, around the corner between rows.
pub(super) fn stage_links(picture: &Picture, rows: &[Vec<Column>]) -> Vec<Link> {
    let row_of = |stage: usize| {
        let has = |columns: &Vec<Column>| columns.iter().any(|column| column.stage == stage);
        rows.iter().position(has).unwrap_or(0)
    };
    (1..picture.stages.len())
        .map(|later| {
            let (before, after) = (row_of(later - 1), row_of(later));
            let way = if before == after {
                Vec::new()
            } else {
                let column = rows[before].len();
                vec![
                    Channel::Gutter {
                        row: before,
                        column,
                    },
                    Channel::Lane { row: before },
                    Channel::Gutter {
                        row: after,
                        column: 0,
                    },
                ]
            };
            Link {
                from: later - 1,
                to: later,
                way,
            }
        })
        .collect()
}
