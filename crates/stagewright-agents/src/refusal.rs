//! Why a request could not be launched at all.

use crate::redact::Redactor;
use crate::secrets::SecretError;
use stagewright_core::retry::ErrorClass;

/// Why a request could not be launched: data for the outcome, like any other failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `InvalidInput` when a repetition cannot help, else `Invocation`.
    pub(crate) class: ErrorClass,
    /// Why, for people.
    pub(crate) message: String,
}

impl Refusal {
    /// The request itself is at fault: no repetition will help.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            class: ErrorClass::InvalidInput,
            message: message.into(),
        }
    }

    /// The same without secrets.
    pub(crate) fn redacted(self, redactor: &Redactor) -> Self {
        Self {
            message: redactor.text(&self.message),
            ..self
        }
    }

    /// The machine is at fault.
    pub(crate) fn invocation(message: impl Into<String>) -> Self {
        Self {
            class: ErrorClass::Invocation,
            message: message.into(),
        }
    }
}

impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        Self::invalid(error.to_string())
    }
}
