//! One launch: what the engine hands over, and what it gets back.

use crate::request::Request;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stagewright_core::NodeIx;
use stagewright_core::event::{AttemptOutcome, Launch};
use stagewright_core::finding::Finding;
use stagewright_core::input::Stop;
use std::path::PathBuf;
use tokio::sync::watch;

/// Tells a launch to end: `None`, then at most once gently, at most once by force.
/// When the sender is gone, no stop will come any more.
pub type StopSignal = watch::Receiver<Option<Stop>>;

/// One launch of one try of an agent or gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The run's own id.
    pub run_id: String,
    /// The user's key of the run.
    pub pipeline_id: String,
    /// The node's id, with its instance (`review[3]`) where it has one.
    pub node: String,
    /// The node's name, for people.
    pub name: String,
    /// The node's type, if it has one.
    pub agent_type: Option<String>,
    /// The try, from 1.
    pub try_number: u32,
    /// The launch.
    pub launch: Launch,
    /// For distributed tracing, passed through.
    pub trace_id: Option<String>,
    /// What is to be done.
    pub request: Request,
    /// The total time limit in milliseconds; stands above the request's own, since it
    /// may have grown (rule A7).
    pub timeout_ms: Option<u64>,
    /// The root of the work tree: where the agent works.
    pub work_dir: PathBuf,
    /// The run's directory: `logs/` and `scratch/` are made in it.
    pub run_dir: PathBuf,
    /// Carried by every process of this launch in its environment (decision 14).
    /// Unique per launch, without white space, and begins with the run's id and `/`.
    pub marker: String,
}

impl Job {
    /// The marker that the engine gives a launch: `<run>/<node>/<serial>`.
    pub fn marker_of(run_id: &str, node: &str, launch: Launch) -> String {
        format!("{run_id}/{node}/{}", launch.serial)
    }

    /// The same for all launches of one try, so that an agent with outside effects
    /// can tell a repetition from a new order (decision 3).
    pub fn idempotency_key(&self) -> String {
        format!("{}/{}/{}", self.run_id, self.node, self.try_number)
    }

    /// The same job with absolute directories, since its program runs elsewhere.
    pub(crate) fn made_absolute(mut self) -> Self {
        for directory in [&mut self.work_dir, &mut self.run_dir] {
            // It fails only when the current directory is gone; then the paths lead
            // nowhere either way, and the launch will say so.
            if let Ok(absolute) = std::path::absolute(&*directory) {
                *directory = absolute;
            }
        }
        self
    }

    /// The beginning of the names of this launch's files: `<node>.<try>.<serial>`, an
    /// instance written as `review.3`.
    pub(crate) fn file_stem(&self) -> String {
        let node: String = NodeIx::file_name(&self.node)
            .chars()
            .map(|c| match c {
                'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' | '.' => c,
                _ => '_',
            })
            .collect();
        format!("{node}.{}.{}", self.try_number, self.launch.serial)
    }
}

/// What came of a launch. Nothing in it holds a secret's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Performed {
    /// How the try ended. Its `output` and `projection` are empty: the engine stores
    /// the document and fills them.
    pub outcome: AttemptOutcome,
    /// The full result, for storing beside the journal.
    pub document: ResultDocument,
    /// True when the launch ended because the stop signal said so; it has no answer.
    pub stopped: bool,
}

/// The full result of a launch, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultDocument {
    /// What conditions and later agents read.
    pub output: Value,
    /// Every problem reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The exit code; `None` when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The number of the signal that ended the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// The status of an HTTP answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Standard output, or the body of an HTTP answer; `None` when nothing was executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<LogFile>,
    /// Standard error, or the conversation around an HTTP answer; `None` when nothing was executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<LogFile>,
    /// The name of the format in which the output was read; `None` is plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Where the answer was found; `None` when none was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<AnsweredBy>,
    /// How many processes the program had left behind, which were ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub leftovers: usize,
}

/// A log of one output stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFile {
    /// Where, relative to the run's directory.
    pub path: String,
    /// Bytes that the program wrote.
    pub written: u64,
    /// Whether the file holds less than what the program wrote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// Where an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// In the file that `STAGEWRIGHT_ANSWER` names.
    File,
    /// On standard output.
    Stdout,
    /// In the body of an HTTP answer.
    Http,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
