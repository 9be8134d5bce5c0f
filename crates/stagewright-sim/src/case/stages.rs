//! Stages with their agents and gates, the edges between them, and their conditions.

use super::Meaning;
use crate::conditions::{Says, Truth, node_condition, stage_condition};
use crate::random::Random;
use serde_json::json;
use stagewright_core::plan::{
    Action, Human, Node, OnFailure, OnInterrupt, Role, Stage, StageMode, TimeLimits,
};
use stagewright_core::retry::RetryPolicy;
use stagewright_core::{ErrorClass, NodeIx, Plan, StageIx};
use std::collections::BTreeMap;

/// Adds the stage with this number.
pub(super) fn add(
    plan: &mut Plan,
    meaning: &mut Meaning,
    number: u64,
    determined: bool,
    random: &mut Random,
) {
    let first = plan.nodes.len();
    let agents = random.between(0, 5);
    let gates = random.between(0, 4).saturating_sub(2);
    let (condition, says) = match random.chance(25).then(|| stage_condition(plan, random)) {
        Some((condition, says)) => (Some(condition), says),
        None => (None, Says::Just(Truth::Holds)),
    };
    meaning.stages.push(says);
    plan.stages.push(Stage {
        id: format!("s{number}"),
        name: format!("stage {number}"),
        mode: if random.chance(40) {
            StageMode::Sequential
        } else {
            StageMode::Parallel
        },
        condition,
        required: random.chance(80),
        timeout_ms: (!determined && random.chance(20)).then(|| random.between(3, 60) * 1_000),
        max_parallelism: random
            .chance(20)
            .then(|| u32::try_from(random.between(1, 2)).unwrap_or(1)),
        first: NodeIx::new(u32::try_from(first).unwrap_or(u32::MAX)),
        agents: u32::try_from(agents).unwrap_or(0),
        gates: u32::try_from(gates).unwrap_or(0),
        repeat: None,
    });
    // Edges lead from later to earlier nodes of this order, which is not that of the
    // file: an agent may depend on one below it.
    let reversed = random.chance(30);
    for index in 0..agents + gates {
        let role = if index < agents {
            Role::Agent
        } else {
            Role::Gate
        };
        let index = first + usize::try_from(index).unwrap_or(0);
        let node = node(plan, index, role, determined, random);
        plan.nodes.push(node);
    }
    let agents_end = first + usize::try_from(agents).unwrap_or(0);
    for index in first..plan.nodes.len() {
        let siblings: Vec<usize> = match (index < agents_end, reversed) {
            (true, true) => (index + 1..agents_end).collect(),
            (true, false) | (false, _) => (first..index).collect(),
        };
        let earlier: Vec<usize> = (0..first).chain(siblings).collect();
        add_edges(&mut plan.nodes[index], &earlier, random);
        let (condition, says) = node_condition(plan, index, random);
        meaning.nodes.push(says);
        plan.nodes[index].condition = condition;
    }
}

fn add_edges(node: &mut Node, earlier: &[usize], random: &mut Random) {
    if earlier.is_empty() {
        return;
    }
    let mut edge = || NodeIx::new(u32::try_from(random.pick(earlier)).unwrap_or(u32::MAX));
    let picks = [edge(), edge(), edge()];
    if random.chance(35) {
        node.depends_on.push(picks[0]);
    }
    if random.chance(15) && !node.depends_on.contains(&picks[1]) {
        node.depends_on.push(picks[1]);
    }
    if random.chance(20) && !node.depends_on.contains(&picks[2]) {
        node.after.push(picks[2]);
    }
}

fn node(plan: &Plan, index: usize, role: Role, determined: bool, random: &mut Random) -> Node {
    let kind = random.below(100);
    let action = match (role, kind) {
        (Role::Agent, 0..=9) => Action::Human(Human {
            ask: format!("May n{index} go on?"),
            choices: vec!["approve".to_owned(), "reject".to_owned()],
            approvers: Vec::new(),
        }),
        (Role::Agent, 10..=17) => Action::Set { value: json!({}) },
        (Role::Agent | Role::Gate, _) => Action::Lambda {
            arn: format!("arn:n{index}"),
            input: None,
        },
    };
    let limited = match action {
        Action::Human(_) => !determined && random.chance(50),
        Action::Command(_)
        | Action::Lambda { .. }
        | Action::Set { .. }
        | Action::Http(_)
        | Action::Pipeline(_) => random.chance(60),
    };
    let types = ["code_best_practises", "lld_alignment", "other"];
    Node {
        id: format!("n{index}"),
        name: format!("node {index}"),
        role,
        agent_type: random.chance(50).then(|| random.pick(&types).to_owned()),
        stage: StageIx(u32::try_from(plan.stages.len() - 1).unwrap_or(u32::MAX)),
        condition: None,
        depends_on: Vec::new(),
        after: Vec::new(),
        required: random.chance(75),
        on_failure: if !determined && random.chance(30) {
            OnFailure::Halt
        } else {
            OnFailure::Continue
        },
        limits: TimeLimits {
            total_ms: limited.then(|| random.between(2, 40) * 1_000),
            ..TimeLimits::default()
        },
        retry: retry(random),
        on_interrupt: match random.below(6) {
            0 if !determined => OnInterrupt::Ask,
            1 if !determined => OnInterrupt::Fail,
            _ => OnInterrupt::Rerun,
        },
        projection: vec!["output.n".to_owned()],
        fallbacks: Vec::new(),
        strategy: None,
        outputs: None,
        transformer: None,
        repeat: None,
        secrets: BTreeMap::new(),
        action,
    }
}

fn retry(random: &mut Random) -> RetryPolicy {
    let mut policy = RetryPolicy {
        limit: u32::try_from(random.below(4)).unwrap_or(0),
        base_ms: random.pick(&[0, 1_000, 4_000]),
        jitter: random.chance(20),
        ..RetryPolicy::default()
    };
    if random.chance(20) {
        let class = random.pick(&[ErrorClass::Execution, ErrorClass::Timeout]);
        let cap = u32::try_from(random.below(4)).unwrap_or(0);
        policy.caps.insert(class, cap);
    }
    policy
}
