//! Which filters and tests an expression names, found without running it.
//!
//! The compiler resolves them when they are first used, so a misspelt filter behind a
//! condition that is mostly false would show up on the day when it is true. Names that
//! stand in texts, such as `map('upper')`, are not looked at: they can be computed.

use super::ExpressionError;
use super::size::{is_part_of_a_word, skip_quoted};

/// The filters of the environment, in order.
const FILTERS: [&str; 36] = [
    "abs",
    "allow_empty",
    "bool",
    "capitalize",
    "count",
    "d",
    "default",
    "first",
    "float",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
];

/// The tests of the environment, in order.
const TESTS: [&str; 25] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
];

/// The first filter or test of an expression that does not exist.
pub(super) fn unknown_in_expression(expression: &str) -> Option<ExpressionError> {
    unknown(expression, None).0
}

/// The first filter or test in the holes and statements of a template that does not
/// exist. Comments have none; a template with `{% raw %}` is left to the run.
pub(super) fn unknown_in_template(template: &str) -> Option<ExpressionError> {
    let mut at = 0;
    while let Some(found) = template[at..].find('{') {
        at += found;
        let rest = &template[at..];
        at += match rest.as_bytes().get(1) {
            Some(b'#') => rest.find("#}").unwrap_or(rest.len()),
            Some(b'%') if statement(rest) == "raw" => return None,
            Some(opened @ (b'{' | b'%')) => {
                let end = if *opened == b'{' { "}}" } else { "%}" };
                let (unknown, length) = unknown(&rest[2..], Some(end));
                if let Some(mut unknown) = unknown {
                    unknown.offset = unknown.offset.map(|offset| at + 2 + offset);
                    return Some(unknown);
                }
                2 + length
            }
            _ => 1,
        };
    }
    None
}

/// The word with which a statement begins.
fn statement(text: &str) -> &str {
    let text = text.trim_start_matches(['{', '%', '-', '+', ' ']);
    let end = text.find(|c| !is_part_of_a_word(c));
    &text[..end.unwrap_or(text.len())]
}

/// What the next word of an expression is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A name, a keyword, anything.
    Word,
    /// An attribute, whatever it is called.
    Attribute,
    /// A filter, behind `|`.
    Filter,
    /// A test, behind `is`.
    Test,
}

/// What of an expression does not exist, and where the expression ends: where its mark
/// stands outside of quotes and brackets, or else with the text.
fn unknown(text: &str, end: Option<&str>) -> (Option<ExpressionError>, usize) {
    let mut next = Next::Word;
    let mut open = 0_i64;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if open <= 0 && end.is_some_and(|end| text[at..].starts_with(end)) {
            return (None, at);
        }
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        if is_part_of_a_word(c) {
            let mut behind = at + c.len_utf8();
            while let Some((at, c)) = characters.next_if(|(_, c)| is_part_of_a_word(*c)) {
                behind = at + c.len_utf8();
            }
            let word = &text[at..behind];
            let missing = match next {
                Next::Filter if !FILTERS.contains(&word) => Some("filter"),
                Next::Test if word != "not" && !TESTS.contains(&word) => Some("test"),
                Next::Word | Next::Attribute | Next::Filter | Next::Test => None,
            };
            if let Some(kind) = missing {
                let message = format!("there is no {kind} `{word}`");
                let offset = Some(at);
                return (Some(ExpressionError { message, offset }), at);
            }
            next = match (next, word) {
                (Next::Word, "is") | (Next::Test, "not") => Next::Test,
                _ => Next::Word,
            };
            continue;
        }
        match c {
            '\'' | '"' => {
                skip_quoted(&mut characters, c);
                next = Next::Word;
            }
            '|' => next = Next::Filter,
            '.' => next = Next::Attribute,
            c if c.is_whitespace() => {}
            _ => next = Next::Word,
        }
    }
    (None, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that the environment's source registers with a call.
    fn registered(call: &str) -> Vec<&'static str> {
        let source = include_str!("environment.rs");
        let after = source.split(call).skip(1);
        let mut names: Vec<_> = after.filter_map(|rest| rest.split('"').next()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn the_lists_are_those_of_the_environment() {
        // Goal: a filter that is added or taken away is noticed here.
        assert_eq!(registered("add_filter(\""), FILTERS);
        assert_eq!(registered("add_test(\""), TESTS);
    }

    #[test]
    fn what_does_not_exist_is_found_where_it_stands() {
        // Goal: filters and tests, and nothing that only looks like one.
        for (expression, expected) in [
            ("context.a | nosuch", Some(("filter `nosuch`", 12))),
            ("context.a|upper|nosuch()", Some(("filter `nosuch`", 16))),
            ("context.a is nosuch", Some(("test `nosuch`", 13))),
            ("a is not nosuch or b", Some(("test `nosuch`", 9))),
            ("[a, (b | nosuch)]", Some(("filter `nosuch`", 9))),
            ("a is not defined and b is none", None),
            ("context.is.nosuch", None),
            ("context.is | length", None),
            ("'a | nosuch' ~ \"b is nosuch\"", None),
            ("a['is nosuch'] | default('| nosuch')", None),
            ("items | map(attribute='x') | select('nosuch')", None),
        ] {
            let expected = expected.map(|(name, offset)| ExpressionError {
                message: format!("there is no {name}"),
                offset: Some(offset),
            });
            assert_eq!(unknown_in_expression(expression), expected, "{expression}");
        }
    }

    #[test]
    fn templates_are_looked_at_in_their_holes() {
        // Goal: text, comments and raw parts are no expressions.
        for (template, offset) in [
            ("a | b {{ x | upper }} is c", None),
            ("ä {{ x }} {{ y | nosuch }}", Some(18)),
            ("{% if x is nosuch %}a{% endif %}", Some(11)),
            ("{# x | nosuch, {{ y | nosuch }} #}{{ z }}", None),
            ("{# a #}{{ {'k': {}} }} | b {{ z | nosuch }}", Some(34)),
            ("{% raw %}{{ x | nosuch }}{% endraw %}", None),
            ("{{ '}}' | nosuch }}", Some(10)),
            ("{{ x", None),
            ("{", None),
        ] {
            let found = unknown_in_template(template).map(|error| error.offset);
            assert_eq!(found, offset.map(Some), "{template}");
        }
    }
}
