-- A database of format 1, as the first version wrote it: its schema, and three runs without
-- events. Never edited: it stands for the databases that there are.
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
INSERT INTO runs VALUES (1, 'run_aa', 'pr-1', 'ended', 0, 1, '{"pid":1,"host":"build-1","since":0}', '{"run_id":"run_aa","pipeline_id":"pr-1","name":"nightly","state":"ended","agents_total":3,"agents_completed":3,"agents_running":0,"agents_failed":0,"agents_skipped":0,"created_at":1750000000001,"updated_at":1750000000100,"active_ms":100,"plan_hash":"abababababababababababababababababababababababababababababababab","last_seq":1,"status":"SUCCESS","decision":"MERGE","ended_at":1750000000900}');
INSERT INTO runs VALUES (2, 'run_bb', 'pr-2', 'ended', 0, 1, '{"pid":1,"host":"build-1","since":0}', '{"run_id":"run_bb","pipeline_id":"pr-2","name":"nightly","state":"ended","agents_total":3,"agents_completed":3,"agents_running":0,"agents_failed":0,"agents_skipped":0,"created_at":1750000000002,"updated_at":1750000000100,"active_ms":100,"plan_hash":"abababababababababababababababababababababababababababababababab","last_seq":1,"status":"FAILURE","decision":"BLOCK","ended_at":1750000000950,"parent":"run_aa"}');
INSERT INTO runs VALUES (3, 'run_cc', 'pr-1', 'waiting', 0, 1, '{"pid":1,"host":"build-1","since":0}', '{"run_id":"run_cc","pipeline_id":"pr-1","name":"nightly","state":"waiting","agents_total":3,"agents_completed":3,"agents_running":0,"agents_failed":0,"agents_skipped":0,"created_at":1750000000003,"updated_at":1750000000100,"active_ms":100,"plan_hash":"abababababababababababababababababababababababababababababababab","last_seq":1,"state_detail":"approval"}');
PRAGMA application_id = 1398032215;
PRAGMA user_version = 1;
