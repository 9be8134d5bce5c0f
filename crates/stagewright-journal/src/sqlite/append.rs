//! What changes a run: creating it, taking its lease, appending to it.

use super::SqliteJournal;
use super::blobs::{self, Kept};
use super::index;
use super::schema::{event_id, restored, stored};
use crate::error::{AppendError, CreateError, LeaseError};
use crate::lease::{FIRST_FENCE, Holder, Lease, LeaseFile, TakeError, is_file_name};
use crate::port::{Batch, NewRun, assert_contiguous};
use crate::save_times::SaveTimes;
use crate::wire::{self, EncodeError, WIRE_FORMAT};
use rusqlite::{Connection, OptionalExtension as _, params};
use stagewright_core::Recorded;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// An event in its stored form.
struct Row {
    seq: u64,
    at: i64,
    body: String,
}

/// A batch in its stored form, made before the writer's lock is taken.
struct Prepared {
    run_id: String,
    fence: u64,
    next_seq: u64,
    rows: Vec<Row>,
    blobs: Vec<Kept>,
    index: index::Row,
    /// How long the appends before this one took.
    saves: String,
    inbox_taken: Vec<i64>,
}

/// Creates a run and takes its lease.
///
/// # Panics
/// When the run id cannot be the name of a file.
pub(super) fn create(journal: &SqliteJournal, new: NewRun) -> Result<Lease, CreateError> {
    let run_id = new.summary.run_id.clone();
    assert!(is_file_name(&run_id), "`{run_id}` cannot be a run's id");
    assert_contiguous(&run_id, 0, &new.events);
    journal.is_still_there()?;
    let rows = encode_all(&new.events)?;
    let blobs = blobs::keep_large(journal, new.blobs)?;
    // The lock goes first: nobody can take the lease of the new run between its
    // appearance and ours.
    let file = match LeaseFile::take(&journal.dir.leases(), &run_id, &new.holder) {
        Ok(file) => file,
        Err(TakeError::Held(_)) => return Err(CreateError::RunExists { run_id }),
        Err(TakeError::Store(error)) => return Err(error.into()),
    };
    let row = index::Row::of(&new.summary);
    let created_at = stored(new.summary.created_at);
    let ties: Vec<String> = new.summary.ties().cloned().collect();
    let parent = new.summary.parent;
    let pipeline_id = new.summary.pipeline_id;
    let holder = encode_holder(&new.holder);
    let exclusive = new.exclusive;
    let id = run_id.clone();
    journal.writer.write(move |connection| {
        if run_key(connection, &id)?.is_some() {
            return Ok(Err(CreateError::RunExists { run_id: id.clone() }));
        }
        if exclusive && let Some(active) = index::active_run(connection, &pipeline_id)? {
            return Ok(Err(CreateError::PipelineActive {
                pipeline_id: pipeline_id.clone(),
                run_id: active,
            }));
        }
        // Looked at in the transaction that names them, so that no prune comes in between.
        for tie in &ties {
            if run_key(connection, tie)?.is_none() {
                let parent = tie.clone();
                return Ok(Err(CreateError::ParentGone { parent }));
            }
        }
        connection
            .prepare_cached(
                "INSERT INTO runs (run_id, pipeline_id, state, next_seq, fence, holder, summary,
                                   name, created_at, ended_at, outcome, decision, parent)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                id,
                pipeline_id,
                row.state,
                stored(rows.len() as u64),
                stored(FIRST_FENCE),
                holder,
                row.summary,
                row.name,
                created_at,
                row.ended_at,
                row.outcome,
                row.decision,
                parent,
            ])?;
        let key = connection.last_insert_rowid();
        if let Some(durations) = &row.durations {
            index::keep_durations(connection, key, &row.name, durations)?;
        }
        insert_events(connection, key, &rows)?;
        blobs::insert(connection, &blobs)?;
        Ok(Ok(()))
    })??;
    Ok(Lease::new(&run_id, FIRST_FENCE, file))
}

/// Appends one batch.
pub(super) fn append(journal: &SqliteJournal, batch: Batch) -> Result<(), AppendError> {
    let begun = Instant::now();
    let run_id = batch.run_id.clone();
    let prepared = prepare(journal, batch)?;
    journal
        .writer
        .write(move |connection| write(connection, &prepared))??;
    count_save(journal, &run_id, begun);
    Ok(())
}

/// Appends several batches in as few commits as possible.
pub(super) fn append_all(
    journal: &SqliteJournal,
    batches: Vec<Batch>,
) -> Vec<Result<(), AppendError>> {
    let begun = Instant::now();
    let tickets: Vec<Result<_, AppendError>> = batches
        .into_iter()
        .map(|batch| {
            let run_id = batch.run_id.clone();
            let prepared = prepare(journal, batch)?;
            let ticket = journal
                .writer
                .enqueue(move |connection| write(connection, &prepared));
            Ok((run_id, ticket))
        })
        .collect();
    tickets
        .into_iter()
        .map(|queued| {
            let (run_id, ticket) = queued?;
            journal.writer.settle(&ticket)??;
            count_save(journal, &run_id, begun);
            Ok(())
        })
        .collect()
}

/// Takes the lease of a run.
pub(super) fn acquire(
    journal: &SqliteJournal,
    run_id: &str,
    holder: &Holder,
) -> Result<Lease, LeaseError> {
    let unknown = || LeaseError::UnknownRun {
        run_id: run_id.to_owned(),
    };
    // Asked before the lock file is made, so that no file appears for a run that
    // does not exist.
    let Some(last) = super::read::last_holder(journal, run_id).map_err(|error| match error {
        crate::ReadError::Store(error) => LeaseError::Store(error),
        other => LeaseError::Store(crate::StoreError::Corrupt {
            path: journal.dir.database(),
            detail: other.to_string(),
        }),
    })?
    else {
        return Err(unknown());
    };
    let file = match LeaseFile::take(&journal.dir.leases(), run_id, holder) {
        Ok(file) => file,
        Err(TakeError::Held(by)) => {
            return Err(LeaseError::Held {
                run_id: run_id.to_owned(),
                by: by.unwrap_or(last),
            });
        }
        Err(TakeError::Store(error)) => return Err(error.into()),
    };
    let text = encode_holder(holder);
    let id = run_id.to_owned();
    let taken = journal.writer.write(move |connection| {
        connection
            .prepare_cached(
                "UPDATE runs SET fence = fence + 1, holder = ?2 WHERE run_id = ?1
                 RETURNING fence, saves",
            )?
            .query_row(params![id, text], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?))
            })
            .optional()
    })?;
    let (fence, saves) = taken.ok_or_else(unknown)?;
    go_on_counting(journal, run_id, saves.as_deref());
    Ok(Lease::new(run_id, restored(fence), file))
}

/// The key of a run in the tables.
pub(super) fn run_key(connection: &Connection, run_id: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT key FROM runs WHERE run_id = ?1")?
        .query_row([run_id], |row| row.get(0))
        .optional()
}

fn prepare(journal: &SqliteJournal, batch: Batch) -> Result<Prepared, AppendError> {
    journal.is_still_there()?;
    assert_contiguous(&batch.run_id, batch.next_seq, &batch.events);
    let rows = encode_all(&batch.events)?;
    Ok(Prepared {
        rows,
        blobs: blobs::keep_large(journal, batch.blobs)?,
        index: index::Row::of(&batch.summary),
        saves: index::encode(&saves_so_far(journal, &batch.run_id)),
        run_id: batch.run_id,
        fence: batch.fence,
        next_seq: batch.next_seq,
        inbox_taken: batch.inbox_taken,
    })
}

/// Writes a batch inside the group's transaction. The first statement compares and
/// changes at once; when it finds nothing to change, nothing has been written.
fn write(connection: &Connection, batch: &Prepared) -> rusqlite::Result<Result<(), AppendError>> {
    let end = batch.next_seq + batch.rows.len() as u64;
    let found = connection
        .prepare_cached(
            "UPDATE runs SET next_seq = ?4, summary = ?5, saves = ?6
             WHERE run_id = ?1 AND fence = ?2 AND next_seq = ?3
             RETURNING key, state = ?7 AND outcome IS ?8 AND decision IS ?9",
        )?
        .query_row(
            params![
                batch.run_id,
                stored(batch.fence),
                stored(batch.next_seq),
                stored(end),
                batch.index.summary,
                batch.saves,
                batch.index.state,
                batch.index.outcome,
                batch.index.decision,
            ],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)),
        )
        .optional()?;
    let Some((key, same_standing)) = found else {
        return refusal(connection, batch).map(Err);
    };
    // Apart from the rest, since naming an indexed column rewrites its index, and
    // with it one more page of the log, even when the value stays the same.
    if !same_standing {
        write_standing(connection, key, &batch.index)?;
    }
    insert_events(connection, key, &batch.rows)?;
    blobs::insert(connection, &batch.blobs)?;
    if !batch.inbox_taken.is_empty() {
        let mut statement =
            connection.prepare_cached("DELETE FROM inbox WHERE id = ?1 AND run = ?2")?;
        for id in &batch.inbox_taken {
            statement.execute(params![id, key])?;
        }
    }
    Ok(Ok(()))
}

/// Writes where the run stands into the columns that lists look at.
fn write_standing(connection: &Connection, key: i64, row: &index::Row) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE runs SET state = ?2, outcome = ?3, decision = ?4, ended_at = ?5
             WHERE key = ?1",
        )?
        .execute(params![
            key,
            row.state,
            row.outcome,
            row.decision,
            row.ended_at
        ])?;
    if let Some(durations) = &row.durations {
        index::keep_durations(connection, key, &row.name, durations)?;
    }
    Ok(())
}

/// How long the appends of a run took so far, in whatever process.
fn saves_so_far(journal: &SqliteJournal, run_id: &str) -> SaveTimes {
    lock(&journal.saves)
        .get(run_id)
        .cloned()
        .unwrap_or_default()
}

/// Goes on with what the row of a run says. What cannot be read is begun anew: it is a
/// measurement, and nothing rests on it.
fn go_on_counting(journal: &SqliteJournal, run_id: &str, saves: Option<&str>) {
    let saves = saves
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    lock(&journal.saves).insert(run_id.to_owned(), saves);
}

fn count_save(journal: &SqliteJournal, run_id: &str, begun: Instant) {
    let took = begun.elapsed();
    lock(&journal.saves)
        .entry(run_id.to_owned())
        .or_default()
        .record(took);
}

/// A panic between two counts leaves both whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why the run did not accept a batch.
fn refusal(connection: &Connection, batch: &Prepared) -> rusqlite::Result<AppendError> {
    let found = connection
        .prepare_cached("SELECT fence, next_seq, holder FROM runs WHERE run_id = ?1")?
        .query_row([&batch.run_id], |row| {
            Ok((
                restored(row.get(0)?),
                restored(row.get(1)?),
                row.get::<_, String>(2)?,
            ))
        })
        .optional()?;
    let run_id = batch.run_id.clone();
    Ok(match found {
        None => AppendError::UnknownRun { run_id },
        Some((current, _, holder)) if current != batch.fence => AppendError::Fenced {
            run_id,
            fence: batch.fence,
            current,
            holder: decode_holder(&holder)?,
        },
        Some((_, actual, _)) => AppendError::Conflict {
            run_id,
            expected: batch.next_seq,
            actual,
        },
    })
}

fn insert_events(connection: &Connection, key: i64, rows: &[Row]) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare_cached("INSERT INTO events (id, format, at, body) VALUES (?1, ?2, ?3, ?4)")?;
    for row in rows {
        statement.execute(params![
            event_id(key, row.seq),
            WIRE_FORMAT,
            row.at,
            row.body
        ])?;
    }
    Ok(())
}

fn encode_all(events: &[Recorded]) -> Result<Vec<Row>, EncodeError> {
    events
        .iter()
        .map(|recorded| {
            Ok(Row {
                seq: recorded.seq,
                at: stored(recorded.at.0),
                body: wire::encode(&recorded.event)?,
            })
        })
        .collect()
}

fn encode_holder(holder: &Holder) -> String {
    match serde_json::to_string(holder) {
        Ok(text) => text,
        Err(error) => panic!("a holder consists of texts and numbers: {error}"),
    }
}

/// The holder in a row of `runs`.
pub(super) fn decode_holder(text: &str) -> rusqlite::Result<Holder> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}
