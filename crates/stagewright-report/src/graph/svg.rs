//! A picture as SVG, alone or as a part of a page.
//!
//! Colours are classes, so that a page and the picture alone have the same ones, light
//! or dark as the reader's system is. A state never shows by its colour alone: it has a
//! sign and a word too. Every box has its full text as a title; the drawing as a whole
//! has a title and a description.

use super::captions::{description, in_full, second_line};
use super::layout::{Layout, PADDING, Rect, layout, text_columns};
use super::outline::{outline, rounded, sign};
use super::picture::{ArrowKind, NodeBox, Picture, Shape, StageBox, StateTone};
use super::route::Point;
use crate::markup::escape;
use crate::outside::fitted;
use stagewright_core::NodeIx;
use std::fmt::Write as _;

/// How a picture looks that stands alone; a page brings its own style.
const STYLE: &str = concat!(include_str!("../colours.css"), include_str!("graph.css"));

/// The picture as a file of its own.
pub fn svg(picture: &Picture) -> String {
    drawing(picture, Some(STYLE))
}

/// The picture as a part of a page, which has the same style.
pub(crate) fn embedded_svg(picture: &Picture) -> String {
    drawing(picture, None)
}

fn drawing(picture: &Picture, style: Option<&str>) -> String {
    let layout = layout(picture);
    let mut out = Drawing {
        picture,
        layout: &layout,
        columns: text_columns(picture),
        text: String::new(),
    };
    out.open(style);
    for (number, stage) in picture.stages.iter().enumerate() {
        out.stage(number, stage);
    }
    out.arrows();
    for (number, stage) in picture.stages.iter().enumerate() {
        out.heading(layout.stages[number], number, stage);
    }
    for (node, drawn) in (0_u32..).map(NodeIx::new).zip(&picture.nodes) {
        out.node(node, drawn);
    }
    out.ends();
    out.put(format_args!("</svg>\n"));
    out.text
}

struct Drawing<'a> {
    picture: &'a Picture,
    layout: &'a Layout,
    /// The most columns of a text in a box.
    columns: usize,
    text: String,
}

impl Drawing<'_> {
    /// Appends formatted text; writing to a `String` cannot fail.
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(text);
    }

    fn open(&mut self, style: Option<&str>) {
        let (width, height) = (self.layout.width, self.layout.height);
        let name = escape(&self.picture.name, 200);
        let description = escape(&description(self.picture), 2_000);
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             aria-labelledby=\"graph-title graph-description\">\n\
             <title id=\"graph-title\">Pipeline {name}</title>\n\
             <desc id=\"graph-description\">{description}</desc>\n"
        ));
        if let Some(style) = style {
            self.put(format_args!(
                "<style>{style}</style>\n\
                 <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"
            ));
        }
        self.text.push_str(
            "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
             markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">\
             <path class=\"tip\" d=\"M0 0.5L8 4L0 7.5z\"/></marker></defs>\n",
        );
    }

    fn stage(&mut self, number: usize, stage: &StageBox) {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.layout.stages[number];
        let optional = if stage.required { "" } else { " optional" };
        self.put(format_args!(
            "<rect class=\"stage{optional}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" \
             height=\"{height}\" rx=\"10\"/>\n"
        ));
        if let Some(at) = self.layout.dividers[number] {
            let right = x + width;
            self.put(format_args!(
                "<path class=\"divider\" d=\"M{x} {at}H{right}\"/>\n"
            ));
        }
        if stage.nodes().next().is_none() {
            let (left, base) = (x + PADDING, y + height - 8);
            self.put(format_args!(
                "<text class=\"fine\" x=\"{left}\" y=\"{base}\">nothing in it</text>\n"
            ));
        }
    }

    fn heading(&mut self, place: Rect, number: usize, stage: &StageBox) {
        // A column of text is about seven units wide, and the sign needs some.
        let columns = usize::try_from((place.width - 2 * PADDING) / 7).unwrap_or(16);
        let x = place.x + PADDING;
        let y = place.y;
        let title = format!("{} {}", number + 1, stage.id);
        let mut order = stage.order.to_owned();
        if !stage.required {
            order.push_str(" · not required");
        }
        let second = match &stage.state {
            Some(state) => {
                let word = state.word.to_lowercase().replace('_', " ");
                match state.note.as_str() {
                    "" => word,
                    note => format!("{word} · {note}"),
                }
            }
            None => order.clone(),
        };
        let mut full = vec![format!("Stage {}", stage.id), order, second.clone()];
        full.extend(stage.condition.iter().map(|words| format!("if {words}")));
        full.extend(stage.repeat.clone());
        self.put(format_args!(
            "<g><title>{}</title>\n<text class=\"name\" x=\"{x}\" y=\"{}\">{}</text>\n\
             <text class=\"fine\" x=\"{x}\" y=\"{}\">{}</text>\n",
            escape(&full.join(", "), 1_000),
            y + 22,
            escape(&fitted(&title, columns.saturating_sub(3)), 200),
            y + 39,
            escape(&fitted(&second, columns), 200),
        ));
        let condition = stage.condition.as_ref().map(|words| format!("if {words}"));
        for (line, words) in (0..).zip(condition.iter().chain(&stage.repeat)) {
            self.put(format_args!(
                "<text class=\"if\" x=\"{x}\" y=\"{}\">{}</text>\n",
                y + 54 + 15 * line,
                escape(&fitted(words, columns), 200)
            ));
        }
        if let Some(state) = &stage.state {
            self.sign(place.right() - PADDING - 8, y + 18, state.tone);
        }
        self.text.push_str("</g>\n");
    }

    fn arrows(&mut self) {
        let layout = self.layout;
        for link in &layout.links {
            self.arrow("link", link);
        }
        for (arrow, corners) in self.picture.arrows.iter().zip(&layout.arrows) {
            let class = match arrow.kind {
                ArrowKind::Needs => "needs",
                ArrowKind::After => "after",
                ArrowKind::Order => "order",
            };
            self.arrow(class, corners);
        }
    }

    fn arrow(&mut self, class: &str, corners: &[Point]) {
        let path = rounded(corners);
        self.put(format_args!(
            "<path class=\"arrow {class}\" marker-end=\"url(#tip)\" d=\"{path}\"/>\n"
        ));
    }

    fn node(&mut self, node: NodeIx, drawn: &NodeBox) {
        let place = self.layout.nodes[node.index()];
        let tone = drawn
            .state
            .as_ref()
            .map_or("plain", |state| class(state.tone));
        let optional = if drawn.required { "" } else { " optional" };
        self.put(format_args!(
            "<g class=\"node {tone}{optional}\"><title>{}</title>\n",
            escape(&in_full(drawn), 2_000)
        ));
        if drawn.repeat.is_some() {
            let behind = Rect {
                x: place.x + 4,
                y: place.y + 4,
                ..place
            };
            let outline = outline(drawn.shape, behind);
            self.put(format_args!("<path class=\"box\" d=\"{outline}\"/>\n"));
        }
        let outline = outline(drawn.shape, place);
        self.put(format_args!("<path class=\"box\" d=\"{outline}\"/>\n"));
        let x = place.x + 13;
        let mut y = place.y + 20;
        self.put(format_args!(
            "<text class=\"id\" x=\"{x}\" y=\"{y}\">{}</text>\n",
            escape(&fitted(&drawn.id, self.columns), 200)
        ));
        y += 15;
        self.put(format_args!(
            "<text class=\"fine\" x=\"{x}\" y=\"{y}\">{}</text>\n",
            escape(&fitted(&second_line(drawn), self.columns + 3), 200)
        ));
        let condition = drawn.condition.as_ref().map(|words| format!("if {words}"));
        for words in condition.iter().chain(&drawn.repeat) {
            y += 15;
            let words = fitted(words, self.columns + 3);
            self.put(format_args!(
                "<text class=\"if\" x=\"{x}\" y=\"{y}\">{}</text>\n",
                escape(&words, 200)
            ));
        }
        if let Some(state) = &drawn.state {
            self.sign(place.right() - 16, place.y + 16, state.tone);
        }
        self.text.push_str("</g>\n");
    }

    /// The beginning and the end.
    fn ends(&mut self) {
        let Point { x, y } = self.layout.begin;
        self.put(format_args!(
            "<circle class=\"begin\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>\n"
        ));
        let place = self.layout.end;
        let end = &self.picture.end;
        let tone = end.tone.map_or("plain", class);
        let middle = place.middle();
        self.put(format_args!(
            "<g class=\"node end {tone}\"><path class=\"box\" d=\"{}\"/>\n\
             <text class=\"id\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{}</text></g>\n",
            outline(Shape::Person, place),
            middle.x,
            middle.y + 5,
            escape(&end.word, 30)
        ));
    }

    /// The sign of a state, around a point.
    fn sign(&mut self, x: i32, y: i32, tone: StateTone) {
        let path = sign(x, y, tone);
        self.put(format_args!(
            "<g class=\"sign {}\"><circle cx=\"{x}\" cy=\"{y}\" r=\"8\"/>\
             <path d=\"{path}\"/></g>\n",
            class(tone)
        ));
    }
}

/// The class of a state.
fn class(tone: StateTone) -> &'static str {
    match tone {
        StateTone::Good => "good",
        StateTone::Warn => "warn",
        StateTone::Bad => "bad",
        StateTone::Busy => "busy",
        StateTone::Idle => "idle",
    }
}
