//! A new run in the place of another one: `retry`, and `resume --use-current`.

use crate::session::Session;
use serde_json::{Map, Value};
use stagewright_core::event::Adopted;
use stagewright_core::{Plan, Run};
use stagewright_engine::NewSubmission;
use std::path::PathBuf;

/// A run that was asked for the same as `parent`, under this key, with this plan and
/// context, and takes over these results.
pub(super) fn successor(
    parent: &Run,
    pipeline_id: String,
    plan: Plan,
    context: Value,
    adopted: Vec<Adopted>,
    session: &Session,
) -> NewSubmission {
    let submission = parent.submission();
    NewSubmission {
        plan,
        context,
        pipeline_id,
        mode: submission.mode,
        max_parallelism: submission.max_parallelism,
        concurrency_cap: session.settings.concurrency(),
        timeout_ms: submission.timeout_ms,
        max_agent_ms: submission.max_agent_ms,
        fail_fast: submission.fail_fast,
        fail_fast_on_critical: submission.fail_fast_on_critical,
        partial_success_allowed: submission.partial_success_allowed,
        trace_id: submission.trace_id.clone(),
        source: submission.source.clone(),
        work_dir: PathBuf::from(&submission.work_dir),
        parent: Some(submission.run_id.clone()),
        adopted,
        policy_changed: submission.policy_changed.clone(),
    }
}

/// The context of a run under a pipeline whose defaults have become others: what was given
/// over the old defaults stays given, the rest follows the new ones.
pub(super) fn rebased(
    context: &Value,
    old_defaults: &Map<String, Value>,
    new_defaults: &Map<String, Value>,
) -> Value {
    let old = Value::Object(old_defaults.clone());
    let new = Value::Object(new_defaults.clone());
    rebase(Some(context), Some(&old), Some(&new)).unwrap_or_default()
}

fn rebase(given: Option<&Value>, old: Option<&Value>, new: Option<&Value>) -> Option<Value> {
    match (given, old, new) {
        (Some(Value::Object(given)), Some(Value::Object(old)), Some(Value::Object(new))) => {
            let keys: Vec<&String> = given.keys().chain(new.keys()).collect();
            let entries = keys.into_iter().filter_map(|key| {
                let value = rebase(given.get(key), old.get(key), new.get(key))?;
                Some((key.clone(), value))
            });
            Some(Value::Object(entries.collect()))
        }
        (given, old, new) if given == old => new.cloned(),
        (given, _, _) => given.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: what a person gave survives, what only was a default follows the file.
    #[test]
    fn what_was_given_stays_and_defaults_follow_the_file() {
        let old = json!({"pr": {"number": 0, "labels": []}, "depth": 1, "gone": true});
        let new = json!({"pr": {"number": 0, "labels": ["x"]}, "depth": 2, "fresh": 7});
        let context =
            json!({"pr": {"number": 42, "labels": []}, "depth": 1, "gone": true, "own": "y"});
        let expected = json!({
            "pr": {"number": 42, "labels": ["x"]}, "depth": 2, "fresh": 7, "own": "y",
        });
        let (Value::Object(old), Value::Object(new)) = (old, new) else {
            unreachable!("both are mappings")
        };
        assert_eq!(rebased(&context, &old, &new), expected);
        assert_eq!(rebased(&context, &old, &old), context);
    }
}
