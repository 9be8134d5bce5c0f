//! A plan made ready to run: edges in both directions, expressions compiled once.

use crate::condition::{Condition, Operator};
use crate::expression::Expression;
use crate::plan::{NodeIx, PLAN_FORMAT, Plan, Role, StageIx};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a stored plan cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPlan {
    /// It was made by a newer version.
    #[error("the plan has format {found}, this version knows up to {PLAN_FORMAT}")]
    NewerFormat {
        /// The plan's format.
        found: u32,
    },
    /// One of its expressions does not compile.
    #[error("the expression `{source_text}` does not compile: {message}")]
    Expression {
        /// The expression.
        source_text: String,
        /// Why.
        message: String,
    },
    /// Its indices contradict each other.
    #[error("the plan is inconsistent: {message}")]
    Inconsistent {
        /// Where.
        message: String,
    },
}

/// A plan with what can be computed from it once.
pub struct Graph {
    /// The plan.
    pub plan: Arc<Plan>,
    /// For each node, the nodes that wait for it, and whether they need its success.
    pub(crate) dependents: Vec<Vec<(NodeIx, Need)>>,
    /// How many nodes each node waits for.
    pub(crate) blockers: Vec<u32>,
    /// Index of every node by its id.
    pub(crate) by_id: BTreeMap<String, NodeIx>,
    /// Index of every stage by its id.
    pub(crate) stages_by_id: BTreeMap<String, StageIx>,
    expressions: BTreeMap<String, Expression>,
    regexes: BTreeMap<String, Regex>,
}

/// Names the plan only: a run that is printed shows its state, not its plan again.
impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Graph").field(&self.plan.name).finish()
    }
}

/// What a node needs of one that it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Success, or a skip by a false condition (decision 33).
    Success,
    /// Any end.
    End,
}

impl Graph {
    /// Prepares a plan.
    ///
    /// # Errors
    /// When the plan comes from a newer version or contradicts itself. A plan that
    /// `stagewright-language` made never does.
    pub fn new(plan: Arc<Plan>) -> Result<Self, InvalidPlan> {
        if plan.format > PLAN_FORMAT {
            return Err(InvalidPlan::NewerFormat { found: plan.format });
        }
        check_layout(&plan)?;
        check_order(&plan)?;
        let mut graph = Self {
            dependents: vec![Vec::new(); plan.nodes.len()],
            blockers: vec![0; plan.nodes.len()],
            by_id: BTreeMap::new(),
            stages_by_id: (0_u32..)
                .map(StageIx)
                .zip(&plan.stages)
                .map(|(index, stage)| (stage.id.clone(), index))
                .collect(),
            expressions: BTreeMap::new(),
            regexes: BTreeMap::new(),
            plan,
        };
        let plan = Arc::clone(&graph.plan);
        for (node_ix, node) in plan.indexed() {
            graph.by_id.insert(node.id.clone(), node_ix);
            let needs = node
                .depends_on
                .iter()
                .map(|other| (*other, Need::Success))
                .chain(node.after.iter().map(|other| (*other, Need::End)));
            for (other, need) in needs {
                graph.dependents[other.index()].push((node_ix, need));
                graph.blockers[node_ix.index()] += 1;
            }
            if let Some(condition) = &node.condition {
                graph.compile(condition)?;
            }
        }
        for stage in &plan.stages {
            if let Some(condition) = &stage.condition {
                graph.compile(condition)?;
            }
        }
        Ok(graph)
    }

    /// The compiled form of an expression of the plan.
    pub(crate) fn expression(&self, source: &str) -> &Expression {
        self.expressions
            .get(source)
            .expect("every expression of a plan is compiled with it")
    }

    /// The compiled form of a regular expression of the plan.
    pub(crate) fn regex(&self, source: &str) -> &Regex {
        self.regexes
            .get(source)
            .expect("every regular expression of a plan is compiled with it")
    }

    fn compile(&mut self, condition: &Condition) -> Result<(), InvalidPlan> {
        match condition {
            Condition::Expression { source } => {
                let expression =
                    Expression::compile(source).map_err(|error| InvalidPlan::Expression {
                        source_text: source.clone(),
                        message: error.message,
                    })?;
                self.expressions.insert(source.clone(), expression);
            }
            Condition::IfField {
                operator: Operator::Regex,
                value,
                ..
            }
            | Condition::IfResult {
                operator: Operator::Regex,
                value,
                ..
            } => {
                let source = value.as_str().ok_or_else(|| InvalidPlan::Expression {
                    source_text: value.to_string(),
                    message: "`regex` needs a text".to_owned(),
                })?;
                let regex = Regex::new(source).map_err(|error| InvalidPlan::Expression {
                    source_text: source.to_owned(),
                    message: error.to_string(),
                })?;
                self.regexes.insert(source.to_owned(), regex);
            }
            Condition::All { of } | Condition::Any { of } => {
                for part in of {
                    self.compile(part)?;
                }
            }
            Condition::Not { of } => self.compile(of)?,
            Condition::Always
            | Condition::Never
            | Condition::IfField { .. }
            | Condition::IfResult { .. }
            | Condition::Custom { .. } => {}
        }
        Ok(())
    }
}

/// Checks that the nodes lie stage by stage, agents before gates.
fn check_layout(plan: &Plan) -> Result<(), InvalidPlan> {
    let inconsistent = |message: String| Err(InvalidPlan::Inconsistent { message });
    let mut next = 0_u32;
    for stage in &plan.stages {
        if stage.first.number() != next {
            return inconsistent(format!(
                "stage `{}` does not follow the one before",
                stage.id
            ));
        }
        next += stage.agents + stage.gates;
    }
    if next as usize != plan.nodes.len() {
        return inconsistent("the stages do not cover all nodes".to_owned());
    }
    for (stage_ix, stage) in (0_u32..).map(StageIx).zip(&plan.stages) {
        let agents = stage.agent_nodes().map(|node| (node, Role::Agent));
        let gates = stage.gate_nodes().map(|node| (node, Role::Gate));
        for (node, role) in agents.chain(gates) {
            let node = plan.node(node);
            if node.stage != stage_ix || node.role != role {
                return inconsistent(format!("`{}` lies in the wrong place", node.id));
            }
        }
    }
    Ok(())
}

/// Checks that edges point to earlier stages or siblings, that agents do not wait for
/// gates of their own stage, and that no node waits for itself in the end: such a run
/// would hang.
fn check_order(plan: &Plan) -> Result<(), InvalidPlan> {
    let inconsistent = |message: String| Err(InvalidPlan::Inconsistent { message });
    let mut waits_for = vec![0_u32; plan.nodes.len()];
    let mut dependents = vec![Vec::new(); plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        for other in node.depends_on.iter().chain(&node.after) {
            let Some(target) = plan.nodes.get(other.index()) else {
                return inconsistent(format!("`{}` waits for a node that is not there", node.id));
            };
            let gate_first =
                target.stage == node.stage && target.role == Role::Gate && node.role == Role::Agent;
            if target.stage > node.stage || gate_first {
                return inconsistent(format!(
                    "`{}` waits for `{}`, which runs after it",
                    node.id, target.id
                ));
            }
            waits_for[index] += 1;
            dependents[other.index()].push(index);
        }
    }
    let mut free: Vec<usize> = (0..plan.nodes.len())
        .filter(|index| waits_for[*index] == 0)
        .collect();
    while let Some(index) = free.pop() {
        for dependent in &dependents[index] {
            waits_for[*dependent] -= 1;
            if waits_for[*dependent] == 0 {
                free.push(*dependent);
            }
        }
    }
    match waits_for.iter().position(|blockers| *blockers > 0) {
        Some(index) => inconsistent(format!("`{}` waits for itself", plan.nodes[index].id)),
        None => Ok(()),
    }
}
