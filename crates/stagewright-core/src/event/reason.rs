//! Why something was skipped, stopped or waited for, and how runs and stages end.

use crate::plan::{NodeIx, StageIx};
use serde::{Deserialize, Serialize};

/// Why an agent, gate or stage was not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum SkipReason {
    /// Its condition was false, or `never`.
    ConditionFalse,
    /// Its condition could not be evaluated (rule A9).
    ConditionError {
        /// What is missing or wrong, with what there is.
        message: String,
    },
    /// A dependency failed, or was itself skipped for a failure (decision 33).
    DependencyFailed {
        /// The dependency.
        node: NodeIx,
    },
    /// Its stage was skipped because the stage's condition was false.
    StageSkipped,
    /// There was nothing to repeat it for: an empty list, or a loop that never began.
    NoItems,
    /// Its stage was skipped because the stage's condition could not be evaluated.
    StageConditionError {
        /// What is missing or wrong.
        message: String,
    },
    /// The run had stopped starting things.
    Halted {
        /// Why.
        cause: HaltCause,
    },
}

impl SkipReason {
    /// The word of documents, such as `condition_false`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::ConditionFalse => "condition_false",
            Self::ConditionError { .. } => "condition_error",
            Self::DependencyFailed { .. } => "dependency_failed",
            Self::StageSkipped => "stage_skipped",
            Self::NoItems => "no_items",
            Self::StageConditionError { .. } => "stage_condition_error",
            Self::Halted { cause } => cause.word(),
        }
    }

    /// Whether a required agent that was skipped for this reason leaves the decision
    /// without evidence (decision 23): everything but a false condition or an empty list does.
    pub fn leaves_no_evidence(&self) -> bool {
        !matches!(
            self,
            Self::ConditionFalse | Self::StageSkipped | Self::NoItems
        )
    }
}

/// Why a run stopped starting things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum HaltCause {
    /// A required failure with `fail_fast` (rule A4).
    FailFast {
        /// Who failed.
        node: NodeIx,
    },
    /// A critical finding with `fail_fast_on_critical` (rule A4).
    CriticalFinding {
        /// Who found it.
        node: NodeIx,
    },
    /// A required failure with `on_failure: halt` (decision 28).
    RequiredFailure {
        /// Who failed.
        node: NodeIx,
    },
    /// A required loop reached its bound, with `on_failure: halt` (decision 28).
    LoopExhausted {
        /// The stage that it is, or is part of.
        stage: StageIx,
    },
    /// The stage's time limit; ends with the stage.
    StageTimeout {
        /// The stage.
        stage: StageIx,
    },
    /// The run's time limit.
    RunTimeout,
    /// A cancel.
    Cancelled,
}

impl HaltCause {
    /// The word of documents, such as `fail_fast`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::FailFast { .. } => "fail_fast",
            Self::CriticalFinding { .. } => "fail_fast_on_critical",
            Self::RequiredFailure { .. } | Self::LoopExhausted { .. } => "halted",
            Self::StageTimeout { .. } => "stage_timeout",
            Self::RunTimeout => "run_timeout",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How a repetition came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepetitionEnd {
    /// Every instance of the list has ended, or the loop's condition let it end.
    Complete,
    /// A halt or a required failure ended it early.
    Cut,
    /// A loop reached its bound before its condition let it end.
    Exhausted,
    /// A loop's condition could not be evaluated.
    ConditionError {
        /// What is missing or wrong.
        message: String,
    },
}

impl RepetitionEnd {
    /// Whether the repetition as such has failed, whatever its instances did.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Exhausted | Self::ConditionError { .. })
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunStatus {
    /// No failure.
    Success,
    /// Failures, none of which fails the run (rule A1).
    PartialSuccess,
    /// The run failed.
    Failure,
    /// The run was cancelled.
    Cancelled,
}

impl RunStatus {
    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::PartialSuccess => "PARTIAL_SUCCESS",
            Self::Failure => "FAILURE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// How a stage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StageStatus {
    /// No failure.
    Success,
    /// Failures of agents that are not required.
    PartialSuccess,
    /// A required agent or gate failed.
    Failure,
    /// Nothing ran.
    Skipped,
}

impl StageStatus {
    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::PartialSuccess => "PARTIAL_SUCCESS",
            Self::Failure => "FAILURE",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// Whose condition a custom evaluator answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asker {
    /// A stage's.
    Stage(StageIx),
    /// An agent's or gate's.
    Node(NodeIx),
}

/// Why a parked node waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// A human node's question.
    Approval,
    /// A launch was interrupted and `on_interrupt: ask` wants to know.
    Interrupted,
    /// The run of a sub-pipeline waits for somebody; whoever goes on with this run looks
    /// at it again (decision 35).
    Pipeline,
}
