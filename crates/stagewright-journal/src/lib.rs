//! The append-only journal of runs: the port, the memory journal, SQLite.
