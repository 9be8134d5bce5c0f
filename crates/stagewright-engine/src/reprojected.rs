//! What conditions read of a result that a run under another plan takes over.
//!
//! An event carries the values that the conditions of its plan read (decision 5). The
//! conditions of another plan may read others, which are taken from the stored document;
//! the facts that the decision reads stand beside them and stay.

use crate::engine::Engine;
use crate::error::EngineError;
use stagewright_core::event::AttemptOutcome;
use stagewright_core::plan::Node;
use stagewright_core::scope;

/// The result as `planned` has to carry it, whose own plan had it as `before`; `None` when
/// its document, which that needs, is no longer stored.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) fn reprojected(
    engine: &Engine,
    outcome: &AttemptOutcome,
    before: &Node,
    planned: &Node,
) -> Result<Option<AttemptOutcome>, EngineError> {
    if before.projection == planned.projection {
        return Ok(Some(outcome.clone()));
    }
    let Some(reference) = &outcome.output else {
        // Only the whole of what is repeated has no document: its instances have them.
        return Ok(Some(outcome.clone()));
    };
    match engine.document(reference) {
        Ok(document) => {
            let output = document.get("output").cloned().unwrap_or_default();
            Ok(Some(AttemptOutcome {
                projection: scope::project(&output, &planned.projection),
                ..outcome.clone()
            }))
        }
        Err(EngineError::MissingBlob { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
