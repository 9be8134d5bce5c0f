//! The words for what was drawn. Plans are taken apart without a rest, so that a new
//! field is asked here whether it has to be drawn.

use super::words::*;
use crate::case::Case;
use stagewright_core::condition::Condition;
use stagewright_core::plan::{Action, Node, Repeat, Repeated, Stage};
use stagewright_core::{NodeIx, Plan, StageIx};
use std::collections::BTreeSet;

/// The words for what was drawn.
pub fn of_case(case: &Case) -> BTreeSet<&'static str> {
    let mut words = BTreeSet::new();
    let Plan {
        stages,
        nodes,
        // What the core reads of these is drawn, and seen in what they lead to.
        policy: _,
        fail_fast: _,
        fail_fast_on_critical: _,
        // The core never reads these: they are the language's and the engine's.
        format: _,
        name: _,
        version: _,
        form: _,
        context: _,
        limits: _,
        trusted: _,
        reports: _,
        severities: _,
    } = &case.plan;
    for (stage, number) in stages.iter().zip(0_u32..) {
        of_stage(case, StageIx(number), stage, &mut words);
    }
    for (node, number) in nodes.iter().zip(0_u32..) {
        of_node(case, NodeIx::new(number), node, &mut words);
    }
    words
}

fn of_stage(case: &Case, ix: StageIx, stage: &Stage, words: &mut BTreeSet<&'static str>) {
    let Stage {
        mode,
        condition,
        max_parallelism,
        gates,
        repeat,
        // They are drawn, and seen in what they lead to.
        required: _,
        timeout_ms: _,
        agents: _,
        first: _,
        id: _,
        name: _,
    } = stage;
    words.insert(mode_word(&(case.submission.mode, *mode)));
    of_condition(condition.as_ref(), words);
    let Some(repeat) = repeat else {
        return;
    };
    of_repeat(Repeated::Stage(ix), repeat, words);
    if *gates > 0 {
        words.insert("a gate in a repeated stage");
    }
    if max_parallelism.is_some() {
        words.insert("max_parallelism of a repeated stage");
    }
}

fn of_node(case: &Case, ix: NodeIx, node: &Node, words: &mut BTreeSet<&'static str>) {
    let Node {
        role,
        stage,
        condition,
        depends_on,
        after,
        on_failure,
        on_interrupt,
        action,
        fallbacks,
        strategy,
        repeat,
        // They are drawn, and seen in what they lead to.
        required: _,
        limits: _,
        retry: _,
        agent_type: _,
        projection: _,
        id: _,
        name: _,
        transformer,
        // The core never reads these.
        outputs: _,
        secrets: _,
    } = node;
    words.insert(role_word(role));
    words.insert(failure_word(on_failure));
    words.insert(interrupt_word(on_interrupt));
    words.insert(action_word(action));
    words.extend(fallbacks.iter().map(fallback_word));
    for action in std::iter::once(action).chain(fallbacks) {
        if let Action::Command(command) = action {
            words.insert(program_word(&command.program));
        }
    }
    if !fallbacks.is_empty() {
        words.insert(strategy_word(strategy));
    }
    of_condition(condition.as_ref(), words);
    words.extend(transformer.as_ref().map(|_| "input_transformer"));
    words.extend((!depends_on.is_empty()).then_some("depends_on"));
    words.extend((!after.is_empty()).then_some("when: any"));
    let is_person = matches!(action, Action::Human(_));
    if case.plan.stage(*stage).repeat.is_some() {
        let mut edges = depends_on.iter().chain(after);
        let inside = edges.any(|other| case.plan.node(*other).stage == *stage);
        words.extend(inside.then_some("an edge inside a repeated stage"));
        words.extend(is_person.then_some("a person in a repeated stage"));
    }
    if let Some(repeat) = repeat {
        of_repeat(Repeated::Node(ix), repeat, words);
        words.extend(is_person.then_some("a person, repeated"));
    }
}

fn of_repeat(of: Repeated, repeat: &Repeat, words: &mut BTreeSet<&'static str>) {
    let Repeat {
        over,
        max_parallelism,
    } = repeat;
    words.insert(repeat_word(&(of, over.clone())));
    words.extend(max_parallelism.map(|_| "max_parallelism of an agent"));
    of_condition(over.condition(), words);
}

fn of_condition(condition: Option<&Condition>, words: &mut BTreeSet<&'static str>) {
    let Some(condition) = condition else {
        return;
    };
    words.insert(condition_word(condition));
    match condition {
        Condition::IfField { operator, .. } | Condition::IfResult { operator, .. } => {
            words.insert(operator_word(operator));
        }
        Condition::All { of } | Condition::Any { of } => {
            for part in of {
                of_condition(Some(part), words);
            }
        }
        Condition::Not { of } => of_condition(Some(of), words),
        Condition::Always
        | Condition::Never
        | Condition::Expression { .. }
        | Condition::Custom { .. } => {}
    }
}
