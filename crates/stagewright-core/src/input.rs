//! What comes in from the world, and what the core wants to be going on.

use crate::event::{Answer, Asker, AttemptOutcome, BlobRef, Launch};
use crate::plan::{NodeIx, Repeated};
use crate::time::Timestamp;
use serde_json::Value;

/// Something that happened outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// This process holds the lease now.
    Claim {
        /// The lease's fencing number.
        fence: u64,
    },
    /// The request of an admitted node was rendered, or could not be.
    Start {
        /// The agent or gate.
        node: NodeIx,
        /// What it starts with.
        request: StartRequest,
    },
    /// A launch ended.
    Completed {
        /// The agent or gate.
        node: NodeIx,
        /// The launch that reports; any other than the running one changes nothing.
        launch: Launch,
        /// How it ended.
        outcome: Box<AttemptOutcome>,
    },
    /// A launch can go no further by itself: what it drives waits for somebody.
    Suspended {
        /// The agent.
        node: NodeIx,
        /// The launch; any other than the running one changes nothing.
        launch: Launch,
        /// What is waited for, as shown.
        question: String,
    },
    /// The list of something repeated is known, or cannot be made.
    Expand {
        /// What is repeated.
        of: Repeated,
        /// The list, or what is wrong with it.
        items: Result<ItemList, String>,
    },
    /// A launch was ended because the driver asked for it, and has no answer.
    Stopped {
        /// The agent or gate.
        node: NodeIx,
        /// The launch.
        launch: Launch,
    },
    /// A custom condition's program answered.
    ConditionAnswered {
        /// Whose condition.
        asker: Asker,
        /// Which of its custom conditions.
        number: u32,
        /// True, false, or what went wrong.
        answer: Result<bool, String>,
    },
    /// Whoever makes an agent's input answered.
    InputAnswered {
        /// The agent.
        node: NodeIx,
        /// The input beside the journal, or what went wrong.
        answer: Result<BlobRef, String>,
    },
    /// Time has passed; whatever is due happens.
    Tick,
    /// Somebody wants the run to stop.
    Cancel {
        /// Why.
        reason: String,
        /// Whether running agents are stopped.
        force: bool,
    },
    /// The driver itself is asked to leave (decision 13).
    Interrupt,
    /// A person answered a parked node.
    Answer {
        /// The node.
        node: NodeIx,
        /// The digest of what was shown to them; an answer to anything else than what
        /// is asked now counts for nothing.
        digest: String,
        /// The answer.
        answer: Answer,
        /// The answer as the node's result.
        outcome: Box<AttemptOutcome>,
    },
    /// The run is to go on: `resume` on an ended, stuck or interrupted run.
    Resume,
}

/// The list that something is repeated over.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemList {
    /// The list beside the journal.
    pub blob: BlobRef,
    /// How many elements it has.
    pub count: u32,
    /// The elements, where conditions read them; otherwise nothing.
    pub values: Vec<Value>,
}

/// What an admitted node starts with.
#[derive(Debug, Clone, PartialEq)]
pub enum StartRequest {
    /// A launch with this frozen request.
    Launch {
        /// The request beside the journal.
        request: BlobRef,
    },
    /// A value computed in process: the try ends as it starts.
    Settled {
        /// The result.
        outcome: Box<AttemptOutcome>,
    },
    /// A question to a person.
    Ask {
        /// The rendered question.
        question: String,
    },
    /// The request could not be made.
    Failed {
        /// Why.
        message: String,
    },
}

/// What the core wants to be going on right now. Level-triggered: a driver compares
/// it with what is in flight and starts or stops the difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Launches that should be running.
    pub launches: Vec<Launching>,
    /// Custom conditions that should be answered.
    pub questions: Vec<(Asker, u32)>,
    /// Agents whose input should be made.
    pub inputs: Vec<NodeIx>,
    /// When the core wants a [`Input::Tick`] at the latest.
    pub wake_at: Option<Timestamp>,
}

/// A launch that should be running, or stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Launching {
    /// The agent or gate.
    pub node: NodeIx,
    /// The launch.
    pub launch: Launch,
    /// The try.
    pub try_number: u32,
    /// The time limit in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Set when it should be ended.
    pub stop: Option<Stop>,
}

/// How a launch should be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// TERM, and KILL after a while.
    Gentle,
    /// KILL soon.
    Forced,
}
