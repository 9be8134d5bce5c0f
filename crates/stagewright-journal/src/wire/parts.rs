//! The parts of events that occur in more than one of them: launches, reasons, answers.

use super::address::Address;
use serde::{Deserialize, Serialize};
use stagewright_core::event as core;
use stagewright_core::{StageIx, plan};

/// One process start of a try.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Launch {
    fence: u64,
    serial: u64,
}

/// Whose condition a custom evaluator answers for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asker {
    Stage(u32),
    Node(Address),
}

/// What a custom evaluator said.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ConditionAnswer {
    Is(bool),
    Error(String),
}

/// Why an agent, gate or stage was not run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum SkipReason {
    ConditionFalse,
    ConditionError { message: String },
    DependencyFailed { node: Address },
    StageSkipped,
    NoItems,
    StageConditionError { message: String },
    Halted { cause: HaltCause },
}

/// Why a run stopped starting things.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum HaltCause {
    FailFast { node: Address },
    CriticalFinding { node: Address },
    RequiredFailure { node: Address },
    LoopExhausted { stage: u32 },
    StageTimeout { stage: u32 },
    RunTimeout,
    Cancelled,
}

/// What is repeated.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Repeated {
    Node(Address),
    Stage(u32),
}

impl From<plan::Repeated> for Repeated {
    fn from(of: plan::Repeated) -> Self {
        match of {
            plan::Repeated::Node(node) => Self::Node(node.into()),
            plan::Repeated::Stage(stage) => Self::Stage(stage.0),
        }
    }
}

impl From<Repeated> for plan::Repeated {
    fn from(stored: Repeated) -> Self {
        match stored {
            Repeated::Node(node) => Self::Node(node.into()),
            Repeated::Stage(stage) => Self::Stage(StageIx(stage)),
        }
    }
}

/// How a repetition came to its end.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RepetitionEnd {
    Complete,
    Cut,
    Exhausted,
    ConditionError { message: String },
}

impl From<&core::RepetitionEnd> for RepetitionEnd {
    fn from(end: &core::RepetitionEnd) -> Self {
        match end {
            core::RepetitionEnd::Complete => Self::Complete,
            core::RepetitionEnd::Cut => Self::Cut,
            core::RepetitionEnd::Exhausted => Self::Exhausted,
            core::RepetitionEnd::ConditionError { message } => Self::ConditionError {
                message: message.clone(),
            },
        }
    }
}

impl From<RepetitionEnd> for core::RepetitionEnd {
    fn from(stored: RepetitionEnd) -> Self {
        match stored {
            RepetitionEnd::Complete => Self::Complete,
            RepetitionEnd::Cut => Self::Cut,
            RepetitionEnd::Exhausted => Self::Exhausted,
            RepetitionEnd::ConditionError { message } => Self::ConditionError { message },
        }
    }
}

/// A person's answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    approved: bool,
    choice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<core::Launch> for Launch {
    fn from(launch: core::Launch) -> Self {
        Self {
            fence: launch.fence,
            serial: launch.serial,
        }
    }
}

impl From<Launch> for core::Launch {
    fn from(stored: Launch) -> Self {
        Self {
            fence: stored.fence,
            serial: stored.serial,
        }
    }
}

impl From<core::Asker> for Asker {
    fn from(asker: core::Asker) -> Self {
        match asker {
            core::Asker::Stage(stage) => Self::Stage(stage.0),
            core::Asker::Node(node) => Self::Node(node.into()),
        }
    }
}

impl From<Asker> for core::Asker {
    fn from(stored: Asker) -> Self {
        match stored {
            Asker::Stage(stage) => Self::Stage(StageIx(stage)),
            Asker::Node(node) => Self::Node(node.into()),
        }
    }
}

impl From<&Result<bool, String>> for ConditionAnswer {
    fn from(answer: &Result<bool, String>) -> Self {
        match answer {
            Ok(value) => Self::Is(*value),
            Err(message) => Self::Error(message.clone()),
        }
    }
}

impl From<ConditionAnswer> for Result<bool, String> {
    fn from(stored: ConditionAnswer) -> Self {
        match stored {
            ConditionAnswer::Is(value) => Ok(value),
            ConditionAnswer::Error(message) => Err(message),
        }
    }
}

impl From<&core::SkipReason> for SkipReason {
    fn from(reason: &core::SkipReason) -> Self {
        match reason {
            core::SkipReason::ConditionFalse => Self::ConditionFalse,
            core::SkipReason::ConditionError { message } => Self::ConditionError {
                message: message.clone(),
            },
            core::SkipReason::DependencyFailed { node } => Self::DependencyFailed {
                node: (*node).into(),
            },
            core::SkipReason::StageSkipped => Self::StageSkipped,
            core::SkipReason::NoItems => Self::NoItems,
            core::SkipReason::StageConditionError { message } => Self::StageConditionError {
                message: message.clone(),
            },
            core::SkipReason::Halted { cause } => Self::Halted {
                cause: HaltCause::from(cause),
            },
        }
    }
}

impl From<SkipReason> for core::SkipReason {
    fn from(stored: SkipReason) -> Self {
        match stored {
            SkipReason::ConditionFalse => Self::ConditionFalse,
            SkipReason::ConditionError { message } => Self::ConditionError { message },
            SkipReason::DependencyFailed { node } => Self::DependencyFailed { node: node.into() },
            SkipReason::StageSkipped => Self::StageSkipped,
            SkipReason::NoItems => Self::NoItems,
            SkipReason::StageConditionError { message } => Self::StageConditionError { message },
            SkipReason::Halted { cause } => Self::Halted {
                cause: cause.into(),
            },
        }
    }
}

impl From<&core::HaltCause> for HaltCause {
    fn from(cause: &core::HaltCause) -> Self {
        match cause {
            core::HaltCause::FailFast { node } => Self::FailFast {
                node: (*node).into(),
            },
            core::HaltCause::CriticalFinding { node } => Self::CriticalFinding {
                node: (*node).into(),
            },
            core::HaltCause::RequiredFailure { node } => Self::RequiredFailure {
                node: (*node).into(),
            },
            core::HaltCause::LoopExhausted { stage } => Self::LoopExhausted { stage: stage.0 },
            core::HaltCause::StageTimeout { stage } => Self::StageTimeout { stage: stage.0 },
            core::HaltCause::RunTimeout => Self::RunTimeout,
            core::HaltCause::Cancelled => Self::Cancelled,
        }
    }
}

impl From<HaltCause> for core::HaltCause {
    fn from(stored: HaltCause) -> Self {
        match stored {
            HaltCause::FailFast { node } => Self::FailFast { node: node.into() },
            HaltCause::CriticalFinding { node } => Self::CriticalFinding { node: node.into() },
            HaltCause::RequiredFailure { node } => Self::RequiredFailure { node: node.into() },
            HaltCause::LoopExhausted { stage } => Self::LoopExhausted {
                stage: StageIx(stage),
            },
            HaltCause::StageTimeout { stage } => Self::StageTimeout {
                stage: StageIx(stage),
            },
            HaltCause::RunTimeout => Self::RunTimeout,
            HaltCause::Cancelled => Self::Cancelled,
        }
    }
}

impl From<&core::Answer> for Answer {
    fn from(answer: &core::Answer) -> Self {
        Self {
            approved: answer.approved,
            choice: answer.choice.clone(),
            by: answer.by.clone(),
            note: answer.note.clone(),
        }
    }
}

impl From<Answer> for core::Answer {
    fn from(stored: Answer) -> Self {
        Self {
            approved: stored.approved,
            choice: stored.choice,
            by: stored.by,
            note: stored.note,
        }
    }
}
