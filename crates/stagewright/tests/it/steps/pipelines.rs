//! `pipeline:` steps: runs of their own, driven by the run above (decision 35).

use super::{agent, most_at_once, output, report, world};
use crate::world::{World, eventually};
use serde_json::{Value, json};

/// A pipeline of one step that is `sub.yaml`, and what reads its result.
const ABOVE: &str = "
name: Above
stages:
  - id: s
    agents:
      - {id: sub, pipeline: sub.yaml, input: {who: '{{ context.name }}'}}
  - id: t
    agents:
      - {id: after, run: 'echo after {{ results.sub.output.decision }} {{ results.sub.output.results.last.said }} >> log'}
context: {name: ada}
";

fn nested(above: &str, sub: &str) -> World {
    let world = world(above);
    world.write("sub.yaml", sub);
    world
}

/// The runs that are steps of others.
fn steps(world: &World) -> Vec<Value> {
    let all = world.call(&["list", "--steps", "--json"]).leaves(0).json();
    let own = world.call(&["list", "--json"]).leaves(0).json();
    let own: Vec<Value> = own.as_array().unwrap().clone();
    let is_step = |run: &Value| !own.iter().any(|other| other["run_id"] == run["run_id"]);
    let all = all.as_array().unwrap().clone();
    all.into_iter().filter(is_step).collect()
}

/// The id and status of the one run that is a step.
#[track_caller]
fn step(world: &World) -> (String, Value) {
    let steps = steps(world);
    assert_eq!(steps.len(), 1, "{steps:#?}");
    let run_id = steps[0]["run_id"].as_str().unwrap().to_owned();
    (run_id, steps[0]["status"].clone())
}

fn factors(report: &Value) -> Vec<&str> {
    let factors = report["decision"]["factors"].as_array().unwrap();
    let blocking = factors.iter().filter(|factor| factor["blocking"] == true);
    blocking
        .map(|factor| factor["factor"].as_str().unwrap())
        .collect()
}

/// Goal: a step that is a pipeline has a run of its own with the context that it was
/// handed; the results of its agents are the step's; no list shows it unless asked.
#[test]
fn results_come_up() {
    let world = nested(
        ABOVE,
        "
name: Sub
context: {who: nobody, greeting: hello}
stages:
  - id: s
    agents:
      - {id: first, run: 'echo {{ context.greeting }} {{ context.who }}'}
      - {id: last, set: {said: '{{ results.first.output }}'}}
",
    );
    let ended = world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["after MERGE hello ada"], "{ended}");
    let (run_id, status) = step(&world);
    assert_eq!(status, "SUCCESS");
    let output = output(&world, "sub");
    assert_eq!(output["run_id"], json!(run_id));
    assert_eq!(output["results"]["last"], json!({"said": "hello ada"}));
    let latest = world.status("latest");
    assert_eq!(
        latest["pipeline_id"], "p",
        "what was started last is no step"
    );
    world.call(&["status", &run_id]).leaves(0);
}

/// Goal: findings of the run below count in the decision above, each once, and its BLOCK
/// is an answer that blocks.
#[test]
fn findings_and_a_block_come_up() {
    let document = json!({"status": "FAIL", "violations": [
        {"severity": "HIGH", "rule": "secret", "message": "a key", "file": "a.py", "line": 3}]});
    let world = nested(
        &format!("{ABOVE}policy: {{max_high_violations: 0}}\n"),
        "
name: Sub
policy: {max_high_violations: 0}
stages:
  - id: s
    agents:
      - id: check
        type: code_best_practises
        run: cat document.json
      - {id: last, set: {said: x}}
",
    );
    world.write("document.json", document.to_string());
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(1);
    assert_eq!(
        world.lines("log"),
        ["after BLOCK x"],
        "a BLOCK is an answer"
    );
    let report = report(&world);
    let factors = factors(&report);
    assert!(factors.contains(&"pipeline_blocked"), "{factors:?}");
    assert!(factors.contains(&"high_violations"), "{factors:?}");
    let sub = agent(&report, "sub");
    assert_eq!(sub["status"], "SUCCESS");
    assert_eq!(output(&world, "sub")["findings"]["high"], json!(1));
}

const FAILS: &str = "
name: Sub
decision: none
stages:
  - id: s
    agents:
      - {id: first, run: echo first >> log}
      - {id: second, run: 'echo second >> log; test -e fixed'}
      - {id: last, set: {said: x}}
";

/// Goal: a run below that fails is the step's failure; `resume` of the run above repeats
/// what did not succeed below, and nothing else.
#[test]
fn a_failure_comes_up_and_is_resumed() {
    let world = nested(
        &ABOVE
            .replace("name: Above", "name: Above\ndecision: none")
            .replace("{{ results.sub.output.decision }} ", ""),
        FAILS,
    );
    world.call(&["run", "p.yaml", "--id", "p"]);
    assert_eq!(world.lines("log"), ["first", "second"]);
    let failed = report(&world);
    let sub = agent(&failed, "sub");
    assert_eq!(sub["error_type"], "execution", "{sub:#}");
    let error = sub["error"].as_str().unwrap();
    assert!(
        error.contains("FAILURE") && error.contains("`second`"),
        "{error}"
    );

    world.write("fixed", "");
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["first", "second", "second", "after x"]);
}

/// Goal: `kill -9` while a step's run is going on: `resume` of the run above goes on with
/// the same run, however often, and nothing that ended is done again.
#[test]
fn a_killed_run_takes_up_its_step() {
    let agents: String = (1..=4)
        .map(|n| {
            format!(
                "      - {{id: w{n}, run: 'echo w{n} >> log; while [ ! -e go{n} ]; do sleep 0.02; done'}}\n"
            )
        })
        .collect();
    let sub = format!(
        "
name: Sub
stages:
  - id: s
    agents:
{agents}      - {{id: last, set: {{said: x}}}}
"
    );
    let world = nested(ABOVE, &sub);
    let mut going = world.start(&["run", "p.yaml", "--id", "p"]);
    let mut runs = Vec::new();
    for n in 1..=4 {
        eventually("the next agent runs", || {
            (world.lines("log").len() == 2 * n - 1).then_some(())
        });
        going.kill();
        runs.push(step(&world).0);
        world.write(&format!("go{n}"), "");
        going = world.start(&["resume", "p"]);
    }
    going.end().leaves(0);
    let (run_id, status) = step(&world);
    assert_eq!(status, "SUCCESS");
    assert_eq!(runs, [run_id.as_str(); 4]);
    let expected = [
        "w1",
        "w1",
        "w2",
        "w2",
        "w3",
        "w3",
        "w4",
        "w4",
        "after MERGE x",
    ];
    assert_eq!(world.lines("log"), expected);
}

const ASKS: &str = "
name: Sub
stages:
  - id: s
    agents:
      - {id: first, run: echo first >> log}
      - {id: sign, human: {ask: 'Really?'}}
      - {id: last, set: {said: '{{ results.sign.output.choice }}'}}
";

/// Goal: when a step's run waits for a person, the run above waits too and says whom to
/// answer and how; the answer goes on with the step's run, `resume` with the one above.
#[test]
fn a_person_is_asked_below() {
    let world = nested(ABOVE, ASKS);
    let ended = world.call(&["run", "p.yaml", "--id", "p"]).leaves(43);
    let (run_id, _) = step(&world);
    let asked = world.status("p")["waiting_for"][0]["question"].to_string();
    assert!(asked.contains("Really?"), "{asked}");
    assert!(asked.contains(&format!("approve {run_id}")), "{asked}");
    assert!(ended.err.contains(&run_id), "{ended}");
    // The one above waits for nobody by itself.
    world.call(&["resume", "p"]).leaves(43);
    world.call(&["approve", "p"]).leaves(2).says(&run_id);
    let above = world.status("p")["run_id"].as_str().unwrap().to_owned();
    world
        .call(&["approve", &run_id])
        .leaves(0)
        .says(&format!("stagewright resume {above}"));
    assert_eq!(world.lines("log"), ["first"]);
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["first", "after MERGE approve"]);
}

/// Goal: within one process the agents of all runs share the cap on concurrent agents.
#[test]
fn the_cap_is_shared() {
    let world = nested(
        "
name: Above
decision: none
stages:
  - id: s
    mode: parallel
    agents:
      - {id: sub, for_each: [1, 2, 3], pipeline: {file: sub.yaml, input: {n: '{{ item }}'}}}
      - {id: own, run: 'echo start own >> log; sleep 0.2; echo end own >> log'}
",
        "
name: Sub
decision: none
context: {n: 0}
stages:
  - id: s
    mode: parallel
    agents:
      - {id: a, run: 'echo start a >> log; sleep 0.2; echo end a >> log'}
      - {id: b, run: 'echo start b >> log; sleep 0.2; echo end b >> log'}
",
    );
    let mut world = world;
    world.set("STAGEWRIGHT_AGENTS_CONCURRENCY", "2");
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    let log = world.lines("log");
    assert_eq!((log.len(), most_at_once(&log)), (14, 2), "{log:?}");
    assert_eq!(steps(&world).len(), 3);
}

/// Goal: what a pipeline step answers can be cut and checked like any answer.
#[test]
fn outputs_of_a_pipeline() {
    let world = nested(
        "
name: Above
decision: none
stages:
  - id: s
    agents:
      - id: sub
        pipeline: sub.yaml
        outputs: {take: {said: output.results.last.said}, schema: {type: object, properties: {said: {enum: [y]}}}}
",
        "
name: Sub
decision: none
stages: [{id: s, agents: [{id: last, set: {said: x}}]}]
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]);
    let report = report(&world);
    let sub = agent(&report, "sub");
    assert_eq!(sub["error_type"], "invalid_output", "{sub:#}");
    let error = sub["error"].as_str().unwrap();
    assert!(
        error.contains("`output.said` should be one of [\"y\"], found \"x\""),
        "{error}"
    );
}

/// Goal: runs stand at most ten above each other, and whoever writes more is told before
/// anything runs.
#[test]
fn nesting_is_bounded() {
    let world = World::new();
    let below = |n: u32| {
        format!(
            "name: N{n}\ndecision: none\nstages: [{{id: s, agents: [{{id: a, pipeline: n{n}.yaml}}]}}]\n"
        )
    };
    for n in 0..11 {
        world.write(&format!("n{n}.yaml"), below(n + 1));
    }
    world.write(
        "n11.yaml",
        "name: Leaf\ndecision: none\nstages: [{id: s, agents: [{id: a, run: echo leaf >> log}]}]\n",
    );
    world.call(&["run", "n1.yaml"]).leaves(0);
    assert_eq!(world.lines("log"), ["leaf"]);
    world.call(&["run", "n0.yaml"]).leaves(2).says("10");
    assert_eq!(world.lines("log"), ["leaf"]);
}
