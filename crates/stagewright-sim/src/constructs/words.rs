//! A word for every kind of everything.
//!
//! Every list of words is made from the very match that names them, and none of these
//! matches has a wildcard: whoever adds a kind of anything to the core is told here by the
//! compiler, and by the test when the generator never draws it.

use stagewright_core::ErrorClass;
use stagewright_core::condition::{Condition, Evaluator, Operator};
use stagewright_core::event::{
    Asker, AttemptResult, Event, HaltCause, RepetitionEnd, RunStatus, SkipReason, StageStatus,
    Verdict, WaitReason,
};
use stagewright_core::plan::{
    Action, Items, OnFailure, OnInterrupt, Over, Program, Repeated, Role, RunMode, StageMode,
    Strategy,
};

/// A function that names a value, and the list of all names that it can give.
macro_rules! words {
    ($list:ident $name:ident ($type:ty) { $($pattern:pat => $word:literal,)* }) => {
        pub(super) const $list: &[&str] = &[$($word),*];
        pub(super) fn $name(value: &$type) -> &'static str {
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
