//! Lists of runs, those created last first, answered from the indexes alone.
//!
//! A filter that admits one of several words (two states, an id or a name) would make
//! SQLite sort everything that matches any of them. Each combination is asked for by
//! itself instead, in the order of its index and with the limit, and the answers are
//! merged: with 100,000 runs a page costs what the page costs.

use super::SqliteJournal;
use super::index::decode;
use super::schema::stored;
use crate::error::ReadError;
use crate::filter::ListFilter;
use crate::summary::RunSummary;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use std::collections::BTreeMap;

/// Where a run stands in the order of a list.
type Place = (i64, i64);

/// One question: SQL behind `SELECT … FROM runs`, and its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// One of several words that a filter admits, as a condition with its values.
type Alternative = (&'static str, Vec<Value>);

/// Lists runs.
pub(super) fn list(
    journal: &SqliteJournal,
    filter: &ListFilter,
) -> Result<Vec<RunSummary>, ReadError> {
    journal.readers.read(|snapshot| {
        let before = match &filter.before {
            None => None,
            Some(run_id) => match place_of(snapshot, run_id)? {
                Some(place) => Some(place),
                None => {
                    return Ok(Err(ReadError::UnknownRun {
                        run_id: run_id.clone(),
                    }));
                }
            },
        };
        let mut found: BTreeMap<Place, (String, String)> = BTreeMap::new();
        for question in questions(filter, before) {
            let mut statement = snapshot.prepare_cached(&question.sql)?;
            let mut rows = statement.query(params_from_iter(question.values))?;
            while let Some(row) = rows.next()? {
                found.insert((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?));
            }
        }
        Ok(found
            .into_values()
            .rev()
            .take(filter.limit)
            .map(|(run_id, summary)| decode("index row", &run_id, &summary))
            .collect())
    })
}

/// The questions whose answers together are the list: one for each combination of words.
pub(super) fn questions(filter: &ListFilter, before: Option<Place>) -> Vec<Question> {
    let mut combinations: Vec<Vec<Alternative>> = vec![Vec::new()];
    for alternatives in [standings(filter), pipelines(filter)] {
        combinations = combinations
            .into_iter()
            .flat_map(|chosen| {
                alternatives.iter().map(move |alternative| {
                    let mut chosen = chosen.clone();
                    chosen.push(alternative.clone());
                    chosen
                })
            })
            .collect();
    }
    combinations
        .into_iter()
        .map(|chosen| question(filter, before, chosen))
        .collect()
}

fn question(filter: &ListFilter, before: Option<Place>, chosen: Vec<Alternative>) -> Question {
    let mut conditions: Vec<&'static str> = Vec::new();
    let mut values = Vec::new();
    let mut require = |condition, with: Vec<Value>| {
        conditions.push(condition);
        values.extend(with);
    };
    for (condition, with) in chosen {
        require(condition, with);
    }
    if let Some(pipeline_id) = &filter.pipeline_id {
        require("pipeline_id = ?", vec![pipeline_id.clone().into()]);
    }
    if let Some(decision) = &filter.decision {
        require("decision = ?", vec![decision.clone().into()]);
    }
    if let Some(since) = filter.since {
        require("created_at >= ?", vec![stored(since).into()]);
    }
    if let Some(until) = filter.until {
        require("created_at < ?", vec![stored(until).into()]);
    }
    if filter.no_steps {
        // Steps are few beside what they are steps of, and stand in the rows only.
        require("json_extract(summary, '$.step_of') IS NULL", Vec::new());
    }
    if let Some((created_at, key)) = before {
        require(
            "(created_at, key) < (?, ?)",
            vec![created_at.into(), key.into()],
        );
    }
    if conditions.is_empty() {
        conditions.push("true");
    }
    values.push(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
    let conditions = conditions.join(" AND ");
    Question {
        sql: format!(
            "SELECT created_at, key, run_id, summary FROM runs WHERE {conditions} \
             ORDER BY created_at DESC, key DESC LIMIT ?"
        ),
        values,
    }
}

/// The states and outcomes that the filter admits, each by itself.
fn standings(filter: &ListFilter) -> Vec<Alternative> {
    let states = filter
        .states
        .iter()
        .map(|state| ("state = ?", vec![state.as_str().to_owned().into()]));
    let outcomes = filter
        .outcomes
        .iter()
        .map(|outcome| ("outcome = ?", vec![outcome.clone().into()]));
    or_anything(states.chain(outcomes).collect())
}

/// The ways in which a text names a pipeline.
fn pipelines(filter: &ListFilter) -> Vec<Alternative> {
    let alternatives: Vec<Alternative> = filter
        .pipeline
        .iter()
        .flat_map(|text| {
            ["pipeline_id = ?", "name = ?"].map(|condition| (condition, vec![text.clone().into()]))
        })
        .collect();
    or_anything(alternatives)
}

/// A filter that names nothing admits everything.
fn or_anything(mut alternatives: Vec<Alternative>) -> Vec<Alternative> {
    if alternatives.is_empty() {
        alternatives.push(("true", Vec::new()));
    }
    alternatives
}

/// Where a run stands in the order of a list.
fn place_of(connection: &Connection, run_id: &str) -> rusqlite::Result<Option<Place>> {
    connection
        .prepare_cached("SELECT created_at, key FROM runs WHERE run_id = ?1")?
        .query_row([run_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::super::schema::MIGRATIONS;
    use super::*;
    use crate::summary::RunState;

    /// Goal: every question is answered in the order of an index and stops at the limit:
    /// nothing is sorted, and nothing scanned but an index that is in order already.
    #[test]
    fn no_question_sorts_or_scans_the_table() {
        let connection = Connection::open_in_memory().unwrap();
        for step in MIGRATIONS {
            connection.execute_batch(step).unwrap();
        }
        let all = ListFilter::default;
        let some = |text: &str| Some(text.to_owned());
        let filters = [
            all(),
            ListFilter {
                states: RunState::ALL.to_vec(),
                outcomes: vec!["SUCCESS".to_owned()],
                ..all()
            },
            ListFilter {
                pipeline: some("review"),
                ..all()
            },
            ListFilter {
                pipeline_id: some("pr-1"),
                ..all()
            },
            ListFilter {
                decision: some("BLOCK"),
                ..all()
            },
            ListFilter {
                since: Some(1),
                until: Some(2),
                ..all()
            },
            ListFilter {
                no_steps: true,
                ..all()
            },
            ListFilter {
                states: vec![RunState::Ended],
                pipeline: some("review"),
                decision: some("BLOCK"),
                since: Some(1),
                until: Some(2),
                ..all()
            },
        ];
        for filter in filters {
            for before in [None, Some((5, 5))] {
                for question in questions(&filter, before) {
                    let plan = plan_of(&connection, &question);
                    assert!(
                        plan.contains("USING INDEX runs_by_") && !plan.contains("TEMP B-TREE"),
                        "{}\n{plan}",
                        question.sql
                    );
                }
            }
        }
    }

    fn plan_of(connection: &Connection, question: &Question) -> String {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {}", question.sql))
            .unwrap();
        let steps = statement
            .query_map(params_from_iter(question.values.clone()), |row| row.get(3))
            .unwrap();
        steps
            .collect::<rusqlite::Result<Vec<String>>>()
            .unwrap()
            .join("\n")
    }
}
