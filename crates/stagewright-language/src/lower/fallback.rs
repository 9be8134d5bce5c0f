//! `fallback:` and `strategy:`: who else may do an agent's work (rule D5).

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::repeat::without_braces;
use super::value::listed;
use super::{Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::{FALLBACK, Shape};
use stagewright_core::plan::{Action, Strategy};
use std::collections::BTreeMap;

/// The kinds that a fallback can have.
const KINDS: [&str; 5] = ["run", "http", "lambda_function_arn", "pipeline", "set"];

impl Lowering<'_> {
    /// The fallbacks of an agent, in order.
    pub(super) fn fallbacks(
        &mut self,
        owner: Owner,
        field: Option<Field<'_>>,
        agent_type: Option<&str>,
        input: Option<&serde_json::Value>,
        secrets: &BTreeMap<String, String>,
    ) -> Vec<Action> {
        let Some(field) = field else {
            return Vec::new();
        };
        let single = std::slice::from_ref(field.node());
        let items = field.node().as_list().unwrap_or(single);
        if items.is_empty() {
            self.report(Problem::new(
                Code::BadValue,
                field.extent(),
                "`fallback` is empty",
            ));
        }
        let mut actions = Vec::with_capacity(items.len());
        for item in items {
            let Some(fields) = self.fields(item, &FALLBACK) else {
                continue;
            };
            let kind = self.one_kind(&fields, item, "fallback", &KINDS);
            if let Some(kind) = kind {
                self.refuse_other_kinds_keys(&fields, "a fallback", kind.key.name);
            }
            let findings = self.findings(owner, &fields, agent_type);
            let action = self.action(owner, &fields, kind, findings, input, secrets);
            fields.finish();
            actions.extend(action);
        }
        actions
    }

    /// Which of an agent and its fallbacks may be asked.
    pub(super) fn strategy(&mut self, owner: Owner, fields: &Fields<'_>) -> Option<Strategy> {
        let field = fields.get("strategy")?;
        let Shape::WordOrExpression(words) = field.key.shape else {
            panic!("`strategy` is a word or an expression in its table");
        };
        let wanted = format!("one of {}, or `{{{{ … }}}}`", listed(words));
        let text = self.scalar_text(field.node(), "strategy", &wanted)?;
        let strategy = if text.trim_start().starts_with("{{") {
            let (expression, offset) = without_braces(&text);
            self.check_expression(owner, Purpose::Condition, field.node(), expression, offset);
            Strategy::Chosen(expression.to_owned())
        } else if let Some(strategy) = Strategy::parse(&text) {
            strategy
        } else {
            self.unknown_word(field.node(), "strategy", &text, words);
            return None;
        };
        if fields.get("fallback").is_none() && strategy != Strategy::Ai {
            self.report(
                Problem::new(
                    Code::MissingKey,
                    field.entry.key_extent,
                    "this `strategy` needs a `fallback`",
                )
                .label("there is nobody else who could do it")
                .hint("say who does it instead: `fallback: {run: ./offline.sh}`"),
            );
        }
        Some(strategy)
    }
}
