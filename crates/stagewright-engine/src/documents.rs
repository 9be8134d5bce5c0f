//! Stored result documents: what agents answered in full, read back when a template
//! or a report needs them.

use crate::error::EngineError;
use serde_json::Value;
use stagewright_core::event::BlobRef;
use stagewright_journal::Journal;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Documents kept in memory, so that the next agent does not read back what the
/// last one just answered.
const MAX_DOCUMENTS: usize = 128;

/// Bytes of documents kept in memory.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A bounded memory of result documents over a journal.
pub(crate) struct Documents {
    journal: Arc<dyn Journal>,
    /// Documents whose batch is not committed: the journal does not have them yet, so
    /// they stay whatever their number.
    fresh: HashMap<String, (BlobRef, Arc<Value>)>,
    kept: HashMap<String, Arc<Value>>,
    order: VecDeque<BlobRef>,
    bytes: u64,
}

impl Documents {
    pub(crate) fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            fresh: HashMap::new(),
            kept: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Remembers a document that is about to be stored. It must be readable before
    /// its batch is committed, since the next agent may be rendered in the same batch.
    pub(crate) fn remember(&mut self, reference: &BlobRef, document: Arc<Value>) {
        self.fresh
            .insert(reference.hash.clone(), (reference.clone(), document));
    }

    /// The batch of what was remembered is committed: from here on the journal has it.
    pub(crate) fn committed(&mut self) {
        for (_, (reference, document)) in std::mem::take(&mut self.fresh) {
            self.keep(&reference, document);
        }
    }

    fn keep(&mut self, reference: &BlobRef, document: Arc<Value>) {
        if self.kept.insert(reference.hash.clone(), document).is_none() {
            self.bytes += reference.size;
            self.order.push_back(reference.clone());
        }
        while self.order.len() > MAX_DOCUMENTS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            self.kept.remove(&oldest.hash);
            self.bytes -= oldest.size;
        }
    }

    /// The document of this reference.
    ///
    /// # Errors
    /// When the journal cannot be read, or does not hold it.
    pub(crate) fn read(&mut self, reference: &BlobRef) -> Result<Arc<Value>, EngineError> {
        let fresh = self
            .fresh
            .get(&reference.hash)
            .map(|(_, document)| document);
        if let Some(document) = fresh.or_else(|| self.kept.get(&reference.hash)) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(read_document(self.journal.as_ref(), reference)?);
        self.keep(reference, Arc::clone(&document));
        Ok(document)
    }
}

/// Reads a JSON blob from the journal.
pub(crate) fn read_document(
    journal: &dyn Journal,
    reference: &BlobRef,
) -> Result<Value, EngineError> {
    let bytes = journal
        .blob(&reference.hash)?
        .ok_or_else(|| EngineError::MissingBlob {
            hash: reference.hash.clone(),
        })?;
    serde_json::from_slice(&bytes).map_err(|error| EngineError::DamagedBlob {
        hash: reference.hash.clone(),
        message: error.to_string(),
    })
}
