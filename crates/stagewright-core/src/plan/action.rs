//! Who does a step, and what it is handed.

use super::Plan;
use super::answer::AnswerReader;
use crate::shell_text::ShellText;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Who does a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A program or shell text on this machine (`run:`).
    Command(Command),
    /// An AWS Lambda function (`lambda_function_arn:`), or the program that settings map it to.
    Lambda {
        /// The function's ARN, the key of the mapping.
        arn: String,
        /// What it gets; `None` is the whole context.
        input: Option<Value>,
    },
    /// Values computed in process (`set:`): a tree whose texts are templates.
    Set {
        /// The tree.
        value: Value,
    },
    /// A person's answer (`human:`).
    Human(Human),
    /// An HTTP endpoint (`http:`).
    Http(Http),
    /// Another pipeline, as a run of its own (`pipeline:`, decision 35).
    Pipeline(SubPipeline),
}

/// A program or shell text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// What is run.
    pub program: Program,
    /// Further environment, name to template.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The working directory, a template; relative to the run's work tree.
    pub cwd: Option<String>,
    /// What it gets as JSON; `None` is the whole context. Texts are templates.
    pub input: Option<Value>,
    /// The reader of its answer; `None` is a plain text result (decision 25).
    pub findings: Option<AnswerReader>,
    /// Which exit codes mean what, where it differs from the reader's own meaning.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Program {
    /// A text for a shell (decisions 18 and 20).
    Shell {
        /// The shell and its options; the text is appended as the last argument.
        /// `None` is the default shell.
        shell: Option<Vec<String>>,
        /// The compiled text.
        text: ShellText,
    },
    /// An argument vector, no shell; each element a template, a list expands to several.
    Arguments {
        /// The program and its arguments.
        words: Vec<String>,
    },
}

/// Declared meanings of exit codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitCodes {
    /// Codes that are an answer (an agent), or a pass (a gate). Empty: the default.
    #[serde(default)]
    pub success: Vec<i32>,
    /// Codes that are a failed gate. Empty: every other code but the ones below.
    #[serde(default)]
    pub fail: Vec<i32>,
    /// Codes that mean "there was nothing to check" (a gate).
    #[serde(default)]
    pub no_evidence: Vec<i32>,
}

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Human {
    /// The question, a template.
    pub ask: String,
    /// The answers that `approve` (the first) and `reject` (the last) give.
    pub choices: Vec<String>,
    /// Who should answer; recorded and shown, not enforced on one machine (decision 36).
    #[serde(default)]
    pub approvers: Vec<String>,
}

/// A request to an HTTP endpoint. Texts are templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Http {
    /// Where, `http` or `https`.
    pub url: String,
    /// Such as `POST`, in upper case.
    pub method: String,
    /// Further headers, name to template.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What is sent: a text as it is, anything else as JSON. `None` sends `input` where
    /// the method has a body, and nothing otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// What it gets as JSON; `None` is the whole context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// The most bytes that an answer may have; `None` is the engine's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_answer_bytes: Option<u64>,
    /// The most redirects that are followed; `None` is the engine's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirects: Option<u32>,
    /// Addresses and networks that are allowed although the address policy refuses them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_addresses: Vec<String>,
    /// The reader of its answer; `None` is the JSON or text that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<AnswerReader>,
}

/// Another pipeline as a step (decision 35).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubPipeline {
    /// The file as it was named, for people.
    pub source: String,
    /// What is run, frozen with the plan around it.
    pub plan: Box<Plan>,
    /// Its context, a tree whose texts are templates; `None` is the whole context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
}

/// Who may be asked, where an agent has a fallback (rule D5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The agent itself and nobody else.
    Ai,
    /// Its fallbacks only.
    Static,
    /// The agent itself, and its fallbacks when it fails.
    Hybrid,
    /// An expression gives one of these words when the agent starts.
    Chosen(String),
}

impl Strategy {
    /// The strategy of this word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "ai" => Some(Self::Ai),
            "static" => Some(Self::Static),
            "hybrid" => Some(Self::Hybrid),
            _ => None,
        }
    }
}
