//! The forms of the drawing as paths: outlines of boxes, signs of states, arrows with
//! rounded corners.

use super::layout::Rect;
use super::picture::{Shape, StateTone};
use super::route::Point;
use std::fmt::Write as _;

/// The radius of the corners of arrows.
const RADIUS: i32 = 6;

/// The outline of a box.
pub(super) fn outline(shape: Shape, place: Rect) -> String {
    let Rect {
        x,
        y,
        width: w,
        height: h,
    } = place;
    let half = h / 2;
    match shape {
        Shape::Agent => format!(
            "M{} {y}h{}q6 0 6 6v{}q0 6 -6 6h-{}q-6 0 -6 -6v-{}q0 -6 6 -6z",
            x + 6,
            w - 12,
            h - 12,
            w - 12,
            h - 12
        ),
        Shape::Gate => format!(
            "M{} {y}h{}l8 {half}l-8 {}h-{}l-8 -{}l8 -{half}z",
            x + 8,
            w - 16,
            h - half,
            w - 16,
            h - half
        ),
        Shape::Person => {
            let r = half.min(16);
            format!(
                "M{} {y}h{}a{r} {r} 0 0 1 {r} {r}v{}a{r} {r} 0 0 1 -{r} {r}h-{}\
                 a{r} {r} 0 0 1 -{r} -{r}v-{}a{r} {r} 0 0 1 {r} -{r}z",
                x + r,
                w - 2 * r,
                h - 2 * r,
                w - 2 * r,
                h - 2 * r
            )
        }
        Shape::Value => format!("M{} {y}h{}l-8 {h}h-{}z", x + 8, w - 8, w - 8),
    }
}

/// A path with right angles, its corners rounded.
pub(super) fn rounded(corners: &[Point]) -> String {
    let mut corners = corners.to_vec();
    corners.dedup();
    let mut path = String::new();
    let Some(first) = corners.first() else {
        return path;
    };
    let _ = write!(path, "M{} {}", first.x, first.y);
    for corner in corners.windows(3) {
        let (before, here, after) = (corner[0], corner[1], corner[2]);
        let reach = |other: Point| {
            let length = (other.x - here.x).abs() + (other.y - here.y).abs();
            RADIUS.min(length / 2)
        };
        let towards = |other: Point| Point {
            x: here.x + (other.x - here.x).signum() * reach(other),
            y: here.y + (other.y - here.y).signum() * reach(other),
        };
        let (from, to) = (towards(before), towards(after));
        let _ = write!(
            path,
            "L{} {}Q{} {} {} {}",
            from.x, from.y, here.x, here.y, to.x, to.y
        );
    }
    if let [.., last] = corners.as_slice()
        && corners.len() > 1
    {
        let _ = write!(path, "L{} {}", last.x, last.y);
    }
    path
}

/// The sign of a state around a point: a tick, a cross, an exclamation mark, a clock, a
/// dash.
pub(super) fn sign(x: i32, y: i32, tone: StateTone) -> String {
    match tone {
        StateTone::Good => format!("M{} {}l3 3.5l6 -7", x - 5, y),
        StateTone::Bad => format!("M{} {}l8 8m0 -8l-8 8", x - 4, y - 4),
        StateTone::Warn => format!("M{x} {}v6m0 3v0.5", y - 5),
        StateTone::Busy => format!("M{x} {}v5l3.5 2", y - 5),
        StateTone::Idle => format!("M{} {y}h8", x - 4),
    }
}
