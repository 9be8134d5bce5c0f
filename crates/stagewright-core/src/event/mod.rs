//! The facts of a run, in the past tense. Nothing changes a run's state but an
//! event, and the journal is the list of them.
//!
//! Events are small: full outputs, requests and plans live beside the journal by
//! hash ([`BlobRef`]); an event carries the hash and the bounded part that conditions
//! and the decision read (decision 5). How events are written down is the journal's
//! business; these types may change as long as old journals still fold.

mod handed_up;
mod outcome;
mod reason;
mod subject;
mod submission;

pub use handed_up::{HandedUp, Said};
pub use outcome::{AttemptOutcome, AttemptResult, BlobRef, Facts, Usage, Verdict};
pub use reason::{Asker, HaltCause, RepetitionEnd, RunStatus, SkipReason, StageStatus, WaitReason};
pub use submission::{Adopted, ParentStep, Submission};

use crate::decision::DecisionRecord;
use crate::plan::{NodeIx, Repeated, StageIx};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

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
        outcome: Box<AttemptOutcome>,
        /// Who did it there: the agent's own action at 0, then its fallbacks.
        alternative: u32,
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
    /// Somebody is asked to make an agent's input (decision 8).
    InputAsked {
        /// The agent.
        node: NodeIx,
    },
    /// An agent's input was made.
    InputAnswered {
        /// The agent.
        node: NodeIx,
        /// The input beside the journal, or what went wrong.
        answer: Result<BlobRef, String>,
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
    /// A wait is over that no person ends: the launch goes on, or is made again.
    WaitEnded {
        /// The node.
        node: NodeIx,
    },
    /// Something repeated has its instances: those of a list all at once, those of a loop
    /// one more (decision 4).
    Expanded {
        /// What is repeated.
        of: Repeated,
        /// The list beside the journal; `None` for a loop.
        items: Option<BlobRef>,
        /// How many instances there are now.
        count: u32,
        /// The elements of the list where conditions read them, otherwise nothing.
        values: Vec<Value>,
    },
    /// No further instance of something repeated starts, and all that started have ended.
    RepetitionFinished {
        /// What was repeated.
        of: Repeated,
        /// How it came to its end.
        end: RepetitionEnd,
    },
    /// An agent is done by somebody else from here on (rule D5).
    FellBack {
        /// The agent.
        node: NodeIx,
        /// The place in its order of actions: 1 is its first fallback.
        to: u32,
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
