//! Expressions and templates: one language, minijinja's, pure and bounded.
//!
//! An expression is compiled once and says which names it reads, so that a plan
//! knows beforehand what conditions need (decision 5) and a validator can check
//! every name. Evaluation is strict: a name that does not exist is an error that
//! lists what there is, never an empty text. Fuel bounds loops; filters come from an
//! allow-list, and those that can build large values are capped (decision 7).

use minijinja::value::{Kwargs, Rest};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, filters, tests};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Steps that one evaluation may take.
pub const FUEL: u64 = 200_000;

/// The largest text, in bytes, that a template or a filter may build.
pub const MAX_TEXT_BYTES: usize = 8 * 1024 * 1024;

/// Names of available keys shown in an error.
const MAX_NAMES_SHOWN: usize = 20;

/// The one environment. It is never changed after it was built, so compiled
/// expressions may borrow from it for ever.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// What is wrong with an expression or template, or with evaluating it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// For people: what, and where it helps, what there is instead.
    pub message: String,
    /// The byte offset in the source, where it is known.
    pub offset: Option<usize>,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    compiled: minijinja::Expression<'static, 'static>,
    reads: BTreeSet<String>,
}

impl Expression {
    /// Compiles an expression such as `results.lint.status == 'SUCCESS'`.
    ///
    /// # Errors
    /// When the text is not an expression, or names a filter, test or function that
    /// does not exist.
    pub fn compile(source: &str) -> Result<Self, ExpressionError> {
        let compiled = ENVIRONMENT
            .compile_expression_owned(source.to_owned())
            .map_err(|error| describe(&error))?;
        let reads = compiled.undeclared_variables(true).into_iter().collect();
        Ok(Self {
            source: source.to_owned(),
            compiled,
            reads,
        })
    }

    /// Its text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names it reads, dotted, such as `results.lint.output.count`. A dynamic
    /// subscript shows as the name before it.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.reads
    }

    /// Its value in a scope.
    ///
    /// # Errors
    /// When a name does not exist, types do not fit, or a limit is exceeded.
    pub fn evaluate(&self, scope: &Value) -> Result<Value, ExpressionError> {
        let value = self
            .compiled
            .eval(scope.clone())
            .map_err(|error| explain(&error, &self.reads, scope))?;
        if value.is_undefined() {
            return Err(
                missing(&self.reads, scope).unwrap_or_else(|| ExpressionError {
                    message: format!("`{}` has no value", self.source.trim()),
                    offset: None,
                }),
            );
        }
        Ok(value)
    }
}

/// A text with `{{ … }}` in it, or a plain one.
#[derive(Debug)]
pub enum Template {
    /// Nothing to fill in.
    Plain(String),
    /// Exactly one `{{ … }}`: its value keeps its type.
    Value(Expression),
    /// Text around values.
    Text {
        /// Its source.
        source: String,
        /// The names it reads.
        reads: BTreeSet<String>,
    },
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// When its syntax is wrong.
    pub fn compile(source: &str) -> Result<Self, ExpressionError> {
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            return Ok(Self::Plain(source.to_owned()));
        }
        if let Some(inner) = only_expression(source)
            && let Ok(expression) = Expression::compile(inner)
        {
            return Ok(Self::Value(expression));
        }
        let template = ENVIRONMENT
            .template_from_str(source)
            .map_err(|error| describe(&error))?;
        Ok(Self::Text {
            source: source.to_owned(),
            reads: template.undeclared_variables(true).into_iter().collect(),
        })
    }

    /// The names it reads.
    pub fn reads(&self) -> BTreeSet<String> {
        match self {
            Self::Plain(_) => BTreeSet::new(),
            Self::Value(expression) => expression.reads.clone(),
            Self::Text { reads, .. } => reads.clone(),
        }
    }

    /// Its value in a scope.
    ///
    /// # Errors
    /// When a name does not exist, types do not fit, or a limit is exceeded.
    pub fn render(&self, scope: &Value) -> Result<serde_json::Value, ExpressionError> {
        match self {
            Self::Plain(text) => Ok(serde_json::Value::String(text.clone())),
            Self::Value(expression) => to_json(&expression.evaluate(scope)?),
            Self::Text { source, reads } => {
                let mut text = CappedText::default();
                ENVIRONMENT
                    .template_from_str(source)
                    .and_then(|template| {
                        template
                            .render_captured_to(scope.clone(), &mut text)
                            .map(drop)
                    })
                    .map_err(|error| match text.overflowed {
                        true => too_large("the rendered text"),
                        false => explain(&error, reads, scope),
                    })?;
                Ok(serde_json::Value::String(
                    String::from_utf8_lossy(&text.bytes).into_owned(),
                ))
            }
        }
    }
}

/// Renders every text in a tree of values; everything else stays as it is.
///
/// # Errors
/// The first template that fails, with its path in the tree.
pub fn render_tree(
    tree: &serde_json::Value,
    scope: &Value,
) -> Result<serde_json::Value, ExpressionError> {
    match tree {
        serde_json::Value::String(text) => Template::compile(text)?.render(scope),
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| render_tree(item, scope))
            .collect::<Result<_, _>>()
            .map(serde_json::Value::Array),
        serde_json::Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| {
                let rendered = render_tree(value, scope).map_err(|error| ExpressionError {
                    message: format!("{key}: {}", error.message),
                    offset: error.offset,
                })?;
                Ok((key.clone(), rendered))
            })
            .collect::<Result<_, _>>()
            .map(serde_json::Value::Object),
        other => Ok(other.clone()),
    }
}

/// The whole text as one expression, when it is `{{ … }}` and nothing else.
fn only_expression(source: &str) -> Option<&str> {
    let inner = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    Some(inner.strip_suffix('-').unwrap_or(inner))
}

/// A JSON value as a value of the expression language.
pub fn from_json(value: &serde_json::Value) -> Value {
    Value::from(minijinja::value::Serde(value))
}

/// A value as JSON.
fn to_json(value: &Value) -> Result<serde_json::Value, ExpressionError> {
    serde_json::to_value(value).map_err(|error| ExpressionError {
        message: format!("the value cannot be written as JSON: {error}"),
        offset: None,
    })
}

/// Collects what a template writes, and refuses to grow without bound.
#[derive(Default)]
struct CappedText {
    bytes: Vec<u8>,
    overflowed: bool,
}

impl std::io::Write for CappedText {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + piece.len() > MAX_TEXT_BYTES {
            self.overflowed = true;
            return Err(std::io::Error::other("the text is too large"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn too_large(what: &str) -> ExpressionError {
    ExpressionError {
        message: format!("{what} would be larger than {MAX_TEXT_BYTES} bytes"),
        offset: None,
    }
}

/// A minijinja error in our words, without knowledge of the scope.
fn describe(error: &minijinja::Error) -> ExpressionError {
    let detail = error.detail().map(str::to_owned);
    let message = match error.kind() {
        ErrorKind::OutOfFuel => "the expression takes too many steps".to_owned(),
        ErrorKind::UnknownFilter => detail.unwrap_or_else(|| "unknown filter".to_owned()),
        kind => match detail {
            Some(detail) => detail,
            None => kind.to_string(),
        },
    };
    ExpressionError {
        message,
        offset: error.range().map(|range| range.start),
    }
}

/// A minijinja error in our words; an undefined name says what there is.
fn explain(error: &minijinja::Error, reads: &BTreeSet<String>, scope: &Value) -> ExpressionError {
    if error.kind() == ErrorKind::UndefinedError
        && let Some(better) = missing(reads, scope)
    {
        return better;
    }
    describe(error)
}

/// The first name among `reads` that does not exist, with the names beside it.
fn missing(reads: &BTreeSet<String>, scope: &Value) -> Option<ExpressionError> {
    reads.iter().find_map(|path| missing_name(path, scope))
}

fn missing_name(path: &str, scope: &Value) -> Option<ExpressionError> {
    let mut value = scope.clone();
    let mut seen = String::new();
    for name in path.split('.') {
        let next = value
            .get_attr(name)
            .ok()
            .filter(|next| !next.is_undefined());
        let Some(next) = next else {
            return Some(no_such_name(&seen, name, &value));
        };
        if !seen.is_empty() {
            seen.push('.');
        }
        seen.push_str(name);
        value = next;
    }
    None
}

/// The error for a name that does not exist below `parent`.
pub(crate) fn no_such_name(parent: &str, name: &str, value: &Value) -> ExpressionError {
    let whole = if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    };
    let names = available(value);
    let message = if names.is_empty() {
        format!("`{whole}` does not exist")
    } else {
        format!("`{whole}` does not exist; there is: {names}")
    };
    ExpressionError {
        message,
        offset: None,
    }
}

/// The keys of a mapping, for an error, bounded.
fn available(value: &Value) -> String {
    if value.kind() != minijinja::value::ValueKind::Map {
        return String::new();
    }
    let mut names: Vec<String> = value
        .try_iter()
        .map(|keys| keys.map(|key| key.to_string()).collect())
        .unwrap_or_default();
    names.sort();
    let more = names.len().saturating_sub(MAX_NAMES_SHOWN);
    names.truncate(MAX_NAMES_SHOWN);
    let mut text = names.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn environment() -> Environment<'static> {
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
    env.add_filter("tojson", filters::tojson);
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

fn check_size(bytes: usize) -> Result<(), minijinja::Error> {
    if bytes > MAX_TEXT_BYTES {
        return Err(minijinja::Error::new(
            ErrorKind::InvalidOperation,
            format!("the text would be larger than {MAX_TEXT_BYTES} bytes"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests_of_expression {
    use super::*;

    fn scope() -> Value {
        from_json(&serde_json::json!({
            "context": {"pr": {"files": ["a.py", "b.rs"], "title": "T"}, "n": 3},
            "results": {"lint": {"status": "SUCCESS", "output": {"count": 2}}},
        }))
    }

    fn eval(source: &str) -> Result<serde_json::Value, String> {
        Expression::compile(source)
            .and_then(|expression| expression.evaluate(&scope()))
            .and_then(|value| to_json(&value))
            .map_err(|error| error.message)
    }

    #[test]
    fn expressions_yield_values_or_say_what_there_is() {
        // Goal: strictness with names, and the bounded machinery, from one table.
        let rows: &[(&str, Result<serde_json::Value, &str>)] = &[
            ("context.n + 1 == 4", Ok(true.into())),
            (
                "results.lint.status == 'SUCCESS' and results.lint.output.count > 1",
                Ok(true.into()),
            ),
            ("context.pr.files | length", Ok(2.into())),
            ("context.missing is defined", Ok(false.into())),
            ("context.missing | default('x')", Ok("x".into())),
            (
                "context.pr.nothing",
                Err("`context.pr.nothing` does not exist; there is: files, title"),
            ),
            (
                "results.lnt.status == 'x'",
                Err("`results.lnt` does not exist; there is: lint"),
            ),
            (
                "nope",
                Err("`nope` does not exist; there is: context, results"),
            ),
            ("'x' * 999999999999", Err("repeated string is too large")),
            ("context.n | nofilter", Err("filter nofilter is unknown")),
            ("1 +", Err("unexpected end of input, expected expression")),
        ];
        for (source, expected) in rows {
            let expected = expected.clone().map_err(str::to_owned);
            assert_eq!(eval(source), expected, "{source}");
        }
    }

    #[test]
    fn reads_are_the_dotted_names() {
        // Goal: the plan can know beforehand what an expression needs.
        let expression = Expression::compile(
            "results.a.output.x > 1 and results['b'].status == 'S' and results[context.k] is defined",
        )
        .unwrap();
        let reads: Vec<_> = expression.reads().iter().map(String::as_str).collect();
        assert_eq!(reads, ["context.k", "results", "results.a.output.x"]);
    }

    #[test]
    fn a_single_hole_keeps_its_type_and_text_becomes_text() {
        // Goal: both kinds of templates.
        let render = |source: &str| {
            Template::compile(source)
                .and_then(|template| template.render(&scope()))
                .map_err(|error| error.message)
        };
        assert_eq!(
            render("{{ context.pr.files }}"),
            Ok(serde_json::json!(["a.py", "b.rs"]))
        );
        assert_eq!(render("{{- context.n -}}"), Ok(serde_json::json!(3)));
        assert_eq!(
            render("n={{ context.n }} {{ context.pr.title }}"),
            Ok("n=3 T".into())
        );
        assert_eq!(render("<b>{{ '<' }}</b>"), Ok("<b><</b>".into()));
        assert_eq!(render("plain"), Ok("plain".into()));
        assert_eq!(
            render("x {{ context.pr.nope }}"),
            Err("`context.pr.nope` does not exist; there is: files, title".to_owned())
        );
    }

    #[test]
    fn a_text_cannot_grow_without_bound() {
        // Goal: neither filters nor loops build more than the limit.
        let big = "x".repeat(1024 * 1024);
        let scope = from_json(&serde_json::json!({"big": big, "list": vec!["y"; 1000]}));
        for source in [
            "{% for i in list %}{{ big }}{% endfor %}",
            "{{ big | replace('x', big) }}",
            "{{ list | join(big) }}",
        ] {
            let error = Template::compile(source)
                .unwrap()
                .render(&scope)
                .unwrap_err();
            assert!(error.message.contains("larger than"), "{source}: {error}");
        }
    }
}
