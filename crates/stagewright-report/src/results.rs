//! The full results that lie beside the journal, loaded once for all reports.
//!
//! The state of a run carries counts and hashes; the findings themselves and the
//! agents' documents are stored by hash (decision 5). This module reads their stored
//! form, leniently: a document that is gone or cannot be read is said to be missing,
//! it never turns into an empty one.

use crate::nodes;
use serde::Deserialize;
use serde_json::{Map, Value};
use stagewright_core::event::BlobRef;
use stagewright_core::{Finding, NodeIx, NodeView, Run};
use std::collections::BTreeMap;

/// Yields the stored result document of a hash, `{"output": …, "findings": […], …}`,
/// or `None` when it is no longer stored.
pub type Outputs<'a> = &'a dyn Fn(&BlobRef) -> Option<Value>;

/// The stored results of all agents and gates of one run, and of their instances where
/// they are repeated (decision 34).
#[derive(Debug, Clone, Default)]
pub struct Results {
    by_node: BTreeMap<NodeIx, Stored>,
}

/// What is known of one node's stored result.
#[derive(Debug, Clone, Default)]
pub(crate) enum Stored {
    /// It has none: it did not end, was skipped, or left nothing.
    #[default]
    None,
    /// It has one that cannot be read any more.
    Missing,
    /// It is here.
    Here(Box<StoredResult>),
}

/// The parts of a stored result document that reports show.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct StoredResult {
    #[serde(default)]
    pub(crate) output: Value,
    #[serde(default)]
    pub(crate) findings: Vec<Finding>,
    #[serde(default)]
    pub(crate) exit_code: Option<i32>,
    #[serde(default)]
    pub(crate) signal: Option<i32>,
    #[serde(default)]
    pub(crate) stdout: Option<StoredLog>,
    #[serde(default)]
    pub(crate) stderr: Option<StoredLog>,
}

/// A log file of an attempt.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StoredLog {
    /// Relative to the run's directory.
    pub(crate) path: String,
    /// Bytes that the program wrote.
    #[serde(default)]
    pub(crate) written: u64,
}

impl Results {
    /// Loads the results of every node and instance that has ended.
    pub fn load(run: &Run, outputs: Outputs<'_>) -> Self {
        let stored = |node: NodeIx| match run.view(node) {
            NodeView::Done(outcome) => outcome
                .output
                .as_ref()
                .map_or(Stored::None, |blob| read(outputs(blob))),
            NodeView::Pending
            | NodeView::Running { .. }
            | NodeView::Backoff { .. }
            | NodeView::Repeating { .. }
            | NodeView::Parked { .. }
            | NodeView::Skipped(_) => Stored::None,
        };
        let by_node = nodes::all(run)
            .flat_map(|(node, _)| std::iter::once(node).chain(run.instances(node)))
            .map(|node| (node, stored(node)))
            .collect();
        Self { by_node }
    }

    /// The stored result of a node, if it is here.
    pub(crate) fn get(&self, node: NodeIx) -> Option<&StoredResult> {
        match self.by_node.get(&node) {
            Some(Stored::Here(stored)) => Some(stored),
            Some(Stored::None | Stored::Missing) | None => None,
        }
    }

    /// The output of an agent as documents show it: of one that is repeated the list of
    /// its instances' outputs in order, null where one has none (decision 34).
    pub(crate) fn output_object(&self, run: &Run, agent: NodeIx) -> Option<Map<String, Value>> {
        if run.instance_count(agent) == 0 {
            return self.get(agent).and_then(StoredResult::output_object);
        }
        let output = |instance| self.get(instance).map(|stored| stored.output.clone());
        let outputs = run
            .instances(agent)
            .map(|instance| output(instance).unwrap_or(Value::Null))
            .collect();
        Some(Map::from_iter([("items".to_owned(), outputs)]))
    }

    /// Whether a node has a result that can no longer be read.
    pub(crate) fn is_missing(&self, node: NodeIx) -> bool {
        matches!(self.by_node.get(&node), Some(Stored::Missing))
    }
}

impl StoredResult {
    /// The output as the object that documents promise: a text becomes
    /// `{"text": …}`, a list `{"items": […]}`, another plain value `{"value": …}`.
    pub(crate) fn output_object(&self) -> Option<Map<String, Value>> {
        let key = match &self.output {
            Value::Null => return None,
            Value::Object(entries) => return Some(entries.clone()),
            Value::String(_) => "text",
            Value::Array(_) => "items",
            Value::Bool(_) | Value::Number(_) => "value",
        };
        Some(Map::from_iter([(key.to_owned(), self.output.clone())]))
    }

    /// The log that most likely says what went wrong: the one of errors when
    /// anything was written to it.
    pub(crate) fn telling_log(&self) -> Option<&str> {
        let written = |log: &&StoredLog| log.written > 0;
        self.stderr
            .as_ref()
            .filter(written)
            .or_else(|| self.stdout.as_ref().filter(written))
            .or(self.stderr.as_ref())
            .map(|log| log.path.as_str())
    }
}

fn read(document: Option<Value>) -> Stored {
    let stored = document
        // A document without an output is not one of ours.
        .filter(|document| document.get("output").is_some())
        .and_then(|document| serde_json::from_value(document).ok());
    stored.map_or(Stored::Missing, |stored| Stored::Here(Box::new(stored)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: `output` is an object or nothing, whatever the agent answered.
    #[test]
    fn outputs_are_objects() {
        for (output, shown) in [
            (json!(null), None),
            (json!({"a": 1}), Some(json!({"a": 1}))),
            (json!("text"), Some(json!({"text": "text"}))),
            (json!([1, 2]), Some(json!({"items": [1, 2]}))),
            (json!(7), Some(json!({"value": 7}))),
            (json!(false), Some(json!({"value": false}))),
        ] {
            let stored = StoredResult {
                output,
                ..StoredResult::default()
            };
            assert_eq!(stored.output_object().map(Value::Object), shown);
        }
    }

    /// Goal: what cannot be read is missing, not empty.
    #[test]
    fn unreadable_is_missing() {
        for document in [
            None,
            Some(json!("text")),
            Some(json!({"no": "output"})),
            Some(json!({"output": {}, "findings": "many"})),
        ] {
            assert!(matches!(read(document), Stored::Missing));
        }
        assert!(matches!(
            read(Some(json!({"output": null, "of_a_later_version": 1}))),
            Stored::Here(_)
        ));
    }

    /// Goal: the error log is named when there is something in it, else the output.
    #[test]
    fn telling_log() {
        let log = |path: &str, written| {
            Some(StoredLog {
                path: path.to_owned(),
                written,
            })
        };
        for (stdout, stderr, told) in [
            (log("out", 5), log("err", 5), Some("err")),
            (log("out", 5), log("err", 0), Some("out")),
            (log("out", 0), log("err", 0), Some("err")),
            (None, None, None),
        ] {
            let stored = StoredResult {
                stdout,
                stderr,
                ..StoredResult::default()
            };
            assert_eq!(stored.telling_log(), told);
        }
    }
}
