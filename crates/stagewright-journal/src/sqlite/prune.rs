//! Retention: which runs go, and how they go (decision 17).
//!
//! Rows first, files second: whatever the moment of a crash, a run is there with all that
//! is its own, or its files belong to nobody and the next prune finds them. A run goes
//! under its lease, in a transaction that looks once more whether it may; so one that is
//! resumed in this very moment stays.

use super::SqliteJournal;
use super::index::decode;
use super::leftovers;
use super::open::connect_for_maintenance;
use super::schema::{event_bound, stored};
use super::shrink;
use super::sweep;
use crate::error::{ReadError, RemoveError, StoreError};
use crate::lease::{Holder, Lease, LeaseFile, TakeError};
use crate::retention::{Amount, PrunePlan, PruneStep, Pruned, Retention};
use crate::summary::{RunState, RunSummary};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use std::collections::BTreeSet;

/// How many runs one transaction removes: others wait for it when they append.
const RUNS_PER_TRANSACTION: usize = 32;

/// The run of which this row's is a step; NULL for the others.
const ABOVE: &str = "json_extract(summary, '$.step_of.run_id')";

/// Another run that has not ended and that a row of `runs` is tied to; NULL where there is none.
///
/// A run is tied to its parent and to its children: what was adopted from the one may be
/// read by the other, and a run that goes on may look for the child that it began. The run
/// of a step is part of the run above: it goes with all that stand above it, whoever of
/// them lives or is tied, and none of them goes before it has ended.
fn tied_to() -> String {
    let from_a_live_run_upwards = format!(
        "WITH RECURSIVE holding (live, run_id) AS (
             SELECT run_id, {ABOVE} FROM runs WHERE state <> 'ended'
             UNION
             SELECT holding.live, {ABOVE} FROM holding JOIN runs USING (run_id))
         SELECT live FROM holding
         WHERE holding.run_id = ended.run_id AND live <> ended.run_id"
    );
    format!(
        "(WITH RECURSIVE family (run_id, parent, above) AS (
              SELECT ended.run_id, ended.parent, json_extract(ended.summary, '$.step_of.run_id')
              UNION
              SELECT runs.run_id, runs.parent, {ABOVE}
              FROM family JOIN runs ON runs.run_id = family.above)
          SELECT runs.run_id FROM family JOIN runs ON runs.run_id = family.run_id
          WHERE runs.state <> 'ended' AND runs.run_id <> ended.run_id
          UNION ALL
          SELECT runs.run_id FROM family JOIN runs ON runs.run_id = family.parent
          WHERE runs.state <> 'ended'
          UNION ALL
          SELECT runs.run_id FROM family JOIN runs ON runs.parent = family.run_id
          WHERE runs.state <> 'ended'
          UNION ALL
          SELECT live FROM ({from_a_live_run_upwards})
          LIMIT 1)"
    )
}

/// What would be removed. Changes nothing.
pub(super) fn plan(journal: &SqliteJournal, retention: &Retention) -> Result<PrunePlan, ReadError> {
    let (candidates, tied) = if retention.names_runs() {
        candidates(journal, retention)?
    } else {
        (Vec::new(), 0)
    };
    let going: BTreeSet<i64> = candidates.iter().map(|candidate| candidate.key).collect();
    let values = sweep::unmentioned(journal, &going)?.amount();
    let leftovers = leftovers::find(journal)?.amount();
    let runs = candidates
        .into_iter()
        .map(|candidate| {
            let files = leftovers::bytes_of(&journal.dir.run(&candidate.summary.run_id));
            (candidate.summary, candidate.bytes + files)
        })
        .collect();
    Ok(PrunePlan {
        runs,
        tied,
        values,
        leftovers,
    })
}

/// Removes the runs of a plan, and what belongs to nobody then. `tell` hears of each step.
pub(super) fn carry_out(
    journal: &SqliteJournal,
    plan: &PrunePlan,
    holder: &Holder,
    tell: &mut dyn FnMut(PruneStep),
) -> Result<Pruned, ReadError> {
    let before = shrink::database_bytes(journal)?;
    let mut connection = connect_for_maintenance(journal.writer.origin())?;
    let mut pruned = Pruned::default();
    for group in plan.runs.chunks(RUNS_PER_TRANSACTION) {
        let ids: Vec<&str> = group.iter().map(|(run, _)| run.run_id.as_str()).collect();
        let (gone, leases) = remove_ended(journal, &ids, holder)?;
        pruned.spared += group.len() - gone.len();
        tell(PruneStep::RunsRemoved);
        for (summary, bytes) in group {
            if gone.contains(&summary.run_id) {
                pruned.runs.add(*bytes);
                leftovers::remove_directory(&journal.dir.run(&summary.run_id))?;
            }
        }
        // As long as they are held, nobody makes a run of the same id, whose directory it
        // would be.
        drop(leases);
        tell(PruneStep::DirectoriesRemoved);
    }
    pruned.values = sweep::sweep(journal, &mut connection, &mut || {
        tell(PruneStep::ValuesRemoved);
    })?;
    pruned.leftovers = leftovers::remove(journal, &mut connection)?;
    tell(PruneStep::LeftoversRemoved);
    shrink::shrink(journal, &connection)?;
    pruned.database = (before, shrink::database_bytes(journal)?);
    tell(PruneStep::Shrunk);
    Ok(pruned)
}

/// Removes one run whose lease the caller holds, with its directory.
pub(super) fn discard(
    journal: &SqliteJournal,
    lease: Lease,
    force: bool,
) -> Result<Amount, RemoveError> {
    let run_id = lease.run_id().to_owned();
    let directory = journal.dir.run(&run_id);
    let bytes = leftovers::bytes_of(&directory);
    let id = run_id.clone();
    let removed = journal.writer.write(move |connection| {
        let Some(found) = standing_of(connection, &id)? else {
            return Ok(Err(RemoveError::UnknownRun { run_id: id.clone() }));
        };
        if found.state != RunState::Ended.as_str() && !force {
            return Ok(Err(RemoveError::NotEnded {
                run_id: id.clone(),
                state: found.state,
            }));
        }
        if let Some(other) = found.tied_to {
            return Ok(Err(RemoveError::Tied {
                run_id: id.clone(),
                other,
            }));
        }
        delete_rows(connection, found.key).map(Ok)
    })??;
    // Until the directory is gone, nobody makes a run of the same id.
    leftovers::remove_directory(&directory)?;
    drop(lease);
    Ok(Amount {
        count: removed,
        bytes,
    })
}

/// A run that may go.
struct Candidate {
    key: i64,
    summary: RunSummary,
    /// Bytes of its rows.
    bytes: u64,
}

/// The runs that may go, the youngest first, and how many would if they were not tied.
fn candidates(
    journal: &SqliteJournal,
    retention: &Retention,
) -> Result<(Vec<Candidate>, usize), ReadError> {
    let (conditions, values) = conditions(retention);
    let sql = format!(
        "SELECT key, run_id, summary, {} IS NOT NULL,
             (SELECT coalesce(sum(length(body)), 0) FROM events
              WHERE id >= key << 32 AND id < (key + 1) << 32)
         FROM runs AS ended WHERE state = 'ended'{conditions}
         ORDER BY created_at DESC, key DESC",
        tied_to()
    );
    journal.readers.read(|snapshot| {
        let mut statement = snapshot.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut candidates = Vec::new();
        let mut tied = 0;
        while let Some(row) = rows.next()? {
            if row.get(3)? {
                tied += 1;
                continue;
            }
            let run_id: String = row.get(1)?;
            let text: String = row.get(2)?;
            let bytes: i64 = row.get(4)?;
            match decode("index row", &run_id, &text) {
                Ok(summary) => candidates.push(Candidate {
                    key: row.get(0)?,
                    summary,
                    bytes: u64::try_from(bytes).unwrap_or(0) + text.len() as u64,
                }),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok((candidates, tied)))
    })
}

fn conditions(retention: &Retention) -> (String, Vec<Value>) {
    let mut sql = String::new();
    let mut values: Vec<Value> = Vec::new();
    if let Some(before) = retention.ended_before {
        sql.push_str(" AND ended_at < ?");
        values.push(stored(before).into());
    }
    if !retention.outcomes.is_empty() {
        let marks = vec!["?"; retention.outcomes.len()].join(", ");
        sql.push_str(&format!(" AND outcome IN ({marks})"));
        values.extend(retention.outcomes.iter().cloned().map(Value::from));
    }
    if let Some(pipeline) = &retention.pipeline {
        sql.push_str(" AND (pipeline_id = ? OR name = ?)");
        values.extend([pipeline.clone().into(), pipeline.clone().into()]);
    }
    if let Some(keep) = retention.keep {
        // Runs that have not ended count among the youngest, too.
        sql.push_str(
            " AND key NOT IN (SELECT key FROM (SELECT key, row_number() OVER (
                  PARTITION BY name ORDER BY created_at DESC, key DESC) AS place FROM runs)
              WHERE place <= ?)",
        );
        values.push(i64::from(keep).into());
    }
    (sql, values)
}

/// Removes the rows of those of these runs that have ended, are not tied and are driven by
/// nobody; returns which they are, and all leases that were taken.
fn remove_ended(
    journal: &SqliteJournal,
    run_ids: &[&str],
    holder: &Holder,
) -> Result<(BTreeSet<String>, Vec<LeaseFile>), StoreError> {
    let mut leases = Vec::new();
    let mut ids = Vec::new();
    for run_id in run_ids {
        match LeaseFile::take(&journal.dir.leases(), run_id, holder) {
            Ok(lease) => {
                leases.push(lease);
                ids.push((*run_id).to_owned());
            }
            Err(TakeError::Held(_)) => {}
            Err(TakeError::Store(error)) => return Err(error),
        }
    }
    let gone = journal.writer.write(move |connection| {
        let mut gone = BTreeSet::new();
        for run_id in &ids {
            match standing_of(connection, run_id)? {
                Some(found)
                    if found.state == RunState::Ended.as_str() && found.tied_to.is_none() =>
                {
                    delete_rows(connection, found.key)?;
                    gone.insert(run_id.clone());
                }
                Some(_) | None => {}
            }
        }
        Ok(gone)
    })?;
    Ok((gone, leases))
}

/// What says whether a run may go.
struct RunStanding {
    key: i64,
    state: String,
    /// A run that has not ended and that it is tied to.
    tied_to: Option<String>,
}

fn standing_of(connection: &Connection, run_id: &str) -> rusqlite::Result<Option<RunStanding>> {
    connection
        .prepare_cached(&format!(
            "SELECT key, state, {} FROM runs AS ended WHERE run_id = ?1",
            tied_to()
        ))?
        .query_row([run_id], |row| {
            Ok(RunStanding {
                key: row.get(0)?,
                state: row.get(1)?,
                tied_to: row.get(2)?,
            })
        })
        .optional()
}

/// Removes a run's events and its row, and with it its messages and durations; returns how
/// many events it had.
fn delete_rows(connection: &Connection, key: i64) -> rusqlite::Result<usize> {
    let events = connection
        .prepare_cached("DELETE FROM events WHERE id >= ?1 AND id < ?2")?
        .execute(params![event_bound(key, 0), event_bound(key + 1, 0)])?;
    connection
        .prepare_cached("DELETE FROM runs WHERE key = ?1")?
        .execute([key])?;
    Ok(events)
}
