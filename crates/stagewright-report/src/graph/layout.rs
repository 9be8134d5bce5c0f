//! Where everything stands in the drawn picture.
//!
//! Stages follow each other from left to right, in as many rows as the width asks for.
//! In a stage, agents that can start together stand below each other in one column,
//! and each wave has its own; the agents of a sequential stage stand below each other
//! in their order. Gates stand below all agents. Between the columns there are gutters
//! and below the rows there are lanes, wide enough for the arrows that run in them, so
//! that no arrow ever crosses a box ([`super::route`]).
//!
//! Everything is whole numbers and follows from the picture alone: the same plan has
//! the same drawing everywhere.

use super::picture::{NodeBox, Picture, StageBox};
use super::route::{Channel, Network, Point};
use super::rows::{Column, cells, rows, stage_links};
use stagewright_core::NodeIx;

/// Space around everything.
const MARGIN: i32 = 10;
/// Between the border of a stage and its boxes.
pub(super) const PADDING: i32 = 12;
/// Between two boxes below each other.
const GAP: i32 = 14;
/// The least width of a gutter in a stage, and of the gap between two stages.
pub(super) const GUTTER: i32 = 22;
pub(super) const BETWEEN: i32 = 34;
/// The least height of a lane between two rows.
const LANE: i32 = 26;
/// Between two arrows that run beside each other.
const TRACK: i32 = 6;
/// Room for the beginning, left of the first stage.
const BEGIN: i32 = 34;
/// The height of the first line of a box, and of each further one.
const FIRST_LINE: i32 = 30;
const LINE: i32 = 15;
/// Where the arrows between stages run, below the upper border of a stage.
const LINK_HEIGHT: i32 = 22;
/// The size of the box at the end.
pub(super) const END: (i32, i32) = (138, 32);

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Rect {
    pub(super) fn right(self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub(super) fn middle(self) -> Point {
        Point {
            x: self.x + self.width / 2,
            y: self.y + self.height / 2,
        }
    }
}

/// The finished layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// By the number of the stage.
    pub(super) stages: Vec<Rect>,
    /// Where the line between agents and gates is, by the number of the stage.
    pub(super) dividers: Vec<Option<i32>>,
    /// By the node's index.
    pub(super) nodes: Vec<Rect>,
    /// The corners of each arrow of the picture, in its order.
    pub(super) arrows: Vec<Vec<Point>>,
    /// The corners of the arrows from the beginning through the stages to the end.
    pub(super) links: Vec<Vec<Point>>,
    pub(super) begin: Point,
    pub(super) end: Rect,
}

/// The widest text of a box, in columns of a terminal.
pub(super) fn text_columns(picture: &Picture) -> usize {
    let longest = picture.nodes.iter().map(|node| node.id.chars().count());
    longest.max().unwrap_or(0).clamp(18, 26)
}

/// How many lines a box has.
fn lines(node: &NodeBox) -> i32 {
    2 + i32::from(node.condition.is_some()) + i32::from(node.repeat.is_some())
}

/// The height of the text above the boxes of a stage.
fn header(stage: &StageBox) -> i32 {
    50 + (i32::from(stage.condition.is_some()) + i32::from(stage.repeat.is_some())) * LINE
}

/// Lays a picture out.
pub(super) fn layout(picture: &Picture) -> Layout {
    let columns_of_text = i32::try_from(text_columns(picture)).unwrap_or(i32::MAX);
    let box_width = columns_of_text * 7 + 44;
    let rows = rows(picture, box_width);
    let cells = cells(picture, &rows);
    let links = stage_links(picture, &rows);
    let network = Network::new(picture, &cells, &links);
    let mut placing = Placing {
        picture,
        rows: &rows,
        network: &network,
        box_width,
        layout: Layout {
            width: 0,
            height: 0,
            stages: vec![Rect::default(); picture.stages.len()],
            dividers: vec![None; picture.stages.len()],
            nodes: vec![Rect::default(); picture.nodes.len()],
            arrows: Vec::new(),
            links: Vec::new(),
            begin: Point::default(),
            end: Rect::default(),
        },
        channels: Vec::new(),
    };
    placing.place();
    let Placing {
        mut layout,
        channels,
        ..
    } = placing;
    layout.arrows = network.arrows(picture, &layout.nodes, &channels);
    layout.links = network.links(&links, &layout, &channels);
    layout
}

/// The layout in the making.
struct Placing<'a> {
    picture: &'a Picture,
    rows: &'a [Vec<Column>],
    network: &'a Network,
    box_width: i32,
    layout: Layout,
    /// Where the first track of each channel is.
    channels: Vec<(Channel, i32)>,
}

impl Placing<'_> {
    fn place(&mut self) {
        let left = MARGIN + self.tracks(Channel::Margin);
        self.channels.push((Channel::Margin, MARGIN));
        let mut y = MARGIN;
        let mut width = 0;
        let mut end = Point::default();
        for row in 0..self.rows.len() {
            let (right, bottom) = self.row(row, left, y);
            end = Point {
                x: right,
                y: y + LINK_HEIGHT,
            };
            if row == 0 {
                self.layout.begin = Point {
                    x: left + 6,
                    y: y + LINK_HEIGHT,
                };
            }
            width = width.max(right);
            let lane = Channel::Lane { row };
            let is_last = row + 1 == self.rows.len();
            let (height, before) = match self.tracks(lane) {
                0 if is_last => (0, 0),
                tracks if is_last => (LANE / 2 + tracks, LANE / 2),
                tracks => (LANE + tracks, LANE / 2),
            };
            self.channels.push((lane, bottom + before));
            y = bottom + height;
        }
        self.layout.end = Rect {
            x: end.x + BETWEEN,
            y: end.y - END.1 / 2,
            width: END.0,
            height: END.1,
        };
        self.layout.width = width.max(self.layout.end.right()) + MARGIN;
        self.layout.height = y.max(self.layout.end.bottom()) + MARGIN;
    }

    /// Places one row from `left` and `top` on; returns where it ends.
    fn row(&mut self, row: usize, left: i32, top: i32) -> (i32, i32) {
        let columns = &self.rows[row];
        let gutter = |column| Channel::Gutter { row, column };
        let mut x = left;
        let mut bottom = top;
        for (column, content) in columns.iter().enumerate() {
            let tracks = self.tracks(gutter(column));
            let before = column.checked_sub(1).map(|before| columns[before].stage);
            let (space, inset) = match before {
                None => (BEGIN.max(tracks + 16) + PADDING, 12),
                Some(stage) if stage == content.stage => (GUTTER.max(tracks + 16), 0),
                Some(_) => (BETWEEN.max(tracks + 20) + 2 * PADDING, PADDING),
            };
            let free = match before {
                None => BEGIN.max(tracks + 16) - 12,
                Some(_) => space - 2 * inset,
            };
            let first = x + inset + (free - (tracks - TRACK).max(0)) / 2;
            self.channels.push((gutter(column), first));
            x += space;
            if before != Some(content.stage) {
                bottom = bottom.max(self.stage(row, content.stage, x, top));
            }
            x += self.box_width;
        }
        let after = gutter(columns.len());
        self.channels.push((after, x + PADDING + 12));
        let tracks = self.tracks(after);
        let space = if tracks > 0 { tracks + 6 } else { 0 };
        (x + PADDING + space, bottom)
    }

    /// Places a stage of which the first column begins at `x`; returns its lower border.
    fn stage(&mut self, row: usize, number: usize, x: i32, top: i32) -> i32 {
        let stage = &self.picture.stages[number];
        let first = self.rows[row]
            .iter()
            .position(|column| column.stage == number)
            .unwrap_or(0);
        let columns: Vec<&Column> = self.rows[row]
            .iter()
            .filter(|column| column.stage == number)
            .collect();
        let upper = top + header(stage);
        let mut lefts = vec![x];
        for offset in 1..columns.len() {
            let channel = Channel::Gutter {
                row,
                column: first + offset,
            };
            let before = lefts[offset - 1];
            lefts.push(before + self.box_width + GUTTER.max(self.tracks(channel) + 16));
        }
        let mut lower = upper;
        for (column, left) in columns.iter().zip(&lefts) {
            lower = lower.max(self.stack(&column.agents, *left, upper));
        }
        if !stage.gates.is_empty() {
            if lower > upper {
                self.layout.dividers[number] = Some(lower + 2);
                lower += 12;
            }
            let from = lower;
            for (column, left) in columns.iter().zip(&lefts) {
                lower = lower.max(self.stack(&column.gates, *left, from));
            }
        }
        let right = lefts.last().copied().unwrap_or(x) + self.box_width;
        let border = Rect {
            x: x - PADDING,
            y: top,
            width: right - x + 2 * PADDING,
            height: lower.max(upper + GAP) - top,
        };
        self.layout.stages[number] = border;
        border.bottom()
    }

    /// Places boxes below each other; returns where the next one would stand.
    fn stack(&mut self, nodes: &[NodeIx], x: i32, top: i32) -> i32 {
        let mut y = top;
        for node in nodes {
            let height = FIRST_LINE + (lines(self.picture.node(*node)) - 1) * LINE;
            self.layout.nodes[node.index()] = Rect {
                x,
                y,
                width: self.box_width,
                height,
            };
            y += height + GAP;
        }
        y
    }

    /// The width of all tracks of a channel.
    fn tracks(&self, channel: Channel) -> i32 {
        i32::try_from(self.network.tracks(channel)).unwrap_or(i32::MAX / 1_000) * TRACK
    }
}

/// Where a track of a channel is: a distance from the left in gutters, from above in
/// lanes.
pub(super) fn track_at(channels: &[(Channel, i32)], channel: Channel, track: usize) -> i32 {
    let first = channels
        .iter()
        .find(|(known, _)| *known == channel)
        .map_or(0, |(_, first)| *first);
    first + i32::try_from(track).unwrap_or(0) * TRACK
}

/// The height at which the arrows between stages touch a stage.
pub(super) fn link_height(stage: Rect) -> i32 {
    stage.y + LINK_HEIGHT
}
