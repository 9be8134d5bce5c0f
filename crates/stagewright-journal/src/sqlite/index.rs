//! The run index: lists, lookups, and the stored form of its rows.

use super::SqliteJournal;
use super::append::run_key;
use crate::error::ReadError;
use crate::lookup::Index;
use crate::summary::{ListFilter, RunState, RunSummary};
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use std::fmt::Write as _;

/// Lists runs, the youngest first.
pub(super) fn list(
    journal: &SqliteJournal,
    filter: &ListFilter,
) -> Result<Vec<RunSummary>, ReadError> {
    journal.readers.read(|snapshot| {
        let before = match &filter.before {
            None => i64::MAX,
            Some(run_id) => match run_key(snapshot, run_id)? {
                Some(key) => key,
                None => {
                    return Ok(Err(ReadError::UnknownRun {
                        run_id: run_id.clone(),
                    }));
                }
            },
        };
        let mut sql = "SELECT run_id, summary FROM runs WHERE key < ?".to_owned();
        let mut values: Vec<rusqlite::types::Value> = vec![before.into()];
        if let Some(pipeline_id) = &filter.pipeline_id {
            sql.push_str(" AND pipeline_id = ?");
            values.push(pipeline_id.clone().into());
        }
        if !filter.states.is_empty() {
            let marks = vec!["?"; filter.states.len()].join(", ");
            // Writing to a String cannot fail.
            let _ = write!(sql, " AND state IN ({marks})");
            values.extend(
                filter
                    .states
                    .iter()
                    .map(|state| rusqlite::types::Value::from(state.as_str().to_owned())),
            );
        }
        sql.push_str(" ORDER BY key DESC LIMIT ?");
        values.push(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
        let mut statement = snapshot.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok(decode(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?))
        })?;
        rows.collect::<rusqlite::Result<Result<Vec<_>, _>>>()
    })
}

/// The youngest run of a pipeline that has not ended.
pub(super) fn active_run(
    connection: &Connection,
    pipeline_id: &str,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT run_id FROM runs WHERE pipeline_id = ?1 AND state <> ?2
             ORDER BY key DESC LIMIT 1",
        )?
        .query_row(params![pipeline_id, RunState::Ended.as_str()], |row| {
            row.get(0)
        })
        .optional()
}

/// The stored form of an index row.
pub(super) fn encode(summary: &RunSummary) -> String {
    match serde_json::to_string(summary) {
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
                "SELECT run_id, summary FROM runs ORDER BY key DESC LIMIT 1",
                &[],
            ),
            Some(pipeline_id) => one(
                self,
                "SELECT run_id, summary FROM runs WHERE pipeline_id = ?1
                 ORDER BY key DESC LIMIT 1",
                &[&pipeline_id],
            ),
        }
    }

    fn names(&self, limit: usize) -> Result<Vec<(String, String)>, ReadError> {
        self.readers.read(|snapshot| {
            snapshot
                .prepare_cached("SELECT run_id, pipeline_id FROM runs ORDER BY key DESC LIMIT ?1")?
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
                Ok(decode(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?))
            })
            .optional()?;
        Ok(row.transpose())
    })
}

fn decode(run_id: &str, text: &str) -> Result<RunSummary, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::Row {
        what: "index row",
        run_id: run_id.to_owned(),
        detail: error.to_string(),
    })
}
