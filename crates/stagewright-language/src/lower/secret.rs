//! Secrets: references where they belong, and none in plain text elsewhere
//! (decision 21).

use super::Lowering;
use super::fields::Field;
use crate::diagnostic::{Code, Problem};
use crate::secrets::{is_environment_name, is_plain_secret, is_secret_reference, secret_like};
use crate::syntax::{Content, Entry, Node};
use stagewright_core::shell_text::VARIABLE_PREFIX;
use std::collections::BTreeMap;

impl Lowering<'_> {
    /// `secrets:`, laid over what is inherited.
    pub(super) fn secrets_of(
        &mut self,
        field: Option<Field<'_>>,
        inherited: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut secrets = inherited.clone();
        let Some(field) = field else {
            return secrets;
        };
        let Some(entries) = field.node().as_map() else {
            self.wrong_shape(field.node(), "secrets", "a mapping of names to references");
            return secrets;
        };
        for entry in entries {
            if !is_environment_name(&entry.key) {
                self.report(Problem::new(
                    Code::BadId,
                    entry.key_extent,
                    format!("`{}` cannot be the name of a secret", entry.key),
                ));
                continue;
            }
            let reference = entry.value.as_scalar().map(|scalar| scalar.text.as_str());
            match reference {
                Some(text) if is_secret_reference(text) => {
                    secrets.insert(entry.key.clone(), text.to_owned());
                }
                // The value may be the secret itself, so it is not repeated.
                _ => self.report(
                    Problem::new(
                        Code::BadSecretReference,
                        entry.key_extent,
                        format!("the secret `{}` needs a reference", entry.key),
                    )
                    .hint(
                        "write `env:NAME` or `file:PATH`; the value itself stays out of the file",
                    ),
                ),
            }
        }
        secrets
    }

    /// `env:`, laid over what is inherited; the values are templates.
    pub(super) fn environment_of(
        &mut self,
        field: Option<Field<'_>>,
        inherited: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut environment = inherited.clone();
        let Some(field) = field else {
            return environment;
        };
        let Some(entries) = field.node().as_map() else {
            self.wrong_shape(field.node(), "env", "a mapping of names to texts");
            return environment;
        };
        for entry in entries {
            self.environment_name(entry);
            let reference = entry.value.as_scalar().map(|scalar| scalar.text.as_str());
            if let Some(text) = reference.filter(|text| is_secret_reference(text)) {
                self.report(
                    Problem::new(
                        Code::BadSecretReference,
                        entry.value.extent,
                        format!("`env` would hand `{text}` over as it is written here"),
                    )
                    .hint(format!(
                        "`secrets: {{{}: {text}}}` hands over the value",
                        entry.key
                    )),
                );
                continue;
            }
            if let Some(text) = self.scalar_text(&entry.value, &entry.key, "a text") {
                environment.insert(entry.key.clone(), text);
            }
        }
        self.refuse_plain_secrets(field.node());
        environment
    }

    fn environment_name(&mut self, entry: &Entry) {
        let reserved = entry.key.starts_with(VARIABLE_PREFIX);
        if is_environment_name(&entry.key) && !reserved {
            return;
        }
        let why = if reserved {
            format!("names that begin with `{VARIABLE_PREFIX}` are the engine's own")
        } else {
            "a name has letters, digits and `_`, and does not begin with a digit".to_owned()
        };
        self.report(
            Problem::new(
                Code::BadId,
                entry.key_extent,
                format!("`{}` cannot be an environment variable", entry.key),
            )
            .label(why),
        );
    }

    /// Reports texts under secret-like keys that are neither references nor templates.
    pub(super) fn refuse_plain_secrets(&mut self, node: &Node) {
        match &node.content {
            Content::Scalar(_) => {}
            Content::List(items) => {
                for item in items {
                    self.refuse_plain_secrets(item);
                }
            }
            Content::Map(entries) => {
                for entry in entries {
                    if secret_like(&entry.key) && holds_plain_text(&entry.value) {
                        self.plain_secret(entry);
                    }
                    self.refuse_plain_secrets(&entry.value);
                }
            }
        }
    }

    fn plain_secret(&mut self, entry: &Entry) {
        let name: String = entry
            .key
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        self.report(
            Problem::new(
                Code::PlainSecret,
                entry.key_extent,
                format!("`{}` looks like a secret in plain text", entry.key),
            )
            .hint(format!(
                "refer to it: `env:{name}` or `file:PATH`; a command gets it with \
                 `secrets: {{{name}: env:{name}}}` and `{{{{ secrets.{name} }}}}` in its `env`"
            )),
        );
    }
}

/// Whether a value is a plain text, or a list that has one.
fn holds_plain_text(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(scalar) => matches!(
            scalar.to_json(),
            serde_json::Value::String(text) if is_plain_secret(&text)
        ),
        Content::List(items) => items.iter().any(holds_plain_text),
        Content::Map(_) => false,
    }
}
