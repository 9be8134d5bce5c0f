//! Keys of an agent, and of the objects below it.

use super::{Key, Shape, Table};
use crate::limit::MAX_RETRIES;

/// Kinds that are launched with an input and secrets.
const LAUNCHED: &[&str] = &["run", "lambda_function_arn"];
/// Kinds that run a program of this machine by its own words.
const RUN: &[&str] = &["run"];
/// Kinds that take time.
const TIMED: &[&str] = &["run", "lambda_function_arn", "human"];

/// An element of `agents`.
pub(crate) static AGENT: Table = Table {
    name: "agent",
    noun: "an agent",
    doc: "One configured step and who does it: exactly one of `run`, `lambda_function_arn`, `set`, `human`.",
    keys: &[
        Key::new("id", Shape::Id, "Its id, unique among all agents and gates")
            .aliases(&["agent_id"])
            .required(),
        Key::new(
            "name",
            Shape::Text,
            "Its name for people; without it the id",
        )
        .aliases(&["agent_name"]),
        Key::new(
            "type",
            Shape::Text,
            "What it reviews; the known types promise a document and have switches in the policy",
        )
        .aliases(&["agent_type"]),
        Key::new(
            "run",
            Shape::Run,
            "A text for the shell, or a list of arguments that is run without one",
        ),
        Key::new(
            "lambda_function_arn",
            Shape::Text,
            "An AWS Lambda function, or what settings map it to",
        ),
        Key::new(
            "set",
            Shape::Tree,
            "Values that are computed in process; texts are templates",
        ),
        Key::new("human", Shape::Object(&HUMAN), "A question to a person"),
        Key::new(
            "input",
            Shape::Tree,
            "What it gets as JSON; texts are templates; without it the whole context",
        )
        .kinds(LAUNCHED),
        Key::new(
            "findings",
            Shape::Word(&super::FINDINGS),
            "How its answer is read; without it `agent` for known types, otherwise plain text",
        )
        .kinds(LAUNCHED),
        Key::new(
            "required",
            Shape::Bool,
            "Whether its failure can fail the run; default true",
        ),
        Key::new("timeout", Shape::Duration, "Time limit of one try")
            .aliases(&["timeout_seconds"])
            .kinds(TIMED),
        Key::new(
            "first_output_timeout",
            Shape::Duration,
            "Time limit to its first output",
        )
        .kinds(RUN),
        Key::new(
            "idle_timeout",
            Shape::Duration,
            "Time limit between two outputs",
        )
        .kinds(RUN),
        Key::new(
            "retries",
            Shape::Whole(0, MAX_RETRIES as u64),
            "Re-runs after its first try",
        )
        .aliases(&["max_retries"])
        .kinds(LAUNCHED),
        Key::new("retry", Shape::Object(&RETRY), "How it is tried again").kinds(LAUNCHED),
        Key::new(
            "depends_on",
            Shape::Dependencies,
            "Agents that must have succeeded, or have been skipped by a false condition",
        ),
        Key::new(
            "if",
            Shape::Expression,
            "An expression: the agent runs when it is true",
        ),
        Key::new(
            "condition",
            Shape::Condition,
            "A structured condition: the agent runs when it holds",
        ),
        Key::new(
            "on_failure",
            Shape::Word(&["halt", "continue"]),
            "What its failure does to the rest when it is required; default the stage's",
        ),
        Key::new("env", Shape::Environment, "Further environment").kinds(RUN),
        Key::new(
            "secrets",
            Shape::Secrets,
            "Secrets it gets: `NAME: env:VARIABLE` or `NAME: file:PATH`",
        )
        .kinds(LAUNCHED),
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
        Key::new(
            "on_interrupt",
            Shape::Word(&["rerun", "ask", "fail"]),
            "Whether a launch that a crash interrupted may run again; default `rerun`",
        )
        .kinds(LAUNCHED),
        Key::later("http", "an HTTP endpoint as the agent"),
        Key::later("model", "a language model as the agent"),
        Key::later(
            "cli",
            "a coding program such as `claude` or `codex` as the agent",
        ),
        Key::later("mcp", "an MCP tool as the agent"),
        Key::later("markdown", "an agent that is described in a Markdown file"),
        Key::later("pipeline", "another pipeline as the agent"),
        Key::later("dbt", "a dbt project as the agent"),
        Key::later("outputs", "what is taken from the answer"),
        Key::later("input_transformer", "a program that makes the input"),
        Key::later("for_each", "repetition over a list"),
        Key::later("while", "repetition as long as an expression is true"),
        Key::later("until", "repetition until an expression is true"),
        Key::later("max_iterations", "the bound of a repetition"),
        Key::later(
            "max_parallelism",
            "instances of a repeated agent that run at once",
        ),
        Key::later("fallback", "who does it when this agent fails"),
        Key::later("strategy", "several ways to do it"),
        Key::later("may_write", "which files it may change"),
        Key::later("protected", "files that it may not change"),
        Key::later("workspace", "where it works"),
        Key::later("compensate", "how its outside effects are undone"),
        Key::later("compensate_on", "when its outside effects are undone"),
        Key::later("heal", "the healing contract of the agent"),
        Key::later("protocol", "how it talks to the engine"),
        Key::later(
            "deadline",
            "the wall-clock time by which it must have ended",
        ),
    ],
    elsewhere: &[
        ("command", "a command is written as `run:`"),
        (
            "lambda",
            "write the function's ARN as `lambda_function_arn:`",
        ),
        ("script", "a script is written as `run:`"),
        (
            "needs",
            "what an agent waits for is written as `depends_on:`",
        ),
        ("when", "a condition is written as `if:` or `condition:`"),
        ("ask", "a question stands under `human:`"),
        (
            "parallel",
            "agents run at once when their stage has `mode: parallel`",
        ),
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

/// `retry`.
pub(crate) static RETRY: Table = Table {
    name: "retry",
    noun: "`retry`",
    doc: "How an agent is tried again. The re-runs are the smaller of `limit` and the error class's own number (rule A5).",
    keys: &[
        Key::new(
            "limit",
            RETRIES,
            "Re-runs after the first try; the same as `retries`",
        ),
        Key::new(
            "base_delay",
            Shape::Wait,
            "The wait before the first re-run; default 4 s",
        )
        .aliases(&["initial_delay", "base"]),
        Key::new(
            "multiplier",
            Shape::Number(1.0, 100.0),
            "By how much each further wait is longer; default 2",
        ),
        Key::new("max_delay", Shape::Wait, "The longest wait; default 60 s").aliases(&["max"]),
        Key::new(
            "jitter",
            Shape::Bool,
            "Draws each wait between zero and its length; default false",
        ),
        Key::new(
            "timeout_growth",
            Shape::Number(1.0, 100.0),
            "By how much the time limit grows after a timeout; default 1.5",
        ),
        Key::new("timeout", RETRIES, "Re-runs after timeouts; default 2"),
        Key::new("execution", RETRIES, "Re-runs after failures; default 3"),
        Key::new(
            "invocation",
            RETRIES,
            "Re-runs when it could not be started; default 3",
        ),
        Key::new(
            "network",
            RETRIES,
            "Re-runs after network errors; default 5",
        ),
        Key::new(
            "invalid_output",
            RETRIES,
            "Re-runs after answers that cannot be read; default 0",
        ),
    ],
    elsewhere: &[
        ("retries", "write it as `limit:`"),
        (
            "max_attempts",
            "re-runs after the first try are `limit:`, one less than attempts",
        ),
    ],
};

/// `exit_codes` of an agent.
pub(crate) static EXIT_CODES: Table = Table {
    name: "exit_codes",
    noun: "`exit_codes` of an agent",
    doc: "What an agent's exit codes mean, where it differs from its reader's own meaning.",
    keys: &[Key::new(
        "success",
        Shape::Codes,
        "Codes that come with an answer",
    )],
    elsewhere: &[
        ("pass", "an agent has `success`; `pass` belongs to gates"),
        ("fail", "every code that is not a `success` is a failure"),
        ("no_evidence", "`no_evidence` belongs to gates"),
    ],
};

/// An element of `depends_on` that is not just an id.
pub(crate) static DEPENDENCY: Table = Table {
    name: "dependency",
    noun: "a dependency",
    doc: "An element of `depends_on` (decision 33).",
    keys: &[
        Key::new("id", Shape::Id, "The agent or gate")
            .aliases(&["agent_id"])
            .required(),
        Key::new(
            "when",
            Shape::Word(&["success", "any"]),
            "Whether it must have succeeded (the default) or just have ended",
        ),
    ],
    elsewhere: &[],
};

/// A number of re-runs.
const RETRIES: Shape = Shape::Whole(0, MAX_RETRIES as u64);
