//! A validated, frozen pipeline: the graph that a run executes.
//!
//! A plan is plain data. `stagewright-language` builds it from a pipeline file, the
//! journal stores it by its hash, and it never changes afterwards: repetition and
//! retries live in the run's state, not here (decision 4).

pub use crate::address::NodeIx;

mod action;
mod answer;
mod repeat;

pub use action::{Action, Command, ExitCodes, Http, Human, Program, Strategy, SubPipeline};
pub use answer::{AnswerReader, FindingsMapping, ItemForm, OutputForm, Outputs};
pub use repeat::{Items, Over, Repeat};

use crate::condition::{Condition, Evaluator};
use crate::decision::Policy;
use crate::retry::RetryPolicy;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the plan's stored form.
pub const PLAN_FORMAT: u32 = 1;

/// The index of a stage in [`Plan::stages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageIx(pub u32);

impl StageIx {
    /// As an index into a vector.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is repeated: one agent, or a stage with all that is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeated {
    /// An agent, each instance of which is one run of it.
    Node(NodeIx),
    /// A stage, each instance of which is one run of all its agents and gates.
    Stage(StageIx),
}

/// In which of its forms a pipeline was written. The forms differ in defaults only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// stagewright's own form (`id`, `mode`, `run`, …).
    Own,
    /// The review form (`stage_id`, `agent_id`, `execution_mode`, …).
    Review,
}

/// A validated pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_FORMAT`] at the time it was made.
    pub format: u32,
    /// The pipeline's name.
    pub name: String,
    /// The pipeline's own version, free text.
    pub version: String,
    /// The form of the file.
    pub form: Form,
    /// Defaults of the shared context; submissions lay theirs over it.
    #[serde(default)]
    pub context: serde_json::Map<String, Value>,
    /// Limits of the whole run.
    #[serde(default)]
    pub limits: Limits,
    /// Stop after the first required failure, and stop what is running (rule A4);
    /// `None` leaves it to the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_fast: Option<bool>,
    /// Stop on a critical finding (rule A4); `None` leaves it to the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_fast_on_critical: Option<bool>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// All agents and gates: stage by stage, in each stage its agents, then its gates.
    pub nodes: Vec<Node>,
    /// How the decision is made; `None` is `decision: none`.
    pub policy: Option<Policy>,
    /// Paths of the scope whose values are not distrusted (decision 22).
    #[serde(default)]
    pub trusted: Vec<String>,
    /// Documents to write when the run ends.
    #[serde(default)]
    pub reports: Vec<ReportFile>,
    /// Overrides of the severity tables: a word, a rule or `tool:prefix` to a severity.
    #[serde(default)]
    pub severities: BTreeMap<String, String>,
}

/// What the whole run may not exceed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Active time of the run, in milliseconds (decision 9).
    pub timeout_ms: Option<u64>,
    /// Agents that run at once.
    pub max_parallelism: Option<u32>,
}

/// A document that is written when the run ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFile {
    /// `markdown`, `html`, `json`, `sarif` or `junit`.
    pub format: String,
    /// Where, relative to the directory that the run was started in.
    pub path: String,
}

/// How the agents of a stage are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageMode {
    /// One at a time, in the order of the file.
    Sequential,
    /// As many at once as the limits allow.
    Parallel,
}

/// How a whole run is executed (rule A15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// One agent at a time, whatever the stages say.
    Sequential,
    /// All agents of a stage at once, whatever the stages say.
    Parallel,
    /// Each stage's own mode.
    Hybrid,
}

/// What happens after a required agent or gate has failed (decision 28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// Nothing more is started; what runs may finish.
    Halt,
    /// The rest goes on.
    Continue,
}

/// An ordered group of agents, with its gates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Unique among the stages.
    pub id: String,
    /// For people.
    pub name: String,
    /// The order of its agents.
    pub mode: StageMode,
    /// When it runs at all.
    pub condition: Option<Condition>,
    /// Whether its agents' failures can fail the run (rule A1).
    pub required: bool,
    /// Active time of the stage, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Agents of this stage that run at once.
    pub max_parallelism: Option<u32>,
    /// The first of its nodes.
    pub first: NodeIx,
    /// How many agents it has.
    pub agents: u32,
    /// How many gates follow the agents.
    pub gates: u32,
    /// How often all of it is run, and over what (decision 34).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

impl Stage {
    /// Its agents.
    pub fn agent_nodes(&self) -> impl DoubleEndedIterator<Item = NodeIx> + use<> {
        (self.first.number()..self.first.number() + self.agents).map(NodeIx::new)
    }

    /// Its gates.
    pub fn gate_nodes(&self) -> impl DoubleEndedIterator<Item = NodeIx> + use<> {
        let first = self.first.number() + self.agents;
        (first..first + self.gates).map(NodeIx::new)
    }

    /// Its agents, then its gates.
    pub fn all_nodes(&self) -> impl DoubleEndedIterator<Item = NodeIx> + use<> {
        (self.first.number()..self.first.number() + self.agents + self.gates).map(NodeIx::new)
    }
}

/// Whether a node produces a result or judges one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A configured step with a result.
    Agent,
    /// A check that the engine executes, with a verdict.
    Gate,
}

/// One agent or gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Unique among all nodes of the pipeline.
    pub id: String,
    /// For people.
    pub name: String,
    /// Agent or gate.
    pub role: Role,
    /// The review form's `agent_type`, or any word of the user's.
    pub agent_type: Option<String>,
    /// The stage it belongs to.
    pub stage: StageIx,
    /// When it runs at all.
    pub condition: Option<Condition>,
    /// Nodes that must have succeeded, or been skipped by a false condition (decision 33).
    #[serde(default)]
    pub depends_on: Vec<NodeIx>,
    /// Nodes that must have ended in whatever way: `when: any`, and siblings whose
    /// results this node reads.
    #[serde(default)]
    pub after: Vec<NodeIx>,
    /// Whether its failure can fail the run, and its absence blocks (rules A1, A2).
    pub required: bool,
    /// What happens after it has failed, being required.
    pub on_failure: OnFailure,
    /// Its patience.
    #[serde(default)]
    pub limits: TimeLimits,
    /// When it is tried again.
    pub retry: RetryPolicy,
    /// Whether an interrupted launch may run again (decision 3).
    pub on_interrupt: OnInterrupt,
    /// The paths below `results.<id>.` that conditions read (decision 5). The event
    /// of its end carries the values of exactly these.
    #[serde(default)]
    pub projection: Vec<String>,
    /// Secrets by name, each a reference such as `env:NAME` or `file:PATH`.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Who does it.
    pub action: Action,
    /// Who does it instead after the one before has failed for good, in order (rule D5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Action>,
    /// Which of them may be asked at all; `None` is [`Strategy::Hybrid`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// What is taken from its answer, and what the answer must look like (rule A9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Outputs>,
    /// Who makes its input out of the context (decision 8); `None` is nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformer: Option<Evaluator>,
    /// How often it is run, and over what (decision 34).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

impl Node {
    /// Whether it judges what the agents before it left: a gate, or a pipeline with gates.
    /// Its verdict is as old as what it looked at.
    pub fn judges(&self) -> bool {
        let has_gates = |action: &Action| match action {
            Action::Pipeline(pipeline) => pipeline.plan.nodes.iter().any(Node::judges),
            Action::Command(_)
            | Action::Lambda { .. }
            | Action::Set { .. }
            | Action::Human(_)
            | Action::Http(_) => false,
        };
        self.role == Role::Gate
            || std::iter::once(&self.action)
                .chain(&self.fallbacks)
                .any(has_gates)
    }

    /// Who does it at this place of the order: its own action at 0, then its fallbacks.
    ///
    /// # Panics
    /// When there are not that many.
    pub fn action_at(&self, alternative: u32) -> &Action {
        match alternative.checked_sub(1) {
            None => &self.action,
            Some(fallback) => &self.fallbacks[fallback as usize],
        }
    }
}

/// How long one try of an agent may take. All in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeLimits {
    /// From its start to its end.
    pub total_ms: Option<u64>,
    /// From its start to its first output.
    pub first_output_ms: Option<u64>,
    /// Between two outputs.
    pub idle_ms: Option<u64>,
}

/// What may happen to a launch that was interrupted by a crash (decision 3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnInterrupt {
    /// The same try is launched again.
    #[default]
    Rerun,
    /// A person says whether it may run again.
    Ask,
    /// The try has failed.
    Fail,
}

impl Plan {
    /// The stage at an index.
    pub fn stage(&self, stage: StageIx) -> &Stage {
        &self.stages[stage.index()]
    }

    /// The node at an address, whichever instance it names.
    pub fn node(&self, node: NodeIx) -> &Node {
        &self.nodes[node.index()]
    }

    /// All agents and gates with their indices, in order.
    pub fn indexed(&self) -> impl Iterator<Item = (NodeIx, &Node)> + Clone {
        (0_u32..).map(NodeIx::new).zip(&self.nodes)
    }

    /// The agents in order, without the gates.
    pub fn agents(&self) -> impl Iterator<Item = (NodeIx, &Node)> {
        self.indexed().filter(|(_, node)| node.role == Role::Agent)
    }

    /// The index of the node with this id.
    pub fn find(&self, id: &str) -> Option<NodeIx> {
        self.nodes
            .iter()
            .position(|node| node.id == id)
            .and_then(|index| u32::try_from(index).ok())
            .map(NodeIx::new)
    }

    /// What repeats this node, if anything: itself, or all of its stage.
    pub fn repeated_by(&self, node: NodeIx) -> Option<Repeated> {
        let planned = self.node(node);
        if planned.repeat.is_some() {
            Some(Repeated::Node(node.whole()))
        } else {
            let by_stage = self.stage(planned.stage).repeat.is_some();
            by_stage.then_some(Repeated::Stage(planned.stage))
        }
    }

    /// How a node or stage is repeated.
    pub fn repeat(&self, repeated: Repeated) -> Option<&Repeat> {
        match repeated {
            Repeated::Node(node) => self.node(node).repeat.as_ref(),
            Repeated::Stage(stage) => self.stage(stage).repeat.as_ref(),
        }
    }

    /// Whether a failure of this node is a *required failure* (rule A1): the node
    /// and its stage are both required.
    pub fn is_required(&self, node: NodeIx) -> bool {
        let node = self.node(node);
        node.required && self.stage(node.stage).required
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_of_stored_plans_are_read() {
        // Goal: a plan says yes, no, or nothing; plans that were stored when it could only
        // say yes or no are still read, and written as they were.
        let stored = |switches: &str| {
            format!(
                r#"{{"format":1,"name":"t","version":"1","form":"own",{switches}"stages":[],"nodes":[],"policy":null}}"#
            )
        };
        for (switches, expected) in [
            (
                r#""fail_fast":true,"fail_fast_on_critical":false,"#,
                [Some(true), Some(false)],
            ),
            (r#""fail_fast":null,"#, [None, None]),
            ("", [None, None]),
        ] {
            let plan: Plan = serde_json::from_str(&stored(switches)).unwrap();
            assert_eq!([plan.fail_fast, plan.fail_fast_on_critical], expected);
            let written = serde_json::to_value(&plan).unwrap();
            assert_eq!(
                written.get("fail_fast"),
                expected[0].map(Value::from).as_ref()
            );
        }
    }
}
