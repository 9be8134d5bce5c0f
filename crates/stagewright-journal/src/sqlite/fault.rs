//! What SQLite's errors mean for a person. The only place that looks at its codes.

use crate::error::StoreError;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Where errors come from: which file, and how long its locks are waited for.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The database file.
    pub(super) path: PathBuf,
    /// How long a lock of another program is waited for, in milliseconds.
    pub(super) busy_timeout_ms: u64,
}

impl Origin {
    /// The error in the terms of the port.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the shape that `map_err` wants"
    )]
    pub(super) fn explain(&self, error: rusqlite::Error) -> StoreError {
        if let rusqlite::Error::ToSqlConversionFailure(inner) = &error
            && let Some(failed) = inner.downcast_ref::<StoreError>()
        {
            // A file beside the database, written inside a transaction.
            return failed.clone();
        }
        let path = self.path.clone();
        let detail = error.to_string();
        let Some(code) = error.sqlite_error_code() else {
            // Not from SQLite: a value in a row is of another kind than the schema
            // promises.
            return StoreError::Corrupt { path, detail };
        };
        match code {
            ErrorCode::DiskFull => StoreError::Full { path },
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                StoreError::ReadOnly { path, detail }
            }
            ErrorCode::CannotOpen => self.explain_cannot_open(detail),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy {
                path,
                waited_ms: self.busy_timeout_ms,
            },
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ConstraintViolation => StoreError::Corrupt { path, detail },
            _ => StoreError::Io { path, detail },
        }
    }

    /// SQLite only says that it could not; the file system knows why.
    fn explain_cannot_open(&self, detail: String) -> StoreError {
        if let Err(error) = std::fs::File::options()
            .read(true)
            .write(true)
            .open(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return StoreError::io(&self.path, &error);
        }
        // The file itself is fine or not there yet, so it is the directory, where
        // the write-ahead log has to be created.
        let folder = self.path.parent().unwrap_or(Path::new("."));
        match rustix::fs::access(folder, rustix::fs::Access::WRITE_OK) {
            Err(rustix::io::Errno::NOENT) => removed(&self.path),
            Ok(()) if !self.path.exists() => removed(&self.path),
            Ok(()) => StoreError::Io {
                path: self.path.clone(),
                detail,
            },
            Err(errno) => StoreError::io(folder, &errno.into()),
        }
    }
}

/// What is written from here on goes to a file that nobody will find again, or to none
/// (decision 40).
pub(super) fn removed(path: &Path) -> StoreError {
    StoreError::Io {
        path: path.to_path_buf(),
        detail: "it was removed or replaced while in use; the runs in it are lost".to_owned(),
    }
}
