//! Keys of a structured condition.

use super::{Key, Shape, Table};

/// `condition`.
pub(crate) static CONDITION: Table = Table {
    name: "condition",
    noun: "a condition",
    doc: "When something runs: one of the `type`s, or a combination of others with `all`, `any` or `not`.",
    keys: &[
        Key::new(
            "type",
            Shape::Word(&["always", "never", "if_field", "if_result", "custom"]),
            "What is looked at",
        ),
        Key::new(
            "field_path",
            Shape::Text,
            "`if_field`: the path below the context; `.length` is a list's length",
        ),
        Key::new(
            "agent_id",
            Shape::Id,
            "`if_result`: the agent whose result is looked at",
        )
        .aliases(&["agent"]),
        Key::new(
            "result_field",
            Shape::Text,
            "`if_result`: a field of the result itself, else a path of its output (rule A10)",
        ),
        Key::new("operator", Shape::Word(&OPERATORS), "How it is compared"),
        Key::new("value", Shape::Operand, "With what it is compared"),
        Key::new(
            "custom_evaluator",
            Shape::Evaluator,
            "`custom`: a list of arguments, a name that settings map to a program, or an expression",
        ),
        Key::new("all", Shape::Conditions, "All of these hold"),
        Key::new("any", Shape::Conditions, "At least one of these holds"),
        Key::new("not", Shape::Condition, "This does not hold"),
    ],
    elsewhere: &[
        (
            "field",
            "the path below the context is written as `field_path:`",
        ),
        (
            "path",
            "write `field_path:` for the context, `result_field:` for a result",
        ),
        ("op", "write it out: `operator:`"),
    ],
};

/// The words of [`stagewright_core::Operator::ALL`]; a test holds them equal.
const OPERATORS: [&str; 11] = [
    "eq",
    "ne",
    "gt",
    "lt",
    "gte",
    "lte",
    "contains",
    "regex",
    "in",
    "exists",
    "any_equals",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_are_the_cores() {
        // Goal: no operator is offered that cannot be evaluated, and none is hidden.
        let core: Vec<_> = stagewright_core::Operator::ALL
            .iter()
            .map(|(word, _)| *word)
            .collect();
        assert_eq!(core, OPERATORS);
    }
}
