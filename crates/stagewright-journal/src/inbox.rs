//! The inbox: how a second process talks to a run that another one drives.
//!
//! A message is left in the journal, the holder of the lease turns it into an input,
//! and it disappears in the same transaction that records what followed from it.

use serde::{Deserialize, Serialize};

/// The most bytes of one message in its stored form.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// The most messages that may wait for one run. Beyond it, nobody is listening.
pub const MAX_PENDING_MESSAGES: usize = 1_000;

/// The format in which this version writes messages.
const MESSAGE_FORMAT: u32 = 1;

/// What one process tells another about a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InboxMessage {
    /// Stop the run.
    Cancel {
        /// Why.
        reason: String,
        /// Whether running agents are stopped too.
        force: bool,
        /// Who asks, as claimed (decision 36).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A person's answer to a waiting node.
    Answer {
        /// The node's id.
        node: String,
        /// True for `approve`, false for `reject`.
        approved: bool,
        /// The choice, one of those offered.
        choice: String,
        /// Who, as claimed (decision 36).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// In their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The digest of what was shown, to which the answer is bound.
        digest: String,
    },
    /// Look again: something outside has changed.
    Wake,
}

/// A message with its number in the inbox. Numbers grow and are never used again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub message: InboxMessage,
}

/// The stored form of a message.
#[derive(Serialize, Deserialize)]
struct Stored<M> {
    format: u32,
    message: M,
}

impl InboxMessage {
    /// The stored form.
    pub(crate) fn encode(&self) -> String {
        let stored = Stored {
            format: MESSAGE_FORMAT,
            message: self,
        };
        match serde_json::to_string(&stored) {
            Ok(text) => text,
            Err(error) => panic!("a message consists of texts and switches: {error}"),
        }
    }

    /// The message of a stored form, or what is wrong with it.
    pub(crate) fn decode(text: &str) -> Result<Self, String> {
        // The format is looked at first, on its own, since a message of a newer
        // format would otherwise only look malformed.
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format } =
            serde_json::from_str(text).map_err(|error| format!("not a message: {error}"))?;
        if format > MESSAGE_FORMAT {
            return Err(format!(
                "written in message format {format}, and this version reads up to \
                 format {MESSAGE_FORMAT}"
            ));
        }
        serde_json::from_str::<Stored<Self>>(text)
            .map(|stored| stored.message)
            .map_err(|error| format!("not a message: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_reads_back() {
        let messages = [
            InboxMessage::Cancel {
                reason: "wrong branch".to_owned(),
                force: true,
                by: Some("ana".to_owned()),
            },
            InboxMessage::Answer {
                node: "sign_off".to_owned(),
                approved: false,
                choice: "reject".to_owned(),
                by: None,
                note: Some("not before Monday".to_owned()),
                digest: "d1".to_owned(),
            },
            InboxMessage::Wake,
        ];
        for message in messages {
            assert_eq!(InboxMessage::decode(&message.encode()), Ok(message));
        }
    }

    #[test]
    fn a_message_of_a_newer_format_is_named_as_such() {
        let error = InboxMessage::decode(r#"{"format":2,"message":{"pause":{}}}"#).unwrap_err();
        assert!(error.contains("format 2"), "{error}");
    }
}
