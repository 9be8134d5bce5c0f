//! A person decides, from another terminal and another process (decision 36).

use crate::world::{World, agent, counts, eventually, outcome};
use serde_json::json;

const ONE: &str = "
name: Ask
stages:
  - id: s
    agents:
      - {id: before, run: echo before >> log}
      - {id: sign, human: {ask: 'Release it?', approvers: [lead]}}
      - {id: after, run: echo after >> log}
";

fn parked(pipeline: &str) -> World {
    let world = World::new();
    world.write("ask.yaml", pipeline);
    world
        .call(&["run", "ask.yaml", "--id", "ask"])
        .leaves(43)
        .says("approve");
    world
}

/// Goal: the run waits, says for what and how to answer, and holds no process; the answer
/// of another process lets it end.
#[test]
fn approve_goes_on() {
    let world = parked(ONE);
    assert_eq!(world.lines("log"), ["before"]);
    let status = world.status("ask");
    assert_eq!(status["status"], "RUNNING");
    assert_eq!(status["current_agent"], "sign");
    let wait = &status["waiting_for"][0];
    assert_eq!(wait["reason"], "approval");
    assert_eq!(wait["question"], "Release it?");
    assert_eq!(wait["approvers"], json!(["lead"]));

    let call = [
        "approve",
        "ask",
        "--by",
        "ada",
        "--note",
        "looks fine",
        "--json",
    ];
    let output = world.call(&call).leaves(0).json();
    assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]));
    assert_eq!(world.lines("log"), ["before", "after"]);
    let answer = &agent(&output, "sign")["output"];
    assert_eq!(answer["approved"], true);
    assert_eq!(answer["choice"], "approve");
    assert_eq!(answer["by"], "ada");
    assert_eq!(answer["note"], "looks fine");
    // There is nothing to answer any more.
    world.call(&["approve", "ask"]).leaves(2);
}

/// Goal: a rejection is an answer that blocks, with its note as the reason.
#[test]
fn reject_blocks() {
    let world = parked(ONE);
    let call = ["reject", "ask", "--note", "the price is wrong", "--json"];
    let output = world.call(&call).leaves(1).json();
    assert_eq!(output["decision"], "BLOCK");
    let answer = &agent(&output, "sign")["output"];
    assert_eq!(answer["approved"], false);
    assert_eq!(answer["choice"], "reject");
    assert_eq!(answer["note"], "the price is wrong");
    let report = world
        .call(&["report", "ask", "--format", "json"])
        .leaves(0)
        .json();
    let factors = report["decision"]["factors"].as_array().unwrap();
    let rejected = factors.iter().find(|factor| factor["factor"] == "rejected");
    let rejected = rejected.unwrap_or_else(|| panic!("{factors:?}"));
    assert_eq!(rejected["blocking"], true);
}

/// Goal: with `--record-only` the answer is kept and nothing is started; `resume` goes on.
#[test]
fn record_only_leaves_the_rest_to_resume() {
    let world = parked(ONE);
    world
        .call(&["approve", "ask", "--record-only"])
        .leaves(0)
        .says("resume");
    assert_eq!(world.lines("log"), ["before"]);
    let status = world.status("ask");
    assert_eq!(status["status"], "RUNNING");
    assert_eq!(status["agents_completed"], 2);
    world.call(&["resume", "ask"]).leaves(0);
    assert_eq!(world.lines("log"), ["before", "after"]);
}

const TWO: &str = "
name: Ask two
stages:
  - id: s
    mode: parallel
    agents:
      - {id: lead, human: {ask: 'Lead?'}}
      - {id: law, human: {ask: 'Law?'}}
      - {id: tests, run: echo green}
";

/// Goal: where two wait, the answer must name its node; the error lists both.
#[test]
fn two_waits_need_a_name() {
    let world = parked(TWO);
    world.call(&["approve", "ask"]).leaves(2).says("lead, law");
    world
        .call(&["approve", "ask", "nobody"])
        .leaves(2)
        .says("nobody");
    // One answer is not enough: the run waits on.
    world.call(&["approve", "ask", "law"]).leaves(43);
    // Now only one waits, and needs no name.
    world.call(&["approve", "ask"]).leaves(0);
}

/// Goal: while a process drives the run it takes the answer of another one.
#[test]
fn a_living_run_takes_the_answer() {
    let world = World::new();
    world.write(
        "ask.yaml",
        "
name: Ask
stages:
  - id: s
    mode: parallel
    agents:
      - {id: sign, human: {ask: 'Release it?'}}
      - {id: slow, run: 'while [ ! -e go-on ]; do sleep 0.02; done'}
  - id: t
    agents:
      - {id: after, run: echo after >> log}
",
    );
    let going = world.start(&["run", "ask.yaml", "--id", "ask", "--json"]);
    eventually("the run waits", || {
        let ended = world.call(&["status", "ask", "--json"]);
        (ended.code == Some(0) && ended.json()["waiting_for"].is_array()).then_some(())
    });
    world.call(&["approve", "ask"]).leaves(0);
    eventually("the answer is taken", || {
        world.status("ask")["waiting_for"].is_null().then_some(())
    });
    assert!(world.lines("log").is_empty(), "the other agent still runs");
    world.write("go-on", "");
    let output = going.end().leaves(0).json();
    assert_eq!(counts(&output), [3, 3, 3, 0, 0]);
    assert_eq!(world.lines("log"), ["after"]);
}

/// A question whose time has passed while no process lives.
fn too_late() -> World {
    let world = parked(&ONE.replace("approvers: [lead]", "timeout: 50ms"));
    let begun = std::time::Instant::now();
    eventually("the deadline has passed", || {
        (begun.elapsed().as_millis() > 100).then_some(())
    });
    world
}

/// Goal: a deadline that passed while no process lived counts before the answer: the
/// answer comes too late, and the run ends without a MERGE (decision 9).
#[test]
fn a_deadline_passes_while_nobody_lives() {
    let world = too_late();
    // The run goes on without the answer, and blocks.
    world
        .call(&["approve", "ask"])
        .leaves(1)
        .says("does not wait any more");
    let ended = world.call(&["status", "ask", "--json"]);
    let output = &ended.json()["final_result"];
    assert_eq!(output["decision"], "BLOCK", "{ended}");
    assert_eq!(agent(output, "sign")["status"], "TIMEOUT");
    assert_eq!(
        world.lines("log"),
        ["before"],
        "own pipelines halt after a failure"
    );
}

/// Goal: looking at the run is contact enough for its deadline to count.
#[test]
fn a_deadline_is_noticed_by_status() {
    let world = too_late();
    let status = world.status("ask");
    let sign = &status["agent_statuses"][1];
    assert_eq!(sign["status"], "TIMEOUT", "{status:#}");
    assert_eq!(status["waiting_for"], json!(null));
}

/// Goal: every command that a wait suggests is one that the program has.
#[test]
fn suggested_commands_exist() {
    let choices = "choices: [accept, refuse]";
    let world = parked(&ONE.replace("approvers: [lead]", choices));
    let status = world.status("ask");
    let commands = status["waiting_for"][0]["commands"].as_array().unwrap();
    assert!(!commands.is_empty());
    for command in commands {
        let mut words: Vec<&str> = command.as_str().unwrap().split(' ').skip(1).collect();
        words.push("--help");
        world.call(&words).leaves(0);
    }
    // `approve` gives the first choice.
    let output = world.call(&["approve", "ask", "--json"]).leaves(0).json();
    assert_eq!(agent(&output, "sign")["output"]["choice"], "accept");
}
