//! Expressions, templates, and trees of templates: compiled to be checked; the plan
//! stores their text.

use super::reads::Purpose;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_TEMPLATE_BYTES;
use crate::source::Extent;
use crate::syntax::{Content, Node};
use stagewright_core::expression::{
    Excess, Expression, ExpressionError, Template, excess_of_expression, excess_of_template,
    from_json,
};

/// The longest expression without names that is evaluated.
const MAX_CONSTANT_BYTES: usize = 64;

impl Lowering<'_> {
    /// Checks an expression that stands at `offset` of a scalar's value.
    pub(super) fn check_expression(
        &mut self,
        owner: Owner,
        purpose: Purpose<'_>,
        node: &Node,
        expression: &str,
        offset: usize,
    ) -> Option<Expression> {
        let extent = self.within(node, offset, expression.len());
        if let Some(excess) = excess_of_expression(expression) {
            self.too_complex(excess, extent);
            return None;
        }
        match Expression::compile(expression) {
            Ok(compiled) => {
                self.check_reads(owner, purpose, compiled.reads(), extent);
                Some(compiled)
            }
            Err(error) => {
                self.bad(Code::BadExpression, node, extent, offset, &error);
                None
            }
        }
    }

    /// The value of a condition that reads nothing. One that is neither true nor false is
    /// an error, as it would be at run time.
    pub(super) fn constant(
        &mut self,
        node: &Node,
        compiled: &Expression,
        offset: usize,
    ) -> Option<bool> {
        let source = compiled.source();
        if !compiled.reads().is_empty() || !is_cheap(source) || self.constants_left == 0 {
            return None;
        }
        self.constants_left -= 1;
        let nothing = from_json(&serde_json::json!({}));
        let found = compiled
            .evaluate(&nothing)
            .map_err(|error| error.message)
            .and_then(|value| serde_json::to_value(&value).map_err(|error| error.to_string()));
        let message = match found {
            Ok(serde_json::Value::Bool(value)) => return Some(value),
            Ok(value) => {
                format!("a condition must be true or false, and this one is always {value}")
            }
            Err(message) => format!("this is always an error: {message}"),
        };
        let extent = self.within(node, offset, source.len());
        self.report(
            Problem::new(Code::BadExpression, extent, message)
                .hint("compare something: `results.lint.status == 'SUCCESS'`"),
        );
        None
    }

    /// Checks a template that is the whole value of a scalar.
    pub(super) fn check_template(&mut self, owner: Owner, purpose: Purpose<'_>, node: &Node) {
        let Some(scalar) = node.as_scalar() else {
            return;
        };
        if !(scalar.text.contains("{{") || scalar.text.contains("{%") || scalar.text.contains("{#"))
        {
            return;
        }
        if !self.within_limits(&scalar.text, node) {
            return;
        }
        match Template::compile(&scalar.text) {
            Ok(compiled) => self.check_reads(owner, purpose, &compiled.reads(), node.extent),
            Err(error) => self.bad(Code::BadTemplate, node, node.extent, 0, &error),
        }
    }

    /// Checks every text of a tree as a template.
    pub(super) fn check_tree(&mut self, owner: Owner, purpose: Purpose<'_>, node: &Node) {
        match &node.content {
            Content::Scalar(_) => self.check_template(owner, purpose, node),
            Content::List(items) => {
                for item in items {
                    self.check_tree(owner, purpose, item);
                }
            }
            Content::Map(entries) => {
                for entry in entries {
                    self.check_tree(owner, purpose, &entry.value);
                }
            }
        }
    }

    /// Whether a template may be compiled at all.
    fn within_limits(&mut self, text: &str, node: &Node) -> bool {
        if text.len() > MAX_TEMPLATE_BYTES {
            self.report(Problem::new(
                Code::TooLarge,
                node.extent,
                format!("a template has at most {MAX_TEMPLATE_BYTES} bytes"),
            ));
            return false;
        }
        match excess_of_template(text) {
            None => true,
            Some(Excess::Tokens { offset }) => {
                let place = self.within(node, offset, 2);
                self.too_complex(Excess::Tokens { offset }, place);
                false
            }
            Some(excess) => {
                self.report(Problem::new(
                    Code::TooLarge,
                    node.extent,
                    excess.to_string(),
                ));
                false
            }
        }
    }

    fn too_complex(&mut self, excess: Excess, extent: Extent) {
        self.report(
            Problem::new(Code::TooLarge, extent, excess.to_string())
                .hint("compute it in an agent: YAML coordinates, code computes"),
        );
    }

    fn bad(
        &mut self,
        code: Code,
        node: &Node,
        extent: Extent,
        base: usize,
        error: &ExpressionError,
    ) {
        let place = match error.offset {
            Some(offset) => {
                let at = base + offset;
                let value = node.as_scalar().map_or("", |scalar| scalar.text.as_str());
                let rest = value.get(at..).unwrap_or_default();
                let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                self.within(node, at, word.unwrap_or(rest.len()).max(1))
            }
            None => extent,
        };
        let hint = match code {
            Code::BadExpression => {
                "expressions are minijinja's: `results.lint.status == 'SUCCESS'`"
            }
            _ => "templates are minijinja's: `{{ context.pr.title }}`",
        };
        self.report(Problem::new(code, place, error.message.clone()).hint(hint));
    }
}

/// Whether evaluating an expression costs next to nothing: it compares and adds a few
/// literals, and neither calls nor multiplies anything.
fn is_cheap(expression: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" _'\".<>=!+-".contains(&byte);
    expression.len() <= MAX_CONSTANT_BYTES && expression.bytes().all(plain)
}
