//! The right of one process to drive a run (decision 12).
//!
//! On one machine it is an advisory lock on a file per run, which the kernel frees
//! when the process dies, whatever way it dies; plus a fencing number in the
//! database, which every append compares. The lock keeps two healthy processes
//! apart; the number makes harmless the one that lost its lock and does not know.
//!
//! The lock file also says who holds it, for the message that the loser shows. Its
//! text is never trusted for more than that.

use crate::error::StoreError;
use serde::{Deserialize, Serialize};
use stagewright_core::Timestamp;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The fencing number under which a run is created.
pub const FIRST_FENCE: u64 = 1;

/// How often a taker looks again before it believes that a lock is held: a process
/// that only asks who the holder is locks the file for a moment too.
const TAKE_ATTEMPTS: u32 = 5;

/// The pause between two looks.
const TAKE_PAUSE: std::time::Duration = std::time::Duration::from_millis(2);

/// The most bytes of a lock file that are read.
const MAX_HOLDER_BYTES: u64 = 4_096;

/// Who drives a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process id.
    pub pid: u32,
    /// The machine's name.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
}

impl Holder {
    /// This process, since `since`.
    pub fn of_this_process(since: Timestamp) -> Self {
        Self {
            pid: std::process::id(),
            host: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
            since,
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} on {}", self.pid, self.host)
    }
}

/// The right to drive one run. It ends when this value is dropped or the process dies.
pub struct Lease {
    run_id: String,
    fence: u64,
    /// What keeps others out: a locked file, or an entry of the memory journal.
    _hold: Box<dyn std::any::Any + Send + Sync>,
}

impl Lease {
    /// A lease that lasts as long as `hold`.
    pub(crate) fn new(run_id: &str, fence: u64, hold: impl std::any::Any + Send + Sync) -> Self {
        Self {
            run_id: run_id.to_owned(),
            fence,
            _hold: Box::new(hold),
        }
    }

    /// The run.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// The fencing number, which every batch carries.
    pub fn fence(&self) -> u64 {
        self.fence
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease")
            .field("run_id", &self.run_id)
            .field("fence", &self.fence)
            .finish_non_exhaustive()
    }
}

/// A locked lease file. Dropping it removes the file and frees the lock.
#[derive(Debug)]
pub(crate) struct LeaseFile {
    path: PathBuf,
    /// Kept open to keep the lock, which the kernel frees when the file is closed.
    file: File,
}

/// Why a lease file could not be locked.
#[derive(Debug)]
pub(crate) enum TakeError {
    /// Another one holds it; `None` when the file does not say who.
    Held(Option<Holder>),
    /// The file system refused.
    Store(StoreError),
}

impl LeaseFile {
    /// Locks the lease file of a run.
    pub(crate) fn take(folder: &Path, run_id: &str, holder: &Holder) -> Result<Self, TakeError> {
        let path = path_of(folder, run_id);
        let failed = |error: std::io::Error| TakeError::Store(StoreError::io(&path, &error));
        let mut attempts = TAKE_ATTEMPTS;
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) if !is_current(&file, &path).map_err(failed)? => {
                    // The holder removed the file between our opening and locking
                    // it: what we locked has no name any more.
                }
                Ok(()) => {
                    write_holder(&mut file, holder).map_err(failed)?;
                    return Ok(Self { path, file });
                }
                Err(TryLockError::WouldBlock) if attempts == 0 => {
                    return Err(TakeError::Held(read_holder(&mut file)));
                }
                Err(TryLockError::WouldBlock) => {
                    attempts -= 1;
                    std::thread::sleep(TAKE_PAUSE);
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// Whether the lease of a run is held right now, and by whom as far as its file
    /// says.
    pub(crate) fn probe(folder: &Path, run_id: &str) -> Result<Option<Option<Holder>>, StoreError> {
        let path = path_of(folder, run_id);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io(&path, &error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(read_holder(&mut file))),
            Err(TryLockError::Error(error)) => Err(StoreError::io(&path, &error)),
        }
    }
}

impl Drop for LeaseFile {
    fn drop(&mut self) {
        // Removed while still locked, so that whoever locks a file of this name
        // afterwards finds out that it is a new one (`is_current`). When removal
        // fails, the file stays behind unlocked, which is as good. A file that has
        // been put in the place of ours is not ours to remove.
        if is_current(&self.file, &self.path).unwrap_or(false) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether a run id can be the name of a file: letters, digits, `_` and `-`, at most
/// 128 of them.
pub(crate) fn is_file_name(run_id: &str) -> bool {
    (1..=128).contains(&run_id.len())
        && run_id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn path_of(folder: &Path, run_id: &str) -> PathBuf {
    folder.join(format!("{run_id}.lock"))
}

/// Whether the open file is the one that has this name now.
fn is_current(file: &File, path: &Path) -> std::io::Result<bool> {
    let ours = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(named) => Ok(named.ino() == ours.ino() && named.dev() == ours.dev()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn write_holder(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_vec(holder)?;
    file.set_len(0)?;
    file.write_all(&text)
}

/// Who the file says holds it; `None` when it says nothing readable, as between the
/// holder's locking and its writing.
fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(MAX_HOLDER_BYTES).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn holder(pid: u32) -> Holder {
        Holder {
            pid,
            host: "build-1".to_owned(),
            since: Timestamp(0),
        }
    }

    #[test]
    fn there_is_never_more_than_one_holder() {
        // Goal: taking and removing the file at once, many times, since the moment
        // between opening a file and locking it is short.
        let folder = tempfile::tempdir().unwrap();
        let inside = AtomicU32::new(0);
        let taken = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for pid in 0..4 {
                let (folder, inside, taken) = (folder.path(), &inside, &taken);
                scope.spawn(move || {
                    for _ in 0..500 {
                        match LeaseFile::take(folder, "run_a", &holder(pid)) {
                            Ok(lease) => {
                                let others = inside.fetch_add(1, Ordering::SeqCst);
                                assert_eq!(others, 0, "two hold it at once");
                                taken.fetch_add(1, Ordering::SeqCst);
                                // Long enough for a second holder to be seen.
                                std::thread::sleep(TAKE_PAUSE / 20);
                                inside.fetch_sub(1, Ordering::SeqCst);
                                drop(lease);
                            }
                            Err(TakeError::Held(_)) => {}
                            Err(TakeError::Store(error)) => panic!("{error}"),
                        }
                    }
                });
            }
        });
        assert!(taken.into_inner() > 100);
    }

    #[test]
    fn a_file_that_took_the_place_of_ours_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let first = LeaseFile::take(folder.path(), "run_a", &holder(1)).unwrap();
        // Somebody tidies up by hand, and another process takes the lease.
        std::fs::remove_file(&first.path).unwrap();
        let second = LeaseFile::take(folder.path(), "run_a", &holder(2)).unwrap();
        drop(first);
        let held = LeaseFile::probe(folder.path(), "run_a").unwrap();
        assert_eq!(held, Some(Some(holder(2))));
        drop(second);
        assert_eq!(LeaseFile::probe(folder.path(), "run_a").unwrap(), None);
    }

    #[test]
    fn what_a_lease_file_says_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[1,2]", "\u{0}\u{1}"] {
            // Left by a crash, and locked by nobody: free, whatever it says.
            std::fs::write(folder.path().join("run_a.lock"), text).unwrap();
            assert_eq!(LeaseFile::probe(folder.path(), "run_a").unwrap(), None);
            let lease = LeaseFile::take(folder.path(), "run_a", &holder(3)).unwrap();
            std::fs::write(&lease.path, text).unwrap();
            let held = LeaseFile::take(folder.path(), "run_a", &holder(4));
            assert!(matches!(held, Err(TakeError::Held(None))), "{text:?}");
        }
    }

    #[test]
    fn run_ids_are_harmless_file_names() {
        for good in ["run_a1b2", "run-1", "A", &"x".repeat(128)] {
            assert!(is_file_name(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a.lock", "ä", "a b", &"x".repeat(129)] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }
}
