//! Scenario 11 of the review specification: 200 pipelines as a dashboard.

use crate::world::World;
use stagewright_journal::contract::samples::new_run;
use stagewright_journal::{
    Durability, Journal as _, Lease, Options, RunState, SqliteJournal, StateDir,
};

const RUNS: u64 = 200;

/// A journal as 200 pipelines leave it; those that go on are driven by this process as
/// long as the leases are kept.
fn two_hundred(world: &World) -> Vec<Lease> {
    let options = Options {
        durability: Durability::Normal,
        ..Options::default()
    };
    let journal = SqliteJournal::open(StateDir::at(world.state()), &options).unwrap();
    let now = stagewright_engine::now().0;
    let mut leases = Vec::new();
    for number in 0..RUNS {
        let mut new = new_run(&format!("run_{number:016}"), &format!("pr-{number}-review"));
        let row = &mut new.summary;
        row.name = "review".to_owned();
        row.created_at = now - 1_000_000 + number;
        row.started_at = Some(row.created_at);
        row.agents_total = 5;
        row.agents_completed = u32::try_from(number % 6).unwrap();
        row.current_stage = Some(format!("stage_{}", number % 4));
        row.state = RunState::ALL[usize::try_from(number % 5).unwrap()];
        if row.state == RunState::Ended {
            row.status =
                Some(["SUCCESS", "FAILURE"][usize::try_from(number % 2).unwrap()].to_owned());
            row.decision =
                Some(["MERGE", "BLOCK"][usize::try_from(number % 2).unwrap()].to_owned());
            row.ended_at = Some(row.created_at + 65_000);
            row.current_stage = None;
        }
        let lease = journal.create(new).unwrap();
        leases.extend((number % 10 == 1).then_some(lease));
    }
    leases
}

/// Goal: the seed's dashboard of 200 pipelines: each has a line with its id, how it stands,
/// how many agents are done of how many, its stage, and how long it has taken; the columns
/// stand below their headings.
#[test]
fn two_hundred_pipelines_are_a_table() {
    let world = World::new();
    let _driven = two_hundred(&world);
    let table = world.call(&["list", "--limit", "200"]).leaves(0).out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 201, "{table}");
    let heading = lines[0];
    let column = |line: &str, name: &str| {
        let from = heading.find(name).unwrap();
        let cell = line.get(from..).unwrap_or_default();
        cell.split("  ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    for (line, number) in lines[1..].iter().zip((0..RUNS).rev()) {
        assert_eq!(column(line, "RUN"), format!("run_{number:016}"), "{line}");
        assert_eq!(column(line, "PIPELINE"), format!("pr-{number}-review"));
        assert_eq!(column(line, "DONE"), format!("{}/5", number % 6));
        let status = match number % 10 {
            1 => "running",
            // Nobody drives these.
            0 | 5 | 6 => "interrupted",
            2 | 7 => "waiting",
            3 | 8 => "stuck",
            4 => "SUCCESS",
            _ => "FAILURE",
        };
        assert_eq!(column(line, "STATUS"), status, "{line}");
        let ended = number % 5 == 4;
        let stage = if ended {
            "-".to_owned()
        } else {
            format!("stage_{}", number % 4)
        };
        assert_eq!(column(line, "STAGE"), stage, "{line}");
        let elapsed = column(line, "ELAPSED");
        assert!(
            if ended {
                elapsed == "1 min 05 s"
            } else {
                elapsed.starts_with("16 min")
            },
            "{line}"
        );
    }
}

/// Goal: programs read the same 200, as one document and as a stream.
#[test]
fn two_hundred_pipelines_are_documents() {
    let world = World::new();
    let _driven = two_hundred(&world);
    let all = world
        .call(&["list", "--limit", "200", "--json"])
        .leaves(0)
        .json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 200);
    let stream = world
        .call(&["list", "--limit", "200", "--jsonl"])
        .leaves(0)
        .out;
    let entries: Vec<serde_json::Value> = stream
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids = |entries: &[serde_json::Value]| -> Vec<String> {
        let id = |entry: &serde_json::Value| entry["run_id"].as_str().unwrap().to_owned();
        entries.iter().map(id).collect()
    };
    assert_eq!(ids(&entries), ids(all));
    let blocked = world
        .call(&["list", "--limit", "200", "--decision", "block", "--json"])
        .leaves(0)
        .json();
    assert_eq!(blocked.as_array().unwrap().len(), 20);
}
