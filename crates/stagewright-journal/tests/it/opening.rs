//! Opening: what is created, what is refused, and what is left alone.

use crate::child;
use crate::store::{Store, dir_in, with_run};
use stagewright_journal::contract::samples::holder;
use stagewright_journal::{
    Journal as _, ListFilter, OpenError, Options, Retention, SqliteJournal, StoreError,
};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

#[test]
fn opening_and_looking_writes_nothing() {
    let store = Store::new();
    drop(with_run(&store.open(), "run_a", 9));
    let before = contents(store.dir().path());
    assert!(before.contains_key("journal.db-wal"), "the log is kept");
    let journal = SqliteJournal::open(store.dir(), &Options::default()).unwrap();
    assert_eq!(journal.events("run_a", 0).unwrap().len(), 9);
    drop(journal);
    assert_eq!(contents(store.dir().path()), before);
}

#[test]
fn looking_creates_nothing() {
    let store = Store::new();
    let error = SqliteJournal::open_existing(store.dir(), &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Missing { .. }));
    assert!(!store.dir().path().exists());
}

#[test]
fn eight_processes_create_one_journal() {
    let store = Store::new();
    let processes: Vec<_> = (0..8)
        .map(|_| {
            child::command("opening::opens", store.folder())
                .spawn()
                .unwrap()
        })
        .collect();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
#[ignore = "run by `eight_processes_create_one_journal` as a process of its own"]
fn opens() {
    let Some(folder) = child::folder() else {
        return;
    };
    let journal = SqliteJournal::open(dir_in(&folder), &Options::default()).unwrap();
    let run_id = format!("run_{}", std::process::id());
    with_run(&journal, &run_id, 3);
}

#[test]
fn what_is_no_journal_is_refused_and_left_alone() {
    type Case = (&'static str, fn(&Path));
    let cases: [Case; 3] = [
        ("it is not an SQLite database", |path| {
            fs::write(path, "once upon a time ".repeat(100)).unwrap();
        }),
        ("it is the database of another program", |path| {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.execute_batch("CREATE TABLE notes (x)").unwrap();
        }),
        ("it is the database of another program", |path| {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection
                .execute_batch("PRAGMA application_id = 77; PRAGMA user_version = 1;")
                .unwrap();
        }),
    ];
    for (detail, make) in cases {
        let store = Store::new();
        fs::create_dir(store.dir().path()).unwrap();
        let path = store.dir().database();
        make(&path);
        let before = fs::read(&path).unwrap();
        let error = SqliteJournal::open(store.dir(), &Options::default()).unwrap_err();
        assert_eq!(
            error,
            OpenError::NotAJournal {
                path: path.clone(),
                detail: detail.to_owned()
            }
        );
        assert_eq!(fs::read(&path).unwrap(), before, "{detail}");
    }
}

#[test]
fn an_empty_file_becomes_a_journal() {
    // What a crash in the very first moment leaves.
    let store = Store::new();
    fs::create_dir(store.dir().path()).unwrap();
    fs::write(store.dir().database(), "").unwrap();
    with_run(&store.open(), "run_a", 3);
}

#[test]
fn a_newer_format_is_refused_with_its_number() {
    let store = Store::new();
    drop(store.open());
    store.tamper("PRAGMA user_version = 1000");
    let error = SqliteJournal::open(store.dir(), &Options::default()).unwrap_err();
    assert!(
        matches!(error, OpenError::NewerFormat { found: 1000, known, .. } if known < 1000),
        "{error:?}"
    );
    assert!(error.to_string().contains("use the newer stagewright"));
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let store = Store::new();
    drop(with_run(&store.open(), "run_a", 3));
    // To a superuser nothing is read-only, so the look is taken by somebody else, in
    // a copy of the test binary that they can reach.
    let binary = store.folder().join("test-binary");
    fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    for path in [store.folder(), store.dir().path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
    }
    let mut command = child::command_of(&binary, "opening::cannot_write_here", store.folder());
    if rustix::process::getuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
    // The directory, and then each file of it, may be what is not writable.
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for path in [store.folder(), store.dir().path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "run by `a_directory_that_cannot_be_written_is_named` as another user"]
fn cannot_write_here() {
    let Some(folder) = child::folder() else {
        return;
    };
    // Where a journal is.
    let error = SqliteJournal::open(dir_in(&folder), &Options::default()).unwrap_err();
    assert!(
        matches!(error, OpenError::Store(StoreError::ReadOnly { .. })),
        "{error:?}"
    );
    // Where none is, and none can be made.
    let error =
        SqliteJournal::open(dir_in(&folder.join(".stagewright")), &Options::default()).unwrap_err();
    assert!(
        matches!(error, OpenError::Store(StoreError::ReadOnly { .. })),
        "{error:?}"
    );
}

/// The files of a folder with their bytes, save for the index of the log, which is
/// shared memory and made anew by whoever comes first.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect()
}

#[test]
fn a_database_of_format_1_is_brought_up_to_date() {
    // Goal: what lists, estimates and retention ask for is filled in from the rows there
    // are, and the database shrinks like a new one once something was pruned.
    let store = Store::new();
    store.dir().prepare().unwrap();
    store.tamper(include_str!("../corpus/format_1.sql"));
    let journal = store.open();
    let listed = |filter: ListFilter| -> Vec<String> {
        let runs = journal.list(&filter).unwrap();
        runs.into_iter().map(|run| run.run_id).collect()
    };
    let all = ListFilter::default;
    assert_eq!(listed(all()), ["run_cc", "run_bb", "run_aa"]);
    let blocked = ListFilter {
        decision: Some("BLOCK".to_owned()),
        outcomes: vec!["FAILURE".to_owned()],
        pipeline: Some("nightly".to_owned()),
        since: Some(1_750_000_000_002),
        ..all()
    };
    assert_eq!(listed(blocked), ["run_bb"]);
    assert!(journal.past_durations("nightly", 9).unwrap().is_empty());
    assert_eq!(journal.save_times("run_aa").unwrap(), None);
    let old = Retention {
        ended_before: Some(1_750_000_000_940),
        ..Retention::default()
    };
    let plan = journal.plan_prune(&old).unwrap();
    assert_eq!(plan.runs.len(), 1);
    journal.prune(&plan, &holder(1), &mut |_| {}).unwrap();
    assert_eq!(listed(all()), ["run_cc", "run_bb"]);
    let connection = rusqlite::Connection::open(store.dir().database()).unwrap();
    let mode: i64 = connection
        .pragma_query_value(None, "auto_vacuum", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, 2, "incremental");
}
