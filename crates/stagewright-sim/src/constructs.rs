//! Everything that a plan can say and that can happen in a run, by word, so that a test
//! can prove that each of it is drawn and does happen.
//!
//! Every list of words is made from the very match that names them, and none of these
//! matches has a wildcard: whoever adds a kind of anything to the core is told here by the
//! compiler, and by the test when the generator never draws it.

use crate::case::Case;
use stagewright_core::condition::{Condition, Evaluator, Operator};
use stagewright_core::decision::Choice;
use stagewright_core::event::{
    Asker, AttemptResult, Event, HaltCause, RepetitionEnd, RunStatus, SkipReason, StageStatus,
    Verdict, WaitReason,
};
use stagewright_core::plan::{
    Action, Items, Node, OnFailure, OnInterrupt, Over, Program, Repeat, Repeated, Role, RunMode,
    Stage, StageMode, Strategy,
};
use stagewright_core::{ErrorClass, NodeIx, Plan, StageIx};
use std::collections::BTreeSet;

/// A function that names a value, and the list of all names that it can give.
macro_rules! words {
    ($list:ident $name:ident ($type:ty) { $($pattern:pat => $word:literal,)* }) => {
        const $list: &[&str] = &[$($word),*];
        fn $name(value: &$type) -> &'static str {
            match value {
                $($pattern => $word,)*
            }
        }
    };
}

words! { ACTIONS action_word (Action) {
    Action::Command(_) => "command",
    Action::Lambda { .. } => "lambda",
    Action::Set { .. } => "set",
    Action::Human(_) => "human",
    Action::Http(_) => "http",
    Action::Pipeline(_) => "pipeline",
} }

words! { FALLBACKS fallback_word (Action) {
    Action::Command(_) => "fallback: command",
    Action::Lambda { .. } => "fallback: lambda",
    Action::Set { .. } => "fallback: set",
    Action::Human(_) => "fallback: human",
    Action::Http(_) => "fallback: http",
    Action::Pipeline(_) => "fallback: pipeline",
} }

words! { PROGRAMS program_word (Program) {
    Program::Shell { .. } => "program: shell",
    Program::Arguments { .. } => "program: arguments",
} }

words! { STRATEGIES strategy_word (Option<Strategy>) {
    None => "strategy: none",
    Some(Strategy::Ai) => "strategy: ai",
    Some(Strategy::Static) => "strategy: static",
    Some(Strategy::Hybrid) => "strategy: hybrid",
    Some(Strategy::Chosen(_)) => "strategy: chosen",
} }

words! { REPEATS repeat_word ((Repeated, Over)) {
    (Repeated::Node(_), Over::Items { items: Items::List(_) }) => "agent: for_each list",
    (Repeated::Node(_), Over::Items { items: Items::Expression(_) }) => "agent: for_each expression",
    (Repeated::Node(_), Over::While { .. }) => "agent: while",
    (Repeated::Node(_), Over::Until { .. }) => "agent: until",
    (Repeated::Stage(_), Over::Items { items: Items::List(_) }) => "stage: for_each list",
    (Repeated::Stage(_), Over::Items { items: Items::Expression(_) }) => "stage: for_each expression",
    (Repeated::Stage(_), Over::While { .. }) => "stage: while",
    (Repeated::Stage(_), Over::Until { .. }) => "stage: until",
} }

words! { CONDITIONS condition_word (Condition) {
    Condition::Always => "always",
    Condition::Never => "never",
    Condition::IfField { .. } => "if_field",
    Condition::IfResult { .. } => "if_result",
    Condition::Expression { .. } => "expression",
    Condition::Custom { evaluator: Evaluator::Named(_), .. } => "custom: named",
    Condition::Custom { evaluator: Evaluator::Command(_), .. } => "custom: command",
    Condition::All { .. } => "all",
    Condition::Any { .. } => "any",
    Condition::Not { .. } => "not",
} }

words! { OPERATORS operator_word (Operator) {
    Operator::Eq => "eq",
    Operator::Ne => "ne",
    Operator::Gt => "gt",
    Operator::Lt => "lt",
    Operator::Gte => "gte",
    Operator::Lte => "lte",
    Operator::Contains => "contains",
    Operator::Regex => "regex",
    Operator::In => "in",
    Operator::Exists => "exists",
    Operator::AnyEquals => "any_equals",
} }

words! { MODES mode_word ((RunMode, StageMode)) {
    (RunMode::Sequential, StageMode::Sequential) => "mode: sequential, stage sequential",
    (RunMode::Sequential, StageMode::Parallel) => "mode: sequential, stage parallel",
    (RunMode::Parallel, StageMode::Sequential) => "mode: parallel, stage sequential",
    (RunMode::Parallel, StageMode::Parallel) => "mode: parallel, stage parallel",
    (RunMode::Hybrid, StageMode::Sequential) => "mode: hybrid, stage sequential",
    (RunMode::Hybrid, StageMode::Parallel) => "mode: hybrid, stage parallel",
} }

words! { ROLES role_word (Role) {
    Role::Agent => "agent",
    Role::Gate => "gate",
} }

words! { INTERRUPTS interrupt_word (OnInterrupt) {
    OnInterrupt::Rerun => "on_interrupt: rerun",
    OnInterrupt::Ask => "on_interrupt: ask",
    OnInterrupt::Fail => "on_interrupt: fail",
} }

words! { FAILURES failure_word (OnFailure) {
    OnFailure::Halt => "on_failure: halt",
    OnFailure::Continue => "on_failure: continue",
} }

words! { EVENTS event_word (Event) {
    Event::Submitted { .. } => "submitted",
    Event::Claimed { .. } => "claimed",
    Event::ResultAdopted { .. } => "adopted",
    Event::StageStarted { .. } => "stage started",
    Event::StageSkipped { .. } => "stage skipped",
    Event::StageFinished { status: StageStatus::Success, .. } => "stage: success",
    Event::StageFinished { status: StageStatus::PartialSuccess, .. } => "stage: partial success",
    Event::StageFinished { status: StageStatus::Failure, .. } => "stage: failure",
    Event::StageFinished { status: StageStatus::Skipped, .. } => "stage: nothing ran",
    Event::ConditionAsked { asker: Asker::Stage(_), .. } => "a stage asks",
    Event::ConditionAsked { asker: Asker::Node(_), .. } => "a node asks",
    Event::ConditionAnswered { answer: Ok(true), .. } => "answered with true",
    Event::ConditionAnswered { answer: Ok(false), .. } => "answered with false",
    Event::ConditionAnswered { answer: Err(_), .. } => "answered with an error",
    Event::InputAsked { .. } => "an input is asked for",
    Event::InputAnswered { answer: Ok(_), .. } => "an input was made",
    Event::InputAnswered { answer: Err(_), .. } => "an input cannot be made",
    Event::NodeSkipped { .. } => "node skipped",
    Event::AttemptStarted { try_number: 0..=1, .. } => "started",
    Event::AttemptStarted { .. } => "started again",
    Event::AttemptLost { crashed: true, .. } => "lost by a crash",
    Event::AttemptLost { crashed: false, .. } => "lost by an interrupt",
    Event::AttemptFinished { retry_at: None, .. } => "finished",
    Event::AttemptFinished { retry_at: Some(_), .. } => "finished for now",
    Event::RetryDue { .. } => "retry due",
    Event::Parked { reason: WaitReason::Approval, .. } => "waits for a person",
    Event::Parked { reason: WaitReason::Interrupted, .. } => "waits after an interruption",
    Event::Parked { reason: WaitReason::Pipeline, .. } => "waits for a pipeline",
    Event::WaitEnded { .. } => "wait ended",
    Event::Expanded { of: Repeated::Node(_), count: 0, .. } => "an agent has no instances",
    Event::Expanded { of: Repeated::Node(_), .. } => "an agent has instances",
    Event::Expanded { of: Repeated::Stage(_), count: 0, .. } => "a stage has no instances",
    Event::Expanded { of: Repeated::Stage(_), .. } => "a stage has instances",
    Event::RepetitionFinished { of: Repeated::Node(_), .. } => "an agent's repetition ended",
    Event::RepetitionFinished { of: Repeated::Stage(_), .. } => "a stage's repetition ended",
    Event::FellBack { to: 0..=1, .. } => "fell back",
    Event::FellBack { .. } => "fell back once more",
    Event::Answered { .. } => "answered by a person",
    Event::Halted { .. } => "halted",
    Event::CancelRequested { force: true, .. } => "cancelled by force",
    Event::CancelRequested { force: false, .. } => "cancelled",
    Event::Interrupted => "interrupted",
    Event::Stuck { .. } => "stuck",
    Event::Ended { status: RunStatus::Success, .. } => "ended: success",
    Event::Ended { status: RunStatus::PartialSuccess, .. } => "ended: partial success",
    Event::Ended { status: RunStatus::Failure, .. } => "ended: failure",
    Event::Ended { status: RunStatus::Cancelled, .. } => "ended: cancelled",
    Event::Reopened => "reopened",
} }

words! { SKIPS skip_word (SkipReason) {
    SkipReason::ConditionFalse => "skip: condition false",
    SkipReason::ConditionError { .. } => "skip: condition error",
    SkipReason::DependencyFailed { .. } => "skip: dependency failed",
    SkipReason::StageSkipped => "skip: stage skipped",
    SkipReason::NoItems => "skip: no items",
    SkipReason::StageConditionError { .. } => "skip: stage condition error",
    SkipReason::Halted { .. } => "skip: halted",
} }

words! { HALTS halt_word (HaltCause) {
    HaltCause::FailFast { .. } => "halt: fail_fast",
    HaltCause::CriticalFinding { .. } => "halt: critical finding",
    HaltCause::RequiredFailure { .. } => "halt: required failure",
    HaltCause::LoopExhausted { .. } => "halt: loop exhausted",
    HaltCause::StageTimeout { .. } => "halt: stage timeout",
    HaltCause::RunTimeout => "halt: run timeout",
    HaltCause::Cancelled => "halt: cancelled",
} }

words! { REPETITION_ENDS repetition_end_word (RepetitionEnd) {
    RepetitionEnd::Complete => "repetition: complete",
    RepetitionEnd::Cut => "repetition: cut",
    RepetitionEnd::Exhausted => "repetition: exhausted",
    RepetitionEnd::ConditionError { .. } => "repetition: condition error",
} }

words! { RESULTS result_word (AttemptResult) {
    AttemptResult::Succeeded => "succeeded",
    AttemptResult::Judged { verdict: Verdict::Pass, .. } => "judged: pass",
    AttemptResult::Judged { verdict: Verdict::Fail, .. } => "judged: fail",
    AttemptResult::Judged { verdict: Verdict::Error, .. } => "judged: error",
    AttemptResult::Judged { verdict: Verdict::NoEvidence, .. } => "judged: no evidence",
    AttemptResult::Failed { class: ErrorClass::Timeout, .. } => "failed: timeout",
    AttemptResult::Failed { class: ErrorClass::Execution, .. } => "failed: execution",
    AttemptResult::Failed { class: ErrorClass::Invocation, .. } => "failed: invocation",
    AttemptResult::Failed { class: ErrorClass::Network, .. } => "failed: network",
    AttemptResult::Failed { class: ErrorClass::InvalidOutput, .. } => "failed: invalid output",
    AttemptResult::Failed { class: ErrorClass::InvalidInput, .. } => "failed: invalid input",
    AttemptResult::Failed { class: ErrorClass::Cancelled, .. } => "failed: cancelled",
    AttemptResult::Failed { class: ErrorClass::Interrupted, .. } => "failed: interrupted",
} }

/// What else has to happen: combinations that no single value shows.
const BESIDES: &[&str] = &[
    "depends_on",
    "when: any",
    "input_transformer",
    "an edge inside a repeated stage",
    "a gate in a repeated stage",
    "a person in a repeated stage",
    "a person, repeated",
    "max_parallelism of an agent",
    "max_parallelism of a repeated stage",
    "approved",
    "rejected",
    "merge",
    "merge by override",
    "block",
    "retry after",
    "a paused driver commits",
    "a paused driver is refused",
];

/// All words: what has to be drawn, and what has to happen.
pub fn all() -> impl Iterator<Item = &'static str> {
    let lists = [
        ACTIONS,
        FALLBACKS,
        PROGRAMS,
        STRATEGIES,
        REPEATS,
        CONDITIONS,
        OPERATORS,
        MODES,
        ROLES,
        INTERRUPTS,
        FAILURES,
        EVENTS,
        SKIPS,
        HALTS,
        REPETITION_ENDS,
        RESULTS,
        BESIDES,
    ];
    lists.into_iter().flatten().copied()
}

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

/// The words for what happened.
pub fn of_event(event: &Event) -> BTreeSet<&'static str> {
    let mut words = BTreeSet::from([event_word(event)]);
    match event {
        Event::NodeSkipped { reason, .. } => of_skip(reason, &mut words),
        Event::StageSkipped { reason, .. } => {
            of_skip(reason, &mut words);
            words.extend(of_members(reason).as_ref().map(skip_word));
        }
        Event::Halted { cause, .. } => {
            words.insert(halt_word(cause));
        }
        Event::RepetitionFinished { end, .. } => {
            words.insert(repetition_end_word(end));
        }
        Event::AttemptFinished {
            outcome, retry_at, ..
        } => {
            words.insert(result_word(&outcome.result));
            let asked = outcome.retry_after_ms.filter(|_| retry_at.is_some());
            words.extend(asked.map(|_| "retry after"));
        }
        Event::Answered { answer, .. } => {
            words.insert(match answer.approved {
                true => "approved",
                false => "rejected",
            });
        }
        Event::Ended {
            decision: Some(decision),
            ..
        } => {
            words.insert(match decision.decision {
                Choice::Merge if decision.override_applied => "merge by override",
                Choice::Merge => "merge",
                Choice::Block => "block",
            });
        }
        _ => {}
    }
    words
}

fn of_skip(reason: &SkipReason, words: &mut BTreeSet<&'static str>) {
    words.insert(skip_word(reason));
    if let SkipReason::Halted { cause } = reason {
        words.insert(halt_word(cause));
    }
}

/// What the skip of a stage means for what is in it.
fn of_members(reason: &SkipReason) -> Option<SkipReason> {
    match reason {
        SkipReason::ConditionFalse => Some(SkipReason::StageSkipped),
        SkipReason::ConditionError { message } => Some(SkipReason::StageConditionError {
            message: message.clone(),
        }),
        SkipReason::DependencyFailed { .. }
        | SkipReason::StageSkipped
        | SkipReason::StageConditionError { .. }
        | SkipReason::NoItems
        | SkipReason::Halted { .. } => None,
    }
}
