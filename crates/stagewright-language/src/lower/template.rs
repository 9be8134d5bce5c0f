//! Expressions, templates, and trees of templates: compiled to be checked; the plan
//! stores their text.

use super::reads::Purpose;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::limit::MAX_EXPRESSION_BYTES;
use crate::source::Extent;
use crate::syntax::{Content, Node};
use stagewright_core::expression::{Expression, ExpressionError, Template};

impl Lowering<'_> {
    /// Checks an expression that stands at `offset` of a scalar's value.
    pub(super) fn check_expression(
        &mut self,
        owner: Owner,
        purpose: Purpose<'_>,
        node: &Node,
        expression: &str,
        offset: usize,
    ) {
        let extent = self.within(node, offset, expression.len());
        if self.too_long(expression, extent) {
            return;
        }
        match Expression::compile(expression) {
            Ok(compiled) => self.check_reads(owner, purpose, compiled.reads(), extent),
            Err(error) => self.bad(Code::BadExpression, node, extent, offset, &error),
        }
    }

    /// Checks a template that is the whole value of a scalar.
    pub(super) fn check_template(&mut self, owner: Owner, purpose: Purpose<'_>, node: &Node) {
        let Some(scalar) = node.as_scalar() else {
            return;
        };
        if self.too_long(&scalar.text, node.extent) {
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

    fn too_long(&mut self, text: &str, extent: Extent) -> bool {
        let too_long = text.len() > MAX_EXPRESSION_BYTES && text.contains('{')
            || text.len() > crate::limit::MAX_FILE_BYTES;
        if too_long {
            self.report(Problem::new(
                Code::TooLarge,
                extent,
                format!("an expression or template has at most {MAX_EXPRESSION_BYTES} bytes"),
            ));
        }
        too_long
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
            Some(offset) => self.within(node, base + offset, 1),
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
