//! Keys of an agent, and of the objects below it.

use super::kind::{ANSWERING, ASKED, HTTP, HUMAN, LAUNCHED, RUN, SUB_PIPELINE, TALKING, TIMED};
use super::{FALLBACK, FINDINGS, FINDINGS_MAPPING, Key, OUTPUTS, Shape, Table};
use crate::limit::{MAX_ITERATIONS, MAX_RETRIES};

/// An element of `agents`.
pub(crate) static AGENT: Table = Table {
    name: "agent",
    noun: "an agent",
    doc: "One configured step and who does it: exactly one of `run`, `http`, `lambda_function_arn`, `pipeline`, `set`, `human`.",
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
            "Another pipeline, as a run of its own: its file, relative to this one",
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
        .kinds(ANSWERING),
        Key::new(
            "input_transformer",
            Shape::Helper,
            "Who makes its input out of the context: a list of arguments, or a name that settings map to a program",
        )
        .kinds(ANSWERING),
        Key::new(
            "findings",
            Shape::WordOr(&FINDINGS, &FINDINGS_MAPPING),
            "How findings are read from its answer; without it `agent` for known types, otherwise not at all",
        )
        .kinds(ASKED),
        Key::new(
            "outputs",
            Shape::Object(&OUTPUTS),
            "What is taken from its answer, and what the answer must look like",
        )
        .kinds(ANSWERING),
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
        .kinds(TALKING),
        Key::new(
            "idle_timeout",
            Shape::Duration,
            "Time limit between two outputs",
        )
        .kinds(TALKING),
        Key::new(
            "retries",
            Shape::Whole(0, MAX_RETRIES as u64),
            "Re-runs after its first try",
        )
        .aliases(&["max_retries"])
        .kinds(ANSWERING),
        Key::new("retry", Shape::Object(&RETRY), "How it is tried again").kinds(ANSWERING),
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
        Key::new(
            "for_each",
            Shape::Items,
            "Runs it once for each element of a list, which is `item` in it",
        ),
        Key::new(
            "while",
            Shape::Loop,
            "Runs it again as long as this holds, which is asked before each time",
        ),
        Key::new(
            "until",
            Shape::Loop,
            "Runs it again until this holds, which is asked after each time",
        ),
        Key::new(
            "max_iterations",
            Shape::Whole(1, MAX_ITERATIONS as u64),
            "The most times of a `while` or `until`, which need it; reaching it is a failure",
        ),
        Key::new(
            "max_parallelism",
            Shape::Whole(1, 10_000),
            "Elements of `for_each` that are worked on at once; without it one in a sequential stage",
        ),
        Key::new(
            "fallback",
            Shape::OneOrMore(&FALLBACK),
            "Who does it instead after it has failed for good; of several, one after the other",
        )
        .kinds(ANSWERING),
        Key::new(
            "strategy",
            Shape::WordOrExpression(&["ai", "static", "hybrid"]),
            "Who may do it: `ai` the agent itself, `static` its fallbacks, `hybrid` (the default) both",
        )
        .kinds(ANSWERING),
        Key::later("model", "a language model as the agent"),
        Key::later(
            "cli",
            "a coding program such as `claude` or `codex` as the agent",
        ),
        Key::later("mcp", "an MCP tool as the agent"),
        Key::later("markdown", "an agent that is described in a Markdown file"),
        Key::later("dbt", "a dbt project as the agent"),
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
        ("url", "an endpoint is written as `http:`"),
        ("uses", "another pipeline is written as `pipeline:`"),
        (
            "loop",
            "write `for_each:`, or `while:` or `until:` with `max_iterations:`",
        ),
        (
            "output_schema",
            "write it as `outputs: {schema: …}`",
        ),
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
