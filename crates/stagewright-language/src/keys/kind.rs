//! Keys of the kinds of agents: who does it, and the fallbacks that do it instead.

use super::{EXIT_CODES, FINDINGS, FINDINGS_MAPPING, Key, Shape, Table};
use crate::limit::{MAX_ANSWER_BYTES, MAX_REDIRECTS};

/// Kinds that are launched with secrets.
pub(super) const LAUNCHED: &[&str] = &["run", "http", "lambda_function_arn"];
/// Kinds that get an input and answer, so that they can fail and be tried again.
pub(super) const ANSWERING: &[&str] = &["run", "http", "lambda_function_arn", "pipeline"];
/// Kinds of whose answer findings are read.
pub(super) const ASKED: &[&str] = LAUNCHED;
/// Kinds that run a program of this machine by its own words.
pub(super) const RUN: &[&str] = &["run"];
/// Kinds whose output is seen while it comes.
pub(super) const TALKING: &[&str] = &["run", "http"];
/// Kinds that take time.
pub(super) const TIMED: &[&str] = &["run", "http", "lambda_function_arn", "pipeline", "human"];

/// The methods that a request may have. The words are those of the executor.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// `http`.
pub(crate) static HTTP: Table = Table {
    name: "http",
    noun: "`http`",
    doc: "A request to an HTTP endpoint. Status 2xx is an answer; other classes are failures of their own kind, and `Retry-After` is kept.",
    keys: &[
        Key::new(
            "url",
            Shape::Template,
            "Where: `http` or `https`; values that are filled in cannot change the host unless they stand in it",
        )
        .required(),
        Key::new(
            "method",
            Shape::Word(&METHODS),
            "How; default `POST` with a `body` or `input`, otherwise `GET`",
        ),
        Key::new("headers", Shape::Headers, "Further header fields"),
        Key::new(
            "body",
            Shape::Tree,
            "What is sent: a text as it is, anything else as JSON; without it `POST`, `PUT` and `PATCH` send the input",
        ),
        Key::new(
            "max_answer",
            Shape::Size(MAX_ANSWER_BYTES),
            "The largest answer; never beyond the engine's own limit",
        ),
        Key::new(
            "redirects",
            Shape::Whole(0, MAX_REDIRECTS as u64),
            "The most redirects that are followed; default 5",
        ),
        Key::new(
            "allow_addresses",
            Shape::Texts,
            "Addresses, networks and hosts that may be reached although the address policy refuses them",
        ),
    ],
    elsewhere: &[
        ("timeout", "the time limit stands beside `http:`"),
        ("retries", "`retries` stands beside `http:`"),
        ("input", "`input` stands beside `http:`"),
        ("auth", "send a header: `headers: {Authorization: \"Bearer {{ secrets.TOKEN }}\"}`"),
        ("json", "what is sent is written as `body:`"),
    ],
};

/// `human`.
pub(crate) static HUMAN: Table = Table {
    name: "human",
    noun: "`human`",
    doc: "A question to a person; the run waits for the answer.",
    keys: &[
        Key::new("ask", Shape::Template, "The question").required(),
        Key::new(
            "choices",
            Shape::Texts,
            "The answers: `approve` gives the first, `reject` the last; default `approve` and `reject`",
        ),
        Key::new(
            "approvers",
            Shape::Texts,
            "Who should answer; recorded and shown",
        ),
        Key::new(
            "timeout",
            Shape::Duration,
            "How long to wait; without it for ever",
        )
        .aliases(&["timeout_seconds"]),
    ],
    elsewhere: &[("question", "the question is written as `ask:`")],
};

/// `pipeline` of an agent.
pub(crate) static SUB_PIPELINE: Table = Table {
    name: "sub_pipeline",
    noun: "`pipeline` of an agent",
    doc: "Another pipeline as a run of its own (decision 35): its findings and costs count here, its result is its decision and results.",
    keys: &[
        Key::new(
            "file",
            Shape::Text,
            "Its file, relative to the file in which this stands",
        )
        .required(),
        Key::new(
            "input",
            Shape::Tree,
            "Its context; texts are templates; without it the whole context",
        ),
    ],
    elsewhere: &[
        ("context", "its context is written as `input:`"),
        ("path", "write it as `file:`"),
    ],
};

/// `fallback`, or an element of it.
pub(crate) static FALLBACK: Table = Table {
    name: "fallback",
    noun: "a fallback",
    doc: "Who does an agent's work instead: a kind and what belongs to it. Limits, secrets, outputs and conditions are the agent's own.",
    keys: &[
        Key::new(
            "run",
            Shape::Run,
            "A text for the shell, or a list of arguments that is run without one",
        ),
        Key::new(
            "http",
            Shape::TextOr(&HTTP),
            "An HTTP endpoint: its URL, or a request in full",
        ),
        Key::new(
            "lambda_function_arn",
            Shape::Text,
            "An AWS Lambda function, or what settings map it to",
        ),
        Key::new(
            "pipeline",
            Shape::TextOr(&SUB_PIPELINE),
            "Another pipeline, as a run of its own",
        ),
        Key::new(
            "set",
            Shape::Tree,
            "Values that are computed in process; texts are templates",
        ),
        Key::new(
            "input",
            Shape::Tree,
            "What it gets as JSON; without it what the agent itself gets",
        )
        .kinds(ANSWERING),
        Key::new(
            "findings",
            Shape::WordOr(&FINDINGS, &FINDINGS_MAPPING),
            "How findings are read from its answer; without it as the agent's `type` says",
        )
        .kinds(ASKED),
        Key::new("env", Shape::Environment, "Further environment").kinds(RUN),
        Key::new(
            "cwd",
            Shape::Template,
            "Its working directory, relative to the run's work tree",
        )
        .kinds(RUN),
        Key::new(
            "shell",
            Shape::Word(&["bash", "sh"]),
            "The shell of a `run` text; default bash",
        )
        .kinds(RUN),
        Key::new(
            "exit_codes",
            Shape::Object(&EXIT_CODES),
            "What its exit codes mean",
        )
        .kinds(RUN),
    ],
    elsewhere: &[
        ("id", "a fallback has no id: its result is the agent's"),
        ("timeout", "time limits belong to the agent"),
        ("retries", "`retries` belongs to the agent"),
        ("secrets", "`secrets` belongs to the agent"),
        ("outputs", "`outputs` belongs to the agent"),
        (
            "if",
            "a fallback takes over after a failure; `strategy` chooses otherwise",
        ),
        (
            "human",
            "a person cannot be a fallback; ask in an agent of its own",
        ),
    ],
};
