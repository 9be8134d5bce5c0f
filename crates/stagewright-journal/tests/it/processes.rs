//! Several processes, or several handles, on one file.

use crate::child;
use crate::store::{Store, dir_in, with_run};
use stagewright_journal::contract::samples::batch;
use stagewright_journal::{
    AppendError, Durability, Journal as _, Options, SqliteJournal, StoreError,
};
use std::time::{Duration, Instant};

#[test]
#[ignore = "run by `two_processes_write_at_once` as a process of its own"]
fn appends_sixty() {
    let Some(folder) = child::folder() else {
        return;
    };
    let journal = SqliteJournal::open(dir_in(&folder), &Options::default()).unwrap();
    with_run(&journal, "run_child", 60);
}

#[test]
fn two_processes_write_at_once() {
    let store = Store::new();
    let journal = store.open();
    let process = child::command("processes::appends_sixty", store.folder())
        .spawn()
        .unwrap();
    with_run(&journal, "run_parent", 60);
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for run_id in ["run_parent", "run_child"] {
        assert_eq!(journal.events(run_id, 0).unwrap().len(), 60, "{run_id}");
    }
}

#[test]
fn a_reader_never_waits_for_a_writer() {
    let store = Store::new();
    let journal = store.open();
    let _lease = with_run(&journal, "run_a", 5);
    // Another program holds the write lock, with a change that is not committed.
    let writer = rusqlite::Connection::open(store.dir().database()).unwrap();
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE runs SET summary = '{}'; DELETE FROM events;")
        .unwrap();
    // A terminal that would rather fail than wait, opened in the midst of it.
    let status = SqliteJournal::open_existing(
        store.dir(),
        &Options {
            busy_timeout_ms: 0,
            ..Options::default()
        },
    )
    .unwrap();
    for reader in [&journal, &status] {
        assert_eq!(reader.events("run_a", 0).unwrap().len(), 5);
        assert_eq!(reader.summary("run_a").unwrap().unwrap().last_seq, 4);
        assert_eq!(reader.drain("run_a").unwrap(), []);
    }
    writer.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn a_lock_that_is_not_freed_is_named_after_a_while() {
    let store = Store::new();
    let journal = store.open_with(&Options {
        busy_timeout_ms: 50,
        ..Options::default()
    });
    let _lease = with_run(&journal, "run_a", 2);
    let other = rusqlite::Connection::open(store.dir().database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let refused = journal.append(batch("run_a", "nightly", 1, 2)).unwrap_err();
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(
        refused,
        AppendError::Store(StoreError::Busy {
            path: store.dir().database(),
            waited_ms: 50,
        })
    );
    other.execute_batch("ROLLBACK").unwrap();
    journal.append(batch("run_a", "nightly", 1, 2)).unwrap();
}

#[test]
fn a_long_reader_does_not_stop_a_writer() {
    let store = Store::new();
    let journal = store.open_with(&Options {
        durability: Durability::Normal,
        ..Options::default()
    });
    let lease = with_run(&journal, "run_a", 2);
    let reader = rusqlite::Connection::open(store.dir().database()).unwrap();
    let count = "SELECT count(*) FROM events";
    reader.execute_batch("BEGIN").unwrap();
    let before: u32 = reader.query_row(count, [], |row| row.get(0)).unwrap();
    // Far enough for the log to want to be copied several times.
    for seq in 2..700 {
        journal
            .append(batch("run_a", "nightly", lease.fence(), seq))
            .unwrap();
    }
    let after: u32 = reader.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!((before, after), (2, 2), "the reader keeps its snapshot");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 700);
}
