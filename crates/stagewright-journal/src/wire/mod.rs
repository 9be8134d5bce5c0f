//! The stored form of events: what a journal's rows say, and how they become the
//! core's events again.
//!
//! The core's types may change with every version of the program; what is written
//! here may not, because old journals fold for ever. So the stored form has types of
//! its own, a file per family, with hand-written conversions in both directions.
//! Nothing else in the crate derives how an event is stored.
//!
//! Rules of this folder:
//! - Any change of what is written, be it one new optional field, raises
//!   [`WIRE_FORMAT`]; each row carries the format it was written in.
//! - Unknown fields are refused rather than ignored: a fold that skips what it does
//!   not know is another run than the one that was recorded.
//! - `tests/corpus/` holds rows of every format that was ever released; they are
//!   never edited.

mod address;
mod decision;
mod event;
mod handed_up;
mod outcome;
mod parts;
mod submission;
mod words;

#[cfg(test)]
mod tests;

use serde_json::Value;
use stagewright_core::Event;

/// The format in which this version writes events.
pub const WIRE_FORMAT: u32 = 1;

/// The most bytes that one stored event may have. What is larger belongs beside the
/// journal, by hash (decision 5).
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// The deepest nesting of a user's value inside an event. The parser that reads
/// events back gives up at 128 levels, so what is written has to stay clear of that.
pub const MAX_VALUE_DEPTH: usize = 100;

/// Why an event cannot be stored. Each is permanent: the same event fails again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A value in it is nested too deeply.
    #[error(
        "a value in the event is nested deeper than {limit} levels; pass it as a file or a text"
    )]
    TooDeep {
        /// [`MAX_VALUE_DEPTH`].
        limit: usize,
    },
    /// Its stored form is too large.
    #[error("the event has {bytes} bytes, and the most that is stored is {limit}")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// [`MAX_EVENT_BYTES`].
        limit: usize,
    },
}

/// Why a stored event cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A newer version of the program wrote it.
    #[error("written in format {format}, and this version reads up to format {known}")]
    Newer {
        /// The format of the row.
        format: u32,
        /// [`WIRE_FORMAT`].
        known: u32,
    },
    /// It is not an event.
    #[error("not an event: {detail}")]
    Malformed {
        /// What the parser says.
        detail: String,
    },
}

/// The stored form of an event, in [`WIRE_FORMAT`].
///
/// # Errors
/// When the event exceeds a limit of the stored form.
pub fn encode(event: &Event) -> Result<String, EncodeError> {
    if !depth_is_bounded(event) {
        return Err(EncodeError::TooDeep {
            limit: MAX_VALUE_DEPTH,
        });
    }
    let stored = event::Event::from(event);
    let text = match serde_json::to_string(&stored) {
        Ok(text) => text,
        // The stored types have no maps with other keys than texts and no
        // serializer of their own, which is all that could fail here.
        Err(error) => panic!("a stored event always has a JSON form: {error}"),
    };
    if text.len() > MAX_EVENT_BYTES {
        return Err(EncodeError::TooLarge {
            bytes: text.len(),
            limit: MAX_EVENT_BYTES,
        });
    }
    Ok(text)
}

/// The event that was stored as `text` in `format`.
///
/// # Errors
/// When the format is newer than this version, or the text is no event.
pub fn decode(format: u32, text: &str) -> Result<Event, DecodeError> {
    if format > WIRE_FORMAT {
        return Err(DecodeError::Newer {
            format,
            known: WIRE_FORMAT,
        });
    }
    serde_json::from_str::<event::Event>(text)
        .map(Event::from)
        .map_err(|error| DecodeError::Malformed {
            detail: error.to_string(),
        })
}

/// Whether all values from outside that the event carries stay within
/// [`MAX_VALUE_DEPTH`].
fn depth_is_bounded(event: &Event) -> bool {
    let outcomes: &[&stagewright_core::event::AttemptOutcome] = match event {
        Event::Submitted { submission } => {
            return within(&submission.context, MAX_VALUE_DEPTH)
                && submission
                    .adopted
                    .iter()
                    .all(|adopted| outcome_is_bounded(&adopted.outcome));
        }
        Event::ResultAdopted { outcome, .. } => &[outcome],
        Event::AttemptFinished { outcome, .. } => &[outcome.as_ref()],
        _ => &[],
    };
    outcomes.iter().all(|outcome| outcome_is_bounded(outcome))
}

fn outcome_is_bounded(outcome: &stagewright_core::event::AttemptOutcome) -> bool {
    outcome
        .projection
        .values()
        .chain(&outcome.facts.pattern_details)
        .chain(&outcome.facts.tickets)
        .all(|value| within(value, MAX_VALUE_DEPTH))
}

/// Whether a value is nested at most `levels` deep. The recursion ends with the levels.
fn within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| within(item, levels - 1)),
        Value::Object(fields) => {
            levels > 0 && fields.values().all(|field| within(field, levels - 1))
        }
        _ => true,
    }
}
