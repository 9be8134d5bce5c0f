//! What a pipeline file may not exceed. Every limit is named, and exceeding one is an
//! error with a position, never a hang or a crash.

/// The largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// How deep lists and maps may nest. Far above what a pipeline needs, far below what
/// a recursive walk can bear.
pub const MAX_NESTING: usize = 100;

/// The most values (texts, numbers, lists, maps) of one file, aliases expanded.
pub const MAX_VALUES: usize = 2_000_000;

/// The most values that aliases may add, so that a small file cannot unfold into a
/// large one.
pub const MAX_ALIAS_VALUES: usize = 100_000;

/// The most agents and gates of one pipeline.
pub const MAX_NODES: usize = 100_000;

/// The most stages of one pipeline.
pub const MAX_STAGES: usize = 10_000;

/// The longest id, in characters.
pub const MAX_ID_CHARS: usize = 64;

/// The longest single expression or template, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 64 * 1024;

/// The most re-runs that a file may ask for.
pub const MAX_RETRIES: u32 = 1_000;

/// The longest duration that a file may give: a year, in milliseconds.
pub const MAX_DURATION_MS: u64 = 366 * 24 * 60 * 60 * 1_000;

/// How many errors, and how many warnings, are listed. Further ones are counted.
pub const MAX_LISTED: usize = 200;
