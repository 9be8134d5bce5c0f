//! Resolving references to secrets, at launch and never earlier (decision 21).
//!
//! A reference is `env:NAME`, a variable of the orchestrator's own environment, or
//! `file:PATH`, relative to the work tree; one line break at a file's end is not part
//! of the secret. Error messages name the reference, never the value.

use crate::redact::Redactor;
use crate::secret_text::{SecretPart, SecretText};
use stagewright_core::http::percent_encoded;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use thiserror::Error;

/// The shortest secret, in characters. A shorter one cannot be removed from an output
/// without destroying it, and is no secret either.
pub const MIN_SECRET_CHARS: usize = 4;

/// The longest secret, in bytes: what one environment variable carries.
pub const MAX_SECRET_BYTES: usize = stagewright_core::shell_text::MAX_STRING_BYTES;

/// The secrets of one launch, resolved.
#[derive(Default)]
pub(crate) struct Secrets {
    values: BTreeMap<String, String>,
}

/// Why a secret is not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SecretError {
    /// The reference is neither `env:NAME` nor `file:PATH`.
    #[error("secret `{name}`: `{reference}` is not a reference; write `env:NAME` or `file:PATH`")]
    UnknownScheme {
        /// The secret's name.
        name: String,
        /// The reference, up to its first colon: the rest may be the secret itself.
        reference: String,
    },
    /// The environment variable is not set.
    #[error("secret `{name}`: `{reference}` is not set in the environment")]
    NotSet {
        /// The secret's name.
        name: String,
        /// The reference.
        reference: String,
    },
    /// The file cannot be read.
    #[error("secret `{name}`: `{reference}` cannot be read: {reason}")]
    Unreadable {
        /// The secret's name.
        name: String,
        /// The reference.
        reference: String,
        /// Why.
        reason: String,
    },
    /// The value is not one that an environment variable could carry.
    #[error("secret `{name}`: the value of `{reference}` {problem}")]
    Unusable {
        /// The secret's name.
        name: String,
        /// The reference.
        reference: String,
        /// What is wrong with it, without the value.
        problem: &'static str,
    },
    /// A text names a secret that the request does not have.
    #[error("secret `{name}` is not declared under `secrets:`")]
    Undeclared {
        /// The secret's name.
        name: String,
    },
}

impl Secrets {
    /// Resolves all references. `environment` is the orchestrator's own, `directory`
    /// is what relative paths start from.
    ///
    /// # Errors
    /// The first reference that leads to nothing usable.
    pub(crate) fn resolve(
        references: &BTreeMap<String, String>,
        environment: &BTreeMap<OsString, OsString>,
        directory: &Path,
    ) -> Result<Self, SecretError> {
        let mut values = BTreeMap::new();
        for (name, reference) in references {
            let value = value_of(name, reference, environment, directory)?;
            values.insert(name.clone(), value);
        }
        Ok(Self { values })
    }

    /// Puts the values into a text.
    ///
    /// # Errors
    /// When the text names a secret that was not declared.
    pub(crate) fn fill(&self, text: &SecretText) -> Result<String, SecretError> {
        let parts = match text {
            SecretText::Plain(text) => return Ok(text.clone()),
            SecretText::Parts(parts) => parts,
        };
        parts
            .iter()
            .map(|part| match part {
                SecretPart::Text(text) => Ok(Cow::Borrowed(text.as_str())),
                SecretPart::Secret(name) => self.value(name).map(Cow::Borrowed),
                SecretPart::Encoded(name) => self.value(name).map(percent_encoded).map(Cow::Owned),
            })
            .collect()
    }

    fn value(&self, name: &str) -> Result<&str, SecretError> {
        self.values
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| SecretError::Undeclared {
                name: name.to_owned(),
            })
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What removes these secrets.
    pub(crate) fn redactor(&self) -> Redactor {
        Redactor::new(self.values.values().map(String::as_str))
    }
}

fn value_of(
    name: &str,
    reference: &str,
    environment: &BTreeMap<OsString, OsString>,
    directory: &Path,
) -> Result<String, SecretError> {
    let unusable = |problem| SecretError::Unusable {
        name: name.to_owned(),
        reference: reference.to_owned(),
        problem,
    };
    let value = match reference.split_once(':') {
        Some(("env", variable)) => {
            let value = environment.get(&OsString::from(variable));
            let value = value.ok_or_else(|| SecretError::NotSet {
                name: name.to_owned(),
                reference: reference.to_owned(),
            })?;
            value
                .to_str()
                .ok_or_else(|| unusable("is not text"))?
                .to_owned()
        }
        Some(("file", path)) => {
            let bytes =
                read_file(&directory.join(path)).map_err(|error| SecretError::Unreadable {
                    name: name.to_owned(),
                    reference: reference.to_owned(),
                    reason: error.to_string(),
                })?;
            let text = String::from_utf8(bytes).map_err(|_| unusable("is not text"))?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            text.strip_suffix('\r').unwrap_or(text).to_owned()
        }
        _ => {
            let scheme = reference.split_once(':').map_or("…", |(scheme, _)| scheme);
            return Err(SecretError::UnknownScheme {
                name: name.to_owned(),
                reference: format!("{scheme}:…"),
            });
        }
    };
    if value.contains('\0') {
        return Err(unusable("holds a zero byte"));
    }
    if value.trim().chars().count() < MIN_SECRET_CHARS {
        return Err(unusable(
            "has fewer than 4 characters, too few to be kept out of logs",
        ));
    }
    if value.len() > MAX_SECRET_BYTES {
        return Err(unusable("is longer than an environment variable can carry"));
    }
    Ok(value)
}

/// Reads a regular file; a pipe could make us wait for ever.
fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    if about.len() > 2 * MAX_SECRET_BYTES as u64 {
        return Err(std::io::Error::other("it is too large for a secret"));
    }
    std::fs::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(reference: &str, directory: &Path) -> Result<String, SecretError> {
        let environment = [("SET", "s3cret"), ("SHORT", "abc"), ("EMPTY", "")]
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let references = BTreeMap::from([("T".to_owned(), reference.to_owned())]);
        let secrets = Secrets::resolve(&references, &environment.into(), directory)?;
        secrets.fill(&SecretText::secret("T"))
    }

    /// Goal: within a URL a secret is a value like any other, and cannot part it.
    #[test]
    fn a_secret_in_a_url_is_encoded() {
        let environment = [(OsString::from("KEY"), OsString::from("a/b?c#%2f"))];
        let references = BTreeMap::from([("T".to_owned(), "env:KEY".to_owned())]);
        let secrets = Secrets::resolve(&references, &environment.into(), Path::new("/")).unwrap();
        let url = SecretText::Parts(vec![
            SecretPart::Text("https://a/".to_owned()),
            SecretPart::Encoded("T".to_owned()),
        ]);
        assert_eq!(secrets.fill(&url).unwrap(), "https://a/a%2Fb%3Fc%23%252f");
        let undeclared = SecretText::Parts(vec![SecretPart::Encoded("U".to_owned())]);
        assert!(secrets.fill(&undeclared).is_err());
    }

    /// Goal: references lead to values, and a failure names the reference only.
    #[test]
    fn references() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("key"), "line one\nline two\r\n").unwrap();
        std::fs::write(directory.path().join("binary"), [0xff, 0xfe, 1, 2, 3]).unwrap();
        for (reference, expected) in [
            ("env:SET", Ok("s3cret")),
            ("file:key", Ok("line one\nline two")),
            (
                "env:NONE",
                Err("secret `T`: `env:NONE` is not set in the environment"),
            ),
            (
                "env:SHORT",
                Err(
                    "secret `T`: the value of `env:SHORT` has fewer than 4 characters, too few to be kept out of logs",
                ),
            ),
            (
                "env:EMPTY",
                Err(
                    "secret `T`: the value of `env:EMPTY` has fewer than 4 characters, too few to be kept out of logs",
                ),
            ),
            (
                "file:binary",
                Err("secret `T`: the value of `file:binary` is not text"),
            ),
            (
                "file:.",
                Err("secret `T`: `file:.` cannot be read: it is not a regular file"),
            ),
            (
                "hunter2",
                Err("secret `T`: `…:…` is not a reference; write `env:NAME` or `file:PATH`"),
            ),
            (
                "vault:hunter2",
                Err("secret `T`: `vault:…` is not a reference; write `env:NAME` or `file:PATH`"),
            ),
        ] {
            let actual = resolve(reference, directory.path());
            let actual = actual.as_deref().map_err(ToString::to_string);
            assert_eq!(actual, expected.map_err(str::to_owned), "{reference}");
        }
    }
}
