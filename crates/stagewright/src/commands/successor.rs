//! The context of a new run in the place of another one: `resume --use-current`.

use serde_json::{Map, Value};

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
