//! What a picture shows, before anybody thinks about where.

use super::state::{node_state, stage_state, verdict};
use crate::nodes;
use crate::plan::{Terms, in_words, repeat_in_words, waves};
use stagewright_core::plan::{Action, Node, NodeIx, Plan, Role, Stage};
use stagewright_core::{Run, StageIx};

/// A plan, or a run of it, as boxes and arrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The pipeline's name.
    pub name: String,
    /// The stages in order.
    pub stages: Vec<StageBox>,
    /// The agents and gates, by their index in the plan.
    pub nodes: Vec<NodeBox>,
    /// What follows what, among the nodes. That stages follow each other, and gates
    /// their agents, shows in their places.
    pub arrows: Vec<Arrow>,
    /// What stands at the end.
    pub end: Verdict,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageBox {
    /// Its id.
    pub id: String,
    /// `parallel` or `sequential`, as the run has it.
    pub order: &'static str,
    /// Whether its agents' failures can fail the run.
    pub required: bool,
    /// Its condition in words.
    pub condition: Option<String>,
    /// How often all of it runs, in words.
    pub repeat: Option<String>,
    /// How it went, in a run.
    pub state: Option<NodeState>,
    /// Its agents: those of one wave can start together.
    pub waves: Vec<Vec<NodeIx>>,
    /// Its gates in order.
    pub gates: Vec<NodeIx>,
}

/// An agent or gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeBox {
    /// Its id.
    pub id: String,
    /// Its name, where that says more than the id.
    pub name: Option<String>,
    /// What it is.
    pub shape: Shape,
    /// Who does it, such as `command`.
    pub kind: &'static str,
    /// Whether its own failure counts.
    pub required: bool,
    /// Its condition in words.
    pub condition: Option<String>,
    /// How often it runs, in words.
    pub repeat: Option<String>,
    /// Who does it instead when it fails, such as `command`, in order.
    pub fallbacks: Vec<&'static str>,
    /// How it went, in a run.
    pub state: Option<NodeState>,
}

/// The form of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An agent that does something.
    Agent,
    /// A gate.
    Gate,
    /// A person who is asked.
    Person,
    /// Values that are computed.
    Value,
}

/// How a node or stage went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    /// The word of documents, such as `SUCCESS`.
    pub word: &'static str,
    /// What that means to a reader.
    pub tone: StateTone,
    /// What else there is to say in a few words: duration, findings, tries.
    pub note: String,
}

/// What a state means to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateTone {
    /// Done, and well.
    Good,
    /// Done, and worth a look: findings, a failure that does not count.
    Warn,
    /// Failed, or missing where it was needed.
    Bad,
    /// Going on, or waiting.
    Busy,
    /// Not run, and rightly so, or not begun.
    Idle,
}

/// What stands at the end of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// `MERGE or BLOCK` for a plan, the decision for a run.
    pub word: String,
    /// What it means; `None` for a plan.
    pub tone: Option<StateTone>,
}

/// One node comes before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// The earlier node.
    pub from: NodeIx,
    /// The later node.
    pub to: NodeIx,
    /// Why.
    pub kind: ArrowKind,
}

/// Why one node comes before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrowKind {
    /// The later one needs the success of the earlier one (decision 33).
    Needs,
    /// The later one waits for the end of the earlier one, whatever that is.
    After,
    /// They stand so in a sequential stage.
    Order,
}

impl Picture {
    /// The picture of a plan that has not been run.
    pub fn of_plan(plan: &Plan, terms: &Terms) -> Self {
        let end = match plan.policy {
            Some(_) => "MERGE or BLOCK",
            None => "end",
        };
        Self {
            name: plan.name.clone(),
            stages: plan
                .stages
                .iter()
                .map(|stage| StageBox::of(plan, stage, terms))
                .collect(),
            nodes: plan.nodes.iter().map(NodeBox::of).collect(),
            arrows: arrows(plan, terms),
            end: Verdict {
                word: end.to_owned(),
                tone: None,
            },
        }
    }

    /// The picture of a run: its plan, with where everything stands.
    pub fn of_run(run: &Run) -> Self {
        let mut picture = Self::of_plan(run.plan(), &Terms::of_run(run));
        for (stage, drawn) in (0_u32..).map(StageIx).zip(&mut picture.stages) {
            drawn.state = Some(stage_state(run, stage));
        }
        for (node, drawn) in (0_u32..).map(NodeIx::new).zip(&mut picture.nodes) {
            drawn.state = Some(node_state(run, node));
        }
        picture.end = verdict(run);
        picture
    }

    /// The box of a node.
    pub fn node(&self, node: NodeIx) -> &NodeBox {
        &self.nodes[node.index()]
    }
}

impl StageBox {
    fn of(plan: &Plan, stage: &Stage, terms: &Terms) -> Self {
        let order = waves(plan, stage, terms);
        Self {
            id: stage.id.clone(),
            order: if terms.is_sequential(stage) {
                "sequential"
            } else {
                "parallel"
            },
            required: stage.required,
            condition: stage.condition.as_ref().map(in_words),
            repeat: stage.repeat.as_ref().map(repeat_in_words),
            state: None,
            waves: order.agents,
            gates: order.gates,
        }
    }

    /// Its agents, then its gates.
    pub fn nodes(&self) -> impl Iterator<Item = NodeIx> + '_ {
        self.waves.iter().flatten().chain(&self.gates).copied()
    }

    /// Whether its agents go one at a time.
    pub fn is_sequential(&self) -> bool {
        self.order == "sequential"
    }
}

impl NodeBox {
    fn of(node: &Node) -> Self {
        let shape = match (node.role, &node.action) {
            (Role::Gate, _) => Shape::Gate,
            (Role::Agent, Action::Human(_)) => Shape::Person,
            (Role::Agent, Action::Set { .. }) => Shape::Value,
            (Role::Agent, _) => Shape::Agent,
        };
        Self {
            id: node.id.clone(),
            name: (node.name != node.id).then(|| node.name.clone()),
            shape,
            kind: match node.role {
                Role::Gate => "gate",
                Role::Agent => nodes::kind(&node.action),
            },
            required: node.required,
            condition: node.condition.as_ref().map(in_words),
            repeat: node.repeat.as_ref().map(repeat_in_words),
            fallbacks: node.fallbacks.iter().map(nodes::kind).collect(),
            state: None,
        }
    }
}

/// Dependencies of the file first, then the order of sequential stages where no
/// dependency says the same.
fn arrows(plan: &Plan, terms: &Terms) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (to, node) in plan.indexed() {
        let needs = node.depends_on.iter().map(|from| (*from, ArrowKind::Needs));
        let after = node.after.iter().map(|from| (*from, ArrowKind::After));
        for (from, kind) in needs.chain(after) {
            let known = |arrow: &Arrow| (arrow.from, arrow.to) == (from, to);
            if !arrows
                .iter()
                .rev()
                .take_while(|a: &&Arrow| a.to == to)
                .any(known)
            {
                arrows.push(Arrow { from, to, kind });
            }
        }
    }
    for stage in plan
        .stages
        .iter()
        .filter(|stage| terms.is_sequential(stage))
    {
        let agents = waves(plan, stage, terms).agents.concat();
        for (from, to) in agents.iter().zip(agents.iter().skip(1)) {
            let later = plan.node(*to);
            if !later.depends_on.contains(from) && !later.after.contains(from) {
                arrows.push(Arrow {
                    from: *from,
                    to: *to,
                    kind: ArrowKind::Order,
                });
            }
        }
    }
    arrows
}
