//! Several threads write at once.

use crate::store::{Store, with_run};
use stagewright_journal::contract::samples::{batch, new_run};
use stagewright_journal::{AppendError, Blob, CreateError, Journal as _, Options, StoreError};
use std::sync::Barrier;

#[test]
fn eight_threads_append_to_runs_of_their_own() {
    let store = Store::new();
    let journal = store.open();
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (journal, start) = (&journal, &start);
            scope.spawn(move || {
                start.wait();
                with_run(journal, &format!("run_{number}"), 42);
            });
        }
    });
    for number in 0..8 {
        let events = journal.events(&format!("run_{number}"), 0).unwrap();
        assert_eq!(events.len(), 42);
    }
}

#[test]
fn of_eight_threads_at_one_place_one_wins() {
    let store = Store::new();
    let journal = store.open();
    let _lease = with_run(&journal, "run_a", 2);
    let start = Barrier::new(8);
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    journal.append(batch("run_a", "nightly", 1, 2))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter_map(Result::err) {
        assert!(
            matches!(refused, AppendError::Conflict { actual: 3, .. }),
            "{refused:?}"
        );
    }
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 3);
}

#[test]
fn of_eight_exclusive_submissions_one_wins() {
    let store = Store::new();
    // Half of them through another handle, as another process would.
    let journals = [store.open(), store.open()];
    let start = Barrier::new(8);
    let created: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (journal, start) = (&journals[number % 2], &start);
                scope.spawn(move || {
                    let mut new = new_run(&format!("run_{number}"), "nightly");
                    new.exclusive = true;
                    start.wait();
                    journal.create(new)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let winners: Vec<_> = created.iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    for refused in created.iter().filter_map(|result| result.as_ref().err()) {
        assert!(
            matches!(refused, CreateError::PipelineActive { run_id, .. }
                if run_id == winners[0].run_id()),
            "{refused:?}"
        );
    }
}

#[test]
fn one_that_does_not_fit_takes_no_other_down() {
    let store = Store::new();
    let journal = store.open_with(&Options {
        max_pages: Some(60),
        ..Options::default()
    });
    let _a = with_run(&journal, "run_a", 2);
    let _b = with_run(&journal, "run_b", 2);
    let _c = with_run(&journal, "run_c", 2);
    let large = Blob::of(vec![1_u8; 500_000]);
    let mut too_large = batch("run_b", "nightly", 1, 2);
    too_large.blobs = vec![large.clone()];
    let results = journal.append_all(vec![
        batch("run_a", "nightly", 1, 2),
        too_large,
        batch("run_c", "nightly", 1, 2),
    ]);
    assert_eq!(results[0], Ok(()));
    assert!(
        matches!(results[1], Err(AppendError::Store(StoreError::Full { .. }))),
        "{:?}",
        results[1]
    );
    assert_eq!(results[2], Ok(()));
    // Of the one that failed, nothing is there.
    assert_eq!(journal.events("run_b", 0).unwrap().len(), 2);
    assert_eq!(journal.blob(&large.reference().hash).unwrap(), None);
    // And its place is still free.
    journal.append(batch("run_b", "nightly", 1, 2)).unwrap();
}
