//! Promises about leases and fencing.

use super::Open;
use super::samples::{batch, holder, new_run};
use crate::error::{AppendError, LeaseError, ReadError};

pub(super) fn one_holder(open: Open<'_>) {
    let journal = open();
    let lease = journal.create(new_run("run_a", "nightly")).unwrap();
    let held = LeaseError::Held {
        run_id: "run_a".to_owned(),
        by: holder(1),
    };
    assert_eq!(journal.acquire("run_a", &holder(2)).unwrap_err(), held);
    let other = open();
    assert_eq!(other.acquire("run_a", &holder(2)).unwrap_err(), held);
    assert_eq!(other.holder("run_a").unwrap(), Some(holder(1)));
    // A failed attempt does not fence the holder.
    journal
        .append(batch("run_a", "nightly", lease.fence(), 2))
        .unwrap();
    // Each run has a lease of its own.
    let _other = other.create(new_run("run_b", "nightly")).unwrap();
    assert_eq!(
        other.acquire("run_c", &holder(2)).unwrap_err(),
        LeaseError::UnknownRun {
            run_id: "run_c".to_owned()
        }
    );
    assert_eq!(
        other.holder("run_c").unwrap_err(),
        ReadError::UnknownRun {
            run_id: "run_c".to_owned()
        }
    );
}

pub(super) fn stale_holder(open: Open<'_>) {
    let journal = open();
    let stale = journal.create(new_run("run_a", "nightly")).unwrap().fence();
    let other = open();
    let lease = other.acquire("run_a", &holder(2)).unwrap();
    assert!(lease.fence() > stale);
    assert_eq!(
        journal
            .append(batch("run_a", "nightly", stale, 2))
            .unwrap_err(),
        AppendError::Fenced {
            run_id: "run_a".to_owned(),
            fence: stale,
            current: lease.fence(),
            holder: holder(2),
        }
    );
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 2);
    other
        .append(batch("run_a", "nightly", lease.fence(), 2))
        .unwrap();
    // Having been fenced goes before being in the wrong place.
    let late = journal.append(batch("run_a", "nightly", stale, 2));
    assert!(matches!(late, Err(AppendError::Fenced { .. })));
}

pub(super) fn dropped_is_free(open: Open<'_>) {
    let journal = open();
    let mut last = 0;
    drop(journal.create(new_run("run_a", "nightly")).unwrap());
    for pid in 2..6 {
        assert_eq!(journal.holder("run_a").unwrap(), None);
        let lease = open().acquire("run_a", &holder(pid)).unwrap();
        assert!(lease.fence() > last, "fencing numbers grow");
        last = lease.fence();
        assert_eq!(journal.holder("run_a").unwrap(), Some(holder(pid)));
    }
}
