//! Steps that are more than one command: repeated ones, loops, fallbacks, servers, other
//! pipelines; and what is taken from their answers.

mod cancelled;
mod fallbacks;
mod http;
mod inputs;
mod loops;
mod outputs;
mod pipelines;
mod repeated;

use crate::world::World;
use serde_json::Value;

/// A work tree with this pipeline, under the key `p`.
fn world(pipeline: &str) -> World {
    let world = World::new();
    world.write("p.yaml", pipeline);
    world
}

/// The report of the run `p`.
fn report(world: &World) -> Value {
    let call = ["report", "p", "--format", "json"];
    world.call(&call).leaves(0).json()
}

/// One agent or gate of a report.
#[track_caller]
fn agent<'a>(report: &'a Value, id: &str) -> &'a Value {
    let stages = report["stages"].as_array().unwrap();
    let mut agents = stages
        .iter()
        .flat_map(|stage| stage["agents"].as_array().unwrap());
    let found = agents.find(|agent| agent["agent_id"] == id);
    found.unwrap_or_else(|| panic!("no agent {id} in {report:#}"))
}

/// The full output of an agent of the run `p`, as the seed's documents show it.
fn output(world: &World, id: &str) -> Value {
    let status = world.status("p");
    crate::world::agent(&status["final_result"], id)["output"].clone()
}

/// The most that were between their `start` and their `end` at once, as a log tells it.
fn most_at_once(lines: &[String]) -> i32 {
    let (mut now, mut most) = (0, 0);
    for line in lines {
        now += match line.split(' ').next() {
            Some("start") => 1,
            Some("end") => -1,
            _ => 0,
        };
        most = most.max(now);
    }
    most
}
