//! A plan made ready to run: edges in both directions, expressions compiled once.

use crate::condition::{Condition, Operator};
use crate::expression::Expression;
use crate::plan::{
    Items, Node, NodeIx, Over, PLAN_FORMAT, Plan, Repeat, Repeated, Role, StageIx, Strategy,
};
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
    /// For each node, whether it is repeated and its condition is about each instance.
    asks_each_instance: Vec<bool>,
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
            asks_each_instance: Vec::with_capacity(plan.nodes.len()),
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
                let per_instance = node.repeat.is_some() && graph.reads_item(condition);
                graph.asks_each_instance.push(per_instance);
            } else {
                graph.asks_each_instance.push(false);
            }
            if let Some(Strategy::Chosen(source)) = &node.strategy {
                graph.compile_expression(source)?;
            }
            graph.compile_repeat(node.repeat.as_ref())?;
        }
        for stage in &plan.stages {
            if let Some(condition) = &stage.condition {
                graph.compile(condition)?;
            }
            graph.compile_repeat(stage.repeat.as_ref())?;
        }
        Ok(graph)
    }

    /// The compiled form of an expression of the plan.
    ///
    /// # Panics
    /// When it is none of this plan.
    pub fn expression(&self, source: &str) -> &Expression {
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

    /// Whether a node is repeated and its condition reads the element: it is then asked
    /// for each instance, otherwise once for all of them.
    pub(crate) fn asks_each_instance(&self, node: NodeIx) -> bool {
        self.asks_each_instance[node.index()]
    }

    /// Whether a condition reads the element or the number of an instance.
    pub fn reads_item(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Expression { source } => {
                let mut reads = self.expression(source).reads().iter();
                reads.any(|name| matches!(name.split('.').next(), Some("item" | "index")))
            }
            Condition::All { of } | Condition::Any { of } => {
                of.iter().any(|part| self.reads_item(part))
            }
            Condition::Not { of } => self.reads_item(of),
            Condition::Always
            | Condition::Never
            | Condition::IfField { .. }
            | Condition::IfResult { .. }
            | Condition::Custom { .. } => false,
        }
    }

    /// Whether conditions of what is repeated read the elements, so that the event must
    /// carry them (decision 5).
    pub fn items_are_read(&self, of: Repeated) -> bool {
        let reads = |condition: &Option<Condition>| {
            condition
                .as_ref()
                .is_some_and(|condition| self.reads_item(condition))
        };
        let chooses = |node: &Node| match &node.strategy {
            Some(Strategy::Chosen(source)) => self.reads_item(&Condition::Expression {
                source: source.clone(),
            }),
            Some(Strategy::Ai | Strategy::Static | Strategy::Hybrid) | None => false,
        };
        let any = |node: NodeIx| {
            let node = self.plan.node(node);
            reads(&node.condition) || chooses(node)
        };
        match of {
            Repeated::Node(node) => any(node),
            Repeated::Stage(stage) => self.plan.stage(stage).all_nodes().any(any),
        }
    }

    fn compile_repeat(&mut self, repeat: Option<&Repeat>) -> Result<(), InvalidPlan> {
        match repeat.map(|repeat| &repeat.over) {
            None => Ok(()),
            Some(Over::Items {
                items: Items::Expression(source),
            }) => self.compile_expression(source),
            Some(Over::Items {
                items: Items::List(_),
            }) => Ok(()),
            Some(Over::While { condition, .. } | Over::Until { condition, .. }) => {
                self.compile(condition)
            }
        }
    }

    fn compile_expression(&mut self, source: &str) -> Result<(), InvalidPlan> {
        let expression = Expression::compile(source).map_err(|error| InvalidPlan::Expression {
            source_text: source.to_owned(),
            message: error.message,
        })?;
        self.expressions.insert(source.to_owned(), expression);
        Ok(())
    }

    fn compile(&mut self, condition: &Condition) -> Result<(), InvalidPlan> {
        match condition {
            Condition::Expression { source } => self.compile_expression(source)?,
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
            if node.repeat.is_some() && (role == Role::Gate || stage.repeat.is_some()) {
                return inconsistent(format!("`{}` cannot be repeated", node.id));
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
