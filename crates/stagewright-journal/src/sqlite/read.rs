//! Reading a run's events, and who drives it.

use super::SqliteJournal;
use super::append::{decode_holder, run_key};
use super::schema::{event_bound, restored};
use crate::error::ReadError;
use crate::lease::{Holder, LeaseFile};
use crate::wire;
use rusqlite::{Connection, OptionalExtension as _, params};
use stagewright_core::{Recorded, Timestamp};

/// The most events for which room is made before they are seen: the number comes
/// from a row, which may be damaged.
const MAX_PREALLOCATED: usize = 1_000_000;

/// The events of a run from a position on.
pub(super) fn events(
    journal: &SqliteJournal,
    run_id: &str,
    from_seq: u64,
) -> Result<Vec<Recorded>, ReadError> {
    journal.readers.read(|snapshot| {
        let found = snapshot
            .prepare_cached("SELECT key, next_seq FROM runs WHERE run_id = ?1")?
            .query_row([run_id], |row| Ok((row.get(0)?, restored(row.get(1)?))))
            .optional()?;
        let Some((key, end)) = found else {
            return Ok(Err(unknown(run_id)));
        };
        if from_seq >= end {
            return Ok(Ok(Vec::new()));
        }
        events_between(snapshot, run_id, key, from_seq, end)
    })
}

/// The process that holds the lease of a run right now.
pub(super) fn holder(journal: &SqliteJournal, run_id: &str) -> Result<Option<Holder>, ReadError> {
    let last = last_holder(journal, run_id)?.ok_or_else(|| unknown(run_id))?;
    // The lock says whether; the file says who, unless its holder has only just
    // locked it, and then the row does.
    let held = LeaseFile::probe(&journal.dir.leases(), run_id)?;
    Ok(held.map(|by| by.unwrap_or(last)))
}

/// The process that took the lease of a run last, whether it still holds it or not;
/// `None` when there is no such run.
pub(super) fn last_holder(
    journal: &SqliteJournal,
    run_id: &str,
) -> Result<Option<Holder>, ReadError> {
    journal.readers.read(|snapshot| {
        let text = snapshot
            .prepare_cached("SELECT holder FROM runs WHERE run_id = ?1")?
            .query_row([run_id], |row| row.get::<_, String>(0))
            .optional()?;
        text.map(|text| decode_holder(&text)).transpose().map(Ok)
    })
}

/// The key of a run that has to exist.
pub(super) fn known_key(
    connection: &Connection,
    run_id: &str,
) -> rusqlite::Result<Result<i64, ReadError>> {
    Ok(run_key(connection, run_id)?.ok_or_else(|| unknown(run_id)))
}

/// Events `from..end`, each of which has to be there.
fn events_between(
    connection: &Connection,
    run_id: &str,
    key: i64,
    from: u64,
    end: u64,
) -> rusqlite::Result<Result<Vec<Recorded>, ReadError>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, format, at, body FROM events WHERE id >= ?1 AND id < ?2 ORDER BY id",
    )?;
    let mut rows = statement.query(params![event_bound(key, from), event_bound(key, end)])?;
    let expected = usize::try_from(end - from).unwrap_or(usize::MAX);
    let mut events = Vec::with_capacity(expected.min(MAX_PREALLOCATED));
    let mut seq = from;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? != event_bound(key, seq) {
            break;
        }
        let body = row.get_ref(3)?.as_str()?;
        match wire::decode(row.get(1)?, body) {
            Ok(event) => events.push(Recorded {
                seq,
                at: Timestamp(restored(row.get(2)?)),
                event,
            }),
            Err(source) => {
                let run_id = run_id.to_owned();
                return Ok(Err(ReadError::Event {
                    run_id,
                    seq,
                    source,
                }));
            }
        }
        seq += 1;
    }
    if seq < end {
        let run_id = run_id.to_owned();
        return Ok(Err(ReadError::Gap { run_id, seq }));
    }
    Ok(Ok(events))
}

fn unknown(run_id: &str) -> ReadError {
    ReadError::UnknownRun {
        run_id: run_id.to_owned(),
    }
}
