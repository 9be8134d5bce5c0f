//! Walking over the agents and gates of a run, and the words for where they stand.

use stagewright_core::plan::{Action, Node, Role, Stage};
use stagewright_core::{NodeIx, NodeView, Run, StageIx};

/// All agents and gates with their indices, in the plan's order.
pub(crate) fn all(run: &Run) -> impl Iterator<Item = (NodeIx, &Node)> {
    run.plan().indexed()
}

/// The agents with their indices, in the plan's order.
pub(crate) fn agents(run: &Run) -> impl Iterator<Item = (NodeIx, &Node)> {
    all(run).filter(|(_, node)| node.role == Role::Agent)
}

/// The gates with their indices, in the plan's order.
pub(crate) fn gates(run: &Run) -> impl Iterator<Item = (NodeIx, &Node)> {
    all(run).filter(|(_, node)| node.role == Role::Gate)
}

/// The stages with their indices, in order.
pub(crate) fn stages(run: &Run) -> impl Iterator<Item = (StageIx, &Stage)> {
    (0_u32..).map(StageIx).zip(&run.plan().stages)
}

/// The word for who does a step.
pub(crate) fn kind(action: &Action) -> &'static str {
    match action {
        Action::Command(_) => "command",
        Action::Lambda { .. } => "lambda",
        Action::Set { .. } => "set",
        Action::Human(_) => "human",
        Action::Http(_) => "http",
        Action::Pipeline(_) => "pipeline",
    }
}

/// The type that documents show: the agent's own, else the word for who does it, since
/// the review form's documents always carry a type.
pub(crate) fn agent_type(node: &Node) -> &str {
    node.agent_type
        .as_deref()
        .unwrap_or_else(|| kind(&node.action))
}

/// Where a node stands, in the upper-case words of documents. Those of ended agents
/// are the review form's; PENDING, RUNNING, RETRYING and WAITING are ours.
pub(crate) fn status(run: &Run, node: NodeIx) -> &'static str {
    let view = run.view(node);
    match view {
        NodeView::Done(_) | NodeView::Skipped(_) => {
            view.status().expect("an ended node has a status")
        }
        NodeView::Pending => "PENDING",
        NodeView::Running { .. } | NodeView::Repeating { .. } => "RUNNING",
        NodeView::Backoff { .. } => "RETRYING",
        NodeView::Parked { .. } => "WAITING",
    }
}

/// How long a node took from its first start to its end, in milliseconds, waits
/// between tries included. A node that was not run took none; one that has not
/// ended has no duration.
pub(crate) fn duration_ms(run: &Run, node: NodeIx) -> Option<u64> {
    let (started, ended) = run.times(node);
    let ended = ended?;
    Some(started.map_or(0, |started| ended.since_ms(started)))
}
