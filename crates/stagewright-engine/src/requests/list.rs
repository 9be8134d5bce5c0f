//! The lists that agents and stages are repeated over (decision 34).

use super::renderer::{Renderer, tree_reads};
use serde_json::Value;
use stagewright_core::Run;
use stagewright_core::expression::{Expression, MAX_TEXT_BYTES, render_tree};
use stagewright_core::plan::{Items, Over, Repeated};
use stagewright_core::repetition::MAX_INSTANCES;
use std::sync::Arc;

impl Renderer {
    /// The list that something is repeated over.
    ///
    /// # Errors
    /// When its expression or one of its templates fails, gives no list, or one that is
    /// too long; for people.
    pub(super) fn list_of(&mut self, run: &Run, of: Repeated) -> Result<Vec<Value>, String> {
        let plan = Arc::clone(run.plan());
        let items = match plan.repeat(of).map(|repeat| &repeat.over) {
            Some(Over::Items { items }) => items,
            Some(Over::While { .. } | Over::Until { .. }) | None => {
                return Err("there is no list".to_owned());
            }
        };
        // Every name that a list reads lies outside of what is repeated.
        let node = match of {
            Repeated::Node(node) => node,
            Repeated::Stage(stage) => plan.stage(stage).first,
        };
        let list = match items {
            Items::Expression(source) => {
                let expression = Expression::compile(source).map_err(|error| error.message)?;
                let scope = self.scope(run, node, expression.reads(), false)?;
                let value = expression.evaluate(&scope).map_err(|error| error.message)?;
                serde_json::to_value(&value).map_err(|error| error.to_string())?
            }
            Items::List(list) => {
                let tree = Value::Array(list.clone());
                let scope = self.scope(run, node, &tree_reads(&tree)?, false)?;
                render_tree(&tree, &scope).map_err(|error| error.message)?
            }
        };
        let bytes = list.to_string().len();
        if bytes > MAX_TEXT_BYTES {
            return Err(format!(
                "the list has {bytes} bytes of JSON, more than the {MAX_TEXT_BYTES} that are kept"
            ));
        }
        let kind = kind_of(&list);
        match list {
            Value::Array(list) if list.len() > MAX_INSTANCES as usize => Err(format!(
                "the list has {} elements, more than the {MAX_INSTANCES} that one agent or stage \
                 may be repeated for; cut it into several runs",
                list.len()
            )),
            Value::Array(list) => Ok(list),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => Err(format!("a list is needed, found {kind}")),
        }
    }
}

/// What a value is, for messages.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
