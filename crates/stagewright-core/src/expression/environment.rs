//! What expressions may use: filters and tests from an allow-list, with caps on what
//! they build (decision 7).

use super::{FUEL, MAX_TEXT_BYTES};
use minijinja::value::{Kwargs, Rest};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, filters, tests};

/// The environment of all expressions and templates.
pub(super) fn environment() -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(100);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_debug(true);

    // Says in an argument list that an empty list may vanish; the value stays.
    env.add_filter("allow_empty", |value: Value| value);
    env.add_filter("abs", filters::abs);
    env.add_filter("bool", filters::bool);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("count", filters::length);
    env.add_filter("d", filters::default);
    env.add_filter("default", filters::default);
    env.add_filter("first", filters::first);
    env.add_filter("float", filters::float);
    env.add_filter("int", filters::int);
    env.add_filter("items", filters::items);
    env.add_filter("join", capped_join);
    env.add_filter("last", filters::last);
    env.add_filter("length", filters::length);
    env.add_filter("lines", filters::lines);
    env.add_filter("list", filters::list);
    env.add_filter("lower", filters::lower);
    env.add_filter("map", filters::map);
    env.add_filter("max", filters::max);
    env.add_filter("min", filters::min);
    env.add_filter("reject", filters::reject);
    env.add_filter("rejectattr", filters::rejectattr);
    env.add_filter("replace", capped_replace);
    env.add_filter("reverse", filters::reverse);
    env.add_filter("round", filters::round);
    env.add_filter("select", filters::select);
    env.add_filter("selectattr", filters::selectattr);
    env.add_filter("sort", filters::sort);
    env.add_filter("split", filters::split);
    env.add_filter("string", filters::string);
    env.add_filter("sum", filters::sum);
    env.add_filter("title", filters::title);
    env.add_filter("tojson", compact_json);
    env.add_filter("trim", filters::trim);
    env.add_filter("unique", filters::unique);
    env.add_filter("upper", filters::upper);

    env.add_test("boolean", tests::is_boolean);
    env.add_test("defined", tests::is_defined);
    env.add_test("divisibleby", tests::is_divisibleby);
    env.add_test("endingwith", tests::is_endingwith);
    env.add_test("eq", tests::is_eq);
    env.add_test("equalto", tests::is_eq);
    env.add_test("even", tests::is_even);
    env.add_test("false", tests::is_false);
    env.add_test("ge", tests::is_ge);
    env.add_test("gt", tests::is_gt);
    env.add_test("in", tests::is_in);
    env.add_test("integer", tests::is_integer);
    env.add_test("iterable", tests::is_iterable);
    env.add_test("le", tests::is_le);
    env.add_test("lt", tests::is_lt);
    env.add_test("mapping", tests::is_mapping);
    env.add_test("ne", tests::is_ne);
    env.add_test("none", tests::is_none);
    env.add_test("number", tests::is_number);
    env.add_test("odd", tests::is_odd);
    env.add_test("sequence", tests::is_sequence);
    env.add_test("startingwith", tests::is_startingwith);
    env.add_test("string", tests::is_string);
    env.add_test("true", tests::is_true);
    env.add_test("undefined", tests::is_undefined);
    env
}

/// `join` that refuses to build a text beyond the limit.
#[expect(
    clippy::needless_pass_by_value,
    reason = "filters take their arguments by value"
)]
fn capped_join(value: Value, joiner: Option<String>) -> Result<String, minijinja::Error> {
    let joiner = joiner.unwrap_or_default();
    let mut text = String::new();
    for (index, item) in value.try_iter()?.enumerate() {
        if index > 0 {
            text.push_str(&joiner);
        }
        match item.as_str() {
            Some(item) => text.push_str(item),
            None => text.push_str(&item.to_string()),
        }
        check_size(text.len())?;
    }
    Ok(text)
}

/// `replace` that refuses to build a text beyond the limit.
#[expect(
    clippy::needless_pass_by_value,
    reason = "filters take their arguments by value"
)]
fn capped_replace(
    value: String,
    from: String,
    to: String,
    rest: Rest<Kwargs>,
) -> Result<String, minijinja::Error> {
    if !rest.is_empty() {
        return Err(minijinja::Error::new(
            ErrorKind::TooManyArguments,
            "replace takes the text to find and the text to put in its place",
        ));
    }
    let found = value.matches(from.as_str()).count();
    check_size(value.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(value.replace(&from, &to))
}

/// `tojson` without an indentation, which could make a large text of a small value.
fn compact_json(value: &Value) -> Result<String, minijinja::Error> {
    let text = serde_json::to_string(value)
        .map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    check_size(text.len())?;
    Ok(text)
}

fn check_size(bytes: usize) -> Result<(), minijinja::Error> {
    if bytes > MAX_TEXT_BYTES {
        return Err(minijinja::Error::new(
            ErrorKind::InvalidOperation,
            format!("the text would be larger than {MAX_TEXT_BYTES} bytes"),
        ));
    }
    Ok(())
}
