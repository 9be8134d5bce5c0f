//! The inbox in the database. Acknowledging happens in the append.

use super::SqliteJournal;
use super::append::run_key;
use super::read::known_key;
use super::schema::restored;
use crate::error::{PostError, ReadError};
use crate::inbox::{InboxMessage, MAX_MESSAGE_BYTES, MAX_PENDING_MESSAGES, Posted};
use rusqlite::params;

/// Leaves a message for whoever drives the run.
pub(super) fn post(
    journal: &SqliteJournal,
    run_id: &str,
    message: &InboxMessage,
) -> Result<i64, PostError> {
    let body = message.encode();
    if body.len() > MAX_MESSAGE_BYTES {
        return Err(PostError::TooLarge {
            bytes: body.len(),
            limit: MAX_MESSAGE_BYTES,
        });
    }
    let run_id = run_id.to_owned();
    journal.writer.write(move |connection| {
        let Some(key) = run_key(connection, &run_id)? else {
            return Ok(Err(PostError::UnknownRun {
                run_id: run_id.clone(),
            }));
        };
        let pending = connection
            .prepare_cached("SELECT count(*) FROM inbox WHERE run = ?1")?
            .query_row([key], |row| row.get(0).map(restored))?;
        if pending >= MAX_PENDING_MESSAGES as u64 {
            return Ok(Err(PostError::InboxFull {
                run_id: run_id.clone(),
                limit: MAX_PENDING_MESSAGES,
            }));
        }
        connection
            .prepare_cached("INSERT INTO inbox (run, body) VALUES (?1, ?2)")?
            .execute(params![key, body])?;
        Ok(Ok(connection.last_insert_rowid()))
    })?
}

/// The messages that wait for a run, the oldest first.
pub(super) fn drain(journal: &SqliteJournal, run_id: &str) -> Result<Vec<Posted>, ReadError> {
    journal.readers.read(|snapshot| {
        let key = match known_key(snapshot, run_id)? {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        let mut statement =
            snapshot.prepare_cached("SELECT id, body FROM inbox WHERE run = ?1 ORDER BY id")?;
        let rows = statement.query_map([key], |row| {
            let id = row.get(0)?;
            Ok(InboxMessage::decode(row.get_ref(1)?.as_str()?)
                .map(|message| Posted { id, message })
                .map_err(|detail| ReadError::Row {
                    what: "message",
                    run_id: run_id.to_owned(),
                    detail,
                }))
        })?;
        rows.collect::<rusqlite::Result<Result<Vec<_>, _>>>()
    })
}
