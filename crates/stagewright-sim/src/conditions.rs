//! Random conditions, with what they say where that is known beforehand.

use crate::random::Random;
use serde_json::json;
use stagewright_core::condition::{Condition, Evaluator, Operator};
use stagewright_core::plan::Over;
use stagewright_core::{NodeIx, Plan, StageIx};

/// What a condition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds, or there is none.
    Holds,
    /// It does not hold.
    Fails,
    /// It cannot be evaluated.
    Broken,
    /// It depends on what nobody knows beforehand.
    Open,
}

/// The meaning of a drawn condition, by which the oracle knows what it says at any
/// place and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// Always the same.
    Just(Truth),
    /// It holds in instances with a number below this one.
    Below(u32),
    /// It holds when this node has succeeded, as it is seen from there.
    Succeeded(NodeIx),
    /// The opposite.
    Not(Box<Says>),
    /// All of them, from left to right.
    All(Vec<Says>),
    /// Any of them, from left to right.
    Any(Vec<Says>),
}

impl Says {
    /// What it says in this instance; `success` tells of a node whether it succeeded, or
    /// nothing while it has no result.
    pub fn at(&self, instance: Option<u32>, success: &dyn Fn(NodeIx) -> Option<bool>) -> Truth {
        let part = |part: &Self| part.at(instance, success);
        match self {
            Self::Just(truth) => *truth,
            Self::Below(end) => holds(instance.map(|number| number < *end)),
            Self::Succeeded(node) => holds(success(*node)),
            Self::Not(of) => match part(of) {
                Truth::Holds => Truth::Fails,
                Truth::Fails => Truth::Holds,
                other => other,
            },
            Self::All(of) => first_decisive(of.iter().map(part), Truth::Holds),
            Self::Any(of) => first_decisive(of.iter().map(part), Truth::Fails),
        }
    }

    /// Whether it is about the single instance.
    pub fn is_of_each(&self) -> bool {
        match self {
            Self::Just(_) | Self::Succeeded(_) => false,
            Self::Below(_) => true,
            Self::Not(of) => of.is_of_each(),
            Self::All(of) | Self::Any(of) => of.iter().any(Self::is_of_each),
        }
    }
}

fn holds(known: Option<bool>) -> Truth {
    match known {
        Some(true) => Truth::Holds,
        Some(false) => Truth::Fails,
        None => Truth::Broken,
    }
}

/// From left to right: what decides, cannot be evaluated or is open ends the search.
fn first_decisive(mut truths: impl Iterator<Item = Truth>, undecided: Truth) -> Truth {
    let found = truths.find(|truth| *truth != undecided);
    found.unwrap_or(undecided)
}

/// A condition for a stage that comes next.
pub(crate) fn stage_condition(plan: &Plan, random: &mut Random) -> (Condition, Says) {
    let readable: Vec<usize> = (0..plan.nodes.len()).collect();
    condition(plan, &readable, 0, random)
}

/// Perhaps a condition for the node at `index`: it reads nodes of earlier stages, and
/// those that it waits for.
pub(crate) fn node_condition(
    plan: &Plan,
    index: usize,
    random: &mut Random,
) -> (Option<Condition>, Says) {
    if !random.chance(30) {
        return (None, Says::Just(Truth::Holds));
    }
    let node = &plan.nodes[index];
    let first = plan.stage(node.stage).first.index();
    let waits_for = node.depends_on.iter().chain(&node.after).copied();
    let readable: Vec<usize> = (0..first).chain(waits_for.map(NodeIx::index)).collect();
    let (condition, says) = condition(plan, &readable, 0, random);
    (Some(condition), says)
}

/// A condition about the single instance of something repeated.
pub(crate) fn instance_condition(over: &Over, random: &mut Random) -> (Condition, Says) {
    let end = u32::try_from(random.below(4)).unwrap_or(0);
    let source = match over {
        Over::Items { .. } if random.chance(60) => format!("item.n < {end}"),
        Over::Items { .. } | Over::While { .. } | Over::Until { .. } => format!("index < {end}"),
    };
    let below = (Condition::Expression { source }, Says::Below(end));
    if random.chance(25) {
        negated(below)
    } else {
        below
    }
}

/// The condition of a loop over these members, which it may read, as it may all earlier
/// nodes.
pub(crate) fn loop_condition(
    plan: &Plan,
    members: &[usize],
    is_while: bool,
    random: &mut Random,
) -> (Condition, Says) {
    let end = u32::try_from(random.below(4)).unwrap_or(0);
    let counts = || {
        let source = format!("index < {end}");
        (Condition::Expression { source }, Says::Below(end))
    };
    let stage = members.first().map(|first| plan.nodes[*first].stage);
    let first = stage.map_or(0, |stage| plan.stage(stage).first.index());
    let earlier: Vec<usize> = (0..first).collect();
    // Before the first iteration no member has a result.
    let readable = match is_while && random.chance(80) {
        true => &earlier,
        false => members,
    };
    match random.below(10) {
        0..=3 if is_while => counts(),
        0..=3 => negated(counts()),
        4 => any_field(random),
        5 => (Condition::Always, Says::Just(Truth::Holds)),
        6 => (Condition::Never, Says::Just(Truth::Fails)),
        _ if readable.is_empty() => counts(),
        7 if is_while => negated(result(plan, readable, random)),
        _ => result(plan, readable, random),
    }
}

/// Both of them, or one of them.
pub(crate) fn joined(
    first: (Condition, Says),
    second: (Condition, Says),
    random: &mut Random,
) -> (Condition, Says) {
    let (of, says) = (vec![first.0, second.0], vec![first.1, second.1]);
    if random.chance(50) {
        (Condition::All { of }, Says::All(says))
    } else {
        (Condition::Any { of }, Says::Any(says))
    }
}

fn negated((condition, says): (Condition, Says)) -> (Condition, Says) {
    let of = Box::new(condition);
    (Condition::Not { of }, Says::Not(Box::new(says)))
}

fn condition(
    plan: &Plan,
    readable: &[usize],
    depth: u32,
    random: &mut Random,
) -> (Condition, Says) {
    match random.below(if depth < 2 { 12 } else { 8 }) {
        0 => (Condition::Always, Says::Just(Truth::Holds)),
        1 => (Condition::Never, Says::Just(Truth::Fails)),
        2..=4 => field(random),
        5 | 6 if !readable.is_empty() => result(plan, readable, random),
        5 | 6 => field(random),
        7 => {
            let evaluator = Evaluator::Named("risky".to_owned());
            let number = u32::try_from(random.below(2)).unwrap_or(0);
            let condition = Condition::Custom { number, evaluator };
            (condition, Says::Just(Truth::Open))
        }
        8 => negated(condition(plan, readable, depth + 1, random)),
        kind => {
            let parts = [(); 2].map(|()| condition(plan, readable, depth + 1, random));
            let (of, says) = parts.into_iter().unzip();
            if kind % 2 == 0 {
                (Condition::All { of }, Says::All(says))
            } else {
                (Condition::Any { of }, Says::Any(says))
            }
        }
    }
}

/// Compares a field of the context, which is the same in every case.
fn field(random: &mut Random) -> (Condition, Says) {
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
            return (Condition::Expression { source }, Says::Just(truth));
        }
    };
    let path = path.to_owned();
    let condition = Condition::IfField {
        path,
        operator,
        value,
    };
    (condition, Says::Just(truth))
}

/// Compares a field of the context in any of the ways that there are.
pub(crate) fn any_field(random: &mut Random) -> (Condition, Says) {
    let rows = [
        ("three", Operator::Eq, json!(3), Truth::Holds),
        ("three", Operator::Ne, json!(3), Truth::Fails),
        ("three", Operator::Gt, json!(3), Truth::Fails),
        ("three", Operator::Lt, json!(4), Truth::Holds),
        ("three", Operator::Gte, json!(3), Truth::Holds),
        ("three", Operator::Lte, json!(2), Truth::Fails),
        ("words", Operator::Contains, json!("lint"), Truth::Holds),
        ("words", Operator::AnyEquals, json!("lin"), Truth::Fails),
        ("words.length", Operator::Gt, json!(1), Truth::Holds),
        ("word", Operator::Regex, json!("^l.+t$"), Truth::Holds),
        ("word", Operator::In, json!(["lint", "test"]), Truth::Holds),
        ("word", Operator::Gt, json!(1), Truth::Broken),
        ("word.deeper", Operator::Exists, json!(true), Truth::Fails),
    ];
    let index = usize::try_from(random.below(rows.len() as u64)).unwrap_or(0);
    let (path, operator, value, truth) = rows[index].clone();
    let path = path.to_owned();
    let condition = Condition::IfField {
        path,
        operator,
        value,
    };
    (condition, Says::Just(truth))
}

/// Compares the status of a stage that comes before this one; there may be none.
pub(crate) fn stage_status(
    plan: &Plan,
    before: StageIx,
    random: &mut Random,
) -> Option<(Condition, Says)> {
    let earlier = plan.stages.get(..before.index())?;
    let index = usize::try_from(random.below(earlier.len() as u64)).unwrap_or(0);
    let source = format!("stages.{}.status == 'SUCCESS'", earlier.get(index)?.id);
    let condition = Condition::Expression { source };
    Some((condition, Says::Just(Truth::Open)))
}

/// A program answers, which is named in either of the two ways.
pub(crate) fn custom(random: &mut Random) -> (Condition, Says) {
    let number = u32::try_from(random.below(2)).unwrap_or(0);
    let evaluator = Evaluator::Command(vec!["decide".to_owned()]);
    let condition = Condition::Custom { number, evaluator };
    (condition, Says::Just(Truth::Open))
}

/// Compares a field of a result.
fn result(plan: &Plan, readable: &[usize], random: &mut Random) -> (Condition, Says) {
    let index = random.pick(readable);
    let node = NodeIx::new(u32::try_from(index).unwrap_or(u32::MAX));
    let agent = plan.nodes[index].id.clone();
    if random.chance(30) {
        let source = format!("results.{agent}.status == 'SUCCESS'");
        return (Condition::Expression { source }, Says::Succeeded(node));
    }
    let open = Says::Just(Truth::Open);
    let (path, operator, value, says) = match random.below(3) {
        0 => ("output.n", Operator::Gt, json!(4), open),
        1 => ("skipped", Operator::Eq, json!(false), open),
        _ => {
            let succeeded = Says::Succeeded(node);
            ("status", Operator::Eq, json!("SUCCESS"), succeeded)
        }
    };
    let condition = Condition::IfResult {
        agent,
        path: path.to_owned(),
        operator,
        value,
    };
    (condition, says)
}
