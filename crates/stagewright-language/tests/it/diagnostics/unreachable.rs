//! What can never run, and what can never be read.

use super::check;

#[test]
fn constant_conditions_are_seen() {
    // Goal: conditions that compare literals, and combinations that one part decides.
    for (condition, expected) in [
        ("if: 1 > 2", &["SW0171@1 > 2 :: never runs"][..]),
        (
            "if: \"'a' == 'b'\"",
            &["SW0171@\"'a' == 'b'\" :: never runs"],
        ),
        ("if: not true", &["SW0171@not true :: never runs"]),
        ("if: 1 < 2", &[]),
        ("if: 5", &["SW0140@5 :: always 5"]),
        ("if: \"'yes'\"", &["SW0140@'yes' :: always \"yes\""]),
        ("if: 1 + 'a'", &["SW0140@1 + 'a' :: always an error"]),
        (
            "condition: {all: [always, never]}",
            &["SW0171@condition :: never runs"],
        ),
        (
            "condition: {any: [never, {not: always}]}",
            &["SW0171@condition :: never runs"],
        ),
        ("condition: {any: [never, always]}", &[]),
        ("condition: {not: {any: [never]}}", &[]),
    ] {
        check(&format!("id: a, run: x, {condition}"), expected);
    }
}

#[test]
fn outputs_of_what_never_runs_are_not_there() {
    // Goal: a reader of an output that never comes is told; one that asks is not.
    for (reader, expected) in [
        (
            "if: results.a.output.x",
            &[
                "SW0171@never :: never runs",
                "SW0171@results.a.output.x :: no output to read",
            ][..],
        ),
        (
            "if: results.a.output.x is defined",
            &["SW0171@never :: never runs"],
        ),
        (
            "if: results.a.status == 'SKIPPED'",
            &["SW0171@never :: never runs"],
        ),
        ("depends_on: [a]", &["SW0171@never :: never runs"]),
    ] {
        check(
            &format!("id: a, run: x, condition: never\nid: b, run: y, {reader}"),
            expected,
        );
    }
}
