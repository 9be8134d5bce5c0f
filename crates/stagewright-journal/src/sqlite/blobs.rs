//! Large values by hash (decision 15): up to a limit as rows, written in the
//! transaction of the events that name them; larger ones as files, written and
//! synced before it.
//!
//! The row alone says that a value is stored: a file without one is what a crash
//! between the two leaves behind, and is neither read nor in the way.

use super::SqliteJournal;
use crate::error::{ReadError, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};
use stagewright_core::Blob;
use stagewright_core::event::BlobRef;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The most bytes of a value that is stored as a row.
pub(super) const MAX_ROW_BYTES: u64 = 1024 * 1024;

/// Bytes of a SHA-256.
pub(super) const HASH_BYTES: usize = 32;

/// Tells the temporary files of this process apart.
static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A value whose bytes are safe as soon as its row is.
#[derive(Debug)]
pub(super) struct Kept {
    hash: [u8; HASH_BYTES],
    size: u64,
    blob: Blob,
    /// Where the bytes lie when they are a file.
    file: Option<PathBuf>,
}

/// Writes the values that are too large for a row to files that survive a loss of
/// power, unless they are stored already.
pub(super) fn keep_large(
    journal: &SqliteJournal,
    blobs: Vec<Blob>,
) -> Result<Vec<Kept>, StoreError> {
    blobs
        .into_iter()
        .map(|blob| {
            let BlobRef { hash, size } = blob.reference();
            let size = *size;
            let Some(digest) = digest_of(hash) else {
                panic!("a blob's hash is a SHA-256: {hash}");
            };
            if size <= MAX_ROW_BYTES {
                return Ok(Kept {
                    hash: digest,
                    size,
                    blob,
                    file: None,
                });
            }
            let path = file_of(&journal.dir.blobs(), hash);
            // A row whose file was lost is healed by storing the value again.
            if !path.is_file() || !is_stored(journal, digest)? {
                write_file(&path, blob.bytes())?;
            }
            Ok(Kept {
                hash: digest,
                size,
                blob,
                file: Some(path),
            })
        })
        .collect()
}

/// Adds the rows of values inside a transaction. The files were written before it; only
/// when a sweep took one away in between is it written again, which the transaction keeps
/// the next sweep from undoing.
pub(super) fn insert(connection: &Connection, blobs: &[Kept]) -> rusqlite::Result<()> {
    if blobs.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO blobs (hash, size, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for blob in blobs {
        let bytes = match &blob.file {
            None => Some(blob.blob.bytes()),
            Some(path) => {
                if !path.is_file() {
                    write_file(path, blob.blob.bytes())
                        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                }
                None
            }
        };
        statement.execute(params![blob.hash, super::schema::stored(blob.size), bytes])?;
    }
    Ok(())
}

/// Stores one value by itself.
pub(super) fn put(journal: &SqliteJournal, blob: Blob) -> Result<BlobRef, StoreError> {
    let reference = blob.reference().clone();
    let kept = keep_large(journal, vec![blob])?;
    journal
        .writer
        .write(move |connection| insert(connection, &kept))?;
    Ok(reference)
}

/// The bytes of a value, compared with their hash: what a decision rests on is
/// shown unchanged or not at all.
pub(super) fn read(journal: &SqliteJournal, hash: &str) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(digest) = digest_of(hash) else {
        return Ok(None);
    };
    let row = journal.readers.read(|snapshot| {
        snapshot
            .prepare_cached("SELECT bytes FROM blobs WHERE hash = ?1")?
            .query_row([digest], |row| row.get::<_, Option<Vec<u8>>>(0))
            .optional()
            .map(Ok)
    })?;
    let damaged = |detail: String| ReadError::Blob {
        hash: hash.to_owned(),
        detail,
    };
    let bytes = match row {
        None => return Ok(None),
        Some(Some(bytes)) => bytes,
        Some(None) => {
            let path = file_of(&journal.dir.blobs(), hash);
            fs::read(&path).map_err(|error| damaged(format!("{}: {error}", path.display())))?
        }
    };
    if BlobRef::of(&bytes).hash != hash {
        return Err(damaged("its bytes have changed".to_owned()));
    }
    Ok(Some(bytes))
}

/// Where the bytes of a large value lie.
pub(super) fn file_of(folder: &Path, hash: &str) -> PathBuf {
    folder.join(&hash[..2]).join(hash)
}

fn is_stored(journal: &SqliteJournal, digest: [u8; HASH_BYTES]) -> Result<bool, StoreError> {
    let found = journal.readers.read(|snapshot| {
        snapshot
            .prepare_cached("SELECT 1 FROM blobs WHERE hash = ?1")?
            .exists([digest])
            .map(Ok)
    });
    found.map_err(|error| match error {
        ReadError::Store(error) => error,
        other => StoreError::Corrupt {
            path: journal.dir.database(),
            detail: other.to_string(),
        },
    })
}

/// Writes a file so that it is there in full or not at all, also after a loss of
/// power: a temporary file, its sync, the rename, the sync of the directory.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let Some(folder) = path.parent() else {
        panic!("a blob's file lies in a folder: {}", path.display());
    };
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!("tmp-{}-{serial}", std::process::id()));
    let written = (|| {
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
            // The new folder's own entry has to last as well.
            if let Some(parent) = folder.parent() {
                File::open(parent)?.sync_all()?;
            }
        }
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        StoreError::io(path, &error)
    })
}

/// The bytes of a hash; `None` for anything but 64 lower-case hexadecimal digits.
pub(super) fn digest_of(hash: impl AsRef<[u8]>) -> Option<[u8; HASH_BYTES]> {
    let digits = hash.as_ref();
    if digits.len() != 2 * HASH_BYTES {
        return None;
    }
    let mut digest = [0_u8; HASH_BYTES];
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
    }
    Some(digest)
}

/// The digits of a hash, as events and file names have them.
pub(super) fn digits_of(hash: [u8; HASH_BYTES]) -> String {
    use std::fmt::Write as _;
    let mut digits = String::with_capacity(2 * HASH_BYTES);
    for byte in hash {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
