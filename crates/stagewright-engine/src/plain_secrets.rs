//! The check that every context and every input passes, whoever made it: no secret stands
//! in it in the clear (decision 21). What is journaled cannot be taken back, so it comes
//! before anything is stored. It must never show a value.

use serde_json::Value;
use stagewright_core::plain_secret::find_plain_secrets;

/// Refuses a value with secrets in the clear; `what` is what people call it.
///
/// # Errors
/// The paths of the secrets, for people.
pub(crate) fn refuse(what: &str, value: &Value) -> Result<(), String> {
    let found = find_plain_secrets(value);
    let Some(first) = found.first() else {
        return Ok(());
    };
    let paths: Vec<String> = found.iter().map(|path| format!("`{path}`")).collect();
    Err(format!(
        "{what} holds secrets in the clear: {}; give references instead, such as `{first}`: \
         `env:NAME`",
        paths.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: the paths are named, the values never; references are fine.
    #[test]
    fn secrets_are_named_and_not_shown() {
        assert_eq!(
            refuse("it", &json!({"api_key": "env:KEY", "n": "x"})),
            Ok(())
        );
        let value = json!({"ci": {"token": "ghp_abc"}, "password": "hunter2"});
        let message = refuse("the input", &value).unwrap_err();
        assert!(message.starts_with("the input holds"), "{message}");
        for (part, is_in) in [
            ("`ci.token`", true),
            ("`password`", true),
            ("ghp_abc", false),
            ("hunter2", false),
        ] {
            assert_eq!(message.contains(part), is_in, "{part} in {message}");
        }
    }
}
