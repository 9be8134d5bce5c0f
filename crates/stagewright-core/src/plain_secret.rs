//! Which keys hold secrets, and where one stands in plain text (decision 21).
//!
//! A secret belongs into the environment or a file; a pipeline or a context names it
//! (`env:NAME`, `file:PATH`). This module finds values that look as if they were the
//! secret itself. It must never show one.

use serde_json::Value;

/// Words that name a secret wherever they stand in a key.
const SECRET_WORDS: [&str; 13] = [
    "token",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "apikey",
    "authorization",
    "credential",
    "credentials",
    "bearer",
    "cookie",
];

/// Keys that documentation names as examples.
pub const EXAMPLES: [&str; 5] = [
    "token",
    "password",
    "api_key",
    "private_key",
    "authorization",
];

/// Pairs of words that name a secret.
const SECRET_PAIRS: [(&str, &str); 8] = [
    ("api", "key"),
    ("private", "key"),
    ("access", "key"),
    ("secret", "key"),
    ("signing", "key"),
    ("encryption", "key"),
    ("auth", "key"),
    ("client", "key"),
];

/// A last word that says something about a secret without being it.
const HARMLESS_ENDS: [&str; 18] = [
    "count", "counts", "limit", "budget", "type", "name", "names", "url", "uri", "path", "file",
    "expiry", "ttl", "length", "policy", "required", "enabled", "usage",
];

/// Whether a key of this name usually holds a secret: `token`, `dbPassword`,
/// `GITHUB_TOKEN`, `api-key`. Case, `_`, `-` and `.` only part its words.
pub fn secret_like(key: &str) -> bool {
    let words = words_of(key);
    if words
        .last()
        .is_some_and(|last| HARMLESS_ENDS.contains(&last.as_str()))
    {
        return false;
    }
    words
        .iter()
        .any(|word| SECRET_WORDS.contains(&word.as_str()))
        || words.windows(2).any(|pair| {
            SECRET_PAIRS
                .iter()
                .any(|(first, second)| pair[0] == *first && pair[1] == *second)
        })
}

/// Whether a text under a secret-like key is the secret itself: neither a reference
/// (`env:NAME`, `file:PATH`), nor a template, nor empty.
pub fn is_plain_secret(text: &str) -> bool {
    let text = text.trim();
    !(text.is_empty() || is_secret_reference(text) || text.contains("{{"))
}

/// Whether a text refers to a secret: `env:NAME` or `file:PATH`.
pub fn is_secret_reference(text: &str) -> bool {
    if let Some(name) = text.strip_prefix("env:") {
        return is_environment_name(name);
    }
    text.strip_prefix("file:")
        .is_some_and(|path| !path.trim().is_empty())
}

/// The dotted paths of plain secrets in a context: texts under secret-like keys, in
/// lists too. Numbers, true, false and null are no secrets.
pub fn find_plain_secrets(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, bool, &Value)> = vec![(String::new(), false, value)];
    while let Some((path, secret, value)) = waiting.pop() {
        match value {
            Value::String(text) if secret && is_plain_secret(text) => found.push(path),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    waiting.push((joined(&path, &index.to_string()), secret, item));
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries {
                    waiting.push((joined(&path, key), secret_like(key), entry));
                }
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found.sort();
    found
}

/// Whether a text can name an environment variable.
pub fn is_environment_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The words of a key in lower case: parted by what is no letter, and where a capital
/// follows a small letter.
fn words_of(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in key.chars() {
        let boundary = !c.is_alphabetic() || (c.is_uppercase() && after_small);
        if boundary && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_of_secrets_are_known_by_their_words() {
        // Goal: usual spellings are found, and words that only contain one are not.
        for (key, expected) in [
            ("token", true),
            ("GITHUB_TOKEN", true),
            ("githubToken", true),
            ("db.password", true),
            ("api-key", true),
            ("apiKey", true),
            ("apikey", true),
            ("privateKey", true),
            ("AWS_SECRET_ACCESS_KEY", true),
            ("Authorization", true),
            ("client_secret", true),
            ("token2", true),
            ("max_tokens", false),
            ("input_tokens", false),
            ("token_count", false),
            ("token_url", false),
            ("secretary", false),
            ("key", false),
            ("monkey", false),
            ("primary_key", false),
            ("author", false),
            ("", false),
        ] {
            assert_eq!(secret_like(key), expected, "{key}");
        }
    }

    #[test]
    fn plain_values_are_found_and_references_are_not() {
        // Goal: only texts that could be the secret itself, at any depth.
        let context = json!({
            "token": "ghp_abc",
            "ci": {"password": "env:CI_PASSWORD", "api_key": "file:/run/key", "secret": ""},
            "headers": [{"Authorization": "Bearer x"}, {"Authorization": "Bearer {{ secrets.T }}"}],
            "credentials": ["env:A", "plain"],
            "token_count": "many",
            "secret": null,
            "passwd": "env:",
        });
        assert_eq!(
            find_plain_secrets(&context),
            [
                "credentials.1",
                "headers.0.Authorization",
                "passwd",
                "token"
            ]
        );
    }
}
