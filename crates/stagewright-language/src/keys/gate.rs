//! Keys of a gate.

use super::{Key, Shape, Table};
use crate::limit::MAX_RETRIES;

/// An element of `gates`.
pub(crate) static GATE: Table = Table {
    name: "gate",
    noun: "a gate",
    doc: "A check that the engine executes after the stage's agents. It passes when its command says so.",
    keys: &[
        Key::new("id", Shape::Id, "Its id, unique among all agents and gates").required(),
        Key::new(
            "name",
            Shape::Text,
            "Its name for people; without it the id",
        ),
        Key::new(
            "run",
            Shape::Run,
            "The check: a text for the shell, or a list of arguments",
        )
        .required(),
        Key::new("timeout", Shape::Duration, "Time limit of one try").aliases(&["timeout_seconds"]),
        Key::new(
            "exit_codes",
            Shape::Object(&GATE_EXIT_CODES),
            "What its exit codes mean; by default 0 passes and all others fail",
        ),
        Key::new(
            "required",
            Shape::Bool,
            "Whether its failure can fail the run; default true",
        ),
        Key::new(
            "on_failure",
            Shape::Word(&["halt", "continue"]),
            "What its failure does to the rest when it is required; default the stage's",
        ),
        Key::new(
            "if",
            Shape::Expression,
            "An expression: the gate runs when it is true",
        ),
        Key::new(
            "condition",
            Shape::Condition,
            "A structured condition: the gate runs when it holds",
        ),
        Key::new("env", Shape::Environment, "Further environment"),
        Key::new("secrets", Shape::Secrets, "Secrets it gets"),
        Key::new(
            "cwd",
            Shape::Template,
            "Its working directory, relative to the run's work tree",
        ),
        Key::new(
            "shell",
            Shape::Word(&["bash", "sh"]),
            "The shell of a `run` text; default bash",
        ),
        Key::new(
            "retries",
            Shape::Whole(0, MAX_RETRIES as u64),
            "Re-runs after its first try; default 0",
        )
        .aliases(&["max_retries"]),
        Key::later(
            "reads",
            "documents that the gate reads, such as JUnit or coverage",
        ),
        Key::later("pass_when", "an expression over what was read"),
        Key::later("retry", "how the gate is tried again"),
        Key::later("verdict", "who judges instead of a command"),
    ],
    elsewhere: &[
        (
            "depends_on",
            "gates run in order, after the agents of their stage",
        ),
        ("findings", "`findings` belongs to agents"),
        (
            "for_each",
            "a gate is not repeated by itself; a stage with `for_each` repeats its gates too",
        ),
        (
            "while",
            "a gate is not repeated by itself; a stage with `while` repeats its gates too",
        ),
        (
            "until",
            "a gate is not repeated by itself; a stage with `until` repeats its gates too",
        ),
        ("http", "a gate runs a command"),
        ("fallback", "nobody else may judge instead of a gate"),
        ("command", "a command is written as `run:`"),
    ],
};

/// `exit_codes` of a gate.
pub(crate) static GATE_EXIT_CODES: Table = Table {
    name: "gate_exit_codes",
    noun: "`exit_codes` of a gate",
    doc: "What a gate's exit codes mean. With `fail` given, a code that is in no list is an error.",
    keys: &[
        Key::new("pass", Shape::Codes, "Codes that pass; default 0").aliases(&["success"]),
        Key::new("fail", Shape::Codes, "Codes that fail; default all others"),
        Key::new(
            "no_evidence",
            Shape::Codes,
            "Codes that mean there was nothing to check",
        ),
    ],
    elsewhere: &[],
};
