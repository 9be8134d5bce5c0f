//! What a pipeline file may not exceed. Every limit is named, and exceeding one is an
//! error with a position, never a hang or a crash.

/// What expressions and templates may not exceed, here as in the core, which compiles
/// them.
pub use stagewright_core::expression::{MAX_EXPRESSION_TOKENS, MAX_STATEMENTS};

/// The largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// How deep lists and maps may nest. Far above what a pipeline needs, far below what
/// a recursive walk can bear.
pub const MAX_NESTING: usize = 100;

/// The most values (texts, numbers, lists, maps) of one file, aliases expanded.
pub const MAX_VALUES: usize = 1_000_000;

/// The longest stretch of YAML, in bytes, that belongs to one value before anything can
/// be said about it: a text, or a collection in brackets. The parser holds all of it.
pub const MAX_STRETCH_BYTES: usize = 1024 * 1024;

/// The most anchors of one file.
pub const MAX_ANCHORS: usize = 1_000;

/// The most values that anchors may hold, and that aliases may add, so that a small
/// file cannot unfold into a large one.
pub const MAX_ALIAS_VALUES: usize = 100_000;

/// The most agents and gates of one pipeline.
pub const MAX_NODES: usize = 100_000;

/// The most stages of one pipeline.
pub const MAX_STAGES: usize = 10_000;

/// The longest id, in characters.
pub const MAX_ID_CHARS: usize = 64;

/// The longest template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 256 * 1024;

/// The most re-runs that a file may ask for.
pub const MAX_RETRIES: u32 = 1_000;

/// The most iterations that a loop may have, as many as a list may have elements.
pub use stagewright_core::repetition::MAX_INSTANCES as MAX_ITERATIONS;

/// How deep pipelines may contain others (decision 35).
pub const MAX_PIPELINE_NESTING: usize = 10;

/// The most agents and gates of a pipeline together with those of all that it contains,
/// each as often as it is contained.
pub const MAX_NESTED_NODES: usize = 100_000;

/// The most edges between agents and gates that follow from what they read.
pub const MAX_EDGES: usize = 1_000_000;

/// The largest JSON Schema of an output, in values.
pub const MAX_SCHEMA_VALUES: usize = 10_000;

/// The largest answer of an HTTP endpoint that a file may ask for, in bytes.
pub const MAX_ANSWER_BYTES: u64 = 1024 * 1024 * 1024;

/// The most redirects that an HTTP agent may ask for.
pub const MAX_REDIRECTS: u32 = 20;

pub use stagewright_core::http::MAX_URL_BYTES;

/// The longest duration that a file may give: a year, in milliseconds.
pub const MAX_DURATION_MS: u64 = 366 * 24 * 60 * 60 * 1_000;

/// How many errors, and how many warnings, are listed. Further ones are counted.
pub const MAX_LISTED: usize = 200;
