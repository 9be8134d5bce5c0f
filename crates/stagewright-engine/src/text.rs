//! Rendered values as the texts that a command gets, secrets still unresolved.
//!
//! In a launch's scope `secrets.NAME` is a marker with a random part that nobody
//! outside this process knows. After rendering, each marker becomes a reference in a
//! [`SecretText`], so a request can be frozen without a secret's value (decision 21),
//! and no value from outside can forge a reference.

use serde_json::Value;
use stagewright_agents::{SecretPart, SecretText};

/// Begins and ends a marker; U+0001 is no printable character.
const MARK: char = '\u{1}';

/// Makes and finds the markers of secrets.
#[derive(Debug, Clone)]
pub(crate) struct Markers {
    nonce: String,
}

impl Markers {
    /// Markers with a fresh random part.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes)?;
        let nonce = stagewright_core::hash::sha256_hex(&bytes)[..32].to_owned();
        Ok(Self { nonce })
    }

    /// What `secrets.NAME` is while templates are rendered.
    pub(crate) fn marker(&self, name: &str) -> String {
        format!("{MARK}{}:{name}{MARK}", self.nonce)
    }

    /// A rendered text with its markers turned into references.
    pub(crate) fn resolve(&self, text: &str) -> SecretText {
        let opening = format!("{MARK}{}:", self.nonce);
        if !text.contains(&opening) {
            return SecretText::Plain(text.to_owned());
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(&opening) {
            let after = &rest[start + opening.len()..];
            let Some(end) = after.find(MARK) else { break };
            if start > 0 {
                parts.push(SecretPart::Text(rest[..start].to_owned()));
            }
            parts.push(SecretPart::Secret(after[..end].to_owned()));
            rest = &after[end + MARK.len_utf8()..];
        }
        if !rest.is_empty() {
            parts.push(SecretPart::Text(rest.to_owned()));
        }
        SecretText::Parts(parts)
    }
}

/// One value as one text. Nothing that is missing becomes an empty text.
///
/// # Errors
/// When the value is null.
pub(crate) fn one_text(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Err("is null, which has no text; use `| default('…')`".to_owned()),
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Ok(value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: markers become references wherever they stand, and only real ones do.
    #[test]
    fn markers_become_references() {
        let markers = Markers::new().unwrap();
        let text = format!("Bearer {}!", markers.marker("TOKEN"));
        assert_eq!(
            markers.resolve(&text),
            SecretText::Parts(vec![
                SecretPart::Text("Bearer ".to_owned()),
                SecretPart::Secret("TOKEN".to_owned()),
                SecretPart::Text("!".to_owned()),
            ])
        );
        let forged = "\u{1}00000000000000000000000000000000:TOKEN\u{1}";
        assert_eq!(
            markers.resolve(forged),
            SecretText::Plain(forged.to_owned())
        );
    }
}
