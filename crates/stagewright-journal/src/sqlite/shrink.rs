//! Gives the room of what was removed back to the file system.
//!
//! In small steps, each a transaction of its own, so that a run that goes on meanwhile
//! never waits for long. A database from before this could be done in steps is written
//! anew once, when nobody drives a run.

use super::SqliteJournal;
use crate::error::{ReadError, StoreError};
use crate::lease::LeaseFile;
use rusqlite::Connection;

/// The pages of one step: a few milliseconds.
const PAGES_PER_STEP: u32 = 1_000;

/// `PRAGMA auto_vacuum` of a database whose free pages can be given back in steps.
const INCREMENTAL: i64 = 2;

/// The size of the database with its write-ahead log, in bytes.
pub(super) fn database_bytes(journal: &SqliteJournal) -> Result<u64, ReadError> {
    let path = journal.dir.database();
    let size = std::fs::metadata(&path).map_err(|error| StoreError::io(&path, &error))?;
    let mut log = path.into_os_string();
    log.push("-wal");
    let log = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
    Ok(size.len() + log)
}

/// Makes the database file as small as what it holds.
pub(super) fn shrink(journal: &SqliteJournal, connection: &Connection) -> Result<(), ReadError> {
    let explain = |error| journal.writer.origin().explain(error);
    let number = |pragma: &str| -> Result<i64, StoreError> {
        connection
            .pragma_query_value(None, pragma, |row| row.get(0))
            .map_err(explain)
    };
    if number("auto_vacuum")? == INCREMENTAL {
        let mut free = number("freelist_count")?;
        while free > 0 {
            give_back(connection).map_err(explain)?;
            let left = number("freelist_count")?;
            if left >= free {
                break;
            }
            free = left;
        }
    } else if nobody_drives_a_run(journal)? {
        connection
            .execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
            .map_err(explain)?;
    }
    // The file becomes shorter when the log is copied into it. Where a reader stands in
    // the way, a later checkpoint does it.
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .map_err(explain)?;
    Ok(())
}

/// One step. The statement moves a page each time that it is asked for a row.
fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES_PER_STEP})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

fn nobody_drives_a_run(journal: &SqliteJournal) -> Result<bool, ReadError> {
    let folder = journal.dir.leases();
    let names = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    for name in names.filter_map(|entry| entry.file_name().into_string().ok()) {
        if let Some(run_id) = name.strip_suffix(".lock")
            && LeaseFile::probe(&folder, run_id)?.is_some()
        {
            return Ok(false);
        }
    }
    Ok(true)
}
