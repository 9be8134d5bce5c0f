//! What the end of an executed program means for a gate.
//!
//! | end | verdict |
//! | --- | --- |
//! | a code declared under `success`, `fail` or `no_evidence` | pass, fail, no evidence |
//! | 0, where no `success` is declared | pass |
//! | 126, 127, a signal (also as a shell's code), a time limit, no start | error |
//! | a code that the promised format does not call an answer | error |
//! | another code, where no `fail` is declared | fail |
//! | another code, where `fail` is declared | error |
//!
//! A promised document that cannot be read, or that says it could not check, turns a
//! pass or a fail into an error: what was not checked never passes.

use crate::answer::Promise;
use crate::judge::{Judged, not_started, read_answer};
use crate::process::Exit;
use crate::remains::{Remains, describe_exit, describe_limit, signal_in_code};
use crate::request::Request;
use stagewright_core::event::{AttemptResult, Verdict};
use stagewright_core::plan::ExitCodes;
use stagewright_core::retry::ErrorClass;
use stagewright_evidence::AgentStatus;

/// Judges a gate's end. `root` is the work tree as the gate saw it.
pub(crate) fn gate(request: &Request, promise: Promise, remains: &Remains, root: &str) -> Judged {
    if let Some(cut) = remains.ended.cut {
        return match describe_limit(cut) {
            Some(message) => judged(Verdict::Error, remains.last_words(&message, false)),
            None => Judged {
                result: AttemptResult::Failed {
                    class: ErrorClass::Cancelled,
                    message: "stopped".to_owned(),
                },
                answer: None,
            },
        };
    }
    let Exit::Code(code) = remains.ended.exit else {
        let message = remains.last_words(&describe_exit(remains.ended.exit), true);
        return judged(Verdict::Error, message);
    };
    let verdict = of_code(code, &request.exit_codes, promise);
    let message = match (verdict, code) {
        (Verdict::Pass, _) => describe_exit(Exit::Code(code)),
        (Verdict::Error, 126 | 127) => not_started(code, remains),
        _ => remains.last_words(&describe_exit(Exit::Code(code)), promise == Promise::Plain),
    };
    match (read_answer(request, promise, remains, root), promise) {
        (Ok(answer), _) => match (&answer.status, verdict) {
            (AgentStatus::Error(reason), Verdict::Pass | Verdict::Fail) => Judged {
                result: AttemptResult::Judged {
                    verdict: Verdict::Error,
                    message: format!("the tool reports an error: {reason}"),
                },
                answer: Some(answer),
            },
            _ => Judged {
                result: AttemptResult::Judged { verdict, message },
                answer: Some(answer),
            },
        },
        (Err(unread), Promise::Document(_)) if verdict != Verdict::NoEvidence => {
            let message = match verdict {
                Verdict::Error => message,
                _ => unread.message(),
            };
            judged(Verdict::Error, message)
        }
        // Nobody needs the output of a gate that promised none.
        (Err(_), _) => judged(verdict, message),
    }
}

/// The verdict of an exit code, by the table above.
fn of_code(code: i32, declared: &ExitCodes, promise: Promise) -> Verdict {
    if declared.success.contains(&code) {
        return Verdict::Pass;
    }
    if declared.fail.contains(&code) {
        return Verdict::Fail;
    }
    if declared.no_evidence.contains(&code) {
        return Verdict::NoEvidence;
    }
    let is_document = matches!(promise, Promise::Document(_));
    match code {
        0 if declared.success.is_empty() => Verdict::Pass,
        126 | 127 => Verdict::Error,
        _ if signal_in_code(code).is_some() => Verdict::Error,
        _ if is_document && !promise.is_answer(code) => Verdict::Error,
        _ if declared.fail.is_empty() => Verdict::Fail,
        _ => Verdict::Error,
    }
}

fn judged(verdict: Verdict, message: String) -> Judged {
    Judged {
        result: AttemptResult::Judged { verdict, message },
        answer: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Document;
    use stagewright_evidence::Format;

    /// Goal: the table of the module's docs, row by row.
    #[test]
    fn verdicts() {
        use Verdict::{Error, Fail, NoEvidence, Pass};
        let codes = |success: &[i32], fail: &[i32], no_evidence: &[i32]| ExitCodes {
            success: success.to_vec(),
            fail: fail.to_vec(),
            no_evidence: no_evidence.to_vec(),
        };
        let plain = Promise::Plain;
        let ruff = Promise::Document(Document::Named(Format::Ruff));
        for (code, declared, promise, verdict) in [
            (0, codes(&[], &[], &[]), plain, Pass),
            (1, codes(&[], &[], &[]), plain, Fail),
            (2, codes(&[], &[], &[]), plain, Fail),
            (126, codes(&[], &[], &[]), plain, Error),
            (127, codes(&[], &[], &[]), plain, Error),
            (137, codes(&[], &[], &[]), plain, Error),
            (5, codes(&[], &[], &[5]), plain, NoEvidence),
            (3, codes(&[3], &[], &[]), plain, Pass),
            (0, codes(&[3], &[], &[]), plain, Fail),
            (1, codes(&[], &[1], &[]), plain, Fail),
            (2, codes(&[], &[1], &[]), plain, Error),
            (0, codes(&[], &[1], &[]), plain, Pass),
            (0, codes(&[], &[], &[0]), plain, NoEvidence),
            (127, codes(&[], &[127], &[]), plain, Fail),
            (0, codes(&[], &[], &[]), ruff, Pass),
            (1, codes(&[], &[], &[]), ruff, Fail),
            (2, codes(&[], &[], &[]), ruff, Error),
            (2, codes(&[], &[2], &[]), ruff, Fail),
        ] {
            assert_eq!(
                of_code(code, &declared, promise),
                verdict,
                "{code} {declared:?}"
            );
        }
    }
}
