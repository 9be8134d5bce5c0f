//! The ways of the arrows: through the gutters between the columns and the lanes below
//! the rows, never across a box.
//!
//! An arrow leaves its box on the right and enters the other one on the left. Arrows
//! with the same beginning, or with the same end where that is shared by more of them,
//! run in one track as a trunk; all others have a track of their own.

use super::layout::{Layout, Rect, link_height, track_at};
use super::picture::{Arrow, Picture};
use super::rows::Cell;
use stagewright_core::NodeIx;
use std::collections::BTreeMap;

/// A point of the drawing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// A space in which arrows run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    /// Left of a column, or right of the last one.
    Gutter {
        /// The row.
        row: usize,
        /// The column that it is left of.
        column: usize,
    },
    /// Below a row.
    Lane {
        /// The row.
        row: usize,
    },
    /// Left of everything, past rows between.
    Margin,
}

/// The way from one stage to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Empty when they stand beside each other.
    pub(super) way: Vec<Channel>,
}

/// Who shares a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trunk {
    From(NodeIx),
    To(NodeIx),
    Link(usize),
}

/// The way of one arrow.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// Straight down to the next box of the column.
    Down,
    /// Through channels; `back` enters the box on the right, in the same column.
    Through { channels: Vec<Channel>, back: bool },
}

/// All ways, and which of them share tracks.
#[derive(Debug)]
pub(super) struct Network {
    ways: Vec<(Way, Trunk)>,
    tracks: BTreeMap<Channel, Vec<Trunk>>,
}

impl Network {
    /// Finds a way for every arrow of a picture.
    pub(super) fn new(picture: &Picture, cells: &[Cell], links: &[Link]) -> Self {
        let mut network = Self {
            ways: Vec::new(),
            tracks: BTreeMap::new(),
        };
        for link in links {
            network.claim(&link.way, Trunk::Link(link.from));
        }
        let mut leaving: BTreeMap<NodeIx, usize> = BTreeMap::new();
        let mut entering: BTreeMap<NodeIx, usize> = BTreeMap::new();
        for arrow in &picture.arrows {
            *leaving.entry(arrow.from).or_default() += 1;
            *entering.entry(arrow.to).or_default() += 1;
        }
        for arrow in &picture.arrows {
            let way = way(cells[arrow.from.index()], cells[arrow.to.index()]);
            let trunk = if entering[&arrow.to] > leaving[&arrow.from] {
                Trunk::To(arrow.to)
            } else {
                Trunk::From(arrow.from)
            };
            if let Way::Through { channels, .. } = &way {
                network.claim(channels, trunk);
            }
            network.ways.push((way, trunk));
        }
        network
    }

    fn claim(&mut self, channels: &[Channel], trunk: Trunk) {
        for channel in channels {
            let tracks = self.tracks.entry(*channel).or_default();
            if !tracks.contains(&trunk) {
                tracks.push(trunk);
            }
        }
    }

    /// How many tracks a channel needs.
    pub(super) fn tracks(&self, channel: Channel) -> usize {
        self.tracks.get(&channel).map_or(0, Vec::len)
    }

    /// The corners of every arrow, once boxes and channels have their places.
    pub(super) fn arrows(
        &self,
        picture: &Picture,
        nodes: &[Rect],
        channels: &[(Channel, i32)],
    ) -> Vec<Vec<Point>> {
        let corners = |(arrow, (way, trunk)): (&Arrow, &(Way, Trunk))| {
            let (from, to) = (nodes[arrow.from.index()], nodes[arrow.to.index()]);
            match way {
                Way::Down => vec![
                    Point {
                        x: from.middle().x,
                        y: from.bottom(),
                    },
                    Point {
                        x: from.middle().x,
                        y: to.y,
                    },
                ],
                Way::Through {
                    channels: way,
                    back,
                } => {
                    // Leaving below the middle and entering above it, arrows between
                    // boxes of one height do not cover each other.
                    let begin = Point {
                        x: from.right(),
                        y: from.middle().y + 5,
                    };
                    let end = Point {
                        x: if *back { to.right() } else { to.x },
                        y: to.middle().y - 5,
                    };
                    self.through(begin, way, *trunk, end, channels)
                }
            }
        };
        picture.arrows.iter().zip(&self.ways).map(corners).collect()
    }

    /// The corners of the arrows from the beginning through the stages to the end.
    pub(super) fn links(
        &self,
        links: &[Link],
        layout: &Layout,
        channels: &[(Channel, i32)],
    ) -> Vec<Vec<Point>> {
        let left = |stage: Rect| Point {
            x: stage.x,
            y: link_height(stage),
        };
        let right = |stage: Rect| Point {
            x: stage.right(),
            y: link_height(stage),
        };
        let end = Point {
            x: layout.end.x,
            y: layout.end.middle().y,
        };
        let (Some(first), Some(last)) = (layout.stages.first(), layout.stages.last()) else {
            return vec![vec![layout.begin, end]];
        };
        let mut drawn = vec![vec![layout.begin, left(*first)]];
        for link in links {
            let (from, to) = (layout.stages[link.from], layout.stages[link.to]);
            let trunk = Trunk::Link(link.from);
            drawn.push(self.through(right(from), &link.way, trunk, left(to), channels));
        }
        drawn.push(vec![right(*last), end]);
        drawn
    }

    /// From `begin` through the channels to `end`, with right angles.
    fn through(
        &self,
        begin: Point,
        way: &[Channel],
        trunk: Trunk,
        end: Point,
        channels: &[(Channel, i32)],
    ) -> Vec<Point> {
        let mut corners = vec![begin];
        let mut at = begin;
        for channel in way {
            let track = self.tracks[channel]
                .iter()
                .position(|known| *known == trunk)
                .unwrap_or(0);
            let place = track_at(channels, *channel, track);
            match channel {
                Channel::Gutter { .. } | Channel::Margin => at.x = place,
                Channel::Lane { .. } => at.y = place,
            }
            corners.push(at);
        }
        if !way.is_empty() {
            corners.push(Point { x: at.x, y: end.y });
        }
        corners.push(end);
        corners
    }
}

/// The way from one cell to another one.
fn way(from: Cell, to: Cell) -> Way {
    let gutter = |row, column| Channel::Gutter { row, column };
    let lane = |row| Channel::Lane { row };
    let out = gutter(from.row, from.column + 1);
    let same_column = (from.row, from.column) == (to.row, to.column);
    if same_column && to.place == from.place + 1 {
        return Way::Down;
    }
    let channels = if same_column || (from.row == to.row && from.column + 1 == to.column) {
        vec![out]
    } else if from.row == to.row || from.row + 1 == to.row {
        vec![out, lane(from.row), gutter(to.row, to.column)]
    } else {
        vec![
            out,
            lane(from.row),
            Channel::Margin,
            lane(to.row.saturating_sub(1)),
            gutter(to.row, to.column),
        ]
    };
    Way::Through {
        channels,
        back: same_column,
    }
}
