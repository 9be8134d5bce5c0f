//! The story of one HTTP launch: request, redirects, answer, judgement.

use super::address::AddressPolicy;
use super::connect::connect;
use super::conversation::Conversation;
use super::exchange::Exchange;
use super::failure::Failure;
use super::hop::Hop;
use super::judge::{self, Received};
use super::patience::Patience;
use super::request::{HttpRequest, MAX_REDIRECTS};
use super::{redirect, status};
use crate::answer::{self, Promise};
use crate::job::{AnsweredBy, Job, Performed, ResultDocument, StopSignal};
use crate::judge::Judged;
use crate::perform::{Agents, conclude, stopped};
use crate::process::Recording;
use crate::process::recording::Capture;
use crate::redact::Redactor;
use crate::refusal::Refusal;
use crate::secrets::Secrets;
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use stagewright_core::event::AttemptResult;
use stagewright_core::plan::Role;

/// The most bytes that are read of the body of an answer which is none.
const ERROR_BODY_BYTES: usize = 64 * 1024;

/// Everything that a launch needs besides its records.
struct Asking<'a> {
    agents: &'a Agents,
    request: &'a HttpRequest,
    policy: AddressPolicy,
    patience: Patience,
}

/// The answer to the last request, its body recorded.
struct Answered {
    hop: Hop,
    status: StatusCode,
    headers: HeaderMap,
}

impl Agents {
    /// Performs one HTTP launch. Dropping it closes the connection.
    ///
    /// # Errors
    /// When it could not begin.
    pub(crate) async fn perform_http(
        &self,
        job: &Job,
        request: &HttpRequest,
        secrets: &Secrets,
        redactor: &Redactor,
        promise: Promise,
        stop: StopSignal,
    ) -> Result<Performed, Refusal> {
        if job.request.role == Role::Gate {
            return Err(Refusal::invalid(
                "a gate is a program that runs here, not an HTTP request",
            ));
        }
        let mut limits = job.request.limits;
        limits.total_ms = job.timeout_ms.or(limits.total_ms);
        let policy = AddressPolicy::parse(&request.allow_addresses)
            .map_err(|error| Refusal::invalid(error.to_string()))?;
        let first = Hop::of_job(job, request, secrets)?;
        let mut conversation = self.conversation(job, request, redactor)?;
        let asking = Asking {
            agents: self,
            request,
            policy,
            patience: Patience::begin(limits),
        };
        let ended = tokio::select! {
            biased;
            () = until_stopped(stop) => None,
            answered = asking.answer(first, &mut conversation) => Some(answered),
        };
        if let Some(Err(failure)) = &ended {
            conversation.note(&failure.message);
        }
        conversation.finish();
        let Some(ended) = ended else {
            let mut performed = stopped();
            performed.document = document_of(promise, &conversation);
            return Ok(performed);
        };
        Ok(take(job, request, promise, redactor, conversation, ended))
    }

    fn conversation(
        &self,
        job: &Job,
        request: &HttpRequest,
        redactor: &Redactor,
    ) -> Result<Conversation, Refusal> {
        let run_dir = job.run_dir.as_path();
        let unwritable = |error: std::io::Error| {
            Refusal::invocation(format!("the log file cannot be written: {error}"))
        };
        std::fs::create_dir_all(run_dir.join("logs")).map_err(unwritable)?;
        let caps = self.settings.caps;
        let own_cap = request.max_answer_bytes.map_or(usize::MAX, |bytes| {
            usize::try_from(bytes).unwrap_or(usize::MAX)
        });
        let stem = job.file_stem();
        let record = |extension: &str, capture_bytes: usize| {
            let path = format!("logs/{stem}.{extension}");
            Recording::with_log(redactor, capture_bytes, run_dir, path, caps.log_bytes)
                .map_err(unwritable)
        };
        let answer = record("out", caps.answer_bytes.min(own_cap))?;
        Ok(Conversation::new(answer, record("err", 0)?, redactor))
    }
}

impl Asking<'_> {
    /// Asks until there is an answer that points nowhere else.
    async fn answer(
        &self,
        mut hop: Hop,
        conversation: &mut Conversation,
    ) -> Result<Answered, Failure> {
        let allowed = self.request.redirects.min(MAX_REDIRECTS);
        for followed in 0..=allowed {
            let mut exchange = self.ask(&hop, conversation).await?;
            let status = exchange.head.status;
            if !status.is_redirection() {
                self.take_body(&hop, &mut exchange, conversation).await?;
                return Ok(Answered {
                    hop,
                    status,
                    headers: exchange.head.headers,
                });
            }
            let next = redirect::next(&hop, status, exchange.head.headers.get(LOCATION))?;
            if followed < allowed {
                conversation.note(&format!("redirected to {}", next.url));
            }
            hop = next;
        }
        Err(Failure::invocation(format!(
            "after {allowed} redirects there was another one, to {}; use the address that it \
             ends at, or raise `redirects`",
            hop.url
        )))
    }

    /// Sends one request; its header has come when this returns.
    async fn ask(&self, hop: &Hop, conversation: &mut Conversation) -> Result<Exchange, Failure> {
        let server = hop.url.authority();
        let own = &self.agents.environment;
        let connecting = connect(&hop.url, &self.policy, &self.agents.tls, own);
        let (stream, address) = self
            .patience
            .for_header(&format!("connecting to {server}"), connecting)
            .await?;
        conversation.connected(address);
        conversation.sent(hop);
        let exchange = self
            .patience
            .for_header(
                &format!("waiting for {server}"),
                Exchange::begin(hop, stream),
            )
            .await?;
        let head = &exchange.head;
        conversation.came(head.version, head.status, &head.headers);
        Ok(exchange)
    }

    /// Reads the body of an answer, or as much of it as is of use.
    async fn take_body(
        &self,
        hop: &Hop,
        exchange: &mut Exchange,
        conversation: &mut Conversation,
    ) -> Result<(), Failure> {
        let is_answer = exchange.head.status.is_success();
        if is_answer && let Some(encoding) = encoding_of(&exchange.head.headers) {
            return Err(Failure::answer(format!(
                "the answer is encoded as `{encoding}`, although only `identity` was asked for"
            )));
        }
        let doing = format!("reading the answer of {}", hop.url.authority());
        let mut read = 0;
        loop {
            let piece = self.patience.for_piece(&doing, exchange.piece(hop)).await;
            match piece {
                Ok(None) => return Ok(()),
                Ok(Some(bytes)) => {
                    read += bytes.len();
                    conversation.piece(&bytes);
                }
                // What a server says about its error is a courtesy; its status counts.
                Err(_) if !is_answer => return Ok(()),
                Err(failure) => return Err(failure),
            }
            if conversation.answer.is_full() || (!is_answer && read >= ERROR_BODY_BYTES) {
                conversation.note("the rest of the body is not read");
                return Ok(());
            }
        }
    }
}

/// Judges what came, and puts together what leaves the crate.
fn take(
    job: &Job,
    request: &HttpRequest,
    promise: Promise,
    redactor: &Redactor,
    mut conversation: Conversation,
    ended: Result<Answered, Failure>,
) -> Performed {
    let mut document = document_of(promise, &conversation);
    let body = conversation.answer.take_capture();
    let (judged, retry_after_ms) = match ended {
        Err(failure) => (failed(&failure, None), failure.retry_after_ms),
        Ok(answered) => {
            document.http_status = Some(answered.status.as_u16());
            if answered.status.is_success() {
                let root = job.work_dir.to_string_lossy();
                let received = Received {
                    promise,
                    answer: request.answer,
                    content_type: content_type_of(&answered.headers),
                    body,
                    reader: &job.request.reader,
                    root: &root,
                };
                (judge::judge(&received, redactor), None)
            } else {
                let (Capture::Whole { bytes, .. }
                | Capture::TooMuch {
                    beginning: bytes, ..
                }) = body;
                let beginning = redactor.beginning(&bytes);
                let failure = status::failure(
                    &answered.hop,
                    answered.status,
                    &answered.headers,
                    &beginning,
                );
                let body = (promise == Promise::Plain).then_some(beginning.as_slice());
                (failed(&failure, body), failure.retry_after_ms)
            }
        }
    };
    let mut performed = conclude(job, promise, redactor, AnsweredBy::Http, document, judged);
    performed.outcome.retry_after_ms = retry_after_ms;
    performed
}

/// Returns when the launch is to be stopped, gently or not: a connection has no grace.
async fn until_stopped(mut stop: StopSignal) {
    if stop.wait_for(Option::is_some).await.is_err() {
        // Nobody can stop it any more.
        std::future::pending::<()>().await;
    }
}

fn document_of(promise: Promise, conversation: &Conversation) -> ResultDocument {
    ResultDocument {
        stdout: conversation.answer.log_file(),
        stderr: conversation.said.log_file(),
        format: promise.format_name().map(str::to_owned),
        ..ResultDocument::default()
    }
}

/// A failure. What the server said with it is kept for people and for feedback.
fn failed(failure: &Failure, body: Option<&[u8]>) -> Judged {
    Judged {
        result: AttemptResult::Failed {
            class: failure.class,
            message: failure.message.clone(),
        },
        answer: body
            .filter(|body| !body.is_empty())
            .map(|body| answer::of_value(stagewright_evidence::read_plain(body))),
    }
}

/// The content type without its parameters, in lower case.
fn content_type_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or_default().trim();
    (!kind.is_empty()).then(|| kind.to_ascii_lowercase())
}

/// The encoding of an answer, if it is another than the one that was asked for.
fn encoding_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| value.to_str().unwrap_or("something unreadable").to_owned())
        .find(|encoding| !encoding.trim().is_empty() && !encoding.eq_ignore_ascii_case("identity"))
}
