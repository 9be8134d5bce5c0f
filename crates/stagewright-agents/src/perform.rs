//! The story of one launch: secrets, program, execution, judgement, redaction.
//!
//! A failing step is data: [`Agents::perform`] has no error. Everything that leaves
//! it has gone through [`Redactor`], whichever way it took.

use crate::answer::Promise;
use crate::environment::Environment;
use crate::facts;
#[cfg(feature = "http")]
use crate::http::Tls;
use crate::invocation;
use crate::job::{AnsweredBy, Job, Performed, ResultDocument, StopSignal};
use crate::judge::{self, Judged};
use crate::outputs;
use crate::process::recording::Capture;
use crate::process::{self, Cut, Ended, Exit, Recording};
use crate::program;
use crate::redact::Redactor;
use crate::refusal::Refusal;
use crate::remains::{RawAnswer, Remains};
use crate::request::{Body, Reader};
use crate::scratch::{AnswerFile, Scratch};
use crate::secrets::Secrets;
use crate::settings::{Caps, Settings};
use crate::verdict;
use stagewright_core::event::{AttemptOutcome, AttemptResult, Usage, Verdict};
use stagewright_core::finding::FindingsSummary;
use stagewright_core::plan::Role;
use stagewright_core::retry::ErrorClass;
use stagewright_evidence::Answer;
use std::path::PathBuf;

/// Gets steps done. One value serves a whole process.
#[derive(Debug, Clone)]
pub struct Agents {
    pub(crate) settings: Settings,
    pub(crate) environment: Environment,
    #[cfg(feature = "http")]
    pub(crate) tls: Tls,
}

/// A program that was executed, and its records.
struct Executed {
    ended: Ended,
    stdout: Recording,
    stderr: Recording,
    scratch: Scratch,
}

impl Agents {
    /// With the environment of this process.
    pub fn new(settings: Settings) -> Self {
        Self::with_environment(settings, std::env::vars_os().collect())
    }

    /// With another environment: what agents may see of it, and where `env:NAME`
    /// secrets come from.
    pub fn with_environment(settings: Settings, environment: Environment) -> Self {
        Self {
            settings,
            environment,
            #[cfg(feature = "http")]
            tls: Tls::default(),
        }
    }

    /// Performs one launch. When this returns, nothing of it runs any more; when it
    /// is dropped before that, what runs is killed.
    pub async fn perform(&self, job: Job, stop: StopSignal) -> Performed {
        if stop.borrow().is_some() {
            return stopped();
        }
        let job = job.made_absolute();
        let request = &job.request;
        let refused = |refusal: Refusal| not_executed(request.role, refusal);
        let secrets = match Secrets::resolve(&request.secrets, &self.environment, &job.work_dir) {
            Ok(secrets) => secrets,
            Err(error) => return refused(error.into()),
        };
        let redactor = secrets.redactor();
        let promise = match Promise::of(request) {
            Ok(promise) => promise,
            Err(message) => return refused(Refusal::invalid(message)),
        };
        if let Body::Http(http) = &request.body {
            let performing = self.perform_http(&job, http, &secrets, &redactor, promise, stop);
            return match Box::pin(performing).await {
                Ok(performed) => performed,
                Err(refusal) => refused(refusal.redacted(&redactor)),
            };
        }
        let mut executed = match self.execute(&job, &secrets, &redactor, stop).await {
            Ok(executed) => executed,
            Err(refusal) => return refused(refusal.redacted(&redactor)),
        };
        let remains = executed.remains(self.settings.caps, &redactor);
        // Findings are told apart by their places (decision 27), so a place is relative
        // to where the tool ran.
        let root = match &request.cwd {
            Some(cwd) => job.work_dir.join(cwd),
            None => job.work_dir.clone(),
        };
        let root = root.to_string_lossy();
        let judged = match request.role {
            Role::Agent => judge::agent(request, promise, &remains, &root),
            Role::Gate => verdict::gate(request, promise, &remains, &root),
        };
        let document = executed.document(promise);
        let answered_by = remains.answered_by;
        let mut performed = conclude(&job, promise, &redactor, answered_by, document, judged);
        let warnings = warnings_about(executed.ended);
        performed.outcome.warnings.extend(warnings);
        performed.outcome.usage = Some(executed.ended.usage).filter(Usage::is_known);
        performed.stopped = executed.ended.cut == Some(Cut::Stopped);
        performed
    }

    async fn execute(
        &self,
        job: &Job,
        secrets: &Secrets,
        redactor: &Redactor,
        stop: StopSignal,
    ) -> Result<Executed, Refusal> {
        let run_dir = job.run_dir.as_path();
        let unwritable = |what: &str, error: std::io::Error| {
            Refusal::invocation(format!("{what} cannot be written: {error}"))
        };
        let input = serde_json::to_vec(&job.request.input).expect("a JSON value can be written");
        let stem = job.file_stem();
        let scratch = Scratch::new(run_dir, &stem, &input)
            .map_err(|error| unwritable("the input file", error))?;
        let invocation = invocation::of_job(
            job,
            input,
            secrets,
            &scratch,
            &self.settings,
            &self.environment,
        )?;
        std::fs::create_dir_all(run_dir.join("logs"))
            .map_err(|error| unwritable("the log file", error))?;
        let Caps {
            log_bytes,
            answer_bytes,
        } = self.settings.caps;
        let record = |extension: &str, capture_bytes: usize| {
            let path = format!("logs/{stem}.{extension}");
            Recording::with_log(redactor, capture_bytes, run_dir, path, log_bytes)
                .map_err(|error| unwritable("the log file", error))
        };
        let (mut stdout, mut stderr) = (record("out", answer_bytes)?, record("err", 0)?);
        let program: PathBuf = invocation.program.clone();
        let ended = process::run(invocation, &mut stdout, &mut stderr, stop)
            .await
            .map_err(|error| program::start_failed(&program, &error))?;
        Ok(Executed {
            ended,
            stdout,
            stderr,
            scratch,
        })
    }
}

impl Executed {
    fn document(&self, promise: Promise) -> ResultDocument {
        let (exit_code, signal) = match self.ended.exit {
            Exit::Code(code) => (Some(code), None),
            Exit::Signal(signal) => (None, Some(signal)),
            Exit::Never => (None, None),
        };
        ResultDocument {
            exit_code,
            signal,
            stdout: self.stdout.log_file(),
            stderr: self.stderr.log_file(),
            format: promise.format_name().map(str::to_owned),
            leftovers: self.ended.leftovers,
            ..ResultDocument::default()
        }
    }

    fn remains(&mut self, caps: Caps, redactor: &Redactor) -> Remains {
        let too_much = |raw: &[u8], cap| RawAnswer::TooMuch {
            beginning: redactor.beginning(raw),
            cap,
        };
        let (answer, answered_by) = match self.scratch.read_answer(caps.answer_bytes) {
            Ok(AnswerFile::Empty) => (
                match self.stdout.take_capture() {
                    Capture::Whole { bytes, .. } => RawAnswer::Bytes(bytes),
                    Capture::TooMuch { beginning, cap } => too_much(&beginning, cap),
                },
                AnsweredBy::Stdout,
            ),
            Ok(AnswerFile::Bytes(bytes)) => (RawAnswer::Bytes(bytes), AnsweredBy::File),
            Ok(AnswerFile::TooMuch(beginning)) => {
                (too_much(&beginning, caps.answer_bytes), AnsweredBy::File)
            }
            Err(error) => (
                RawAnswer::Unreadable(format!("the answer file cannot be read: {error}")),
                AnsweredBy::File,
            ),
        };
        Remains {
            ended: self.ended,
            answer,
            answered_by,
            stdout_tail: self.stdout.tail(),
            stderr_tail: self.stderr.tail(),
        }
    }
}

/// Puts together what leaves the crate, redacted. `document` says how it went.
pub(crate) fn conclude(
    job: &Job,
    promise: Promise,
    redactor: &Redactor,
    answered_by: AnsweredBy,
    mut document: ResultDocument,
    judged: Judged,
) -> Performed {
    let mut outcome = AttemptOutcome::bare(redacted_result(redactor, judged.result));
    if let Some(mut answer) = judged.answer {
        redact_answer(redactor, &mut answer);
        if matches!(promise, Promise::Document(_)) {
            outcome.facts = facts::of(job.request.reader.agent_type.as_deref(), &answer.output);
        }
        outcome.findings = FindingsSummary::of(&answer.findings);
        outcome.cost_usd = answer.cost_usd;
        outcome.warnings = answer.warnings;
        document.output = answer.output;
        take_outputs(&job.request.reader, &mut outcome, &mut document);
        document.findings = answer.findings;
        document.answered_by = Some(answered_by);
    }
    Performed {
        outcome,
        document,
        stopped: false,
    }
}

/// Makes the output of the answer. An answer that is not as it was promised is kept for
/// people, and the try has failed.
fn take_outputs(reader: &Reader, outcome: &mut AttemptOutcome, document: &mut ResultDocument) {
    let Some(wanted) = &reader.outputs else {
        return;
    };
    if outcome.result != AttemptResult::Succeeded {
        return;
    }
    match outputs::take_outputs(wanted, document.output.clone()) {
        Ok(output) => document.output = output,
        Err(message) => {
            outcome.result = AttemptResult::Failed {
                class: ErrorClass::InvalidOutput,
                message,
            };
        }
    }
}

/// What a person should know about processes that outlived their program. After a
/// time limit or a stop they are no surprise.
fn warnings_about(ended: Ended) -> Vec<String> {
    let mut warnings = Vec::new();
    if ended.leftovers > 0 && ended.cut.is_none() {
        let count = ended.leftovers;
        let noun = if count == 1 { "process" } else { "processes" };
        warnings.push(format!("ended {count} {noun} that it had left running"));
    }
    if ended.survivors > 0 || ended.exit == Exit::Never {
        let count = ended.survivors + usize::from(ended.exit == Exit::Never);
        warnings.push(format!(
            "{count} of its processes did not end even after SIGKILL"
        ));
    }
    if ended.held_open {
        warnings.push(
            "its output is still held open by a process that carries no marker; \
             what that writes is lost"
                .to_owned(),
        );
    }
    warnings
}

fn redacted_result(redactor: &Redactor, result: AttemptResult) -> AttemptResult {
    match result {
        AttemptResult::Succeeded => AttemptResult::Succeeded,
        AttemptResult::Judged { verdict, message } => AttemptResult::Judged {
            verdict,
            message: redactor.text(&message),
        },
        AttemptResult::Failed { class, message } => AttemptResult::Failed {
            class,
            message: redactor.text(&message),
        },
    }
}

fn redact_answer(redactor: &Redactor, answer: &mut Answer) {
    redactor.value(&mut answer.output);
    for finding in &mut answer.findings {
        redactor.finding(finding);
    }
    for warning in &mut answer.warnings {
        *warning = redactor.text(warning);
    }
}

/// A gate that was not executed has checked nothing, which is an error and not a fail.
fn not_executed(role: Role, refusal: Refusal) -> Performed {
    let Refusal { class, message } = refusal;
    let result = match role {
        Role::Agent => AttemptResult::Failed { class, message },
        Role::Gate => AttemptResult::Judged {
            verdict: Verdict::Error,
            message,
        },
    };
    Performed {
        outcome: AttemptOutcome::bare(result),
        document: ResultDocument::default(),
        stopped: false,
    }
}

pub(crate) fn stopped() -> Performed {
    Performed {
        outcome: AttemptOutcome::failed(ErrorClass::Cancelled, "stopped"),
        document: ResultDocument::default(),
        stopped: true,
    }
}
