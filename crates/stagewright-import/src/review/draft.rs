//! A subtask as it was read, before ids are given and waves are made.

use crate::work::Mode;
use stagewright_language::Place;

/// The complexity of a subtask that does not say its own: the middle.
pub(super) const DEFAULT_COMPLEXITY: u8 = 5;

/// A subtask as it was read.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// How the report names it: an id of a table or heading, a number of a list.
    pub(super) reference: Option<String>,
    /// Whether the reference is an id that the task keeps.
    pub(super) keeps_id: bool,
    /// Where it stands.
    pub(super) place: Place,
    /// What is to be done.
    pub(super) title: String,
    /// What is said beyond that.
    pub(super) details: String,
    /// The files that it talks about.
    pub(super) files: Vec<String>,
    /// From 1 to 10.
    pub(super) complexity: u8,
    /// What the report says about how it is worked on.
    pub(super) mode: Option<Mode>,
    /// The references of what it depends on, with their places.
    pub(super) needs: Vec<(String, Place)>,
    /// The phase that it belongs to, from 1.
    pub(super) phase: usize,
}
