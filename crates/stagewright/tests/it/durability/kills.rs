//! `kill -9` at random moments of a run, and what is left of it afterwards.

use super::effects::{Effects, events};
use super::process::has_ended;
use super::random::{Random, VARIABLE};
use crate::world::{Going, World};
use serde_json::Value;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How often the run is killed.
const KILLS: u32 = 20;

/// Agents of the pipeline. Every tenth fails its first try.
const AGENTS: usize = 200;

/// Agents at once. Small, so that a run which is killed a few effects after its start
/// has surely ended the launches that it began with: a try may be launched three times.
const PARALLELISM: &str = "2";

/// The fewest new effects after which a run is killed that may make progress.
const PROGRESS: u64 = 4;

/// How long after that at most, in microseconds: the time of a few steps, so that kills
/// fall between effect and record, into a commit, and between commit and spawn.
const A_FEW_STEPS_US: u64 = 8_000;

/// How long after its start at most a run is killed that may make none, in
/// microseconds: while it opens the journal, takes the lease, ends orphans, launches.
const START_UP_US: u64 = 40_000;

/// Goal: whatever the moments at which a run is killed, `resume` ends it with the
/// result of a run that nobody disturbed; no agent whose end was journaled runs again;
/// who drops what comes again under the same key counts each effect once.
#[test]
fn twenty_kills_leave_the_result_of_an_undisturbed_run() {
    let arguments = ["run", "pipeline.yaml", "--max-parallelism", PARALLELISM];
    let undisturbed = prepared();
    undisturbed.call(&arguments).leaves(0);

    let world = prepared();
    let mut random = Random::new();
    println!("{VARIABLE}={} brings the same moments", random.seed);
    let mut before: Vec<Value> = Vec::new();
    let mut going = world.start(&arguments);
    for kill in 0..KILLS {
        // Every second one is killed while it starts, the others after some progress.
        if kill % 2 == 0 {
            wait_for_progress(&world, &going, &mut random);
            std::thread::sleep(Duration::from_micros(random.below(A_FEW_STEPS_US)));
        } else {
            std::thread::sleep(Duration::from_micros(random.below(START_UP_US)));
        }
        assert!(!has_ended(&going), "it ended before kill {kill}");
        going.kill();
        let history = world.history("latest");
        let kept = history.get(..before.len());
        assert_eq!(kept, Some(&before[..]), "what was committed stands");
        Effects::of(&world).assert_agree_with(&history);
        before = history;
        going = world.start(&["resume", "latest"]);
    }
    going.end().leaves(0);

    let history = world.history("latest");
    let effects = Effects::of(&world);
    effects.assert_agree_with(&history);
    let lost = events(&history, "attempt_lost").len();
    let repeated = effects.0.len() - effects.keys().len();
    println!("{lost} launches were lost, {repeated} effects came again");
    assert!(lost > 0, "no kill met a running agent");
    assert_eq!(effects.keys().len(), AGENTS + AGENTS / 10);
    assert_eq!(effects.keys(), Effects::of(&undisturbed).keys());
    assert_same(&result(&world), &result(&undisturbed));
}

/// A world with a pipeline of two sequential and two parallel stages. Each agent has
/// an effect and says who it is; one whose number ends in 7 fails its first try.
fn prepared() -> World {
    let world = World::new();
    Effects::provide(&world);
    world.write(
        "agent.sh",
        "sh effect.sh\n\
         echo \"$STAGEWRIGHT_AGENT did it in try $STAGEWRIGHT_TRY\"\n\
         case $STAGEWRIGHT_AGENT.$STAGEWRIGHT_TRY in *7.1) exit 1;; esac\n",
    );
    let mut text = String::from("name: kills\ndefaults: {retries: 1}\nstages:\n");
    for agent in 0..AGENTS {
        let (stage, place) = (agent * 4 / AGENTS, agent % (AGENTS / 4));
        if place == 0 {
            let mode = ["sequential", "parallel"][stage % 2];
            writeln!(text, "  - id: s{stage}\n    mode: {mode}\n    agents:").unwrap();
        }
        writeln!(text, "      - {{id: n{agent}, run: [sh, agent.sh]}}").unwrap();
    }
    world.write("pipeline.yaml", text);
    world
}

/// Returns after a random small number of new effects.
fn wait_for_progress(world: &World, going: &Going, random: &mut Random) {
    let wanted = Effects::of(world).0.len() as u64 + PROGRESS + random.below(PROGRESS);
    let begun = Instant::now();
    while (Effects::of(world).0.len() as u64) < wanted && !has_ended(going) {
        assert!(begun.elapsed() < Duration::from_secs(30), "no progress");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The result of the latest run, as both documents say it, without what differs
/// between two runs of one plan: ids, times, and the names of logs, which hold the
/// numbers of launches and with that change the hash of what is stored.
fn result(world: &World) -> Vec<String> {
    const DIFFERS: [&str; 10] = [
        "run_id",
        "timing",
        "started_at",
        "ended_at",
        "completed_at",
        "duration_ms",
        "stdout_log",
        "stderr_log",
        "result_hash",
        "execution_logs_url",
    ];
    fn without(value: Value) -> Value {
        match value {
            Value::Object(entries) => entries
                .into_iter()
                .filter(|(key, _)| !DIFFERS.contains(&key.as_str()))
                .map(|(key, value)| (key, without(value)))
                .collect(),
            Value::Array(items) => items.into_iter().map(without).collect(),
            other => other,
        }
    }
    let of_an_ended_run: [&[&str]; 2] = [
        &["report", "latest", "--format", "json"],
        &["resume", "latest", "--json"],
    ];
    of_an_ended_run
        .into_iter()
        .map(|arguments| without(world.call(arguments).leaves(0).json()))
        .flat_map(|document| {
            let text = serde_json::to_string_pretty(&document).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// Names the first line in which two results differ; all of them would fill screens.
#[track_caller]
fn assert_same(result: &[String], expected: &[String]) {
    let difference = result.iter().zip(expected).position(|(a, b)| a != b);
    if let Some(line) = difference {
        let from = line.saturating_sub(8);
        panic!(
            "instead of\n{}\nit is\n{}",
            expected[from..=line].join("\n"),
            result[from..=line].join("\n")
        );
    }
    assert_eq!(result.len(), expected.len());
}
