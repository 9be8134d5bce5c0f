//! Measures what an append costs beside the physical floor.
//!
//! ```text
//! cargo run --release -p stagewright-journal --example append_rate [COUNT [DIR]]
//! ```
//!
//! In one table: appending 4 KiB to a file with `fdatasync`, overwriting 4 KiB in
//! place with `fdatasync`, appends to the journal by one thread and by eight, the
//! opening of a journal, and the reading of a long run. Times of a shared machine
//! vary; compare the ratios of one session.

use stagewright_core::event::{AttemptOutcome, AttemptResult, Launch};
use stagewright_core::{Event, NodeIx};
use stagewright_journal::contract::samples::{batch, new_run, recorded};
use stagewright_journal::{Batch, Blob, Durability, Journal, Options, SqliteJournal, StateDir};
use std::error::Error;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let count: u32 = match arguments.next() {
        Some(text) => text.parse()?,
        None => 1_000,
    };
    let parent = arguments
        .next()
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let folder = tempfile::tempdir_in(parent)?;
    let mut out = std::io::stdout().lock();
    let mut row = |name: &str, took: Duration, operations: u32| {
        let each = took / operations.max(1);
        writeln!(
            out,
            "{name:<44} {:>9.1} µs each",
            each.as_nanos() as f64 / 1e3
        )
    };

    row(
        "fdatasync, 4 KiB appended",
        floor(folder.path(), count, false)?,
        count,
    )?;
    row(
        "fdatasync, 4 KiB overwritten",
        floor(folder.path(), count, true)?,
        count,
    )?;
    let full = Options::default();
    let journal = open(folder.path(), "full", &full)?;
    row(
        "journal, one thread, fresh log",
        one_thread(&journal, "run_a", count)?,
        count,
    )?;
    row(
        "journal, one thread, warm log",
        one_thread(&journal, "run_b", count)?,
        count,
    )?;
    row(
        "journal, one thread, an output each",
        outputs(&journal, "run_c", count)?,
        count,
    )?;
    row(
        "journal, eight threads",
        eight_threads(&journal, count)?,
        count,
    )?;
    let took = grouped(&journal, count)?;
    row("journal, append_all of 50", took, count)?;
    drop(journal);
    let took = reopen(folder.path(), "full", &full)?;
    row("open, read one summary, close", took, 20)?;
    let normal = Options {
        durability: Durability::Normal,
        ..full
    };
    let journal = open(folder.path(), "normal", &normal)?;
    row(
        "journal, durability normal",
        one_thread(&journal, "run_a", count)?,
        count,
    )?;
    let events = long_run(&journal)?;
    let start = Instant::now();
    let read = journal.events("run_long", 0)?;
    row(
        "one event of a run of 100,000, read",
        start.elapsed(),
        events,
    )?;
    assert_eq!(read.len(), events as usize);
    Ok(())
}

/// The floor: what the device takes to make 4 KiB durable.
fn floor(folder: &Path, count: u32, in_place: bool) -> Outcome<Duration> {
    let page = [7_u8; 4096];
    let mut file = File::create(folder.join("floor"))?;
    if in_place {
        for _ in 0..256 {
            file.write_all(&page)?;
        }
        file.sync_all()?;
    }
    let start = Instant::now();
    for number in 0..count {
        if in_place {
            file.seek(SeekFrom::Start(u64::from(number % 256) * 4096))?;
        }
        file.write_all(&page)?;
        file.sync_data()?;
    }
    Ok(start.elapsed())
}

fn open(folder: &Path, name: &str, options: &Options) -> Outcome<SqliteJournal> {
    Ok(SqliteJournal::open(
        StateDir::at(folder.join(name)),
        options,
    )?)
}

/// A run's usual batch: the end of one agent and the start of the next.
fn step(run_id: &str, next_seq: u64, blobs: Vec<Blob>) -> Batch {
    let launch = Launch {
        fence: 1,
        serial: next_seq,
    };
    let node = NodeIx::new(u32::try_from(next_seq).unwrap_or(0));
    let mut outcome = AttemptOutcome::bare(AttemptResult::Succeeded);
    outcome.output = blobs.first().map(|blob| blob.reference().clone());
    let mut step = batch(run_id, "nightly", 1, next_seq);
    step.events = recorded(
        next_seq,
        vec![
            Event::AttemptFinished {
                node,
                try_number: 1,
                launch,
                outcome: Box::new(outcome),
                retry_at: None,
            },
            Event::AttemptStarted {
                node,
                try_number: 1,
                launch,
                request: blobs.first().map(|blob| blob.reference().clone()),
                timeout_ms: Some(600_000),
            },
        ],
    );
    step.blobs = blobs;
    step
}

fn one_thread(journal: &SqliteJournal, run_id: &str, count: u32) -> Outcome<Duration> {
    let _lease = journal.create(new_run(run_id, "nightly"))?;
    let start = Instant::now();
    for number in 0..u64::from(count) {
        journal.append(step(run_id, 2 + 2 * number, Vec::new()))?;
    }
    Ok(start.elapsed())
}

fn outputs(journal: &SqliteJournal, run_id: &str, count: u32) -> Outcome<Duration> {
    let _lease = journal.create(new_run(run_id, "nightly"))?;
    let start = Instant::now();
    for number in 0..u64::from(count) {
        let output = format!("{{\"number\":{number},\"text\":\"{}\"}}", "x".repeat(1_000));
        let blob = Blob::of(output.into_bytes());
        journal.append(step(run_id, 2 + 2 * number, vec![blob]))?;
    }
    Ok(start.elapsed())
}

fn eight_threads(journal: &SqliteJournal, count: u32) -> Outcome<Duration> {
    let mut leases = Vec::new();
    for number in 0..8 {
        leases.push(journal.create(new_run(&format!("run_t{number}"), "nightly"))?);
    }
    let start = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = leases
            .iter()
            .map(|lease| {
                scope.spawn(move || {
                    for number in 0..u64::from(count / 8) {
                        journal.append(step(lease.run_id(), 2 + 2 * number, Vec::new()))?;
                    }
                    Ok::<_, stagewright_journal::AppendError>(())
                })
            })
            .collect();
        for thread in threads {
            match thread.join() {
                Ok(appended) => appended?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<_, stagewright_journal::AppendError>(())
    })?;
    Ok(start.elapsed())
}

fn grouped(journal: &SqliteJournal, count: u32) -> Outcome<Duration> {
    let mut leases = Vec::new();
    for number in 0..50 {
        leases.push(journal.create(new_run(&format!("run_g{number}"), "nightly"))?);
    }
    let start = Instant::now();
    for round in 0..u64::from(count / 50) {
        let batches = leases
            .iter()
            .map(|lease| step(lease.run_id(), 2 + 2 * round, Vec::new()))
            .collect();
        for result in journal.append_all(batches) {
            result?;
        }
    }
    Ok(start.elapsed())
}

fn reopen(folder: &Path, name: &str, options: &Options) -> Outcome<Duration> {
    let start = Instant::now();
    for _ in 0..20 {
        let journal = open(folder, name, options)?;
        if journal.summary("run_a")?.is_none() {
            return Err("the run is gone".into());
        }
    }
    Ok(start.elapsed())
}

fn long_run(journal: &SqliteJournal) -> Outcome<u32> {
    let _lease = journal.create(new_run("run_long", "nightly"))?;
    let mut end = 2;
    while end < 100_000 {
        let mut large = step("run_long", end, Vec::new());
        large.events = recorded(
            end,
            (0..500)
                .flat_map(|number| step("run_long", 2 * number, Vec::new()).events)
                .map(|recorded| recorded.event)
                .collect(),
        );
        end += large.events.len() as u64;
        journal.append(large)?;
    }
    Ok(u32::try_from(end)?)
}
