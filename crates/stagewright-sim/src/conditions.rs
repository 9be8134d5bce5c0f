//! Random conditions, with what they say where that is known beforehand.

use crate::random::Random;
use serde_json::json;
use stagewright_core::condition::{Condition, Evaluator, Operator};
use stagewright_core::{NodeIx, Plan};

/// What a condition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds, or there is none.
    Holds,
    /// It does not hold.
    Fails,
    /// It cannot be evaluated.
    Broken,
    /// It depends on how the run goes.
    Open,
}

/// A condition for a stage that comes next.
pub(crate) fn stage_condition(plan: &Plan, random: &mut Random) -> Condition {
    let readable: Vec<usize> = (0..plan.nodes.len()).collect();
    condition(plan, &readable, 0, random).0
}

/// Perhaps a condition for the node at `index`: it reads nodes of earlier stages, and
/// those that it waits for.
pub(crate) fn node_condition(
    plan: &Plan,
    index: usize,
    random: &mut Random,
) -> (Option<Condition>, Truth) {
    if !random.chance(30) {
        return (None, Truth::Holds);
    }
    let node = &plan.nodes[index];
    let first = plan.stage(node.stage).first.index();
    let waits_for = node.depends_on.iter().chain(&node.after).copied();
    let readable: Vec<usize> = (0..first).chain(waits_for.map(NodeIx::index)).collect();
    let (condition, truth) = condition(plan, &readable, 0, random);
    (Some(condition), truth)
}

fn condition(
    plan: &Plan,
    readable: &[usize],
    depth: u32,
    random: &mut Random,
) -> (Condition, Truth) {
    match random.below(if depth < 2 { 12 } else { 8 }) {
        0 => (Condition::Always, Truth::Holds),
        1 => (Condition::Never, Truth::Fails),
        2..=4 => field(random),
        5 | 6 if !readable.is_empty() => (result(plan, readable, random), Truth::Open),
        5 | 6 => field(random),
        7 => {
            let evaluator = Evaluator::Named("risky".to_owned());
            let number = u32::try_from(random.below(2)).unwrap_or(0);
            (Condition::Custom { number, evaluator }, Truth::Open)
        }
        8 => {
            let (inner, truth) = condition(plan, readable, depth + 1, random);
            let truth = match truth {
                Truth::Holds => Truth::Fails,
                Truth::Fails => Truth::Holds,
                other => other,
            };
            let of = Box::new(inner);
            (Condition::Not { of }, truth)
        }
        kind => {
            let parts = [(); 2].map(|()| condition(plan, readable, depth + 1, random));
            let truths = [parts[0].1, parts[1].1];
            let of = parts.map(|(part, _)| part).to_vec();
            if kind % 2 == 0 {
                (Condition::All { of }, first_decisive(truths, Truth::Fails))
            } else {
                (Condition::Any { of }, first_decisive(truths, Truth::Holds))
            }
        }
    }
}

/// From left to right: what decides, cannot be evaluated or is open ends the search.
fn first_decisive(truths: [Truth; 2], decisive: Truth) -> Truth {
    let undecided = match decisive {
        Truth::Fails => Truth::Holds,
        _ => Truth::Fails,
    };
    let found = truths.into_iter().find(|truth| *truth != undecided);
    found.unwrap_or(undecided)
}

/// Compares a field of the context, which is the same in every case.
fn field(random: &mut Random) -> (Condition, Truth) {
    let (path, operator, value, truth) = match random.below(8) {
        0 | 1 => ("yes", Operator::Eq, json!(true), Truth::Holds),
        2 => ("no", Operator::Eq, json!(true), Truth::Fails),
        3 => ("three", Operator::Gt, json!(2), Truth::Holds),
        4 => ("three", Operator::Lte, json!(2), Truth::Fails),
        5 => ("missing", Operator::Eq, json!(1), Truth::Broken),
        6 => ("missing", Operator::Exists, json!(false), Truth::Holds),
        _ => {
            let (source, truth) = random.pick(&[
                ("context.yes and context.three == 3", Truth::Holds),
                ("context.no", Truth::Fails),
                ("context.nothing > 3", Truth::Broken),
            ]);
            let source = source.to_owned();
            return (Condition::Expression { source }, truth);
        }
    };
    let path = path.to_owned();
    let condition = Condition::IfField {
        path,
        operator,
        value,
    };
    (condition, truth)
}

fn result(plan: &Plan, readable: &[usize], random: &mut Random) -> Condition {
    let agent = plan.nodes[random.pick(readable)].id.clone();
    if random.chance(30) {
        let source = format!("results.{agent}.status == 'SUCCESS'");
        return Condition::Expression { source };
    }
    let (path, operator, value) = match random.below(3) {
        0 => ("output.n", Operator::Gt, json!(4)),
        1 => ("skipped", Operator::Eq, json!(false)),
        _ => ("status", Operator::Eq, json!("SUCCESS")),
    };
    Condition::IfResult {
        agent,
        path: path.to_owned(),
        operator,
        value,
    }
}
