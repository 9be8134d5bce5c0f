//! Connections that only read. Each query sees one snapshot and waits for nobody.

use super::fault::Origin;
use super::open::connect;
use crate::error::{ReadError, StoreError};
use rusqlite::{Connection, OpenFlags, Transaction};
use std::sync::{Mutex, PoisonError};

/// The most idle connections that are kept. More are opened when more threads read
/// at once, and closed again.
const MAX_IDLE: usize = 4;

/// A pool of reading connections, opened when first needed.
#[derive(Debug)]
pub(super) struct Readers {
    origin: Origin,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// An empty pool.
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs a query on one snapshot of the store. Only the outer result is about
    /// SQLite; what the rows say is the query's own affair.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Result<T, ReadError>>,
    ) -> Result<T, ReadError> {
        let connection = self.take()?;
        let explain = |error| self.origin.explain(error);
        let answer = connection
            .unchecked_transaction()
            .and_then(|snapshot| query(&snapshot))
            .map_err(explain)?;
        // After an error the connection is closed instead, whatever its state.
        self.put_back(connection);
        answer
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let kept = self.lock().pop();
        match kept {
            Some(connection) => Ok(connection),
            None => connect(&self.origin, OpenFlags::SQLITE_OPEN_READ_ONLY, false),
        }
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.lock();
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
