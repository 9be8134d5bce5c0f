//! The list of something repeated is known, or cannot be made.

use crate::admit::{Admission, admit};
use crate::event::{AttemptOutcome, Event, Launch, SkipReason};
use crate::input::ItemList;
use crate::plan::Repeated;
use crate::retry::ErrorClass;
use crate::run::Run;

pub(super) fn expand(run: &Run, of: Repeated, items: Result<ItemList, String>) -> Vec<Event> {
    if admit(run) != Some(Admission::Expand(of)) {
        return Vec::new();
    }
    let event = match (items, of) {
        (Ok(items), _) => Event::Expanded {
            of,
            items: Some(items.blob),
            count: items.count,
            values: items.values,
        },
        (Err(message), Repeated::Node(node)) => Event::AttemptFinished {
            node,
            try_number: 1,
            launch: Launch::default(),
            outcome: Box::new(AttemptOutcome::failed(
                ErrorClass::InvalidInput,
                format!("for_each: {message}"),
            )),
            retry_at: None,
        },
        (Err(message), Repeated::Stage(stage)) => Event::StageSkipped {
            stage,
            reason: SkipReason::ConditionError {
                message: format!("for_each: {message}"),
            },
        },
    };
    vec![event]
}
