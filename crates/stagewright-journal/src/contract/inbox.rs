//! Promises about the inbox.

use super::Open;
use super::samples::{batch, new_run};
use crate::error::{PostError, ReadError};
use crate::inbox::{InboxMessage, MAX_MESSAGE_BYTES, MAX_PENDING_MESSAGES, Posted};

fn cancel(reason: &str) -> InboxMessage {
    InboxMessage::Cancel {
        reason: reason.to_owned(),
        force: false,
        by: None,
    }
}

pub(super) fn until_taken(open: Open<'_>) {
    let driver = open();
    let _lease = driver.create(new_run("run_a", "nightly")).unwrap();
    assert_eq!(driver.drain("run_a").unwrap(), []);
    let other = open();
    let first = other.post("run_a", &cancel("one")).unwrap();
    let second = other.post("run_a", &InboxMessage::Wake).unwrap();
    assert!(first < second);
    let both = [
        Posted {
            id: first,
            message: cancel("one"),
        },
        Posted {
            id: second,
            message: InboxMessage::Wake,
        },
    ];
    assert_eq!(driver.drain("run_a").unwrap(), both);
    // Looking takes nothing, and neither does a refused append.
    let mut stale = batch("run_a", "nightly", 1, 1);
    stale.inbox_taken = vec![first, second];
    driver.append(stale).unwrap_err();
    assert_eq!(driver.drain("run_a").unwrap(), both);
    let mut taken = batch("run_a", "nightly", 1, 2);
    taken.inbox_taken = vec![first];
    driver.append(taken).unwrap();
    assert_eq!(driver.drain("run_a").unwrap(), both[1..]);
    // A batch may take messages and record nothing.
    let mut silent = batch("run_a", "nightly", 1, 3);
    silent.events.clear();
    silent.inbox_taken = vec![second];
    driver.append(silent).unwrap();
    assert_eq!(driver.drain("run_a").unwrap(), []);
    // Numbers are not used again.
    assert!(other.post("run_a", &InboxMessage::Wake).unwrap() > second);
}

pub(super) fn own_run(open: Open<'_>) {
    let journal = open();
    let _a = journal.create(new_run("run_a", "nightly")).unwrap();
    let _b = journal.create(new_run("run_b", "nightly")).unwrap();
    let id = journal.post("run_a", &cancel("a")).unwrap();
    assert_eq!(journal.drain("run_b").unwrap(), []);
    // Another run cannot take it.
    let mut foreign = batch("run_b", "nightly", 1, 2);
    foreign.inbox_taken = vec![id];
    journal.append(foreign).unwrap();
    assert_eq!(journal.drain("run_a").unwrap().len(), 1);
    assert_eq!(
        journal.post("run_c", &cancel("c")).unwrap_err(),
        PostError::UnknownRun {
            run_id: "run_c".to_owned()
        }
    );
    assert_eq!(
        journal.drain("run_c").unwrap_err(),
        ReadError::UnknownRun {
            run_id: "run_c".to_owned()
        }
    );
}

pub(super) fn limits(open: Open<'_>) {
    let journal = open();
    let _lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let large = journal.post("run_a", &cancel(&"x".repeat(MAX_MESSAGE_BYTES)));
    assert!(matches!(large, Err(PostError::TooLarge { .. })));
    for _ in 0..MAX_PENDING_MESSAGES {
        journal.post("run_a", &InboxMessage::Wake).unwrap();
    }
    assert_eq!(
        journal.post("run_a", &InboxMessage::Wake).unwrap_err(),
        PostError::InboxFull {
            run_id: "run_a".to_owned(),
            limit: MAX_PENDING_MESSAGES,
        }
    );
}
