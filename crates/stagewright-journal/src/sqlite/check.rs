//! What `doctor` asks of the store: plain results, nothing repaired.

use super::SqliteJournal;
use super::blobs;
use super::schema::{FORMAT, event_bound, restored};
use crate::error::ReadError;
use crate::lease::LeaseFile;
use crate::network::network_file_system;
use crate::port::Journal as _;
use crate::wire::WIRE_FORMAT;
use std::collections::BTreeSet;
use std::fs;

/// The free space below which a warning is due.
const LOW_SPACE_BYTES: u64 = 512 * 1024 * 1024;

/// The size of the write-ahead log above which something keeps it from being reused.
const LARGE_LOG_BYTES: u64 = 64 * 1024 * 1024;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckLevel {
    /// What takes milliseconds to a second: every event is counted, none is decoded.
    Quick,
    /// Every index entry, every event and every large value is read, too.
    Full,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl CheckResult {
    fn fine(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            ok: true,
            detail: detail.into(),
            hint: None,
        }
    }

    fn bad(name: &'static str, detail: impl Into<String>, hint: &str) -> Self {
        Self {
            name,
            ok: false,
            detail: detail.into(),
            hint: Some(hint.to_owned()),
        }
    }
}

/// Looks at everything that the level asks for. A check that cannot be made is a
/// check that failed.
pub(super) fn check(journal: &SqliteJournal, level: CheckLevel) -> Vec<CheckResult> {
    let mut results = vec![
        file_system(journal),
        disk_space(journal),
        CheckResult::fine(
            "format",
            format!("database format {FORMAT}, event format {WIRE_FORMAT}"),
        ),
        log_size(journal),
    ];
    let fallible: [(&'static str, Check); 4] = [
        ("integrity", integrity),
        ("events", events),
        ("leases", leases),
        ("large values", large_values),
    ];
    for (name, run) in fallible {
        results.push(or_failed(name, run(journal, level)));
    }
    results
}

type Check = fn(&SqliteJournal, CheckLevel) -> Result<CheckResult, ReadError>;

fn or_failed(name: &'static str, result: Result<CheckResult, ReadError>) -> CheckResult {
    result.unwrap_or_else(|error| {
        CheckResult::bad(
            name,
            error.to_string(),
            "keep a copy of the state directory before anything else",
        )
    })
}

fn file_system(journal: &SqliteJournal) -> CheckResult {
    match network_file_system(journal.dir.path()) {
        None => CheckResult::fine("file system", "local"),
        Some(kind) => CheckResult::bad(
            "file system",
            format!("{kind}, over a network: locks cannot be relied on"),
            "set STAGEWRIGHT_STATE_DIR to a directory on a local disk",
        ),
    }
}

fn disk_space(journal: &SqliteJournal) -> CheckResult {
    match rustix::fs::statvfs(journal.dir.path()) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let detail = format!("{} MiB free", free / (1024 * 1024));
            if free < LOW_SPACE_BYTES {
                CheckResult::bad("disk space", detail, "free some space, or prune old runs")
            } else {
                CheckResult::fine("disk space", detail)
            }
        }
        Err(error) => CheckResult::bad(
            "disk space",
            error.to_string(),
            "see whether the disk is there",
        ),
    }
}

fn log_size(journal: &SqliteJournal) -> CheckResult {
    let mut path = journal.dir.database().into_os_string();
    path.push("-wal");
    // A journal that has never been written by this process may have no log.
    let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let detail = format!("{} KiB", bytes / 1024);
    if bytes > LARGE_LOG_BYTES {
        CheckResult::bad(
            "write-ahead log",
            detail,
            "a program has kept the database open for reading; end it",
        )
    } else {
        CheckResult::fine("write-ahead log", detail)
    }
}

fn integrity(journal: &SqliteJournal, level: CheckLevel) -> Result<CheckResult, ReadError> {
    let sql = match level {
        CheckLevel::Quick => "PRAGMA quick_check(5)",
        CheckLevel::Full => "PRAGMA integrity_check(5)",
    };
    let lines = journal.readers.read(|snapshot| {
        snapshot
            .prepare(sql)?
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()
            .map(Ok)
    })?;
    Ok(if lines == ["ok"] {
        CheckResult::fine("integrity", "the database is whole")
    } else {
        CheckResult::bad(
            "integrity",
            lines.join("; "),
            "keep a copy of the state directory, and restore the database from a backup",
        )
    })
}

fn leases(journal: &SqliteJournal, _: CheckLevel) -> Result<CheckResult, ReadError> {
    let folder = journal.dir.leases();
    let mut held = Vec::new();
    for run_id in names_in(&folder)
        .iter()
        .filter_map(|name| name.strip_suffix(".lock"))
    {
        if let Some(by) = LeaseFile::probe(&folder, run_id)? {
            let by = by.map_or_else(|| "an unknown process".to_owned(), |by| by.to_string());
            held.push(format!("{run_id} by {by}"));
        }
    }
    Ok(CheckResult::fine(
        "leases",
        if held.is_empty() {
            "no run is being driven".to_owned()
        } else {
            held.join(", ")
        },
    ))
}

/// Looks for events that are missing, or, when all is to be looked at, reads every
/// event of every run.
fn events(journal: &SqliteJournal, level: CheckLevel) -> Result<CheckResult, ReadError> {
    let counted = count_events(journal)?;
    let runs = counted.len();
    if level == CheckLevel::Full {
        let mut total = 0;
        for run in &counted {
            total += journal.events(&run.run_id, 0)?.len();
        }
        let detail = format!("{total} events of {runs} runs read back");
        return Ok(CheckResult::fine("events", detail));
    }
    let gaps: Vec<String> = counted
        .iter()
        .filter(|run| run.found < run.expected)
        .map(|run| {
            let missing = run.expected - run.found;
            format!("{} lacks {missing} of {} events", run.run_id, run.expected)
        })
        .collect();
    Ok(if gaps.is_empty() {
        let total: u64 = counted.iter().map(|run| run.found).sum();
        let detail = format!("{total} events of {runs} runs, none missing");
        CheckResult::fine("events", detail)
    } else {
        CheckResult::bad(
            "events",
            gaps.join("; "),
            "keep a copy of the state directory, and restore the database from a backup",
        )
    })
}

/// How many events a run has.
struct EventCount {
    run_id: String,
    /// By its row, which changes in the transaction that appends them.
    expected: u64,
    /// As many of these as there are. Each number can be there once only, so less than
    /// expected is a gap.
    found: u64,
}

fn count_events(journal: &SqliteJournal) -> Result<Vec<EventCount>, ReadError> {
    journal.readers.read(|snapshot| {
        let mut count =
            snapshot.prepare("SELECT count(*) FROM events WHERE id >= ?1 AND id < ?2")?;
        snapshot
            .prepare("SELECT key, run_id, next_seq FROM runs ORDER BY key")?
            .query_map([], |row| {
                let key = row.get(0)?;
                let expected = restored(row.get(2)?);
                let range = [event_bound(key, 0), event_bound(key, expected)];
                Ok(EventCount {
                    run_id: row.get(1)?,
                    expected,
                    found: restored(count.query_row(range, |row| row.get(0))?),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()
            .map(Ok)
    })
}

/// Compares the files of large values with their rows, in both directions.
fn large_values(journal: &SqliteJournal, level: CheckLevel) -> Result<CheckResult, ReadError> {
    let rows = journal.readers.read(|snapshot| {
        snapshot
            .prepare("SELECT lower(hex(hash)), bytes IS NULL FROM blobs")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(String, bool)>>>()
            .map(Ok)
    })?;
    let folder = journal.dir.blobs();
    let known: BTreeSet<&str> = rows
        .iter()
        .filter(|(_, is_file)| *is_file)
        .map(|(hash, _)| hash.as_str())
        .collect();
    let missing = known
        .iter()
        .filter(|hash| !blobs::file_of(&folder, hash).is_file())
        .count();
    let orphans = names_in(&folder)
        .iter()
        .flat_map(|shard| names_in(&folder.join(shard)))
        .filter(|name| !known.contains(name.as_str()))
        .count();
    let mut damaged = 0;
    if level == CheckLevel::Full {
        for (hash, _) in &rows {
            damaged += usize::from(blobs::read(journal, hash).is_err());
        }
    }
    let detail = format!(
        "{} stored, {missing} missing, {damaged} damaged, {orphans} files without a row",
        rows.len()
    );
    Ok(if missing + damaged > 0 {
        CheckResult::bad(
            "large values",
            detail,
            "outputs of some runs are lost; restore the blobs folder from a backup",
        )
    } else {
        // Files without a row are what a crash leaves; prune removes them.
        CheckResult::fine("large values", detail)
    })
}

/// The names in a folder; a folder that is not there has none.
fn names_in(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}
