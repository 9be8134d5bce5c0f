//! Expressions, templates, and trees of templates: compiled to be checked; the plan
//! stores their text.

use super::reads::Purpose;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::limit::{MAX_EXPRESSION_TOKENS, MAX_STATEMENTS, MAX_TEMPLATE_BYTES};
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
        if tokens_of(expression) > MAX_EXPRESSION_TOKENS {
            self.too_complex(extent);
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
        if text.matches("{%").count() > MAX_STATEMENTS {
            self.report(Problem::new(
                Code::TooLarge,
                node.extent,
                format!("a template has at most {MAX_STATEMENTS} `{{% … %}}`"),
            ));
            return false;
        }
        // Literal text between the holes is no nesting; what cannot be told apart
        // (an unclosed hole) counts as part of the hole.
        let openings = text.match_indices("{{").chain(text.match_indices("{%"));
        for (at, _) in openings {
            let rest = &text[at + 2..];
            let end = rest.find("}}").into_iter().chain(rest.find("%}")).min();
            let inner = &rest[..end.unwrap_or(rest.len())];
            if tokens_of(inner) > MAX_EXPRESSION_TOKENS {
                let place = self.within(node, at, 2);
                self.too_complex(place);
                return false;
            }
        }
        true
    }

    fn too_complex(&mut self, extent: Extent) {
        self.report(
            Problem::new(
                Code::TooLarge,
                extent,
                format!(
                    "an expression has at most {MAX_EXPRESSION_TOKENS} words, operators and brackets"
                ),
            )
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

/// How many words, operators and brackets an expression has; texts in quotes count as
/// one. Operators are counted by character, which is never too few.
fn tokens_of(expression: &str) -> usize {
    let mut count = 0;
    let mut characters = expression.chars();
    let mut in_word = false;
    while let Some(c) = characters.next() {
        let word = c.is_alphanumeric() || c == '_';
        let continues = word && in_word;
        if !c.is_whitespace() && !continues {
            count += 1;
        }
        in_word = word;
        if matches!(c, '\'' | '"') {
            while let Some(inner) = characters.next() {
                match inner {
                    '\\' => {
                        characters.next();
                    }
                    _ if inner == c => break,
                    _ => {}
                }
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_never_counted_too_few() {
        // Goal: every operator that can nest counts, texts do not.
        for (expression, expected) in [
            ("", 0),
            ("context.pr.title", 5),
            ("not not a", 3),
            ("a|d|d", 5),
            ("- - 1", 3),
            ("'a ( b' == \"\\\" (\"", 4),
            ("a[0]()", 6),
            ("'open ((((", 1),
        ] {
            assert_eq!(tokens_of(expression), expected, "{expression}");
        }
    }
}
