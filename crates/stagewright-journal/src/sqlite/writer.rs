//! Group commit: what several threads write at once costs one sync.
//!
//! Each caller queues its work. The first one to come becomes the leader and commits
//! everything that is queued by then; those who come while it syncs wait, and one of
//! them leads the next group. A caller who is alone pays for a few uncontended locks
//! and no change of threads; a thread of its own for the writer would cost every
//! single append two of them.
//!
//! Work that refuses (a stale fencing number, a wrong position) has to refuse before
//! it writes anything, so it leaves no trace in the group's transaction. When the
//! store itself fails, the group is rolled back and each one is tried alone, so that
//! a batch that does not fit takes no other down with it.

use super::fault::Origin;
use crate::error::StoreError;
use rusqlite::Connection;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The most works that one transaction commits, so that no caller waits for an
/// endless group.
const MAX_GROUP: usize = 256;

/// The only connection of this process that writes.
#[derive(Debug)]
pub(super) struct Writer {
    origin: Origin,
    queue: Mutex<Queue>,
    /// Told whenever a leader has settled its group.
    settled: Condvar,
    /// Only ever locked by the leader.
    connection: Mutex<Connection>,
}

/// What waits for the next group.
#[derive(Debug, Default)]
struct Queue {
    works: Vec<Box<dyn Work>>,
    /// Whether somebody is committing a group.
    led: bool,
    /// Whether the last group had more than one work.
    crowded: bool,
}

/// The leader's duty to let the next one lead, kept also when it panics.
struct Leadership<'a> {
    writer: &'a Writer,
}

/// What waits to be committed.
trait Work: Send + std::fmt::Debug {
    /// Does it, inside a transaction. May be called again after a rollback.
    fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    /// Says how the commit ended.
    fn settle(&mut self, committed: Result<(), StoreError>);
}

/// Work with its result on the way to whoever waits for it.
struct Pending<T, F> {
    work: F,
    value: Option<T>,
    slot: Slot<T>,
}

/// Where the result is left.
type Slot<T> = Arc<Mutex<Option<Result<T, StoreError>>>>;

/// The right to a result.
#[derive(Debug)]
pub(super) struct Ticket<T> {
    slot: Slot<T>,
}

impl Writer {
    /// A writer over this connection.
    pub(super) fn new(connection: Connection, origin: Origin) -> Self {
        Self {
            origin,
            queue: Mutex::default(),
            settled: Condvar::new(),
            connection: Mutex::new(connection),
        }
    }

    /// Where its database lies.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Performs work in a transaction and returns after its commit.
    pub(super) fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let ticket = self.enqueue(work);
        self.settle(&ticket)
    }

    /// Queues work for the next group without waiting for it.
    pub(super) fn enqueue<T, F>(&self, work: F) -> Ticket<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let slot = Slot::default();
        lock(&self.queue).works.push(Box::new(Pending {
            work,
            value: None,
            slot: Arc::clone(&slot),
        }));
        Ticket { slot }
    }

    /// Waits until queued work is committed, leading a group if nobody else does.
    pub(super) fn settle<T>(&self, ticket: &Ticket<T>) -> Result<T, StoreError> {
        let mut queue = lock(&self.queue);
        loop {
            if let Some(result) = lock(&ticket.slot).take() {
                return result;
            }
            if queue.led {
                queue = self
                    .settled
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner);
            } else if queue.works.is_empty() {
                // Whoever took the work panicked before its commit.
                return Err(StoreError::Io {
                    path: self.origin.path.clone(),
                    detail: "another writer of this process broke off".to_owned(),
                });
            } else {
                queue = self.lead(queue);
            }
        }
    }

    /// Commits one group.
    fn lead<'a>(&'a self, mut queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        queue.led = true;
        if queue.crowded {
            // The others of the last group are on their way back; what they bring
            // would otherwise just miss this one.
            drop(queue);
            std::thread::yield_now();
            queue = lock(&self.queue);
        }
        let size = queue.works.len().min(MAX_GROUP);
        queue.crowded = size > 1;
        let mut group: Vec<_> = queue.works.drain(..size).collect();
        drop(queue);
        let leadership = Leadership { writer: self };
        self.commit_group(&lock(&self.connection), &mut group);
        drop(leadership);
        lock(&self.queue)
    }

    /// Commits a group in one transaction, or each work in its own when the store
    /// refuses the whole.
    fn commit_group(&self, connection: &Connection, group: &mut [Box<dyn Work>]) {
        match self.commit(connection, group) {
            Ok(()) => group.iter_mut().for_each(|work| work.settle(Ok(()))),
            Err(error) if group.len() == 1 || !may_be_one_works_fault(&error) => {
                for work in group {
                    work.settle(Err(error.clone()));
                }
            }
            Err(_) => {
                for work in group {
                    let alone = self.commit(connection, std::slice::from_mut(work));
                    work.settle(alone);
                }
            }
        }
    }

    fn commit(
        &self,
        connection: &Connection,
        group: &mut [Box<dyn Work>],
    ) -> Result<(), StoreError> {
        roll_back_if_open(connection);
        let committed = perform_and_commit(connection, group);
        if committed.is_err() {
            roll_back_if_open(connection);
        }
        committed.map_err(|error| self.origin.explain(error))
    }
}

impl Drop for Leadership<'_> {
    fn drop(&mut self) {
        lock(&self.writer.queue).led = false;
        self.writer.settled.notify_all();
    }
}

impl<T, F> Work for Pending<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> rusqlite::Result<T> + Send,
{
    fn perform(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.value = Some((self.work)(connection)?);
        Ok(())
    }

    fn settle(&mut self, committed: Result<(), StoreError>) {
        let result = committed.map(|()| match self.value.take() {
            Some(value) => value,
            None => panic!("committed work was performed"),
        });
        *lock(&self.slot) = Some(result);
    }
}

impl<T, F> std::fmt::Debug for Pending<T, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pending")
    }
}

fn perform_and_commit(
    connection: &Connection,
    group: &mut [Box<dyn Work>],
) -> rusqlite::Result<()> {
    // The lock is taken at once: a transaction that reads first and then finds the
    // database changed could not go on.
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for work in group {
        work.perform(connection)?;
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

/// Some failures end the transaction by themselves, others leave it open.
fn roll_back_if_open(connection: &Connection) {
    if !connection.is_autocommit() {
        // When this fails too, the next BEGIN says so to its caller.
        let _ = connection.execute_batch("ROLLBACK");
    }
}

/// Whether the others of a group may fare better without one of them.
fn may_be_one_works_fault(error: &StoreError) -> bool {
    match error {
        StoreError::Full { .. } | StoreError::Corrupt { .. } | StoreError::Io { .. } => true,
        StoreError::Busy { .. } | StoreError::ReadOnly { .. } => false,
    }
}

/// A panic inside a transaction leaves it open, and the next user rolls it back; the
/// queue and the slots are whole between any two statements.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
