//! Opening a journal: what is refused, what is set, what is created or migrated.
//!
//! Opening an existing journal of the current format writes nothing and syncs
//! nothing; a process that runs one step has to afford it.

use super::SqliteJournal;
use super::fault::Origin;
use super::readers::Readers;
use super::schema::{APPLICATION_ID, FORMAT, MIGRATIONS};
use super::writer::Writer;
use crate::error::{OpenError, StoreError};
use crate::network::network_file_system;
use crate::state_dir::{StateDir, StateDirError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::File;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How many frames the write-ahead log collects before they are copied into the
/// database. A closed journal keeps its log, so the next process overwrites it in
/// place, which syncs up to twice as fast as growing a new one; but it also reads
/// the whole of it once when it opens, so it has to stay small.
const CHECKPOINT_FRAMES: u32 = 256;

/// The size to which the write-ahead log is cut after a long reader let it grow.
const LOG_BYTES: u32 = 4 * 1024 * 1024;

/// The pause between two attempts to switch a new file to a write-ahead log.
const SWITCH_PAUSE: Duration = Duration::from_millis(2);

/// How many compiled statements each connection keeps.
const CACHED_STATEMENTS: usize = 64;

/// What an acknowledged append survives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// A crash of the process, of the system, and the loss of power: each commit is
    /// synced to the device, on macOS with a full sync.
    #[default]
    Full,
    /// A crash of the process only. After a loss of power the last commits may be
    /// missing, though nothing is ever half there.
    Normal,
}

/// How a journal is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What an acknowledged append survives.
    pub durability: Durability,
    /// How long a lock of another program is waited for, in milliseconds.
    pub busy_timeout_ms: u64,
    /// The most pages (of 4 KiB) that the database may have; `None` leaves it to
    /// the disk.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            busy_timeout_ms: 10_000,
            max_pages: None,
        }
    }
}

/// Opens the journal in `dir`.
pub(super) fn open(
    dir: StateDir,
    options: &Options,
    create: bool,
) -> Result<SqliteJournal, OpenError> {
    let path = dir.database();
    if !create && !path.exists() {
        return Err(OpenError::Missing { path });
    }
    dir.prepare().map_err(|error| match error {
        StateDirError::Io { path, source } => StoreError::io(&path, &source),
        StateDirError::Git { path, detail } => StoreError::Io { path, detail },
    })?;
    if let Some(kind) = network_file_system(dir.path()) {
        return Err(OpenError::NetworkFileSystem {
            path: dir.path().to_path_buf(),
            kind,
        });
    }
    let origin = Origin {
        path,
        busy_timeout_ms: options.busy_timeout_ms,
    };
    let connection = connect(&origin, OpenFlags::SQLITE_OPEN_READ_WRITE, create)?;
    let refuse = |error| refusal(&origin, error);
    if header(&connection).map_err(refuse)? != (APPLICATION_ID, FORMAT) {
        upgrade(&dir, &origin, &connection)?;
    }
    if connection.is_readonly("main").map_err(refuse)? {
        return Err(StoreError::ReadOnly {
            path: origin.path.clone(),
            detail: "permission denied".to_owned(),
        }
        .into());
    }
    tune(&connection, options).map_err(refuse)?;
    let identity = super::identity_of(&dir.database())?;
    Ok(SqliteJournal {
        identity,
        dir,
        saves: Mutex::default(),
        readers: Readers::new(origin.clone()),
        writer: Writer::new(connection, origin),
    })
}

/// A connection with what every connection needs.
pub(super) fn connect(
    origin: &Origin,
    access: OpenFlags,
    create: bool,
) -> Result<Connection, StoreError> {
    let mut flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connect = || {
        let connection = Connection::open_with_flags(&origin.path, flags)?;
        connection.busy_timeout(Duration::from_millis(origin.busy_timeout_ms))?;
        // Closing would otherwise copy the log into the database and delete it: two
        // syncs for nothing, and the next process would grow a new one.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(connection)
    };
    connect().map_err(|error| origin.explain(error))
}

/// A connection for maintenance: one that writes beside the writer, in transactions of its
/// own that are synced, and outside of any.
pub(super) fn connect_for_maintenance(origin: &Origin) -> Result<Connection, StoreError> {
    let connection = connect(origin, OpenFlags::SQLITE_OPEN_READ_WRITE, false)?;
    tune(&connection, &Options::default()).map_err(|error| origin.explain(error))?;
    Ok(connection)
}

/// Application id and format, as the file's header says them.
fn header(connection: &Connection) -> rusqlite::Result<(i32, u32)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let format = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((application, format))
}

/// What an error means while the header is read: a file that is no database is not
/// a damaged journal but something else.
fn refusal(origin: &Origin, error: rusqlite::Error) -> OpenError {
    if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        return OpenError::NotAJournal {
            path: origin.path.clone(),
            detail: "it is not an SQLite database".to_owned(),
        };
    }
    origin.explain(error).into()
}

/// Settings of the writing connection, none of which the file remembers.
fn tune(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    if cfg!(target_os = "macos") && options.durability == Durability::Full {
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_FRAMES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

/// Brings an empty or older file to the current format. Processes that arrive at
/// once take turns by a lock file, since the switch to a write-ahead log does not
/// wait for others by itself.
fn upgrade(dir: &StateDir, origin: &Origin, connection: &Connection) -> Result<(), OpenError> {
    let lock_path = dir.path().join("journal.upgrade.lock");
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock_path)
        .map_err(|error| StoreError::io(&lock_path, &error))?;
    lock.lock()
        .map_err(|error| StoreError::io(&lock_path, &error))?;
    let refuse = |error| refusal(origin, error);
    let (application, format) = header(connection).map_err(refuse)?;
    let empty = application == 0 && format == 0 && has_no_tables(connection).map_err(refuse)?;
    if application != APPLICATION_ID && !empty {
        return Err(OpenError::NotAJournal {
            path: origin.path.clone(),
            detail: "it is the database of another program".to_owned(),
        });
    }
    if format > FORMAT {
        return Err(OpenError::NewerFormat {
            path: origin.path.clone(),
            found: format,
            known: FORMAT,
        });
    }
    if empty {
        // Free pages can be given back in small steps later ([`super::shrink`]). Only a
        // file without a page takes this setting without being written anew.
        connection
            .pragma_update(None, "auto_vacuum", "INCREMENTAL")
            .map_err(refuse)?;
    }
    switch_to_log(connection, origin).map_err(refuse)?;
    migrate(connection, format).map_err(refuse)
}

/// Switches the file to a write-ahead log. This needs the file for itself and, unlike
/// any other statement, does not wait for it: somebody who reads the header in this
/// very moment makes it fail, so it is tried until the time for locks is over.
fn switch_to_log(connection: &Connection, origin: &Origin) -> rusqlite::Result<()> {
    let give_up = Instant::now() + Duration::from_millis(origin.busy_timeout_ms);
    loop {
        let switched = connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
        match switched {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < give_up =>
            {
                std::thread::sleep(SWITCH_PAUSE);
            }
            done => return done,
        }
    }
}

fn has_no_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })
}

/// Runs the steps that are missing, in one transaction: a process that dies in
/// between leaves the file as it was.
fn migrate(connection: &Connection, from: u32) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for step in &MIGRATIONS[from as usize..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}
