//! The tables, and how an older database becomes a current one.

/// Marks a database as a journal in its header: the letters "STGW".
pub(super) const APPLICATION_ID: i32 = 0x5354_4757;

/// The steps from an empty file to the current format; the format is their number,
/// kept in the header as `user_version`. A released step is never edited. Raising
/// [`WIRE_FORMAT`](crate::wire::WIRE_FORMAT) needs a step too, even an empty one, so
/// that an older program refuses the file when it opens it and not in mid-run.
pub(super) const MIGRATIONS: &[&str] = &[FORMAT_1, FORMAT_2];

/// The format that this version writes.
pub(super) const FORMAT: u32 = MIGRATIONS.len() as u32;

/// The first format.
///
/// - `runs.key` counts the runs in the order of their creation; `list` pages by it.
/// - An event's key is its run's key and its position in one integer, so that events
///   lie in the table in the order in which they are folded and need no second
///   index. Measured with events of 150 and of 1,200 bytes: a table with an index
///   appends as fast and reads half as fast; one `WITHOUT ROWID` is as good for the
///   small ones, but the large ones spill into pages of their own, which takes three
///   times the space and twice the time. `run` and `seq` are computed for people
///   with a shell.
/// - `blobs.bytes` is NULL when the bytes are a file beside the database.
/// - Messages are numbered for ever, so that a late acknowledgement never hits
///   another message than the one it means.
const FORMAT_1: &str = "
CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    pipeline_id TEXT NOT NULL,
    state TEXT NOT NULL,
    next_seq INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    holder TEXT NOT NULL,
    summary TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_pipeline ON runs (pipeline_id, key);
CREATE INDEX runs_by_state ON runs (state, key);

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    format INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    run INTEGER GENERATED ALWAYS AS (id >> 32) VIRTUAL,
    seq INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL
) STRICT;

CREATE TABLE blobs (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    bytes BLOB
) STRICT;

CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_by_run ON inbox (run, id);
";

/// Lists by what people ask for, estimates, retention.
///
/// - What a list is filtered by stands in columns, each with an index in the order of a
///   list: by `created_at`, and by `key` (which every index ends with) where the clock
///   stood still. `outcome`, `decision` and `ended_at` are empty until the end, so the
///   indexes change with the first and the last batch of a run and with its state.
/// - `durations` has a row for each run that has ended: an estimate reads the last few of
///   a pipeline's name, and a list reads none of them.
/// - `saves` is how long the run's appends took ([`crate::SaveTimes`]).
const FORMAT_2: &str = "
ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN ended_at INTEGER;
ALTER TABLE runs ADD COLUMN outcome TEXT;
ALTER TABLE runs ADD COLUMN decision TEXT;
ALTER TABLE runs ADD COLUMN parent TEXT;
ALTER TABLE runs ADD COLUMN saves TEXT;
UPDATE runs SET
    name = coalesce(json_extract(summary, '$.name'), ''),
    created_at = coalesce(json_extract(summary, '$.created_at'), 0),
    ended_at = json_extract(summary, '$.ended_at'),
    outcome = json_extract(summary, '$.status'),
    decision = json_extract(summary, '$.decision'),
    parent = json_extract(summary, '$.parent');
DROP INDEX runs_by_pipeline;
DROP INDEX runs_by_state;
CREATE INDEX runs_by_creation ON runs (created_at);
CREATE INDEX runs_by_pipeline ON runs (pipeline_id, created_at);
CREATE INDEX runs_by_name ON runs (name, created_at);
CREATE INDEX runs_by_state ON runs (state, created_at);
CREATE INDEX runs_by_outcome ON runs (outcome, created_at) WHERE outcome IS NOT NULL;
CREATE INDEX runs_by_decision ON runs (decision, created_at) WHERE decision IS NOT NULL;
CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;

CREATE TABLE durations (
    run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX durations_by_name ON durations (name);
";

/// The key under which a run's event is written.
///
/// # Panics
/// When the run has four billion events, or the store two billion runs.
pub(super) fn event_id(run: i64, seq: u64) -> i64 {
    assert!((0..1 << 31).contains(&run), "run key {run} is out of range");
    assert!(
        seq <= u64::from(u32::MAX),
        "a run has no event number {seq}"
    );
    event_bound(run, seq)
}

/// The key at which a run's events from `seq` on begin, for reading: a position
/// beyond all possible ones, as in a damaged row, is taken for the last.
pub(super) fn event_bound(run: i64, seq: u64) -> i64 {
    (run << 32) | i64::from(u32::try_from(seq).unwrap_or(u32::MAX))
}

/// An unsigned number as SQLite stores it. Times and counts stay far below its
/// limit; what does not becomes the largest.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored number as the port has it.
pub(super) fn restored(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
