//! The facts of a run, in the past tense. Nothing changes a run's state but an
//! event, and the journal is the list of them.
//!
//! Events are small: full outputs, requests and plans live beside the journal by
//! hash ([`BlobRef`]); an event carries the hash and the bounded part that conditions
//! and the decision read (decision 5). How events are written down is the journal's
//! business; these types may change as long as old journals still fold.

use crate::decision::DecisionRecord;
use crate::finding::FindingsSummary;
use crate::plan::{NodeIx, RunMode, StageIx};
use crate::retry::ErrorClass;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// A large value beside the journal: its SHA-256 in hexadecimal, and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRef {
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

impl BlobRef {
    /// The reference of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            hash: crate::hash::sha256_hex(bytes),
            size: bytes.len() as u64,
        }
    }
}

/// One process start of a try. `fence` is the number of the lease under which it
/// was launched, `serial` counts the launches of the run, so a launch is never
/// mistaken for another one (decision 3).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Launch {
    /// The lease's fencing number.
    pub fence: u64,
    /// The run's count of launches, this one included.
    pub serial: u64,
}

/// What a run was asked to do. Fixed at submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The run's own id, `run_…`.
    pub run_id: String,
    /// The user's key; several runs may share it over time.
    pub pipeline_id: String,
    /// The plan, by its hash.
    pub plan: BlobRef,
    /// The shared input of all agents.
    pub context: Value,
    /// Whose order counts (rule A15).
    pub mode: RunMode,
    /// Agents at once in this run; `None` leaves it to `concurrency_cap` (rule A16).
    pub max_parallelism: Option<u32>,
    /// The settings' cap on concurrent agents; stands above `max_parallelism` (decision 32).
    pub concurrency_cap: u32,
    /// Active time of the run, in milliseconds; `None` is no limit.
    pub timeout_ms: Option<u64>,
    /// The most that a time limit may grow to, in milliseconds (rule A7).
    pub max_agent_ms: u64,
    /// Stop after the first required failure (rule A4).
    pub fail_fast: bool,
    /// Stop on a critical finding (rule A4).
    pub fail_fast_on_critical: bool,
    /// Whether a required failure leaves the status at PARTIAL_SUCCESS (rule A1).
    pub partial_success_allowed: bool,
    /// For distributed tracing, passed through.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// The pipeline file as it was named, for people.
    #[serde(default)]
    pub source: Option<String>,
    /// The directory in which agents work, absolute; where the run was started.
    #[serde(default)]
    pub work_dir: String,
    /// The run that this one retries, if any (decision 31).
    #[serde(default)]
    pub parent: Option<String>,
    /// Results of the parent that this run takes over instead of running the agents again.
    #[serde(default)]
    pub adopted: Vec<Adopted>,
    /// Files of the pipeline, policy or settings that the change under review touches
    /// (decision 22).
    #[serde(default)]
    pub policy_changed: Vec<String>,
}

/// A finished result taken over from a parent run by `retry`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adopted {
    /// The agent or gate.
    pub node: NodeIx,
    /// Its end in the parent run.
    pub outcome: AttemptOutcome,
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptOutcome {
    /// Success, or why not.
    pub result: AttemptResult,
    /// The full result beside the journal; `None` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<BlobRef>,
    /// The values at the node's projected paths that exist (decision 5).
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub projection: serde_json::Map<String, Value>,
    /// Counts and digests of its findings.
    #[serde(default)]
    pub findings: FindingsSummary,
    /// What the decision and the aggregate read of known agents' documents.
    #[serde(default)]
    pub facts: Facts,
    /// What it cost in US dollars; `None` is unknown, which is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// What its reader thought worth saying.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl AttemptOutcome {
    /// A bare failure.
    pub fn failed(class: ErrorClass, message: impl Into<String>) -> Self {
        Self::bare(AttemptResult::Failed {
            class,
            message: message.into(),
        })
    }

    /// An outcome with nothing but its result.
    pub fn bare(result: AttemptResult) -> Self {
        Self {
            result,
            output: None,
            projection: serde_json::Map::new(),
            findings: FindingsSummary::default(),
            facts: Facts::default(),
            cost_usd: None,
            warnings: Vec::new(),
        }
    }
}

/// Success, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum AttemptResult {
    /// The agent answered. An answer with findings is a success.
    Succeeded,
    /// A gate was executed and has a verdict.
    Judged {
        /// The verdict.
        verdict: Verdict,
        /// In a few words, why.
        message: String,
    },
    /// The try failed.
    Failed {
        /// Why, for the retry policy.
        class: ErrorClass,
        /// Why, for people.
        message: String,
    },
}

/// The four results of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was checked and holds.
    Pass,
    /// It was checked and does not hold.
    Fail,
    /// It could not be checked.
    Error,
    /// There was nothing to check; never a pass.
    NoEvidence,
}

impl Verdict {
    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::NoEvidence => "no_evidence",
        }
    }
}

/// What the aggregate reads of known agents' documents besides their findings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The architect's verdict on new patterns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_pattern_detected: Option<bool>,
    /// The new pattern's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern_details: Option<Value>,
    /// Whether a pattern was rejected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pattern_rejected: bool,
    /// Tickets created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Value>,
    /// Whether documentation was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub documentation_updated: bool,
}

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
            Self::StageConditionError { .. } => "stage_condition_error",
            Self::Halted { cause } => cause.word(),
        }
    }

    /// Whether a required agent that was skipped for this reason leaves the decision
    /// without evidence (decision 23): everything but a false condition does.
    pub fn leaves_no_evidence(&self) -> bool {
        !matches!(self, Self::ConditionFalse | Self::StageSkipped)
    }
}

impl HaltCause {
    /// The word of documents, such as `fail_fast`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::FailFast { .. } => "fail_fast",
            Self::CriticalFinding { .. } => "fail_fast_on_critical",
            Self::RequiredFailure { .. } => "halted",
            Self::StageTimeout { .. } => "stage_timeout",
            Self::RunTimeout => "run_timeout",
            Self::Cancelled => "cancelled",
        }
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
}

/// One fact of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run was created.
    Submitted {
        /// What it was asked to do.
        submission: Arc<Submission>,
    },
    /// A process took the lease and drives the run from here on.
    Claimed {
        /// The lease's fencing number.
        fence: u64,
    },
    /// A finished result of the parent run was taken over.
    ResultAdopted {
        /// The agent or gate.
        node: NodeIx,
        /// Its end in the parent run.
        outcome: AttemptOutcome,
    },
    /// A stage began.
    StageStarted {
        /// The stage.
        stage: StageIx,
    },
    /// A stage, with all that is in it and has not ended, was not run.
    StageSkipped {
        /// The stage.
        stage: StageIx,
        /// Why.
        reason: SkipReason,
    },
    /// A stage ended.
    StageFinished {
        /// The stage.
        stage: StageIx,
        /// How.
        status: StageStatus,
    },
    /// A custom condition is asked for.
    ConditionAsked {
        /// Whose condition.
        asker: Asker,
        /// Which of its custom conditions.
        number: u32,
    },
    /// A custom condition was answered.
    ConditionAnswered {
        /// Whose condition.
        asker: Asker,
        /// Which of its custom conditions.
        number: u32,
        /// True, false, or what went wrong.
        answer: Result<bool, String>,
    },
    /// An agent or gate was not run.
    NodeSkipped {
        /// The agent or gate.
        node: NodeIx,
        /// Why.
        reason: SkipReason,
    },
    /// A try was launched. The process starts after this event is committed.
    AttemptStarted {
        /// The agent or gate.
        node: NodeIx,
        /// The try, from 1.
        try_number: u32,
        /// The launch.
        launch: Launch,
        /// The rendered request, frozen.
        request: Option<BlobRef>,
        /// Its time limit in milliseconds, grown and clamped.
        timeout_ms: Option<u64>,
    },
    /// A launch is gone without an answer: its process died with its driver, or it
    /// was stopped by an interrupt. The same try may be launched again.
    AttemptLost {
        /// The agent or gate.
        node: NodeIx,
        /// The launch.
        launch: Launch,
        /// False when it was ended on purpose by an interrupt; such losses do not
        /// count towards the limit of launches.
        crashed: bool,
    },
    /// A try ended.
    AttemptFinished {
        /// The agent or gate.
        node: NodeIx,
        /// The try.
        try_number: u32,
        /// The launch.
        launch: Launch,
        /// How it ended.
        outcome: Box<AttemptOutcome>,
        /// When the next try is due; `None` when this was the last.
        retry_at: Option<Timestamp>,
    },
    /// The wait before a further try is over.
    RetryDue {
        /// The agent or gate.
        node: NodeIx,
    },
    /// A node waits for a person.
    Parked {
        /// The node.
        node: NodeIx,
        /// Why.
        reason: WaitReason,
        /// What is asked, as shown.
        question: String,
        /// The digest of what was shown, to which the answer is bound.
        digest: String,
        /// When the wait ends by itself.
        deadline: Option<Timestamp>,
    },
    /// A person answered.
    Answered {
        /// The node.
        node: NodeIx,
        /// The digest of what was shown.
        digest: String,
        /// The answer.
        answer: Answer,
    },
    /// What is running is to be stopped, and why nothing more is started.
    Halted {
        /// Why.
        cause: HaltCause,
        /// Whether what is running is stopped too.
        stop_running: bool,
    },
    /// Somebody cancelled the run.
    CancelRequested {
        /// Why, in the words of who did.
        reason: String,
        /// Whether running agents are stopped.
        force: bool,
    },
    /// The driver was interrupted: nothing more is started, what runs is ended gently.
    Interrupted,
    /// The run cannot go on by itself.
    Stuck {
        /// Why, and what a person can do.
        reason: String,
    },
    /// The run ended.
    Ended {
        /// How.
        status: RunStatus,
        /// The decision; `None` with `decision: none`.
        decision: Option<Box<DecisionRecord>>,
    },
    /// An ended or stuck run goes on: what failed is tried again (decision 31).
    Reopened,
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// True for `approve`, false for `reject`.
    pub approved: bool,
    /// The choice, one of those offered.
    pub choice: String,
    /// Who, as claimed (decision 36).
    pub by: Option<String>,
    /// In their words.
    pub note: Option<String>,
}

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its position in the run's journal, from 0, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}
