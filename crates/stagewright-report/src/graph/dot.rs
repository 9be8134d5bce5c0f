//! A picture for Graphviz.
//!
//! Stages are clusters; agents are boxes, gates hexagons, questions to people ellipses,
//! computed values slanted. Solid edges are dependencies, dashed ones wait for any end,
//! dotted ones are the order of a sequential stage, bold ones lead from stage to stage.

use super::picture::{ArrowKind, NodeBox, Picture, Shape, StageBox, StateTone};
use crate::outside::one_line;
use stagewright_core::NodeIx;
use std::fmt::Write as _;

/// The picture in the DOT language.
pub fn dot(picture: &Picture) -> String {
    let mut text = String::new();
    line(&mut text, 0, "digraph stagewright {");
    for setting in [
        "rankdir=LR; compound=true; newrank=true; nodesep=0.2; ranksep=0.6;".to_owned(),
        format!("label={}; labelloc=t;", quoted(&[&picture.name])),
        "fontname=\"Helvetica,Arial,sans-serif\"; fontsize=14;".to_owned(),
        "node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, shape=box];".to_owned(),
        "edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, color=\"#57606a\"];"
            .to_owned(),
        "begin [shape=point, width=0.12, label=\"\"];".to_owned(),
        format!(
            "finish [shape=box, style=\"rounded,bold\", label={}];",
            quoted(&[&picture.end.word])
        ),
    ] {
        line(&mut text, 1, &setting);
    }
    for (number, stage) in picture.stages.iter().enumerate() {
        cluster(&mut text, picture, stage, number);
    }
    between_stages(&mut text, picture);
    for arrow in &picture.arrows {
        let style = match arrow.kind {
            ArrowKind::Needs => "",
            ArrowKind::After => " [style=dashed]",
            ArrowKind::Order => " [style=dotted]",
        };
        line(
            &mut text,
            1,
            &format!("n{} -> n{}{style};", arrow.from.number(), arrow.to.number()),
        );
    }
    line(&mut text, 0, "}");
    text
}

fn cluster(text: &mut String, picture: &Picture, stage: &StageBox, number: usize) {
    line(text, 1, &format!("subgraph cluster_s{number} {{"));
    let optional = if stage.required { "" } else { ", not required" };
    let mut lines = vec![stage.id.clone(), format!("{}{optional}", stage.order)];
    lines.extend(stage.repeat.clone());
    if let Some(state) = &stage.state {
        lines.push(state.word.to_owned());
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let style = if stage.required {
        "rounded"
    } else {
        "\"rounded,dashed\""
    };
    line(
        text,
        2,
        &format!(
            "label={}; style={style}; color=\"#8c959f\";",
            quoted(&lines)
        ),
    );
    for node in stage.nodes() {
        line(text, 2, &shape(node, picture.node(node)));
    }
    if stage.nodes().next().is_none() {
        line(
            text,
            2,
            &format!("empty{number} [shape=plaintext, label=\"nothing\"];"),
        );
    }
    line(text, 1, "}");
    for (earlier, later) in stage.gates.iter().zip(stage.gates.iter().skip(1)) {
        line(
            text,
            1,
            &format!(
                "n{} -> n{} [style=dotted];",
                earlier.number(),
                later.number()
            ),
        );
    }
    if let Some(first) = stage.gates.first() {
        for agent in stage.waves.last().into_iter().flatten() {
            line(
                text,
                1,
                &format!("n{} -> n{} [style=dotted];", agent.number(), first.number()),
            );
        }
    }
}

/// Edges from cluster to cluster. Graphviz draws them between nodes and cuts them at
/// the borders.
fn between_stages(text: &mut String, picture: &Picture) {
    let mut before = ("begin".to_owned(), None);
    for (number, stage) in picture.stages.iter().enumerate() {
        let first = stage.nodes().next();
        let last = stage.nodes().last();
        let name = |node: Option<NodeIx>| match node {
            Some(node) => format!("n{}", node.number()),
            None => format!("empty{number}"),
        };
        let label = stage
            .condition
            .as_ref()
            .map(|condition| quoted(&[&format!("if {condition}")]));
        edge(
            text,
            &before,
            (&name(first), Some(number)),
            label.as_deref(),
        );
        before = (name(last), Some(number));
    }
    edge(text, &before, ("finish", None), None);
}

fn edge(
    text: &mut String,
    (from, tail): &(String, Option<usize>),
    (to, head): (&str, Option<usize>),
    label: Option<&str>,
) {
    let mut attributes = vec!["style=bold".to_owned()];
    attributes.extend(tail.map(|number| format!("ltail=cluster_s{number}")));
    attributes.extend(head.map(|number| format!("lhead=cluster_s{number}")));
    attributes.extend(label.map(|label| format!("label={label}")));
    line(
        text,
        1,
        &format!("{from} -> {to} [{}];", attributes.join(", ")),
    );
}

fn shape(node_ix: NodeIx, node: &NodeBox) -> String {
    let condition = node
        .condition
        .as_ref()
        .map(|condition| format!("if {condition}"));
    let state = node.state.as_ref().map(|state| match state.note.as_str() {
        "" => state.word.to_owned(),
        note => format!("{}, {note}", state.word),
    });
    let fallbacks = format!("fallback: {}", node.fallbacks.join(", "));
    let mut lines = vec![node.id.as_str()];
    lines.extend(condition.as_deref());
    lines.extend(node.repeat.as_deref());
    if !node.fallbacks.is_empty() {
        lines.push(&fallbacks);
    }
    if !node.required {
        lines.push("not required");
    }
    lines.extend(state.as_deref());
    let mut attributes = vec![format!("label={}", quoted(&lines))];
    let mut style = match node.shape {
        Shape::Agent => vec!["rounded"],
        Shape::Gate => {
            attributes.push("shape=hexagon".to_owned());
            Vec::new()
        }
        Shape::Person => {
            attributes.push("shape=ellipse".to_owned());
            Vec::new()
        }
        Shape::Value => {
            attributes.push("shape=parallelogram".to_owned());
            Vec::new()
        }
    };
    if !node.required {
        style.push("dashed");
    }
    if node.repeat.is_some() {
        attributes.push("peripheries=2".to_owned());
    }
    if let Some(state) = &node.state {
        let (fill, line) = colours(state.tone);
        style.push("filled");
        attributes.push(format!("fillcolor=\"{fill}\", color=\"{line}\""));
    }
    if !style.is_empty() {
        attributes.push(format!("style=\"{}\"", style.join(",")));
    }
    format!("n{} [{}];", node_ix.number(), attributes.join(", "))
}

/// Fill and line of a state.
fn colours(tone: StateTone) -> (&'static str, &'static str) {
    match tone {
        StateTone::Good => ("#dafbe1", "#1a7f37"),
        StateTone::Warn => ("#fff8c5", "#9a6700"),
        StateTone::Bad => ("#ffebe9", "#cf222e"),
        StateTone::Busy => ("#ddf4ff", "#0969da"),
        StateTone::Idle => ("#f6f8fa", "#6e7781"),
    }
}

fn line(text: &mut String, depth: usize, content: &str) {
    let _ = writeln!(text, "{:indent$}{content}", "", indent = depth * 2);
}

/// Lines as a quoted label. In DOT only the quote and the backslash mean something
/// between quotes; a backslash is doubled, since `\N` and the like stand for names.
pub(super) fn quoted(lines: &[&str]) -> String {
    let escaped: Vec<String> = lines
        .iter()
        .map(|text| one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
        .collect();
    format!("\"{}\"", escaped.join("\\n"))
}
