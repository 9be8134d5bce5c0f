//! Full disks and damaged content: what is said, and what the doctor finds.

use crate::store::{Store, with_run};
use stagewright_journal::contract::samples::{batch, new_run};
use stagewright_journal::wire::DecodeError;
use stagewright_journal::{
    AppendError, Blob, CheckLevel, CreateError, Journal as _, Options, PostError, ReadError,
    SqliteJournal, StoreError,
};
use std::fs;
use std::time::Duration;

#[test]
fn a_full_disk_loses_nothing_and_is_survived() {
    let store = Store::new();
    let journal = store.open_with(&Options {
        max_pages: Some(40),
        ..Options::default()
    });
    let lease = with_run(&journal, "run_a", 2);
    let mut seq = 2;
    let full = loop {
        let mut next = batch("run_a", "nightly", lease.fence(), seq);
        next.blobs = vec![Blob::of(format!("{seq}{}", "x".repeat(3_000)).into_bytes())];
        match journal.append(next) {
            Ok(()) => seq += 1,
            Err(error) => break error,
        }
        assert!(seq < 1_000, "the limit of pages is reached");
    };
    let store_full = StoreError::Full {
        path: store.dir().database(),
    };
    assert_eq!(full, AppendError::Store(store_full.clone()));
    // Other operations say the same, and the lease of a run that could not be made
    // is not left behind.
    let mut large = new_run("run_b", "nightly");
    large.blobs.push(Blob::of(vec![1_u8; 200_000]));
    assert_eq!(
        journal.create(large).unwrap_err(),
        CreateError::Store(store_full)
    );
    assert!(!store.dir().leases().join("run_b.lock").exists());
    // What was acknowledged is there, and reading goes on.
    assert_eq!(journal.events("run_a", 0).unwrap().len() as u64, seq);
    // When there is room again, so does writing.
    drop(journal);
    let journal = store.open();
    journal
        .append(batch("run_a", "nightly", lease.fence(), seq))
        .unwrap();
}

#[test]
fn damaged_events_are_named_by_their_number() {
    type Case = (&'static str, fn(&ReadError) -> bool);
    let cases: [Case; 5] = [
        ("UPDATE events SET body = '{}' WHERE seq = 3", |error| {
            matches!(
                error,
                ReadError::Event {
                    seq: 3,
                    source: DecodeError::Malformed { .. },
                    ..
                }
            )
        }),
        ("UPDATE events SET format = 9 WHERE seq = 3", |error| {
            matches!(
                error,
                ReadError::Event {
                    seq: 3,
                    source: DecodeError::Newer { format: 9, .. },
                    ..
                }
            )
        }),
        ("DELETE FROM events WHERE seq = 3", |error| {
            matches!(error, ReadError::Gap { seq: 3, .. })
        }),
        ("UPDATE events SET id = id + 1000 WHERE seq = 5", |error| {
            matches!(error, ReadError::Gap { seq: 5, .. })
        }),
        ("DELETE FROM events WHERE seq >= 4", |error| {
            matches!(error, ReadError::Gap { seq: 4, .. })
        }),
    ];
    for (sql, expected) in cases {
        let store = Store::new();
        let journal = store.open();
        let _lease = with_run(&journal, "run_a", 6);
        let _other = with_run(&journal, "run_b", 3);
        store.tamper(&format!("{sql} AND run = 1"));
        let error = journal.events("run_a", 0).unwrap_err();
        assert!(expected(&error), "{sql}: {error:?}");
        assert_eq!(journal.events("run_b", 0).unwrap().len(), 3);
        let finding = failed_checks(&journal, CheckLevel::Full);
        assert_eq!(finding, ["events"], "{sql}");
        // The quick check counts the events and decodes none.
        let quick: &[&str] = match error {
            ReadError::Gap { .. } => &["events"],
            _ => &[],
        };
        assert_eq!(failed_checks(&journal, CheckLevel::Quick), quick, "{sql}");
    }
}

#[test]
fn a_failure_in_mid_batch_leaves_nothing_and_no_lock() {
    let store = Store::new();
    let journal = store.open();
    let _lease = with_run(&journal, "run_a", 3);
    // The second event of the next batch finds its place taken by what cannot be there.
    store.tamper("INSERT INTO events (id, format, at, body) VALUES ((1 << 32) | 4, 1, 0, '')");
    let mut next = batch("run_a", "nightly", 1, 3);
    next.events.extend(batch("run_a", "nightly", 1, 4).events);
    let error = journal.append(next).unwrap_err();
    assert!(
        matches!(error, AppendError::Store(StoreError::Corrupt { .. })),
        "{error:?}"
    );
    let other = rusqlite::Connection::open(store.dir().database()).unwrap();
    other.busy_timeout(Duration::ZERO).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 3);
    assert_eq!(journal.summary("run_a").unwrap().unwrap().last_seq, 2);
    journal.append(batch("run_a", "nightly", 1, 3)).unwrap();
}

#[test]
fn a_damaged_end_of_the_journal_is_a_gap() {
    let store = Store::new();
    let journal = store.open();
    let _lease = with_run(&journal, "run_a", 6);
    store.tamper("UPDATE runs SET next_seq = 9000000000000000000");
    for (from, missing) in [(0, 6), (6, 6), (8_000_000_000, 8_000_000_000)] {
        assert_eq!(
            journal.events("run_a", from).unwrap_err(),
            ReadError::Gap {
                run_id: "run_a".to_owned(),
                seq: missing
            }
        );
    }
}

#[test]
fn damaged_values_are_not_shown() {
    let store = Store::new();
    let journal = store.open();
    let small = Blob::of(b"small".to_vec());
    let large = Blob::of(vec![3_u8; 2 * 1024 * 1024]);
    for blob in [&small, &large] {
        journal.put_blob(blob.clone()).unwrap();
    }
    assert_eq!(failed_checks(&journal, CheckLevel::Full), [""; 0]);
    store.tamper("UPDATE blobs SET bytes = x'00' WHERE bytes IS NOT NULL");
    let hash = &large.reference().hash;
    let file = store.dir().blobs().join(&hash[..2]).join(hash);
    assert_eq!(fs::read(&file).unwrap(), large.bytes());
    fs::write(&file, "short").unwrap();
    for blob in [&small, &large] {
        let error = journal.blob(&blob.reference().hash).unwrap_err();
        assert!(matches!(error, ReadError::Blob { .. }), "{error:?}");
    }
    assert_eq!(failed_checks(&journal, CheckLevel::Full), ["large values"]);
    fs::remove_file(&file).unwrap();
    journal.blob(hash).unwrap_err();
    assert_eq!(failed_checks(&journal, CheckLevel::Quick), ["large values"]);
    // Storing it once more brings it back.
    journal.put_blob(large.clone()).unwrap();
    assert_eq!(failed_checks(&journal, CheckLevel::Quick), [""; 0]);
}

#[test]
fn a_file_without_its_row_is_neither_read_nor_in_the_way() {
    // What a crash between the file and the commit leaves.
    let store = Store::new();
    let journal = store.open();
    let large = Blob::of(vec![3_u8; 2 * 1024 * 1024]);
    let hash = &large.reference().hash;
    let shard = store.dir().blobs().join(&hash[..2]);
    fs::create_dir_all(&shard).unwrap();
    fs::write(shard.join(hash), "half of it").unwrap();
    assert_eq!(journal.blob(hash).unwrap(), None);
    assert!(detail_of(&journal, "large values").contains("1 files without a row"));
    journal.put_blob(large.clone()).unwrap();
    assert!(journal.blob(hash).unwrap().as_deref() == Some(large.bytes()));
    assert!(detail_of(&journal, "large values").contains("0 files without a row"));
}

#[test]
fn a_damaged_database_is_said_to_be_damaged() {
    let store = Store::new();
    let journal = store.open();
    drop(with_run(&journal, "run_a", 400));
    drop(journal);
    store.tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    let path = store.dir().database();
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    // Everything but the first page, so that it can still be opened.
    bytes[4096..length].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let journal = store.open();
    let error = journal.events("run_a", 0).unwrap_err();
    assert!(
        matches!(error, ReadError::Store(StoreError::Corrupt { .. })),
        "{error:?}"
    );
    assert!(failed_checks(&journal, CheckLevel::Quick).contains(&"integrity"));
    let error = journal
        .post("run_a", &stagewright_journal::InboxMessage::Wake)
        .unwrap_err();
    assert!(
        matches!(error, PostError::Store(StoreError::Corrupt { .. })),
        "{error:?}"
    );
}

#[test]
fn the_doctor_says_who_drives_what() {
    let store = Store::new();
    let journal = store.open();
    assert_eq!(detail_of(&journal, "leases"), "no run is being driven");
    let lease = with_run(&journal, "run_a", 2);
    assert_eq!(
        detail_of(&journal, "leases"),
        "run_a by process 1 on build-1"
    );
    drop(lease);
    assert_eq!(detail_of(&journal, "leases"), "no run is being driven");
}

fn failed_checks(journal: &SqliteJournal, level: CheckLevel) -> Vec<&'static str> {
    let results = journal.check(level);
    for result in &results {
        assert_eq!(result.ok, result.hint.is_none(), "{result:?}");
    }
    results
        .into_iter()
        .filter(|result| !result.ok)
        .map(|result| result.name)
        .collect()
}

fn detail_of(journal: &SqliteJournal, name: &str) -> String {
    let results = journal.check(CheckLevel::Quick);
    let found = results.into_iter().find(|result| result.name == name);
    found.unwrap().detail
}
