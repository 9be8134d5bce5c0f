//! Why an HTTP step has no answer: data for the outcome, like any other failure.

use crate::refusal::Refusal;
use stagewright_core::retry::ErrorClass;

/// Why an HTTP step has no answer. Not redacted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// For the retry policy.
    pub(crate) class: ErrorClass,
    /// For people: what happened, with whom, and what to do.
    pub(crate) message: String,
    /// How long the server asks to be left alone, in milliseconds.
    pub(crate) retry_after_ms: Option<u64>,
}

impl Failure {
    pub(crate) fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            retry_after_ms: None,
        }
    }

    /// The request itself is at fault: no repetition will help.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::InvalidInput, message)
    }

    /// Something between here and the server is at fault.
    pub(crate) fn network(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Network, message)
    }

    /// The server is not reached in the way that was asked for.
    pub(crate) fn invocation(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Invocation, message)
    }

    /// The server's answer is none that can be taken.
    pub(crate) fn answer(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::InvalidOutput, message)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            class: failure.class,
            message: failure.message,
        }
    }
}

/// An error with its causes, which is where libraries hide what happened.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

/// The first cause of this type, the error itself included.
pub(crate) fn cause<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        // An IO error keeps what it was made from out of its chain of causes.
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<E>());
        if let Some(found) = error.downcast_ref::<E>().or(wrapped) {
            return Some(found);
        }
        next = error.source();
    }
    None
}
