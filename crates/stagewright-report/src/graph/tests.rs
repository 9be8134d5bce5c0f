//! What holds for every drawing: boxes do not overlap, arrows cross no box, and all of it
//! is on the paper.

use super::layout::{Layout, Rect, layout};
use super::picture::{Arrow, ArrowKind, NodeBox, Picture, Shape, StageBox, Verdict};
use super::route::Point;
use super::svg::svg;
use stagewright_core::NodeIx;
use std::collections::BTreeSet;

/// A small generator of numbers: the same seed gives the same pictures.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Stages of all kinds with arrows from anywhere to anything that comes later.
fn random_picture(seed: u64) -> Picture {
    let mut dice = Dice(seed);
    let mut picture = Picture {
        name: "Random".to_owned(),
        stages: Vec::new(),
        nodes: Vec::new(),
        arrows: Vec::new(),
        end: Verdict {
            word: "MERGE or BLOCK".to_owned(),
            tone: None,
        },
    };
    for number in 0..1 + dice.below(9) {
        let is_parallel = dice.below(2) == 0;
        let mut stage = StageBox {
            id: format!("stage_{number}"),
            order: if is_parallel {
                "parallel"
            } else {
                "sequential"
            },
            required: dice.below(4) > 0,
            condition: (dice.below(3) == 0).then(|| "context.pr.number > 3".to_owned()),
            repeat: (dice.below(6) == 0).then(|| "for each of context.files".to_owned()),
            state: None,
            waves: Vec::new(),
            gates: Vec::new(),
        };
        let first = picture.nodes.len();
        for _ in 0..dice.below(4) {
            let size = 1 + dice.below(if is_parallel { 30 } else { 1 });
            let wave = (0..size).map(|_| node(&mut picture, &mut dice, Shape::Agent));
            stage.waves.push(wave.collect());
        }
        for _ in 0..dice.below(4) {
            stage.gates.push(node(&mut picture, &mut dice, Shape::Gate));
        }
        arrows(&mut picture, &stage, first, &mut dice);
        picture.stages.push(stage);
    }
    picture
}

fn node(picture: &mut Picture, dice: &mut Dice, shape: Shape) -> NodeIx {
    let node = NodeIx::new(u32::try_from(picture.nodes.len()).unwrap());
    picture.nodes.push(NodeBox {
        id: format!("agent_{}", "x".repeat(dice.below(20))),
        name: None,
        shape,
        kind: "command",
        required: dice.below(4) > 0,
        condition: (dice.below(5) == 0).then(|| "results.a.output.ok".to_owned()),
        repeat: (dice.below(9) == 0).then(|| "for each of 3 items".to_owned()),
        fallbacks: Vec::new(),
        state: None,
    });
    node
}

/// Arrows into the stage's nodes: from earlier stages, and from earlier waves of its own.
fn arrows(picture: &mut Picture, stage: &StageBox, first: usize, dice: &mut Dice) {
    let mut known: BTreeSet<(NodeIx, NodeIx)> = BTreeSet::new();
    let mut sources: Vec<NodeIx> = (0..u32::try_from(first).unwrap())
        .map(NodeIx::new)
        .collect();
    for group in stage.waves.iter().chain([&stage.gates]) {
        for to in group {
            for _ in 0..dice.below(4) {
                if sources.is_empty() {
                    continue;
                }
                let from = sources[dice.below(sources.len())];
                if known.insert((from, *to)) {
                    let kind = [ArrowKind::Needs, ArrowKind::After][dice.below(2)];
                    picture.arrows.push(Arrow {
                        from,
                        to: *to,
                        kind,
                    });
                }
            }
        }
        sources.extend(group);
    }
    if stage.is_sequential() {
        let agents = stage.waves.concat();
        for pair in agents
            .windows(2)
            .filter(|pair| !known.contains(&(pair[0], pair[1])))
        {
            picture.arrows.push(Arrow {
                from: pair[0],
                to: pair[1],
                kind: ArrowKind::Order,
            });
        }
    }
}

fn overlap(one: Rect, other: Rect) -> bool {
    one.x < other.right()
        && other.x < one.right()
        && one.y < other.bottom()
        && other.y < one.bottom()
}

/// Whether a segment runs through the inside of a box.
fn crosses(from: Point, to: Point, place: Rect) -> bool {
    let segment = Rect {
        x: from.x.min(to.x),
        y: from.y.min(to.y),
        width: (from.x - to.x).abs().max(1),
        height: (from.y - to.y).abs().max(1),
    };
    let inside = Rect {
        x: place.x + 1,
        y: place.y + 1,
        width: place.width - 2,
        height: place.height - 2,
    };
    overlap(segment, inside)
}

fn check(layout: &Layout, seed: u64) {
    let boxes = &layout.nodes;
    for (number, one) in boxes.iter().enumerate() {
        for other in &boxes[number + 1..] {
            assert!(!overlap(*one, *other), "seed {seed}: {one:?} and {other:?}");
        }
        assert!(
            !overlap(*one, layout.end),
            "seed {seed}: {one:?} and the end"
        );
        let stages = layout.stages.iter().filter(|stage| overlap(**stage, *one));
        assert_eq!(stages.count(), 1, "seed {seed}: {one:?} is in one stage");
    }
    for (number, one) in layout.stages.iter().enumerate() {
        for other in &layout.stages[number + 1..] {
            assert!(!overlap(*one, *other), "seed {seed}: {one:?} and {other:?}");
        }
    }
    for path in layout.arrows.iter().chain(&layout.links) {
        for ends in path.windows(2) {
            let (from, to) = (ends[0], ends[1]);
            assert!(
                from.x == to.x || from.y == to.y,
                "seed {seed}: {from:?} to {to:?} is askew"
            );
            for place in boxes {
                assert!(
                    !crosses(from, to, *place),
                    "seed {seed}: {from:?} to {to:?} crosses {place:?}"
                );
            }
            for point in [from, to] {
                let is_on_paper =
                    (0..=layout.width).contains(&point.x) && (0..=layout.height).contains(&point.y);
                assert!(is_on_paper, "seed {seed}: {point:?} is beside the paper");
            }
        }
    }
    for place in boxes.iter().chain(&layout.stages).chain([&layout.end]) {
        let fits = place.x >= 0
            && place.y >= 0
            && place.right() <= layout.width
            && place.bottom() <= layout.height;
        assert!(fits, "seed {seed}: {place:?} is beside the paper");
    }
}

/// Goal: in many pictures of up to a few hundred boxes nothing covers anything.
#[test]
fn nothing_covers_anything() {
    for seed in 0..120 {
        let picture = random_picture(seed);
        check(&layout(&picture), seed);
    }
}

/// Goal: each arrow begins at its first box and ends at its second one.
#[test]
fn arrows_touch_their_boxes() {
    for seed in 0..100 {
        let picture = random_picture(seed);
        let layout = layout(&picture);
        for (arrow, path) in picture.arrows.iter().zip(&layout.arrows) {
            let touches = |node: NodeIx, point: Point| {
                let place = layout.nodes[node.index()];
                (place.x..=place.right()).contains(&point.x)
                    && (place.y..=place.bottom()).contains(&point.y)
            };
            assert!(touches(arrow.from, path[0]), "seed {seed}: {arrow:?}");
            assert!(
                touches(arrow.to, path[path.len() - 1]),
                "seed {seed}: {arrow:?}"
            );
        }
    }
}

/// Goal: the same picture is always the same drawing, and an empty one is one too.
#[test]
fn drawings_repeat() {
    for seed in 0..20 {
        assert_eq!(svg(&random_picture(seed)), svg(&random_picture(seed)));
    }
    let empty = Picture {
        name: String::new(),
        stages: Vec::new(),
        nodes: Vec::new(),
        arrows: Vec::new(),
        end: Verdict {
            word: "end".to_owned(),
            tone: None,
        },
    };
    assert!(svg(&empty).ends_with("</svg>\n"));
}
