//! What belongs to nobody any more: directories of runs that there are no more, and files
//! of large values without a row. A crash leaves them, in a prune or in a submission.
//!
//! A submission makes its directory, and writes its large values, before its row; so what
//! is younger than an hour is left alone.

use super::SqliteJournal;
use super::append::run_key;
use super::blobs::digest_of;
use crate::error::{ReadError, StoreError};
use crate::retention::Amount;
use rusqlite::{Connection, TransactionBehavior};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How old something has to be before it is taken for a leftover.
const SETTLED: Duration = Duration::from_secs(60 * 60);

/// What may be left over.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Directories in the folder of runs, by run id.
    directories: Vec<(String, PathBuf)>,
    /// Files in the folder of values, with their hash; `None` for a temporary file.
    files: Vec<(Option<[u8; 32]>, PathBuf)>,
}

impl Leftovers {
    pub(super) fn amount(&self) -> Amount {
        let mut amount = Amount::default();
        for (_, path) in &self.directories {
            amount.add(bytes_of(path));
        }
        for (_, path) in &self.files {
            amount.add(bytes_of(path));
        }
        amount
    }
}

/// What is left over.
pub(super) fn find(journal: &SqliteJournal) -> Result<Leftovers, ReadError> {
    let suspects = suspects(journal);
    journal
        .readers
        .read(|snapshot| owned_by_nobody(snapshot, suspects).map(Ok))
}

/// Removes what is left over.
pub(super) fn remove(
    journal: &SqliteJournal,
    connection: &mut Connection,
) -> Result<Amount, ReadError> {
    let suspects = suspects(journal);
    let explain = |error| journal.writer.origin().explain(error);
    let mut removed = Amount::default();
    // Under the write lock: whoever stores a value of this hash waits, and looks whether
    // the file is still there when it is its turn.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(explain)?;
    let found = owned_by_nobody(&transaction, suspects).map_err(explain)?;
    for (_, path) in &found.files {
        let bytes = bytes_of(path);
        fs::remove_file(path).map_err(|error| StoreError::io(path, &error))?;
        removed.add(bytes);
    }
    transaction.commit().map_err(explain)?;
    for (_, path) in &found.directories {
        let bytes = bytes_of(path);
        remove_directory(path)?;
        removed.add(bytes);
    }
    Ok(removed)
}

/// Removes a run's directory, which may be gone already.
pub(super) fn remove_directory(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io(path, &error)),
    }
}

/// The bytes of a file, or of all files below a directory. What cannot be read has none.
pub(super) fn bytes_of(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return 0;
    };
    if !metadata.is_dir() {
        return metadata.len();
    }
    entries(path).map(|entry| bytes_of(&entry)).sum()
}

/// Everything that is old enough to be a leftover.
fn suspects(journal: &SqliteJournal) -> Leftovers {
    let directories = entries(&journal.dir.runs())
        .filter(|path| is_settled(path))
        .filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path)))
        .collect();
    let files = entries(&journal.dir.blobs())
        .flat_map(|shard| entries(&shard).collect::<Vec<_>>())
        .filter(|path| is_settled(path))
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            (name.and_then(digest_of), path)
        })
        .collect();
    Leftovers { directories, files }
}

/// Those of the suspects of which the database knows nothing.
fn owned_by_nobody(connection: &Connection, suspects: Leftovers) -> rusqlite::Result<Leftovers> {
    let mut found = Leftovers::default();
    for (run_id, path) in suspects.directories {
        if run_key(connection, &run_id)?.is_none() {
            found.directories.push((run_id, path));
        }
    }
    let mut is_stored =
        connection.prepare_cached("SELECT 1 FROM blobs WHERE hash = ?1 AND bytes IS NULL")?;
    for (hash, path) in suspects.files {
        let owned = match hash {
            Some(hash) => is_stored.exists([hash])?,
            None => false,
        };
        if !owned {
            found.files.push((hash, path));
        }
    }
    Ok(found)
}

fn is_settled(path: &Path) -> bool {
    let changed = fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    changed.is_ok_and(|changed| {
        SystemTime::now()
            .duration_since(changed)
            .is_ok_and(|age| age >= SETTLED)
    })
}

/// What a directory holds; one that is not there, or cannot be read, holds nothing.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
}
