//! Who does a step, and with what: further kinds of actions, inputs that somebody makes
//! (decision 8), fallbacks and strategies (rule D5).

use super::Meaning;
use crate::random::Random;
use serde_json::json;
use stagewright_core::plan::{Action, Command, Http, Human, Program, Role, Strategy, SubPipeline};
use stagewright_core::shell_text::{Part, ShellText};
use stagewright_core::{Evaluator, NodeIx, Plan};
use std::collections::BTreeMap;

/// What a strategy comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The agent itself and nobody else.
    Own,
    /// Its fallbacks only.
    Fallbacks,
    /// The agent itself, then its fallbacks.
    Both,
    /// In instances with a number below this one its fallbacks, in the others only itself.
    FallbacksBelow(u32),
    /// It cannot be known.
    Broken,
}

impl Choice {
    /// What it comes to in this instance.
    pub fn at(self, instance: Option<u32>) -> Self {
        match (self, instance) {
            (Self::FallbacksBelow(end), Some(number)) if number < end => Self::Fallbacks,
            (Self::FallbacksBelow(_), Some(_)) => Self::Own,
            (Self::FallbacksBelow(_), None) => Self::Broken,
            (other, _) => other,
        }
    }
}

/// Gives nodes further kinds of actions, and agents fallbacks.
pub(super) fn add(seed: u64, plan: &mut Plan, meaning: &mut Meaning, determined: bool) {
    for index in 0..plan.nodes.len() {
        let mut random = Random::of(seed, "action", &[index as u64]);
        let node = NodeIx::new(u32::try_from(index).unwrap_or(u32::MAX));
        let is_agent = plan.nodes[index].role == Role::Agent;
        if matches!(plan.nodes[index].action, Action::Lambda { .. }) && random.chance(45) {
            plan.nodes[index].action = further(plan, index, is_agent, &mut random);
        }
        let in_process = matches!(
            plan.nodes[index].action,
            Action::Human(_) | Action::Set { .. }
        );
        if is_agent && !in_process && random.chance(12) {
            plan.nodes[index].transformer = Some(Evaluator::Named("maker".to_owned()));
        }
        if !is_agent || !random.chance(30) {
            continue;
        }
        let fallbacks = random.between(1, 2);
        for _ in 0..fallbacks {
            let action = fallback(plan, index, determined, &mut random);
            plan.nodes[index].fallbacks.push(action);
        }
        let repeated = plan.repeated_by(node).is_some();
        let (strategy, choice) = strategy(repeated, &mut random);
        plan.nodes[index].strategy = strategy;
        meaning.choices.insert(node, choice);
    }
}

fn further(plan: &Plan, index: usize, is_agent: bool, random: &mut Random) -> Action {
    match random.below(3) {
        0 if is_agent => http(index),
        1 if is_agent => Action::Pipeline(SubPipeline {
            source: format!("below-{index}.yaml"),
            plan: Box::new(Plan {
                name: format!("below-{index}"),
                stages: Vec::new(),
                nodes: Vec::new(),
                ..plan.clone()
            }),
            input: None,
        }),
        _ => Action::Command(Command {
            program: match random.chance(50) {
                true => Program::Arguments {
                    words: vec![format!("do-{index}")],
                },
                false => Program::Shell {
                    shell: None,
                    text: ShellText {
                        parts: vec![Part::Text(format!("do-{index}"))],
                    },
                },
            },
            env: BTreeMap::new(),
            cwd: None,
            input: None,
            findings: None,
            exit_codes: stagewright_core::plan::ExitCodes::default(),
        }),
    }
}

fn http(index: usize) -> Action {
    Action::Http(Http {
        url: format!("https://example.org/{index}"),
        method: "POST".to_owned(),
        headers: BTreeMap::new(),
        body: None,
        input: None,
        max_answer_bytes: None,
        redirects: None,
        allow_addresses: Vec::new(),
        findings: None,
    })
}

fn fallback(plan: &Plan, index: usize, determined: bool, random: &mut Random) -> Action {
    // Whether a person or their deadline is first depends on who is faster.
    let races = determined && plan.nodes[index].limits.total_ms.is_some();
    match random.below(10) {
        0 if !races => Action::Human(Human {
            ask: format!("Instead of n{index}?"),
            choices: vec!["approve".to_owned(), "reject".to_owned()],
            approvers: Vec::new(),
        }),
        1 | 2 => Action::Set { value: json!({}) },
        3 | 4 => http(index),
        5 => Action::Lambda {
            arn: format!("arn:instead-{index}"),
            input: None,
        },
        _ => further(plan, index, true, random),
    }
}

fn strategy(repeated: bool, random: &mut Random) -> (Option<Strategy>, Choice) {
    let chosen = |source: &str| Some(Strategy::Chosen(source.to_owned()));
    match random.below(20) {
        0..=2 => (Some(Strategy::Ai), Choice::Own),
        3..=5 => (Some(Strategy::Static), Choice::Fallbacks),
        6..=8 => (Some(Strategy::Hybrid), Choice::Both),
        9 => (chosen("context.way"), Choice::Fallbacks),
        10 => (chosen("context.word"), Choice::Broken),
        11 => (chosen("context.nothing"), Choice::Broken),
        12..=14 if repeated => (
            chosen("'static' if index < 1 else 'ai'"),
            Choice::FallbacksBelow(1),
        ),
        12 => (chosen("'ai' if context.yes else 'hybrid'"), Choice::Own),
        _ => (None, Choice::Both),
    }
}
