//! What is left after kill -9.

use crate::child;
use crate::store::{Store, dir_in, with_run};
use stagewright_journal::contract::samples::{batch, holder};
use stagewright_journal::{Blob, Journal as _, Options, SqliteJournal};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};

/// The value that every batch stores, different each time.
fn output(seq: u64) -> Blob {
    Blob::of(format!("output {seq} {}", "x".repeat(3_000)).into_bytes())
}

#[test]
#[ignore = "run by `kill_9_loses_nothing_that_was_acknowledged` as a process of its own"]
fn appends_for_ever() {
    let Some(folder) = child::folder() else {
        return;
    };
    let journal = SqliteJournal::open(dir_in(&folder), &Options::default()).unwrap();
    let lease = with_run(&journal, "run_a", 2);
    let mut out = std::io::stdout().lock();
    for seq in 2.. {
        let mut next = batch("run_a", "nightly", lease.fence(), seq);
        next.blobs = vec![output(seq)];
        next.summary.active_ms = seq;
        journal.append(next).unwrap();
        writeln!(out, "acknowledged {seq}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn kill_9_loses_nothing_that_was_acknowledged() {
    // Goal: whenever the process dies, every acknowledged batch is there, whole, and
    // at most one more; and the lease is free.
    for kill_after in [1, 7, 90, 150] {
        let store = Store::new();
        let mut process = child::command("crash::appends_for_ever", store.folder())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut acknowledged = None;
        let mut line = String::new();
        for _ in 0..kill_after {
            acknowledged = next_acknowledged(&mut lines, &mut line).or(acknowledged);
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // What it wrote before it died may still be in the pipe.
        while let Some(seq) = next_acknowledged(&mut lines, &mut line) {
            acknowledged = Some(seq);
        }
        let acknowledged = acknowledged.expect("the child acknowledges something");

        let journal = store.open();
        // Reading fails by itself when there is a gap.
        let events = journal.events("run_a", 0).unwrap();
        let last = events.last().unwrap().seq;
        assert!(
            (acknowledged..=acknowledged + 1).contains(&last),
            "acknowledged {acknowledged}, found {last}"
        );
        for seq in 2..=last {
            let blob = output(seq);
            let stored = journal.blob(&blob.reference().hash).unwrap();
            assert_eq!(stored.as_deref(), Some(blob.bytes()), "the value of {seq}");
        }
        assert_eq!(journal.summary("run_a").unwrap().unwrap().active_ms, last);
        assert_eq!(journal.holder("run_a").unwrap(), None);
        let lease = journal.acquire("run_a", &holder(2)).unwrap();
        assert_eq!(lease.fence(), 2);
        journal
            .append(batch("run_a", "nightly", 2, last + 1))
            .unwrap();
    }
}

/// The number of the next acknowledgement, skipping what the test harness says;
/// `None` at the end.
fn next_acknowledged(lines: &mut impl std::io::BufRead, line: &mut String) -> Option<u64> {
    loop {
        line.clear();
        // A last line without its end was cut off by the kill.
        if lines.read_line(line).unwrap() == 0 || !line.ends_with('\n') {
            return None;
        }
        if let Some(number) = line.trim().rsplit_once("acknowledged ") {
            return Some(number.1.parse().unwrap());
        }
    }
}

#[test]
#[ignore = "run by `a_lease_dies_with_its_process` as a process of its own"]
fn holds_a_lease() {
    let Some(folder) = child::folder() else {
        return;
    };
    let journal = SqliteJournal::open(dir_in(&folder), &Options::default()).unwrap();
    let _lease = journal
        .acquire("run_a", &holder(std::process::id()))
        .unwrap();
    println!("held");
    // Until the parent ends it.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn a_lease_dies_with_its_process() {
    let store = Store::new();
    let journal = store.open();
    let fence = with_run(&journal, "run_a", 2).fence();
    let mut process = child::command("crash::holds_a_lease", store.folder())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("held")));

    let refused = journal.acquire("run_a", &holder(2)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("run run_a is driven by process {} on build-1", process.id())
    );
    assert_eq!(journal.holder("run_a").unwrap().unwrap().pid, process.id());
    // The one that was there before is fenced off.
    journal
        .append(batch("run_a", "nightly", fence, 2))
        .unwrap_err();

    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(journal.holder("run_a").unwrap(), None);
    let lease = journal.acquire("run_a", &holder(2)).unwrap();
    assert_eq!(lease.fence(), fence + 2);
    journal
        .append(batch("run_a", "nightly", lease.fence(), 2))
        .unwrap();
}
