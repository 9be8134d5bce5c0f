//! What the drawing says in words: its description, the titles of its boxes, the line
//! below an id.

use super::picture::{NodeBox, NodeState, Picture};
use crate::words::counted;

/// What a reader who cannot see the drawing should know.
pub(super) fn description(picture: &Picture) -> String {
    let stages: Vec<String> = picture
        .stages
        .iter()
        .take(30)
        .map(|stage| {
            let agents = stage.waves.iter().map(|wave| wave.len() as u64).sum();
            let mut words = format!(
                "{}, {}, {}",
                stage.id,
                stage.order,
                counted(agents, "agent")
            );
            if !stage.gates.is_empty() {
                words.push_str(" and ");
                words.push_str(&counted(stage.gates.len() as u64, "gate"));
            }
            if let Some(state) = &stage.state {
                words.push_str(": ");
                words.push_str(state.word);
            }
            words
        })
        .collect();
    format!(
        "{} in order. {}. At the end: {}.",
        counted(picture.stages.len() as u64, "stage"),
        stages.join("; "),
        picture.end.word
    )
}

/// Everything about a box in words.
pub(super) fn in_full(node: &NodeBox) -> String {
    let mut words = vec![node.id.clone()];
    words.extend(node.name.clone());
    words.push(node.kind.to_owned());
    if !node.required {
        words.push("not required".to_owned());
    }
    words.extend(node.condition.iter().map(|words| format!("if {words}")));
    words.extend(node.repeat.clone());
    if !node.fallbacks.is_empty() {
        words.push(format!("fallback {}", node.fallbacks.join(", ")));
    }
    if let Some(NodeState { word, note, .. }) = &node.state {
        words.push((*word).to_owned());
        if !note.is_empty() {
            words.push(note.clone());
        }
    }
    words.join(", ")
}

/// The line below the id: in a run how it went, in a plan what it is.
pub(super) fn second_line(node: &NodeBox) -> String {
    match &node.state {
        Some(NodeState { word, note, .. }) => {
            let word = word.to_lowercase();
            match (word.as_str(), note.as_str()) {
                (word, "") => word.to_owned(),
                // The sign says the rest, and the room is small.
                ("success", note) => note.to_owned(),
                (_, note) if note.contains(" failed") => note.to_owned(),
                (word, note) => format!("{word} · {note}"),
            }
        }
        None if node.required => node.kind.to_owned(),
        None => format!("{} · not required", node.kind),
    }
}
