//! What the machine's settings say about agents.

use std::collections::BTreeMap;
use std::time::Duration;

/// What the machine's settings say about agents. [`Default`] is what holds without
/// a settings file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Programs that stand in for AWS Lambda functions, by ARN:
    /// `[lambda."arn:…"]` in `stagewright.toml`.
    pub lambdas: BTreeMap<String, LambdaProgram>,
    /// Names of environment variables that agents get besides the built-in list;
    /// a name may end in `*`.
    pub pass_environment: Vec<String>,
    /// How much is kept of what agents write.
    pub caps: Caps,
    /// How long an agent has to end by itself when it is told to.
    pub grace: Grace,
}

/// A program that stands in for an AWS Lambda function. It reads the input as JSON
/// from standard input and answers with an agent's document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LambdaProgram {
    /// The program, then its arguments.
    pub run: Vec<String>,
    /// Further environment variables.
    pub env: BTreeMap<String, String>,
}

/// How much is kept of what an agent writes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Per log file. What follows is read and thrown away, so that the agent goes on.
    pub log_bytes: u64,
    /// Per answer. A larger promised document is `invalid_output`; of a larger plain
    /// text the beginning is kept.
    pub answer_bytes: usize,
}

impl Default for Caps {
    /// 16 MiB of log per stream, 10 MiB of answer.
    fn default() -> Self {
        Self {
            log_bytes: 16 * 1024 * 1024,
            answer_bytes: 10 * 1024 * 1024,
        }
    }
}

/// The time between TERM and KILL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// After a time limit or a gentle stop.
    pub gentle: Duration,
    /// After a forced stop, and for what a program leaves behind.
    pub forced: Duration,
}

impl Default for Grace {
    /// 5 s gentle, 1 s forced.
    fn default() -> Self {
        Self {
            gentle: Duration::from_secs(5),
            forced: Duration::from_secs(1),
        }
    }
}
