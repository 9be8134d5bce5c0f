//! A state directory that is removed with the test.

use stagewright_journal::contract::samples::{batch, new_run};
use stagewright_journal::{Journal as _, Lease, Options, SqliteJournal, StateDir};
use std::path::Path;
use tempfile::TempDir;

/// A state directory of a test.
pub(crate) struct Store {
    folder: TempDir,
}

impl Store {
    /// An empty place.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The state directory, which may not exist yet.
    pub(crate) fn dir(&self) -> StateDir {
        dir_in(self.folder.path())
    }

    /// The folder that holds the state directory.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens its journal.
    pub(crate) fn open(&self) -> SqliteJournal {
        self.open_with(&Options::default())
    }

    /// Opens its journal with these options.
    pub(crate) fn open_with(&self, options: &Options) -> SqliteJournal {
        SqliteJournal::open(self.dir(), options).unwrap()
    }

    /// Changes the database behind the journal's back.
    pub(crate) fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.dir().database()).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

/// The state directory in a folder.
pub(crate) fn dir_in(folder: &Path) -> StateDir {
    StateDir::at(folder.join(".stagewright"))
}

/// A journal with one run of `events` events, at least two.
pub(crate) fn with_run(journal: &SqliteJournal, run_id: &str, events: u64) -> Lease {
    let lease = journal.create(new_run(run_id, "nightly")).unwrap();
    for seq in 2..events {
        journal
            .append(batch(run_id, "nightly", lease.fence(), seq))
            .unwrap();
    }
    lease
}
