//! Keys of a stage.

use super::{AGENT, GATE, Key, Shape, Table};
use crate::limit::MAX_ITERATIONS;

/// An element of `stages`.
pub(crate) static STAGE: Table = Table {
    name: "stage",
    noun: "a stage",
    doc: "An ordered group of agents, with the gates that follow them.",
    keys: &[
        Key::new("id", Shape::Id, "Its id, unique among the stages")
            .aliases(&["stage_id"])
            .required(),
        Key::new(
            "name",
            Shape::Text,
            "Its name for people; without it the id",
        )
        .aliases(&["stage_name"]),
        Key::new(
            "mode",
            Shape::Word(&["sequential", "parallel"]),
            "Whether its agents run one after the other (the default) or at once",
        )
        .aliases(&["execution_mode"]),
        Key::new(
            "if",
            Shape::Expression,
            "An expression: the stage runs when it is true",
        ),
        Key::new(
            "condition",
            Shape::Condition,
            "A structured condition: the stage runs when it holds",
        ),
        Key::new(
            "required",
            Shape::Bool,
            "Whether its agents' failures can fail the run; default true",
        ),
        Key::new("timeout", Shape::Duration, "Active time of the whole stage")
            .aliases(&["timeout_seconds"]),
        Key::new(
            "max_parallelism",
            Shape::Whole(1, 10_000),
            "Its agents that run at once; with `for_each` the elements that are worked on at once, too",
        ),
        Key::new(
            "on_failure",
            Shape::Word(&["halt", "continue"]),
            "What a failed required agent or gate does to the rest; default `halt`, in the review form `continue`",
        ),
        Key::new("agents", Shape::Objects(&AGENT), "Its agents, in order"),
        Key::new(
            "gates",
            Shape::Objects(&GATE),
            "The checks that follow its agents, in order",
        ),
        Key::new(
            "for_each",
            Shape::Items,
            "Runs all of the stage once for each element of a list, which is `item` in it",
        ),
        Key::new(
            "while",
            Shape::Loop,
            "Runs all of the stage again as long as this holds, which is asked before each time",
        ),
        Key::new(
            "until",
            Shape::Loop,
            "Runs all of the stage again until this holds, which is asked after each time",
        ),
        Key::new(
            "max_iterations",
            Shape::Whole(1, MAX_ITERATIONS as u64),
            "The most times of a `while` or `until`, which need it; reaching it is a failure",
        ),
        Key::later(
            "checkpoint",
            "a named rollback point after the stage passes",
        ),
        Key::later("heal", "the healing contract of the stage"),
        Key::later("protected", "files that the stage's agents may not change"),
        Key::later("may_write", "which files the stage's agents may change"),
        Key::later("workspace", "where the stage's agents work"),
    ],
    elsewhere: &[
        (
            "depends_on",
            "stages run in the order of the file; `depends_on` belongs to agents",
        ),
        ("run", "`run` belongs to an agent or a gate of the stage"),
        ("retries", "`retries` belongs to an agent"),
    ],
};
