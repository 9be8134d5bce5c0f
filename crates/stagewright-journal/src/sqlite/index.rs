//! The run index: lookups, and the stored form of its rows. Lists are in [`super::list`].

use super::SqliteJournal;
use super::schema::stored;
use crate::error::ReadError;
use crate::lookup::Index;
use crate::save_times::SaveTimes;
use crate::summary::{NodeDurations, RunState, RunSummary};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

/// The youngest run of a pipeline that has not ended.
pub(super) fn active_run(
    connection: &Connection,
    pipeline_id: &str,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT run_id FROM runs WHERE pipeline_id = ?1 AND state <> ?2
             ORDER BY created_at DESC, key DESC LIMIT 1",
        )?
        .query_row(params![pipeline_id, RunState::Ended.as_str()], |row| {
            row.get(0)
        })
        .optional()
}

/// How long the agents of the last runs of a pipeline's name took.
pub(super) fn past_durations(
    journal: &SqliteJournal,
    pipeline: &str,
    runs: usize,
) -> Result<Vec<NodeDurations>, ReadError> {
    journal.readers.read(|snapshot| {
        let mut statement = snapshot.prepare_cached(
            "SELECT runs.run_id, durations.body FROM durations
             JOIN runs ON runs.key = durations.run
             WHERE durations.name = ?1 ORDER BY durations.run DESC LIMIT ?2",
        )?;
        let limit = i64::try_from(runs).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![pipeline, limit], |row| {
            Ok(decode(
                "durations",
                row.get_ref(0)?.as_str()?,
                row.get_ref(1)?.as_str()?,
            ))
        })?;
        rows.collect::<rusqlite::Result<Result<Vec<_>, _>>>()
    })
}

/// Keeps how long the agents of a run that has ended took, in the place of what was kept
/// when it ended before.
pub(super) fn keep_durations(
    connection: &Connection,
    key: i64,
    name: &str,
    durations: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO durations (run, name, body) VALUES (?1, ?2, ?3)")?
        .execute(params![key, name, durations])?;
    Ok(())
}

/// How long the appends of a run took so far.
pub(super) fn save_times(
    journal: &SqliteJournal,
    run_id: &str,
) -> Result<Option<SaveTimes>, ReadError> {
    journal.readers.read(|snapshot| {
        let found = snapshot
            .prepare_cached("SELECT saves FROM runs WHERE run_id = ?1")?
            .query_row([run_id], |row| row.get::<_, Option<String>>(0))
            .optional()?;
        Ok(match found {
            None => Err(ReadError::UnknownRun {
                run_id: run_id.to_owned(),
            }),
            Some(text) => text
                .map(|text| decode("append times", run_id, &text))
                .transpose(),
        })
    })
}

/// An index row in its stored form.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) state: &'static str,
    pub(super) outcome: Option<String>,
    pub(super) decision: Option<String>,
    pub(super) ended_at: Option<i64>,
    pub(super) name: String,
    pub(super) summary: String,
    pub(super) durations: Option<String>,
}

impl Row {
    /// The stored form of a summary.
    pub(super) fn of(summary: &RunSummary) -> Self {
        Self {
            state: summary.state.as_str(),
            outcome: summary.status.clone(),
            decision: summary.decision.clone(),
            ended_at: summary.ended_at.map(stored),
            name: summary.name.clone(),
            summary: encode(summary),
            durations: summary.durations.as_ref().map(encode),
        }
    }
}

/// The stored form of a value that consists of texts and numbers.
pub(super) fn encode(value: &impl Serialize) -> String {
    match serde_json::to_string(value) {
        Ok(text) => text,
        Err(error) => panic!("an index row consists of texts and numbers: {error}"),
    }
}

impl Index for SqliteJournal {
    fn by_id(&self, run_id: &str) -> Result<Option<RunSummary>, ReadError> {
        one(
            self,
            "SELECT run_id, summary FROM runs WHERE run_id = ?1",
            &[&run_id],
        )
    }

    fn by_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError> {
        self.readers.read(|snapshot| {
            // Run ids are ASCII, so that `~` and what follows it ends every range.
            snapshot
                .prepare_cached(
                    "SELECT run_id FROM runs WHERE run_id >= ?1 AND run_id < ?1 || '~'
                     ORDER BY run_id LIMIT ?2",
                )?
                .query_map(
                    params![prefix, i64::try_from(limit).unwrap_or(i64::MAX)],
                    |row| row.get(0),
                )?
                .collect::<rusqlite::Result<Vec<String>>>()
                .map(Ok)
        })
    }

    fn latest(&self, pipeline_id: Option<&str>) -> Result<Option<RunSummary>, ReadError> {
        match pipeline_id {
            None => one(
                self,
                "SELECT run_id, summary FROM runs
                 WHERE json_extract(summary, '$.step_of') IS NULL
                 ORDER BY created_at DESC, key DESC LIMIT 1",
                &[],
            ),
            Some(pipeline_id) => one(
                self,
                "SELECT run_id, summary FROM runs WHERE pipeline_id = ?1
                 ORDER BY created_at DESC, key DESC LIMIT 1",
                &[&pipeline_id],
            ),
        }
    }

    fn names(&self, limit: usize) -> Result<Vec<(String, String)>, ReadError> {
        self.readers.read(|snapshot| {
            snapshot
                .prepare_cached(
                    "SELECT run_id, pipeline_id FROM runs
                     ORDER BY created_at DESC, key DESC LIMIT ?1",
                )?
                .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect::<rusqlite::Result<Vec<(String, String)>>>()
                .map(Ok)
        })
    }
}

fn one(
    journal: &SqliteJournal,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<Option<RunSummary>, ReadError> {
    journal.readers.read(|snapshot| {
        let row = snapshot
            .prepare_cached(sql)?
            .query_row(values, |row| {
                Ok(decode(
                    "index row",
                    row.get_ref(0)?.as_str()?,
                    row.get_ref(1)?.as_str()?,
                ))
            })
            .optional()?;
        Ok(row.transpose())
    })
}

/// A value in its stored form.
pub(super) fn decode<T: serde::de::DeserializeOwned>(
    what: &'static str,
    run_id: &str,
    text: &str,
) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::Row {
        what,
        run_id: run_id.to_owned(),
        detail: error.to_string(),
    })
}
