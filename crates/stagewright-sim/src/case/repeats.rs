//! Repetition: lists and loops over agents and over stages, with conditions about the
//! single instance (decision 34).

use super::Meaning;
use crate::conditions::{
    Says, Truth, any_field, custom, instance_condition, joined, loop_condition, stage_status,
};
use crate::random::Random;
use serde_json::{Value, json};
use stagewright_core::plan::{Items, Over, Repeat, Repeated, Role};
use stagewright_core::{NodeIx, Plan, StageIx};

/// What there is to repeat over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// A list of so many elements.
    Of(u32),
    /// The list cannot be made.
    Broken,
    /// It depends on whether a node has succeeded.
    After {
        /// The node.
        node: NodeIx,
        /// Elements when it has.
        success: u32,
        /// Elements when it has not.
        otherwise: u32,
    },
}

/// The elements of a list of this length.
pub fn elements(count: u32) -> Vec<Value> {
    (0..count).map(|n| json!({"n": n})).collect()
}

/// Repeats some stages and agents, and gives some nodes conditions of further kinds.
pub(super) fn add(seed: u64, plan: &mut Plan, meaning: &mut Meaning) {
    for stage in (0_u32..).map(StageIx).take(plan.stages.len()) {
        let mut random = Random::of(seed, "repeat-stage", &[u64::from(stage.0)]);
        let members: Vec<usize> = plan.stage(stage).all_nodes().map(NodeIx::index).collect();
        if random.chance(30) {
            let of = Repeated::Stage(stage);
            let repeat = repeat(plan, meaning, of, &members, &mut random);
            let is_list = !repeat.over.is_loop();
            let planned = &mut plan.stages[stage.index()];
            planned.repeat = Some(repeat);
            if is_list && random.chance(35) {
                planned.max_parallelism = Some(small(&mut random, 1, 3));
            }
        } else {
            for index in members {
                repeat_agent(seed, plan, meaning, index);
            }
        }
    }
    for index in 0..plan.nodes.len() {
        condition(seed, plan, meaning, index);
    }
}

fn repeat_agent(seed: u64, plan: &mut Plan, meaning: &mut Meaning, index: usize) {
    let mut random = Random::of(seed, "repeat-agent", &[index as u64]);
    if plan.nodes[index].role == Role::Gate || !random.chance(30) {
        return;
    }
    let of = Repeated::Node(NodeIx::new(u32::try_from(index).unwrap_or(u32::MAX)));
    let mut repeat = repeat(plan, meaning, of, &[index], &mut random);
    if !repeat.over.is_loop() && random.chance(40) {
        repeat.max_parallelism = Some(small(&mut random, 1, 3));
    }
    plan.nodes[index].repeat = Some(repeat);
}

fn repeat(
    plan: &Plan,
    meaning: &mut Meaning,
    of: Repeated,
    members: &[usize],
    random: &mut Random,
) -> Repeat {
    let kind = random.below(100);
    let over = if kind < 60 {
        let (items, listed) = items(plan, of, random);
        meaning.lists.insert(of, listed);
        Over::Items { items }
    } else {
        let is_while = kind < 78;
        let (condition, says) = loop_condition(plan, members, is_while, random);
        meaning.loops.insert(of, says);
        let max_iterations = small(random, 1, 4);
        match is_while {
            true => Over::While {
                condition,
                max_iterations,
            },
            false => Over::Until {
                condition,
                max_iterations,
            },
        }
    };
    Repeat {
        over,
        max_parallelism: None,
    }
}

/// A list, given as it is or by an expression, which may read what has ended before.
fn items(plan: &Plan, of: Repeated, random: &mut Random) -> (Items, Listed) {
    let stage = match of {
        Repeated::Node(node) => plan.node(node).stage,
        Repeated::Stage(stage) => stage,
    };
    let earlier: Vec<u32> = (0..plan.stage(stage).first.number()).collect();
    let expression = |source: &str| Items::Expression(source.to_owned());
    match random.below(10) {
        0 => (expression("context.nothing"), Listed::Broken),
        1 => (expression("context.none"), Listed::Of(0)),
        2 => (expression("context.two"), Listed::Of(2)),
        3 | 4 if !earlier.is_empty() => {
            let node = NodeIx::new(random.pick(&earlier));
            let (success, otherwise) = (small(random, 0, 3), small(random, 0, 3));
            let list = |count| Value::from(elements(count)).to_string();
            let source = format!(
                "{} if results.{}.status == 'SUCCESS' else {}",
                list(success),
                plan.node(node).id,
                list(otherwise)
            );
            let listed = Listed::After {
                node,
                success,
                otherwise,
            };
            (Items::Expression(source), listed)
        }
        _ => {
            let count = small(random, 0, 5);
            (Items::List(elements(count)), Listed::Of(count))
        }
    }
}

/// A condition of a further kind, instead of none or joined with what there is.
fn condition(seed: u64, plan: &mut Plan, meaning: &mut Meaning, index: usize) {
    let mut random = Random::of(seed, "further-condition", &[index as u64]);
    let node = NodeIx::new(u32::try_from(index).unwrap_or(u32::MAX));
    let repeat = plan.repeated_by(node).and_then(|of| plan.repeat(of));
    let further = match (random.below(100), repeat) {
        (0..=29, Some(repeat)) => instance_condition(&repeat.over, &mut random),
        (84..=89, _) => match stage_status(plan, plan.node(node).stage, &mut random) {
            Some(further) => further,
            None => return,
        },
        (90..=95, _) => any_field(&mut random),
        (96..=98, _) => custom(&mut random),
        _ => return,
    };
    let says = std::mem::replace(&mut meaning.nodes[index], Says::Just(Truth::Holds));
    let (condition, says) = match plan.nodes[index].condition.take() {
        Some(condition) => joined((condition, says), further, &mut random),
        None => further,
    };
    plan.nodes[index].condition = Some(condition);
    meaning.nodes[index] = says;
}

fn small(random: &mut Random, first: u64, last: u64) -> u32 {
    u32::try_from(random.between(first, last)).unwrap_or(1)
}
