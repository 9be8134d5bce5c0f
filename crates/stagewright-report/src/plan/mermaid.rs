//! A plan as a Mermaid flowchart, as Markdown hosts draw it.
//!
//! A box for each stage; agents are rectangles, gates hexagons, questions to people
//! stadiums, computed values slanted. A solid arrow is a dependency, a dotted one
//! says what comes first. Conditions of stages stand at the arrows into them, those
//! of agents below their names.

use super::{Terms, in_words, waves};
use crate::outside::one_line;
use stagewright_core::plan::{Action, Node, NodeIx, Plan, Role, Stage};
use std::fmt::Write as _;

/// The flowchart of a plan.
pub fn mermaid(plan: &Plan, terms: &Terms) -> String {
    let mut chart = String::from("flowchart TB\n");
    let mut before = "begin".to_owned();
    line(
        &mut chart,
        1,
        &format!("begin([\"{}\"])", label(&plan.name)),
    );
    for (number, stage) in plan.stages.iter().enumerate() {
        stage_box(&mut chart, plan, stage, number, terms);
        let arrow = match &stage.condition {
            Some(condition) => format!("-->|\"if {}\"|", label(&in_words(condition))),
            None => "-->".to_owned(),
        };
        line(&mut chart, 1, &format!("{before} {arrow} s{number}"));
        before = format!("s{number}");
    }
    let end = match plan.policy {
        Some(_) => "MERGE or BLOCK",
        None => "end",
    };
    line(&mut chart, 1, &format!("finish([\"{end}\"])"));
    line(&mut chart, 1, &format!("{before} --> finish"));
    for (node_ix, node) in plan.indexed() {
        for needed in &node.depends_on {
            arrow(&mut chart, *needed, "-->", node_ix);
        }
        for earlier in &node.after {
            arrow(&mut chart, *earlier, "-.->", node_ix);
        }
    }
    chart
}

fn stage_box(chart: &mut String, plan: &Plan, stage: &Stage, number: usize, terms: &Terms) {
    let order = if terms.is_sequential(stage) {
        "sequential"
    } else {
        "parallel"
    };
    let optional = if stage.required { "" } else { ", not required" };
    let title = format!("{} ({order}{optional})", label(&stage.id));
    line(chart, 1, &format!("subgraph s{number}[\"{title}\"]"));
    line(chart, 2, "direction LR");
    for node in stage.all_nodes() {
        line(chart, 2, &shape(node, plan.node(node)));
    }
    // A box without anything in it is no box to Mermaid.
    if stage.agents + stage.gates == 0 {
        line(chart, 2, &format!("empty{number}[\"nothing\"]"));
    }
    line(chart, 1, "end");
    for (earlier, later) in order_within(plan, stage, terms) {
        arrow(chart, earlier, "-.->", later);
    }
}

/// Pairs of nodes that follow each other without one needing the other: agents of a
/// sequential stage, the last agents and the first gate, gates.
fn order_within(plan: &Plan, stage: &Stage, terms: &Terms) -> Vec<(NodeIx, NodeIx)> {
    let order = waves(plan, stage, terms);
    let mut pairs = Vec::new();
    let agents = order.agents.concat();
    if terms.is_sequential(stage) {
        pairs.extend(agents.iter().copied().zip(agents.iter().copied().skip(1)));
    }
    if let Some(first) = order.gates.first() {
        let is_last = |agent: &&NodeIx| {
            let waited_for = agents.iter().any(|other| needs(plan, *other, **agent));
            !waited_for && !pairs.iter().any(|(earlier, _)| earlier == *agent)
        };
        let last: Vec<NodeIx> = agents.iter().filter(is_last).copied().collect();
        pairs.extend(last.into_iter().map(|agent| (agent, *first)));
    }
    pairs.extend(
        order
            .gates
            .iter()
            .copied()
            .zip(order.gates.iter().copied().skip(1)),
    );
    pairs.retain(|(earlier, later)| !needs(plan, *later, *earlier));
    pairs
}

/// Whether a node names another one as what it waits for.
fn needs(plan: &Plan, node: NodeIx, other: NodeIx) -> bool {
    let node = plan.node(node);
    node.depends_on.contains(&other) || node.after.contains(&other)
}

fn shape(node_ix: NodeIx, node: &Node) -> String {
    let mut text = label(&node.id);
    if let Some(condition) = &node.condition {
        let _ = write!(text, "<br/>if {}", label(&in_words(condition)));
    }
    if !node.required {
        text.push_str("<br/>not required");
    }
    let (open, close) = match (node.role, &node.action) {
        (Role::Gate, _) => ("{{", "}}"),
        (Role::Agent, Action::Human(_)) => ("([", "])"),
        (Role::Agent, Action::Set { .. }) => ("[/", "/]"),
        (Role::Agent, Action::Command(_) | Action::Lambda { .. }) => ("[", "]"),
    };
    format!("n{}{open}\"{text}\"{close}", node_ix.0)
}

fn arrow(chart: &mut String, from: NodeIx, kind: &str, to: NodeIx) {
    line(chart, 1, &format!("n{} {kind} n{}", from.0, to.0));
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
