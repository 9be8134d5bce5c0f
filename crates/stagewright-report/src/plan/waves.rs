//! Which nodes of a stage can start together.

use super::Terms;
use stagewright_core::plan::{NodeIx, Plan, Stage};

/// The order of a stage's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waves {
    /// Agents that can start together once all earlier waves have ended. With fewer
    /// slots than agents, a wave is worked off in the order of the file.
    pub agents: Vec<Vec<NodeIx>>,
    /// The gates, in the order in which they run: one at a time, after all agents
    /// (decision 37).
    pub gates: Vec<NodeIx>,
}

/// The waves of a stage.
pub fn waves(plan: &Plan, stage: &Stage, terms: &Terms) -> Waves {
    let at_once = !terms.is_sequential(stage);
    Waves {
        agents: in_waves(plan, stage.agent_nodes().collect(), at_once),
        gates: in_waves(plan, stage.gate_nodes().collect(), false).concat(),
    }
}

/// Takes the nodes whose dependencies among `left` are done: all of them at once, or
/// only the first of them.
fn in_waves(plan: &Plan, mut left: Vec<NodeIx>, at_once: bool) -> Vec<Vec<NodeIx>> {
    let mut waves = Vec::new();
    while !left.is_empty() {
        let is_free = |node: &NodeIx| {
            let node = plan.node(*node);
            let mut blockers = node.depends_on.iter().chain(&node.after);
            !blockers.any(|blocker| left.contains(blocker))
        };
        let limit = if at_once { left.len() } else { 1 };
        let wave: Vec<NodeIx> = left.iter().copied().filter(is_free).take(limit).collect();
        assert!(!wave.is_empty(), "no node of a valid plan waits for itself");
        left.retain(|node| !wave.contains(node));
        waves.push(wave);
    }
    waves
}
