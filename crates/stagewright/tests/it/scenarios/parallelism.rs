//! Scenario 8: many agents, few at once.

use crate::world::{World, counts};

const AGENTS: usize = 50;

fn fifty(limits: &str) -> String {
    let mut text =
        format!("name: Fifty\n{limits}\nstages:\n  - id: s\n    mode: parallel\n    agents:\n");
    for number in 0..AGENTS {
        text += &format!(
            "      - {{id: a{number}, run: 'echo start >> log; sleep 0.05; echo end >> log'}}\n"
        );
    }
    text
}

/// The most that were going on at once, by the order of what began and ended.
fn peak<'a>(events: impl Iterator<Item = &'a str>) -> usize {
    let (mut now, mut most) = (0, 0);
    for event in events {
        match event {
            "start" | "attempt_started" => now += 1,
            "end" | "attempt_finished" => now -= 1,
            _ => {}
        }
        most = most.max(now);
    }
    assert_eq!(now, 0, "everything that began has ended");
    most
}

/// Goal: of 50 agents with `max_parallelism: 3` never more than 3 are alive, and 3 are,
/// by what the agents write and by the journal.
#[test]
fn scenario_08_fifty_agents_three_at_once() {
    let world = World::new();
    world.write("fifty.yaml", fifty("limits: {max_parallelism: 3}"));
    let call = ["run", "fifty.yaml", "--id", "fifty", "--json"];
    let output = world.call(&call).leaves(0).json();
    assert_eq!(counts(&output), [50, 50, 50, 0, 0]);
    let log = world.lines("log");
    assert_eq!(log.len(), 2 * AGENTS);
    assert_eq!(peak(log.iter().map(String::as_str)), 3);
    let history = world.history("fifty");
    assert_eq!(
        peak(history.iter().filter_map(|event| event["event"].as_str())),
        3
    );
}

/// Goal: the smaller of the pipeline's, the command's and the settings' limit holds (rule
/// A16, decision 32).
#[test]
fn scenario_08_the_smallest_limit_holds() {
    for (limits, arguments, concurrency, expected) in [
        ("", &["--max-parallelism", "2"][..], "8", 2),
        ("limits: {max_parallelism: 6}", &[][..], "2", 2),
        (
            "limits: {max_parallelism: 6}",
            &["--mode", "sequential"][..],
            "8",
            1,
        ),
    ] {
        let mut world = World::new();
        world.set("STAGEWRIGHT_AGENTS_CONCURRENCY", concurrency);
        world.write("fifty.yaml", fifty(limits).replace("0.05", "0.01"));
        let mut call = vec!["run", "fifty.yaml", "--quiet"];
        call.extend(arguments);
        world.call(&call).leaves(0);
        let log = world.lines("log");
        assert_eq!(
            peak(log.iter().map(String::as_str)),
            expected,
            "{limits} {arguments:?}"
        );
    }
}
