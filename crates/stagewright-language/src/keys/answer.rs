//! Keys of what is read from an answer: findings and outputs.

use super::{Key, Shape, Table};

/// The readers that `findings:` can name; a test holds them equal to those that there are.
pub(crate) const FINDINGS: [&str; 11] = [
    "agent",
    "sarif",
    "junit",
    "ruff",
    "bandit",
    "clippy",
    "mypy",
    "vulture",
    "semgrep",
    "eslint",
    "shellcheck",
];

/// `findings` as a mapping.
pub(crate) static FINDINGS_MAPPING: Table = Table {
    name: "findings",
    noun: "`findings`",
    doc: "How findings are read from an answer that has no reader of its own. Exit codes 0 and 1 are then answers.",
    keys: &[
        Key::new(
            "format",
            Shape::Word(&["json", "jsonl", "lines"]),
            "One JSON document (the default), one on each line, or lines of text",
        ),
        Key::new(
            "pattern",
            Shape::Text,
            "With `lines`: a regular expression with named groups, which become `item`; other lines are no findings",
        ),
        Key::new(
            "each",
            Shape::Expression,
            "With `json`: an expression over `output` that gives the list of items; default `output`",
        ),
        Key::new(
            "item",
            Shape::Object(&FINDING),
            "Which part of an item is what",
        )
        .required(),
        Key::new(
            "severities",
            Shape::Severities,
            "What this tool's words for severities mean",
        ),
    ],
    elsewhere: &[
        ("severity", "the severity of a finding stands under `item:`"),
        ("rule", "the rule of a finding stands under `item:`"),
        ("message", "the message of a finding stands under `item:`"),
    ],
};

/// `item` of `findings`.
pub(crate) static FINDING: Table = Table {
    name: "finding",
    noun: "`item` of `findings`",
    doc: "Expressions over `item`, one part of an answer. One of `rule` and `message` has to be there.",
    keys: &[
        Key::new("rule", Shape::Expression, "The rule, a text or number"),
        Key::new("message", Shape::Expression, "What is wrong"),
        Key::new(
            "severity",
            Shape::Expression,
            "A severity, a word of the tables, or a word or number of `severities`; without one it counts as HIGH",
        ),
        Key::new(
            "score",
            Shape::Expression,
            "A security severity from 0 to 10 (decision 27)",
        ),
        Key::new("file", Shape::Expression, "The file"),
        Key::new(
            "line",
            Shape::Expression,
            "The line, a number or a text such as `12-14`",
        ),
        Key::new("suggestion", Shape::Expression, "What to do about it"),
        Key::new(
            "tool",
            Shape::Expression,
            "Whose finding it is, such as `'rubocop'`",
        ),
        Key::new(
            "when",
            Shape::Expression,
            "Whether the item is a finding at all",
        ),
        Key::new(
            "each",
            Shape::Expression,
            "A list in the item whose elements are the findings: they are `item` then, and what holds them is `parent`",
        ),
    ],
    elsewhere: &[
        ("path", "the place is written as `file:` and `line:`"),
        ("column", "findings have a file and a line, and no column"),
        ("description", "it is written as `message:`"),
    ],
};

/// `outputs`.
pub(crate) static OUTPUTS: Table = Table {
    name: "outputs",
    noun: "`outputs`",
    doc: "What is taken from an answer, and what the answer must look like (rule A9). An answer that does not is `invalid_output`.",
    keys: &[
        Key::new(
            "format",
            Shape::Word(&["json", "text", "lines"]),
            "What the answer is: one JSON document (the default), a text, or a list of lines",
        ),
        Key::new(
            "take",
            Shape::Expressions,
            "Names to expressions over `output`, the whole answer; the agent's output is then an object of just these",
        ),
        Key::new(
            "schema",
            Shape::Schema,
            "A JSON Schema that the output has to satisfy, taken values included",
        ),
    ],
    elsewhere: &[
        ("type", "a JSON Schema stands under `schema:`"),
        ("properties", "a JSON Schema stands under `schema:`"),
        ("fields", "what is taken stands under `take:`"),
    ],
};
