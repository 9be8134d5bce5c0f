//! Questions to programs (decision 8): each reads JSON and prints one answer. A custom
//! condition's is `true` or `false`, an input transformer's the input as JSON.

use crate::environment;
use crate::perform::Agents;
use crate::process::recording::Capture;
use crate::process::{self, Exit, Invocation, MARKER_VARIABLE, Recording};
use crate::program;
use crate::redact::Redactor;
use crate::remains::{describe_exit, describe_limit};
use serde_json::Value;
use stagewright_core::plan::TimeLimits;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;

/// The longest truth value: more than any way to write one.
const TRUTH_BYTES: usize = 4 * 1024;

/// The largest input that is made.
const INPUT_BYTES: usize = 4 * 1024 * 1024;

/// A question that is to be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The program, then its arguments.
    pub argv: Vec<String>,
    /// Further environment variables.
    pub env: BTreeMap<String, String>,
    /// What it reads as JSON from standard input.
    pub input: Value,
    /// The longest time that it may take.
    pub timeout: Duration,
    /// Where it runs.
    pub work_dir: PathBuf,
    /// Carried by its processes: `<run>/<node or stage>/…`, unique.
    pub marker: String,
}

impl Agents {
    /// Asks a program whether a condition holds. It gets no secrets.
    ///
    /// # Errors
    /// In words, when it did not print `true` or `false` and end with 0 in time.
    pub async fn evaluate(&self, question: Question) -> Result<bool, String> {
        let expected = "`true` or `false`";
        let (name, answer) = self.answer(question, TRUTH_BYTES, expected).await?;
        match answer.trim() {
            // Python prints its truth values with a capital.
            "true" | "True" => Ok(true),
            "false" | "False" => Ok(false),
            other => Err(instead_of(&name, other, expected)),
        }
    }

    /// Asks a program for an agent's input. It gets no secrets.
    ///
    /// # Errors
    /// In words, when it did not print one JSON value and end with 0 in time.
    pub async fn transform(&self, question: Question) -> Result<Value, String> {
        let expected = "one JSON value";
        let (name, answer) = self.answer(question, INPUT_BYTES, expected).await?;
        serde_json::from_str(answer.trim())
            .map_err(|error| format!("{} ({error})", instead_of(&name, answer.trim(), expected)))
    }

    /// Runs the program of a question; its name, and what it printed.
    async fn answer(
        &self,
        question: Question,
        cap: usize,
        expected: &str,
    ) -> Result<(String, String), String> {
        let name = question
            .argv
            .first()
            .ok_or("there is no program to ask")?
            .clone();
        let invocation = self.invocation_of(&name, question)?;
        let program = invocation.program.clone();
        let redactor = Redactor::new([]);
        let mut stdout = Recording::without_log(&redactor, cap);
        let mut stderr = Recording::without_log(&redactor, 0);
        // Nobody stops a question; its driver drops the future.
        let (_sender, stop) = watch::channel(None);
        let ended = process::run(invocation, &mut stdout, &mut stderr, stop)
            .await
            .map_err(|error| program::start_failed(&program, &error).message)?;
        if let Some(limit) = ended.cut.and_then(describe_limit) {
            return Err(format!("`{name}`: {limit}"));
        }
        if ended.exit != Exit::Code(0) {
            let last = stderr.tail();
            let last = last.trim_end().lines().last().unwrap_or_default();
            let colon = if last.is_empty() { "" } else { ": " };
            return Err(format!(
                "`{name}`: {}{colon}{last}",
                describe_exit(ended.exit)
            ));
        }
        match stdout.take_capture() {
            Capture::Whole { bytes, .. } => {
                Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
            }
            Capture::TooMuch { cap, .. } => Err(format!(
                "`{name}` printed more than {cap} bytes instead of {expected}"
            )),
        }
    }

    fn invocation_of(&self, name: &str, question: Question) -> Result<Invocation, String> {
        let own = &self.environment;
        let mut environment = environment::allowed(own, &self.settings.pass_environment);
        let declared = question.env.into_iter();
        environment.extend(declared.map(|(name, value)| (name.into(), value.into())));
        let marker = environment::marker_words(own, &question.marker);
        environment.insert(MARKER_VARIABLE.into(), marker);
        let path = environment
            .get(OsStr::new("PATH"))
            .cloned()
            .unwrap_or_default();
        let directory = std::path::absolute(&question.work_dir)
            .map_err(|error| format!("the working directory is unknown: {error}"))?;
        let program = program::find(name, &path, &directory).map_err(|refusal| refusal.message)?;
        Ok(Invocation {
            program,
            name: name.into(),
            arguments: question
                .argv
                .into_iter()
                .skip(1)
                .map(OsString::from)
                .collect(),
            environment,
            directory,
            input: question.input.to_string().into_bytes(),
            limits: TimeLimits {
                total_ms: Some(u64::try_from(question.timeout.as_millis()).unwrap_or(u64::MAX)),
                ..TimeLimits::default()
            },
            grace: self.settings.grace,
            marker: question.marker,
        })
    }
}

fn instead_of(name: &str, answer: &str, expected: &str) -> String {
    let shown: String = answer.chars().take(80).collect();
    format!("`{name}` printed `{shown}` instead of {expected}")
}
