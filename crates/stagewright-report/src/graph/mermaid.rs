//! A picture as a Mermaid flowchart, as Markdown hosts draw it.
//!
//! A box for each stage; agents are rectangles, gates hexagons, questions to people
//! stadiums, computed values slanted. A solid arrow is a dependency, a dotted one
//! says what comes first. Conditions of stages stand at the arrows into them, those
//! of agents below their names. In a run, the state stands there too, and colours the
//! box.

use super::picture::{ArrowKind, NodeBox, Picture, Shape, StageBox, StateTone};
use crate::outside::one_line;
use stagewright_core::NodeIx;
use std::fmt::Write as _;

/// The colours of states: dark enough on white, and labelled, so that they are never
/// all there is.
const CLASSES: [(&str, StateTone, &str); 5] = [
    ("good", StateTone::Good, "stroke:#1a7f37,stroke-width:2px"),
    ("warn", StateTone::Warn, "stroke:#9a6700,stroke-width:2px"),
    ("bad", StateTone::Bad, "stroke:#cf222e,stroke-width:2px"),
    ("busy", StateTone::Busy, "stroke:#0969da,stroke-width:2px"),
    (
        "idle",
        StateTone::Idle,
        "stroke:#6e7781,stroke-dasharray:4 3",
    ),
];

/// The flowchart of a picture.
pub fn mermaid(picture: &Picture) -> String {
    let mut chart = String::from("flowchart TB\n");
    let mut before = "begin".to_owned();
    line(
        &mut chart,
        1,
        &format!("begin([\"{}\"])", label(&picture.name)),
    );
    for (number, stage) in picture.stages.iter().enumerate() {
        stage_box(&mut chart, picture, stage, number);
        let arrow = match &stage.condition {
            Some(condition) => format!("-->|\"if {}\"|", label(condition)),
            None => "-->".to_owned(),
        };
        line(&mut chart, 1, &format!("{before} {arrow} s{number}"));
        before = format!("s{number}");
    }
    let end = label(&picture.end.word);
    line(&mut chart, 1, &format!("finish([\"{end}\"])"));
    line(&mut chart, 1, &format!("{before} --> finish"));
    for drawn in &picture.arrows {
        let kind = match drawn.kind {
            ArrowKind::Needs => "-->",
            ArrowKind::After => "-.->",
            // Drawn beside the box of its stage.
            ArrowKind::Order => continue,
        };
        arrow(&mut chart, drawn.from, kind, drawn.to);
    }
    classes(&mut chart, picture);
    chart
}

fn stage_box(chart: &mut String, picture: &Picture, stage: &StageBox, number: usize) {
    let optional = if stage.required { "" } else { ", not required" };
    let state = stage
        .state
        .as_ref()
        .map_or(String::new(), |state| format!(": {}", state.word));
    let repeat = stage
        .repeat
        .as_ref()
        .map_or(String::new(), |words| format!(", {}", label(words)));
    let title = format!(
        "{} ({}{optional}{repeat}){state}",
        label(&stage.id),
        stage.order
    );
    line(chart, 1, &format!("subgraph s{number}[\"{title}\"]"));
    line(chart, 2, "direction LR");
    for node in stage.nodes() {
        line(chart, 2, &shape(node, picture.node(node)));
    }
    // A box without anything in it is no box to Mermaid.
    if stage.nodes().next().is_none() {
        line(chart, 2, &format!("empty{number}[\"nothing\"]"));
    }
    line(chart, 1, "end");
    for (earlier, later) in order_within(picture, stage) {
        arrow(chart, earlier, "-.->", later);
    }
}

/// Pairs of nodes that follow each other without one needing the other: agents of a
/// sequential stage, the last agents and the first gate, gates.
fn order_within(picture: &Picture, stage: &StageBox) -> Vec<(NodeIx, NodeIx)> {
    let agents = stage.waves.concat();
    let within = |kind: ArrowKind| {
        let agents = &agents;
        picture.arrows.iter().filter(move |arrow| {
            arrow.kind == kind && agents.contains(&arrow.from) && agents.contains(&arrow.to)
        })
    };
    let mut pairs: Vec<(NodeIx, NodeIx)> = within(ArrowKind::Order)
        .map(|arrow| (arrow.from, arrow.to))
        .collect();
    if let Some(first) = stage.gates.first() {
        let is_last = |agent: &&NodeIx| {
            let comes_before =
                |arrow: &super::Arrow| arrow.from == **agent && agents.contains(&arrow.to);
            !picture.arrows.iter().any(comes_before)
        };
        pairs.extend(agents.iter().filter(is_last).map(|agent| (*agent, *first)));
    }
    pairs.extend(
        stage
            .gates
            .iter()
            .copied()
            .zip(stage.gates.iter().copied().skip(1)),
    );
    let says_the_same = |(earlier, later): &(NodeIx, NodeIx)| {
        picture.arrows.iter().any(|arrow| {
            arrow.kind != ArrowKind::Order && (arrow.from, arrow.to) == (*earlier, *later)
        })
    };
    pairs.retain(|pair| !says_the_same(pair));
    pairs
}

fn shape(node_ix: NodeIx, node: &NodeBox) -> String {
    let mut text = label(&node.id);
    if let Some(condition) = &node.condition {
        let _ = write!(text, "<br/>if {}", label(condition));
    }
    if let Some(repeat) = &node.repeat {
        let _ = write!(text, "<br/>{}", label(repeat));
    }
    if !node.fallbacks.is_empty() {
        let _ = write!(text, "<br/>fallback: {}", node.fallbacks.join(", "));
    }
    if !node.required {
        text.push_str("<br/>not required");
    }
    if let Some(state) = &node.state {
        let _ = write!(text, "<br/>{}", state.word);
        if !state.note.is_empty() {
            let _ = write!(text, ", {}", label(&state.note));
        }
    }
    let (open, close) = match node.shape {
        Shape::Gate => ("{{", "}}"),
        Shape::Person => ("([", "])"),
        Shape::Value => ("[/", "/]"),
        Shape::Agent => ("[", "]"),
    };
    format!("n{}{open}\"{text}\"{close}", node_ix.number())
}

/// The colours of a run's states.
fn classes(chart: &mut String, picture: &Picture) {
    for (name, tone, style) in CLASSES {
        let ids: Vec<String> = picture
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.state.as_ref().is_some_and(|state| state.tone == tone))
            .map(|(number, _)| format!("n{number}"))
            .collect();
        if !ids.is_empty() {
            line(chart, 1, &format!("classDef {name} {style}"));
            line(chart, 1, &format!("class {} {name}", ids.join(",")));
        }
    }
}

fn arrow(chart: &mut String, from: NodeIx, kind: &str, to: NodeIx) {
    line(
        chart,
        1,
        &format!("n{} {kind} n{}", from.number(), to.number()),
    );
}

fn line(chart: &mut String, depth: usize, text: &str) {
    let _ = writeln!(chart, "{:indent$}{text}", "", indent = depth * 2);
}

/// A text inside the quotes of a label. Mermaid has no escapes but entities, which it
/// writes with `#`; a label that begins with a backquote would be Markdown, and what
/// looks like a tag would be one.
pub(super) fn label(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '"' | '#' | ';' | '<' | '>' | '&' | '`' | '\\' | '|' | '%' | '{' | '}' | '[' | ']' => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: whatever a name or a condition holds, it stays inside the quotes of its
    /// label: no quote, no line break, no tag, no entity of its own.
    #[test]
    fn labels_are_inert() {
        for (text, expected) in [
            ("plain name", "plain name"),
            (r#"say "hi""#, "say #34;hi#34;"),
            ("a\nend\nb", "a end b"),
            ("<b>&amp;</b>", "#60;b#62;#38;amp#59;#60;/b#62;"),
            ("`code`", "#96;code#96;"),
            ("#quot;", "#35;quot#59;"),
            ("a]] --> n1", "a#93;#93; --#62; n1"),
            ("\u{1b}[31mred", "red"),
        ] {
            assert_eq!(label(text), expected);
        }
    }
}
