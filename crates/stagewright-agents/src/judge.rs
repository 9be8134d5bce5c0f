//! What the end of an executed program means for an agent (decision 25).
//!
//! A finding is not a failure, and a failure is not a crash: an agent that answers
//! with findings and exit code 1 has succeeded; one that says with its exit code that
//! it found something while its document lists nothing has crashed after printing, or
//! has lost its findings, and has failed; one that leaves no readable answer has failed, and its exit code says whether it was the program (`execution`) or
//! the document (`invalid_output`). Where no document was promised there is nothing
//! to read: the exit code decides, however much was printed. Gates are judged in [`crate::verdict`].

use crate::answer::{self, Promise};
use crate::install_hint;
use crate::process::{Cut, Exit};
use crate::remains::{RawAnswer, Remains, describe_exit, describe_limit};
use crate::request::{Body, Request};
use stagewright_core::event::AttemptResult;
use stagewright_core::retry::ErrorClass;
use stagewright_evidence::{AgentStatus, Answer, ReadError};

/// A judgement, not redacted yet.
#[derive(Debug)]
pub(crate) struct Judged {
    /// Success, or why not.
    pub(crate) result: AttemptResult,
    /// The answer, if it could be read.
    pub(crate) answer: Option<Answer>,
}

/// Judges an agent's end. `root` is the work tree as the agent saw it.
pub(crate) fn agent(request: &Request, promise: Promise, remains: &Remains, root: &str) -> Judged {
    if let Some(cut) = remains.ended.cut {
        return cut_off(cut, remains);
    }
    let Exit::Code(code) = remains.ended.exit else {
        let message = remains.last_words(&describe_exit(remains.ended.exit), false);
        return failed(ErrorClass::Execution, message);
    };
    if matches!(request.body, Body::Lambda { .. })
        && let RawAnswer::Bytes(bytes) = &remains.answer
        && let Some(error) = answer::lambda_error(bytes)
    {
        return failed(
            ErrorClass::Execution,
            format!("the function failed: {error}"),
        );
    }
    let answered = match request.exit_codes.success.as_slice() {
        [] => promise.is_answer(code),
        declared => declared.contains(&code),
    };
    let read = read_answer(request, promise, remains, root);
    if answered {
        let contradicted = read
            .as_ref()
            .is_ok_and(|answer| contradicts(request, promise, code, answer));
        if contradicted {
            return without_a_reason(code, remains, read);
        }
        with_answer(promise, code, remains, read)
    } else {
        without_answer(promise, code, remains, read)
    }
}

/// Reads the answer as what was promised; the error is a message.
pub(crate) fn read_answer(
    request: &Request,
    promise: Promise,
    remains: &Remains,
    root: &str,
) -> Result<Answer, Unread> {
    match &remains.answer {
        RawAnswer::Bytes(bytes) => {
            let exit_code = match remains.ended.exit {
                Exit::Code(code) => Some(code),
                Exit::Signal(_) | Exit::Never => None,
            };
            answer::read(promise, &request.reader, bytes, root, exit_code).map_err(Unread::Document)
        }
        RawAnswer::TooMuch { beginning, cap } if promise == Promise::Plain => {
            Ok(answer::plain_beginning(beginning, *cap))
        }
        RawAnswer::TooMuch { cap, .. } => Err(Unread::Message(format!(
            "the answer is larger than the limit of {cap} bytes; write less to standard output, \
             or a short answer to the file that STAGEWRIGHT_ANSWER names"
        ))),
        RawAnswer::Unreadable(message) => Err(Unread::Message(message.clone())),
    }
}

/// Why an answer could not be read.
pub(crate) enum Unread {
    /// It is not the promised document.
    Document(ReadError),
    /// It did not come to a document.
    Message(String),
}

impl Unread {
    /// In words, with what can be done.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Document(error) => format!("{error}; {}", error.hint()),
            Self::Message(message) => message.clone(),
        }
    }
}

fn cut_off(cut: Cut, remains: &Remains) -> Judged {
    match describe_limit(cut) {
        Some(message) => failed(ErrorClass::Timeout, remains.last_words(&message, false)),
        None => failed(ErrorClass::Cancelled, "stopped".to_owned()),
    }
}

/// What an answer that was read says of its try.
pub(crate) fn answered(answer: Answer) -> Judged {
    let result = match &answer.status {
        AgentStatus::Error(reason) => AttemptResult::Failed {
            class: ErrorClass::Execution,
            message: format!("the agent reports an error: {reason}"),
        },
        AgentStatus::Passed | AgentStatus::Failed | AgentStatus::Pending => {
            AttemptResult::Succeeded
        }
    };
    Judged {
        result,
        answer: Some(answer),
    }
}

fn with_answer(
    promise: Promise,
    code: i32,
    remains: &Remains,
    read: Result<Answer, Unread>,
) -> Judged {
    match read {
        Ok(answer) => answered(answer),
        // A program that died with a stack trace ends with 1 as well; then it is the
        // program that failed, and a repetition may help.
        Err(Unread::Document(error))
            if code != 0 && promise != Promise::Plain && answer::is_no_document(&error) =>
        {
            let heading = format!("exit code {code} without the promised document ({error})");
            failed(ErrorClass::Execution, remains.last_words(&heading, false))
        }
        Err(unread) => failed(ErrorClass::InvalidOutput, unread.message()),
    }
}

/// Whether the exit code says "I found something" beside a document that lists nothing.
/// A code that the pipeline declares as success says nothing of that kind.
fn contradicts(request: &Request, promise: Promise, code: i32, answer: &Answer) -> bool {
    let Promise::Document(document) = promise else {
        return false;
    };
    code != 0
        && !request.exit_codes.success.contains(&code)
        && answer.status == AgentStatus::Passed
        && document.found_nothing(answer)
}

/// Its own exit code denies the clean document, which is kept for people only.
fn without_a_reason(code: i32, remains: &Remains, read: Result<Answer, Unread>) -> Judged {
    let heading = format!(
        "{} although its document reports nothing",
        describe_exit(Exit::Code(code))
    );
    let message = match remains.last_line() {
        Some(line) => format!("{heading}; {line}"),
        None => heading,
    };
    Judged {
        result: AttemptResult::Failed {
            class: ErrorClass::Execution,
            message,
        },
        answer: read.ok(),
    }
}

/// The program says itself that it has no answer. What it printed is kept for people
/// and for feedback, where anything was read.
fn without_answer(
    promise: Promise,
    code: i32,
    remains: &Remains,
    read: Result<Answer, Unread>,
) -> Judged {
    let (class, message) = match code {
        126 | 127 => (ErrorClass::Invocation, not_started(code, remains)),
        _ => {
            let heading = describe_exit(Exit::Code(code));
            let message = remains.last_words(&heading, promise == Promise::Plain);
            (ErrorClass::Execution, message)
        }
    };
    Judged {
        result: AttemptResult::Failed { class, message },
        answer: read.ok(),
    }
}

/// What a shell means with 126 and 127.
pub(crate) fn not_started(code: i32, remains: &Remains) -> String {
    let heading = match install_hint::named_by_shell(&remains.stderr_tail) {
        Some(program) if code == 127 => install_hint::not_found(program),
        _ if code == 127 => "exit code 127: a program was not found".to_owned(),
        _ => "exit code 126: a program may not be executed".to_owned(),
    };
    remains.last_words(&heading, false)
}

fn failed(class: ErrorClass, message: String) -> Judged {
    Judged {
        result: AttemptResult::Failed { class, message },
        answer: None,
    }
}
