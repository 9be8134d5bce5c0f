//! The contract, on every journal of this crate.

use stagewright_journal::contract::CASES;
use stagewright_journal::{Durability, Journal, MemoryJournal, Options, SqliteJournal, StateDir};

#[test]
fn memory_keeps_the_contract() {
    for (name, case) in CASES {
        println!("{name}");
        let journal = MemoryJournal::new();
        case(&|| Box::new(journal.clone()) as Box<dyn Journal>);
    }
}

#[test]
fn sqlite_keeps_the_contract() {
    for (name, case) in CASES {
        println!("{name}");
        let folder = tempfile::tempdir().unwrap();
        // The contract says nothing about power; without syncs it is quicker.
        let options = Options {
            durability: Durability::Normal,
            ..Options::default()
        };
        case(&|| {
            let dir = StateDir::at(folder.path().join("state"));
            Box::new(SqliteJournal::open(dir, &options).unwrap()) as Box<dyn Journal>
        });
    }
}
