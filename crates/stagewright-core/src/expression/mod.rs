//! Expressions and templates: one language, minijinja's, pure and bounded.
//!
//! An expression is compiled once and says which names it reads, so that a plan
//! knows beforehand what conditions need (decision 5) and a validator can check
//! every name. Evaluation is strict: a name that does not exist is an error that
//! lists what there is, never an empty text. Fuel bounds loops; filters come from an
//! allow-list, and those that can build large values are capped (decision 7).

mod environment;
mod names;
mod size;

pub use size::{
    Excess, MAX_EXPRESSION_TOKENS, MAX_STATEMENTS, excess_of_expression, excess_of_template,
};

use minijinja::{Environment, ErrorKind, Value};
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
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment::environment);

/// What is wrong with an expression or template, or with evaluating it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// For people: what, and where it helps, what there is instead.
    pub message: String,
    /// The byte offset in the source, where it is known.
    pub offset: Option<usize>,
}

impl From<Excess> for ExpressionError {
    fn from(excess: Excess) -> Self {
        Self {
            message: excess.to_string(),
            offset: match excess {
                Excess::Tokens { offset } | Excess::Multiplied { offset } => Some(offset),
                Excess::Statements => None,
            },
        }
    }
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
    /// When the text is not an expression, names a filter or test that does not exist,
    /// or is too large ([`MAX_EXPRESSION_TOKENS`]).
    pub fn compile(source: &str) -> Result<Self, ExpressionError> {
        if let Some(excess) = excess_of_expression(source) {
            return Err(excess.into());
        }
        if let Some(unknown) = names::unknown_in_expression(source) {
            return Err(unknown);
        }
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
    /// When its syntax is wrong, it names a filter or test that does not exist, or it is
    /// too large ([`MAX_EXPRESSION_TOKENS`], [`MAX_STATEMENTS`]).
    pub fn compile(source: &str) -> Result<Self, ExpressionError> {
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            return Ok(Self::Plain(source.to_owned()));
        }
        if let Some(excess) = excess_of_template(source) {
            return Err(excess.into());
        }
        if let Some(inner) = only_expression(source)
            && let Ok(expression) = Expression::compile(inner)
        {
            return Ok(Self::Value(expression));
        }
        if let Some(unknown) = names::unknown_in_template(source) {
            return Err(unknown);
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
        plain @ (serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)) => Ok(plain.clone()),
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

/// A value as JSON, refused where it is too large: values that hold each other grow
/// without bound in a few steps.
fn to_json(value: &Value) -> Result<serde_json::Value, ExpressionError> {
    let mut size = CappedText::counting();
    if let Err(error) = serde_json::to_writer(&mut size, value) {
        return Err(match size.overflowed {
            true => too_large("the value"),
            false => ExpressionError {
                message: format!("the value cannot be written as JSON: {error}"),
                offset: None,
            },
        });
    }
    serde_json::to_value(value).map_err(|error| ExpressionError {
        message: format!("the value cannot be written as JSON: {error}"),
        offset: None,
    })
}

/// Collects what a template writes, and refuses to grow without bound.
#[derive(Default)]
struct CappedText {
    bytes: Vec<u8>,
    /// Bytes written; more than are kept where they are only counted.
    written: usize,
    only_counts: bool,
    overflowed: bool,
}

impl CappedText {
    /// Counts what is written and keeps nothing.
    fn counting() -> Self {
        Self {
            only_counts: true,
            ..Self::default()
        }
    }
}

impl std::io::Write for CappedText {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.written += piece.len();
        if self.written > MAX_TEXT_BYTES {
            self.overflowed = true;
            return Err(std::io::Error::other("the text is too large"));
        }
        if !self.only_counts {
            self.bytes.extend_from_slice(piece);
        }
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
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds are another crate's, and the rest is worded alike"
)]
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

#[cfg(test)]
mod tests;
