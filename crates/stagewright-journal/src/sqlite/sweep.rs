//! Large values that nobody mentions any more: mark and sweep.
//!
//! A value is alive when its hash stands in an event, or in a value that is alive. Events
//! and values are searched as bytes for anything that looks like a hash, so that a new kind
//! of event or document needs no new line here, and a doubt keeps a value. A whole store
//! is read for this, on a snapshot that no writer waits for.
//!
//! What is written meanwhile is looked at under the write lock, before each group of
//! values goes: a run may have come to mention one that nobody mentioned. The file of a
//! large value goes under the same lock, and whoever stores a large value looks under it
//! whether the file is still there ([`super::blobs::insert`]).

use super::SqliteJournal;
use super::blobs::{HASH_BYTES, digest_of, digits_of, file_of};
use super::schema::{event_bound, restored};
use crate::error::ReadError;
use crate::retention::Amount;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

/// How many values one transaction removes: others wait for it when they append.
const VALUES_PER_TRANSACTION: usize = 1_000;

/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 2 * HASH_BYTES;

type Hash = [u8; HASH_BYTES];

/// Values that nobody mentions, and how far was looked.
pub(super) struct Unmentioned {
    /// Their sizes.
    sizes: HashMap<Hash, u64>,
    /// Which of them each of them mentions.
    mentions: HashMap<Hash, Vec<Hash>>,
    /// Up to which event each run was read.
    positions: HashMap<String, u64>,
    /// Which values were read.
    read: HashSet<Hash>,
}

impl Unmentioned {
    pub(super) fn amount(&self) -> Amount {
        Amount {
            count: self.sizes.len(),
            bytes: self.sizes.values().sum(),
        }
    }

    /// Takes out a value that somebody mentions after all, and what it mentions.
    fn spare(&mut self, hash: Hash) {
        let mut found = vec![hash];
        while let Some(hash) = found.pop() {
            if self.sizes.remove(&hash).is_some() {
                found.extend(self.mentions.remove(&hash).unwrap_or_default());
            }
        }
    }
}

/// The values that nobody mentions, events of the runs in `going` aside.
pub(super) fn unmentioned(
    journal: &SqliteJournal,
    going: &BTreeSet<i64>,
) -> Result<Unmentioned, ReadError> {
    let folder = journal.dir.blobs();
    journal.readers.read(|snapshot| {
        let mut found = Unmentioned {
            sizes: sizes(snapshot)?,
            mentions: HashMap::new(),
            positions: positions(snapshot)?
                .into_iter()
                .map(|(_, run_id, end)| (run_id, end))
                .collect(),
            read: HashSet::new(),
        };
        if found.sizes.is_empty() {
            return Ok(Ok(found));
        }
        found.read = found.sizes.keys().copied().collect();
        found.mentions = mentions(snapshot, &folder, &found.sizes)?;
        let mut events = snapshot.prepare("SELECT id >> 32, body FROM events")?;
        let mut rows = events.query([])?;
        while let Some(row) = rows.next()? {
            if going.contains(&row.get(0)?) {
                continue;
            }
            for hash in hashes_in(row.get_ref(1)?.as_bytes()?) {
                found.spare(hash);
            }
        }
        drop(rows);
        Ok(Ok(found))
    })
}

/// Removes the values that nobody mentions; `tell` is called after each group.
pub(super) fn sweep(
    journal: &SqliteJournal,
    connection: &mut Connection,
    tell: &mut dyn FnMut(),
) -> Result<Amount, ReadError> {
    let mut found = unmentioned(journal, &BTreeSet::new())?;
    let folder = journal.dir.blobs();
    let explain = |error| journal.writer.origin().explain(error);
    let mut swept = Amount::default();
    while !found.sizes.is_empty() {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(explain)?;
        look_again(&transaction, &folder, &mut found).map_err(explain)?;
        let group: Vec<(Hash, u64)> = found
            .sizes
            .iter()
            .take(VALUES_PER_TRANSACTION)
            .map(|(hash, size)| (*hash, *size))
            .collect();
        for (hash, size) in group {
            remove(&transaction, &folder, hash).map_err(explain)?;
            found.sizes.remove(&hash);
            swept.add(size);
        }
        transaction.commit().map_err(explain)?;
        tell();
    }
    Ok(swept)
}

/// Spares what came to be mentioned since the last look. Called under the write lock, so
/// that nothing is written between the look and the removal.
fn look_again(
    connection: &Connection,
    folder: &Path,
    found: &mut Unmentioned,
) -> rusqlite::Result<()> {
    for (key, run_id, end) in positions(connection)? {
        let from = found.positions.insert(run_id, end).unwrap_or(0);
        if from >= end {
            continue;
        }
        let mut events =
            connection.prepare_cached("SELECT body FROM events WHERE id >= ?1 AND id < ?2")?;
        let mut rows = events.query(params![event_bound(key, from), event_bound(key, end)])?;
        while let Some(row) = rows.next()? {
            for hash in hashes_in(row.get_ref(0)?.as_bytes()?) {
                found.spare(hash);
            }
        }
    }
    let mut known = connection.prepare_cached("SELECT hash FROM blobs")?;
    let mut rows = known.query([])?;
    while let Some(row) = rows.next()? {
        let hash: Hash = row.get(0)?;
        if found.read.insert(hash) {
            for mentioned in hashes_in(&bytes_of(connection, folder, hash)?) {
                found.spare(mentioned);
            }
        }
    }
    Ok(())
}

/// Removes a value. Its file goes before its row is known to be gone: a crash in between
/// leaves a row that nobody mentions, without its file, and the next sweep takes it.
fn remove(connection: &Connection, folder: &Path, hash: Hash) -> rusqlite::Result<()> {
    let was_file = connection
        .prepare_cached("DELETE FROM blobs WHERE hash = ?1 RETURNING bytes IS NULL")?
        .query_row([hash], |row| row.get::<_, bool>(0))
        .optional()?;
    if was_file == Some(true) {
        // A file that cannot be removed belongs to nobody from now on, and is looked for
        // among the leftovers of the next prune.
        let _ = std::fs::remove_file(file_of(folder, &digits_of(hash)));
    }
    Ok(())
}

/// All values and their sizes.
fn sizes(connection: &Connection) -> rusqlite::Result<HashMap<Hash, u64>> {
    connection
        .prepare("SELECT hash, size FROM blobs")?
        .query_map([], |row| Ok((row.get(0)?, restored(row.get(1)?))))?
        .collect()
}

/// Each run's key, its id, and the position behind its last event.
fn positions(connection: &Connection) -> rusqlite::Result<Vec<(i64, String, u64)>> {
    connection
        .prepare_cached("SELECT key, run_id, next_seq FROM runs")?
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, restored(row.get(2)?)))
        })?
        .collect()
}

/// Which known values each value mentions; those that mention none are left out.
fn mentions(
    connection: &Connection,
    folder: &Path,
    known: &HashMap<Hash, u64>,
) -> rusqlite::Result<HashMap<Hash, Vec<Hash>>> {
    let mut mentions = HashMap::new();
    for hash in known.keys() {
        let bytes = bytes_of(connection, folder, *hash)?;
        let mentioned: Vec<Hash> = hashes_in(&bytes)
            .filter(|other| other != hash && known.contains_key(other))
            .collect();
        if !mentioned.is_empty() {
            mentions.insert(*hash, mentioned);
        }
    }
    Ok(mentions)
}

/// The bytes of a value. One whose file is lost mentions nothing any more.
fn bytes_of(connection: &Connection, folder: &Path, hash: Hash) -> rusqlite::Result<Vec<u8>> {
    let row: Option<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM blobs WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))?;
    Ok(match row {
        Some(bytes) => bytes,
        None => std::fs::read(file_of(folder, &digits_of(hash))).unwrap_or_default(),
    })
}

/// Everything in a text that may be a hash: 64 lower-case hexadecimal digits, also inside
/// of a longer row of them.
fn hashes_in(text: &[u8]) -> impl Iterator<Item = Hash> + '_ {
    text.split(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        .flat_map(|digits| digits.windows(HASH_DIGITS))
        .filter_map(digest_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a hash is found wherever it may stand, and nothing else is taken for one.
    #[test]
    fn hashes_are_found_in_any_text() {
        let hash = "0123456789abcdef".repeat(4);
        let found = |text: &str| {
            hashes_in(text.as_bytes())
                .map(digits_of)
                .collect::<Vec<String>>()
        };
        for text in [
            hash.clone(),
            format!("{{\"hash\":\"{hash}\",\"size\":7}}"),
            format!("sha256:{hash}\n"),
            format!("\\u00e4 {hash}"),
        ] {
            assert_eq!(found(&text), std::slice::from_ref(&hash), "{text}");
        }
        // Where digits stand before it, it is one of several that it may be.
        assert!(found(&format!("00e4{hash}")).contains(&hash));
        for text in ["", "0123", &hash[..63], &hash.to_uppercase()] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
