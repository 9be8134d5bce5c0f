//! Large values that lie beside the journal, addressed by what they are.

use crate::event::BlobRef;
use std::sync::Arc;

/// Bytes with their hash, which is computed here and nowhere else, so that a hash
/// always belongs to its bytes. Clones share the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    reference: BlobRef,
    bytes: Arc<[u8]>,
}

impl Blob {
    /// The blob of these bytes.
    pub fn of(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self {
            reference: BlobRef::of(&bytes),
            bytes,
        }
    }

    /// Its hash and size, as events name it.
    pub fn reference(&self) -> &BlobRef {
        &self.reference
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
