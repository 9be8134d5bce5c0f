//! The journal in memory: for tests, for the simulator, and as the plainest reading
//! of what the port promises.
//!
//! Handles made by [`Clone`] share one store, as processes share a database. Events
//! go through their stored form, so that a test on this journal also tests what
//! would have been written.

use crate::error::{
    AppendError, CreateError, FindError, LeaseError, PostError, ReadError, StoreError,
};
use crate::filter::ListFilter;
use crate::inbox::{InboxMessage, MAX_MESSAGE_BYTES, MAX_PENDING_MESSAGES, Posted};
use crate::lease::{FIRST_FENCE, Holder, Lease};
use crate::lookup::{self, Index, RunKey};
use crate::port::{Batch, Journal, NewRun, assert_contiguous};
use crate::save_times::SaveTimes;
use crate::summary::{NodeDurations, RunState, RunSummary};
use crate::wire::{self, EncodeError, WIRE_FORMAT};
use stagewright_core::event::BlobRef;
use stagewright_core::{Blob, Recorded, Timestamp};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A journal that lives as long as its handles.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    store: Arc<Mutex<Store>>,
}

#[derive(Debug, Default)]
struct Store {
    /// In the order of creation.
    runs: Vec<Run>,
    /// Where each run stands in `runs`.
    positions: BTreeMap<String, usize>,
    blobs: BTreeMap<String, Blob>,
    last_message: i64,
    /// How many of the next writes fail.
    failing_writes: u32,
}

#[derive(Debug)]
struct Run {
    summary: RunSummary,
    /// How long its agents took, once it has ended.
    durations: Option<NodeDurations>,
    /// Time and stored form; the position is the index.
    events: Vec<(Timestamp, String)>,
    fence: u64,
    holder: Holder,
    /// Whether the lease of `fence` is held.
    held: bool,
    inbox: Vec<Posted>,
}

/// Frees the lease when it is dropped, unless another one has taken it over.
struct Hold {
    store: Arc<Mutex<Store>>,
    run_id: String,
    fence: u64,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the next `count` writes fail as a broken disk would, changing nothing.
    pub fn fail_writes(&self, count: u32) {
        self.lock().failing_writes = count;
    }

    /// Takes the lease away from whoever holds it, without telling them: the next
    /// one to ask gets it, and the holder learns of it when its append is refused.
    pub fn lose_lease(&self, run_id: &str) {
        if let Some(run) = self.lock().run_mut(run_id) {
            run.held = false;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }

    fn lease(&self, run_id: &str, fence: u64) -> Lease {
        let hold = Hold {
            store: Arc::clone(&self.store),
            run_id: run_id.to_owned(),
            fence,
        };
        Lease::new(run_id, fence, hold)
    }
}

impl Journal for MemoryJournal {
    fn create(&self, new: NewRun) -> Result<Lease, CreateError> {
        let run_id = new.summary.run_id.clone();
        assert_contiguous(&run_id, 0, &new.events);
        let events = encode_all(&new.events)?;
        let mut store = self.lock();
        store.write()?;
        if store.run(&run_id).is_some() {
            return Err(CreateError::RunExists { run_id });
        }
        if new.exclusive
            && let Some(active) = store.runs.iter().rev().find(|run| {
                run.summary.pipeline_id == new.summary.pipeline_id
                    && run.summary.state != RunState::Ended
            })
        {
            return Err(CreateError::PipelineActive {
                pipeline_id: new.summary.pipeline_id,
                run_id: active.summary.run_id.clone(),
            });
        }
        if let Some(gone) = new.summary.ties().find(|tie| store.run(tie).is_none()) {
            let parent = gone.clone();
            return Err(CreateError::ParentGone { parent });
        }
        store.keep_blobs(new.blobs);
        let position = store.runs.len();
        store.positions.insert(run_id.clone(), position);
        store.runs.push(Run {
            durations: new.summary.durations.clone(),
            summary: new.summary,
            events,
            fence: FIRST_FENCE,
            holder: new.holder,
            held: true,
            inbox: Vec::new(),
        });
        Ok(self.lease(&run_id, FIRST_FENCE))
    }

    fn append(&self, batch: Batch) -> Result<(), AppendError> {
        assert_contiguous(&batch.run_id, batch.next_seq, &batch.events);
        let events = encode_all(&batch.events)?;
        let mut store = self.lock();
        store.write()?;
        let Some(run) = store.run_mut(&batch.run_id) else {
            return Err(AppendError::UnknownRun {
                run_id: batch.run_id,
            });
        };
        if run.fence != batch.fence {
            return Err(AppendError::Fenced {
                run_id: batch.run_id,
                fence: batch.fence,
                current: run.fence,
                holder: run.holder.clone(),
            });
        }
        let actual = run.events.len() as u64;
        if actual != batch.next_seq {
            return Err(AppendError::Conflict {
                run_id: batch.run_id,
                expected: batch.next_seq,
                actual,
            });
        }
        run.events.extend(events);
        if batch.summary.durations.is_some() {
            run.durations.clone_from(&batch.summary.durations);
        }
        run.summary = batch.summary;
        run.inbox
            .retain(|posted| !batch.inbox_taken.contains(&posted.id));
        store.keep_blobs(batch.blobs);
        Ok(())
    }

    fn events(&self, run_id: &str, from_seq: u64) -> Result<Vec<Recorded>, ReadError> {
        let store = self.lock();
        let run = store.known(run_id)?;
        let from = usize::try_from(from_seq).unwrap_or(usize::MAX);
        (0..)
            .zip(&run.events)
            .skip(from)
            .map(|(seq, (at, text))| match wire::decode(WIRE_FORMAT, text) {
                Ok(event) => Ok(Recorded {
                    seq,
                    at: *at,
                    event,
                }),
                Err(source) => Err(ReadError::Event {
                    run_id: run_id.to_owned(),
                    seq,
                    source,
                }),
            })
            .collect()
    }

    fn blob(&self, hash: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self
            .lock()
            .blobs
            .get(hash)
            .map(|blob| blob.bytes().to_vec()))
    }

    fn put_blob(&self, blob: Blob) -> Result<BlobRef, AppendError> {
        let mut store = self.lock();
        store.write()?;
        let reference = blob.reference().clone();
        store.keep_blobs(vec![blob]);
        Ok(reference)
    }

    fn acquire(&self, run_id: &str, holder: &Holder) -> Result<Lease, LeaseError> {
        let mut store = self.lock();
        let Some(run) = store.run(run_id) else {
            return Err(LeaseError::UnknownRun {
                run_id: run_id.to_owned(),
            });
        };
        if run.held {
            return Err(LeaseError::Held {
                run_id: run_id.to_owned(),
                by: run.holder.clone(),
            });
        }
        let fence = run.fence + 1;
        store.write()?;
        if let Some(run) = store.run_mut(run_id) {
            run.fence = fence;
            run.holder = holder.clone();
            run.held = true;
        }
        Ok(self.lease(run_id, fence))
    }

    fn holder(&self, run_id: &str) -> Result<Option<Holder>, ReadError> {
        let store = self.lock();
        let run = store.known(run_id)?;
        Ok(run.held.then(|| run.holder.clone()))
    }

    fn find(&self, key: &RunKey) -> Result<RunSummary, FindError> {
        lookup::find(&*self.lock(), key)
    }

    fn list(&self, filter: &ListFilter) -> Result<Vec<RunSummary>, ReadError> {
        let store = self.lock();
        let runs = store.youngest_first();
        let from = match &filter.before {
            None => 0,
            Some(before) => {
                let place = runs.iter().position(|run| run.summary.run_id == *before);
                1 + place.ok_or_else(|| ReadError::UnknownRun {
                    run_id: before.clone(),
                })?
            }
        };
        Ok(runs[from..]
            .iter()
            .map(|run| run.row())
            .filter(|summary| filter.admits(summary))
            .take(filter.limit)
            .collect())
    }

    fn summary(&self, run_id: &str) -> Result<Option<RunSummary>, ReadError> {
        self.lock().by_id(run_id)
    }

    fn past_durations(&self, pipeline: &str, runs: usize) -> Result<Vec<NodeDurations>, ReadError> {
        Ok(self
            .lock()
            .runs
            .iter()
            .rev()
            .filter(|run| run.summary.name == pipeline)
            .filter_map(|run| run.durations.clone())
            .take(runs)
            .collect())
    }

    fn save_times(&self, run_id: &str) -> Result<Option<SaveTimes>, ReadError> {
        // Memory takes no time worth a measurement.
        self.lock().known(run_id).map(|_| None)
    }

    fn post(&self, run_id: &str, message: &InboxMessage) -> Result<i64, PostError> {
        let bytes = message.encode().len();
        if bytes > MAX_MESSAGE_BYTES {
            return Err(PostError::TooLarge {
                bytes,
                limit: MAX_MESSAGE_BYTES,
            });
        }
        let mut store = self.lock();
        store.write()?;
        let id = store.last_message + 1;
        let Some(run) = store.run_mut(run_id) else {
            return Err(PostError::UnknownRun {
                run_id: run_id.to_owned(),
            });
        };
        if run.inbox.len() >= MAX_PENDING_MESSAGES {
            return Err(PostError::InboxFull {
                run_id: run_id.to_owned(),
                limit: MAX_PENDING_MESSAGES,
            });
        }
        run.inbox.push(Posted {
            id,
            message: message.clone(),
        });
        store.last_message = id;
        Ok(id)
    }

    fn drain(&self, run_id: &str) -> Result<Vec<Posted>, ReadError> {
        Ok(self.lock().known(run_id)?.inbox.clone())
    }
}

impl Store {
    /// Fails when a write is to fail; called before anything changes.
    fn write(&mut self) -> Result<(), StoreError> {
        if self.failing_writes == 0 {
            return Ok(());
        }
        self.failing_writes -= 1;
        Err(StoreError::Io {
            path: PathBuf::from("memory"),
            detail: "a failure was asked for".to_owned(),
        })
    }

    fn keep_blobs(&mut self, blobs: Vec<Blob>) {
        for blob in blobs {
            self.blobs.insert(blob.reference().hash.clone(), blob);
        }
    }

    fn position(&self, run_id: &str) -> Option<usize> {
        self.positions.get(run_id).copied()
    }

    /// The runs in the order of a list: by the time of their creation, and where that is
    /// the same in the order in which they came.
    fn youngest_first(&self) -> Vec<&Run> {
        let mut runs: Vec<&Run> = self.runs.iter().rev().collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.summary.created_at));
        runs
    }

    fn run(&self, run_id: &str) -> Option<&Run> {
        self.position(run_id).map(|position| &self.runs[position])
    }

    fn run_mut(&mut self, run_id: &str) -> Option<&mut Run> {
        self.position(run_id)
            .map(|position| &mut self.runs[position])
    }

    fn known(&self, run_id: &str) -> Result<&Run, ReadError> {
        self.run(run_id).ok_or_else(|| ReadError::UnknownRun {
            run_id: run_id.to_owned(),
        })
    }
}

impl Run {
    /// Its index row as it is read.
    fn row(&self) -> RunSummary {
        RunSummary {
            durations: None,
            ..self.summary.clone()
        }
    }
}

impl Index for Store {
    fn by_id(&self, run_id: &str) -> Result<Option<RunSummary>, ReadError> {
        Ok(self.run(run_id).map(Run::row))
    }

    fn by_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<String>, ReadError> {
        Ok(self
            .positions
            .range(prefix.to_owned()..)
            .map(|(run_id, _)| run_id)
            .take_while(|run_id| run_id.starts_with(prefix))
            .take(limit)
            .cloned()
            .collect())
    }

    fn latest(&self, pipeline_id: Option<&str>) -> Result<Option<RunSummary>, ReadError> {
        Ok(self
            .youngest_first()
            .into_iter()
            .find(|run| match pipeline_id {
                Some(wanted) => run.summary.pipeline_id == wanted,
                None => run.summary.step_of.is_none(),
            })
            .map(Run::row))
    }

    fn names(&self, limit: usize) -> Result<Vec<(String, String)>, ReadError> {
        Ok(self
            .youngest_first()
            .into_iter()
            .take(limit)
            .map(|run| (run.summary.run_id.clone(), run.summary.pipeline_id.clone()))
            .collect())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(run) = lock(&self.store).run_mut(&self.run_id)
            && run.fence == self.fence
        {
            run.held = false;
        }
    }
}

/// A panic of another user of the store leaves it as it was before their change:
/// nothing here panics between two changes that belong together.
fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

fn encode_all(events: &[Recorded]) -> Result<Vec<(Timestamp, String)>, EncodeError> {
    events
        .iter()
        .map(|recorded| Ok((recorded.at, wire::encode(&recorded.event)?)))
        .collect()
}
