//! A text in which references to secrets stay unresolved.
//!
//! A request is frozen beside the journal before it is launched, so it must never
//! hold a secret's value (decision 21). It holds the secret's *name* in the place
//! where the value goes; [`crate::secrets`] puts the value there at launch.

use serde::{Deserialize, Serialize};

/// A text, possibly with secrets in it. Stored as a plain string when it has none,
/// else as a list such as `[{"text": "Bearer "}, {"secret": "TOKEN"}]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SecretText {
    /// A text without secrets.
    Plain(String),
    /// Pieces in order.
    Parts(Vec<SecretPart>),
}

/// One piece of a [`SecretText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPart {
    /// Text as it stands.
    Text(String),
    /// The value of the secret with this name in the request's `secrets`.
    Secret(String),
    /// The same, percent-encoded: within a URL it is one segment or one value
    /// ([`percent_encoded`](stagewright_core::http::percent_encoded)).
    Encoded(String),
}

impl SecretText {
    /// The text that is one secret and nothing else.
    pub fn secret(name: impl Into<String>) -> Self {
        Self::Parts(vec![SecretPart::Secret(name.into())])
    }

    /// The names of the secrets in it, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            Self::Plain(_) => &[],
            Self::Parts(parts) => parts.as_slice(),
        };
        parts.iter().filter_map(|part| match part {
            SecretPart::Secret(name) | SecretPart::Encoded(name) => Some(name.as_str()),
            SecretPart::Text(_) => None,
        })
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Goal: the stored form is the documented one, in both directions.
    #[test]
    fn stored_form() {
        let mixed = SecretText::Parts(vec![
            SecretPart::Text("Bearer ".to_owned()),
            SecretPart::Secret("TOKEN".to_owned()),
        ]);
        for (text, stored) in [
            (SecretText::from("plain"), json!("plain")),
            (mixed, json!([{"text": "Bearer "}, {"secret": "TOKEN"}])),
            (SecretText::secret("A"), json!([{"secret": "A"}])),
            (
                SecretText::Parts(vec![SecretPart::Encoded("A".to_owned())]),
                json!([{"encoded": "A"}]),
            ),
        ] {
            assert_eq!(serde_json::to_value(&text).unwrap(), stored);
            assert_eq!(serde_json::from_value::<SecretText>(stored).unwrap(), text);
        }
    }
}
