//! `for_each` on agents and on stages (decision 34).

use super::{agent, most_at_once, report, world};
use crate::world::{World, eventually};
use serde_json::json;

/// Goal: each element is worked on once, no more at once than allowed, and the results
/// stand in the order of the list, whatever the order in which they came.
#[test]
fn an_agent_for_each_element() {
    let world = world(
        "
name: Scan
decision: none
context: {modules: [a, b, c, d, e]}
stages:
  - id: s
    mode: parallel
    agents:
      - id: scan
        for_each: context.modules
        max_parallelism: 2
        run: |
          echo start {{ item }} >> log
          sleep 0.{{ 5 - index }}
          echo end {{ item }} >> log
          echo {{ index }}-{{ item }}
  - id: t
    agents:
      - id: all
        run: printf '%s\\n' -- {{ results.scan.output }} {{ results.scan['items'] | length }} > out
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    let log = world.lines("log");
    assert_eq!(most_at_once(&log), 2, "{log:?}");
    assert_eq!(log.len(), 10, "{log:?}");
    assert_eq!(
        world.lines("out"),
        ["--", "0-a", "1-b", "2-c", "3-d", "4-e", "5"]
    );
    let ended = world.call(&["logs", "p", "scan[3]"]).leaves(0);
    assert_eq!(ended.out.trim(), "3-d");
    let ended = world.call(&["logs", "p", "scan"]).leaves(0);
    assert_eq!(ended.out.lines().count(), 5, "{ended}");
}

/// Goal: in a sequential stage the elements follow each other.
#[test]
fn one_after_the_other_in_a_sequential_stage() {
    let world = world(
        "
name: Line
decision: none
stages:
  - id: s
    agents:
      - {id: a, for_each: [x, y, z], run: 'echo start {{ item }} >> log; echo end {{ item }} >> log'}
",
    );
    world.call(&["run", "p.yaml"]).leaves(0);
    let expected = ["start x", "end x", "start y", "end y", "start z", "end z"];
    assert_eq!(world.lines("log"), expected);
}

const ONE_FAILS: &str = "
name: One fails
decision: none
stages:
  - id: s
    mode: parallel
    agents:
      - id: scan
        for_each: [a, b, c]
        run: |
          if [ {{ item }} = b ]; then test -e fixed; fi
          echo {{ item }} >> log
          echo $STAGEWRIGHT_AGENT $STAGEWRIGHT_IDEMPOTENCY_KEY >> keys
  - id: t
    agents:
      - {id: after, depends_on: [scan], run: echo after >> log}
";

/// Goal: one failed element fails the agent, which names it; `resume` repeats that one
/// only. Each instance has a name and a key of its own.
#[test]
fn resume_repeats_only_what_failed() {
    let world = world(ONE_FAILS);
    world.call(&["run", "p.yaml", "--id", "p"]);
    let mut log = world.lines("log");
    log.sort();
    assert_eq!(log, ["a", "c"]);
    let failed = report(&world);
    let scan = agent(&failed, "scan");
    assert_eq!(scan["status"], "FAILURE");
    let error = scan["error"].as_str().unwrap();
    assert!(
        error.contains("1 of 3") && error.contains("`scan[1]`"),
        "{error}"
    );

    world.write("fixed", "");
    world.write("log", "");
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["b", "after"]);
    let keys: Vec<String> = world.lines("keys");
    let names: Vec<&str> = keys
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names.len(), 3);
    assert!(
        names.contains(&"scan[0]") && names.contains(&"scan[1]"),
        "{names:?}"
    );
    assert!(
        keys.iter().any(|line| line.ends_with("/scan[1]/2")),
        "{keys:?}"
    );
}

/// Goal: `retry --from` of what comes after takes over all instances; from one of them it
/// repeats them all.
#[test]
fn retry_takes_over_whole_repetitions() {
    let world = world(ONE_FAILS);
    world.write("fixed", "");
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    world.write("log", "");
    world.call(&["retry", "p", "--from", "after"]).leaves(0);
    assert_eq!(world.lines("log"), ["after"]);
    world.write("log", "");
    world.call(&["retry", "p", "--from", "scan[2]"]).leaves(0);
    let mut log = world.lines("log");
    log.sort();
    assert_eq!(log, ["a", "after", "b", "c"]);
}

/// Goal: after `kill -9` in the middle of a list nothing that ended is done again.
#[test]
fn a_killed_repetition_goes_on() {
    let world = world(
        "
name: Kill
decision: none
context: {all: [0, 1, 2, 3]}
stages:
  - id: s
    agents:
      - id: each
        for_each: context.all
        run: |
          echo {{ item }} >> log
          if [ {{ item }} = 2 ]; then while [ ! -e go ]; do sleep 0.02; done; fi
",
    );
    let going = world.start(&["run", "p.yaml", "--id", "p"]);
    eventually("the third element is worked on", || {
        (world.lines("log").len() == 3).then_some(())
    });
    going.kill();
    world.write("go", "");
    world.call(&["resume", "p"]).leaves(0);
    assert_eq!(world.lines("log"), ["0", "1", "2", "2", "3"]);
}

const STAGE: &str = "
name: Stage
decision: none
context: {targets: [x, y, z]}
stages:
  - id: build
    for_each: context.targets
    agents:
      - {id: make, run: 'echo make {{ item }} >> log; echo {{ item }}{{ index }}'}
      - {id: test, run: 'if [ {{ item }} = y ]; then test -e fixed; fi; echo test {{ results.make.output }} >> log'}
    gates:
      - {id: proof, run: 'echo proof {{ results.make.output }} > {{ gate.dir }}/it; cat {{ gate.dir }}/it >> log'}
  - id: end
    agents:
      - {id: all, run: 'printf \"%s \" -- {{ results.make.output }} >> log'}
";

/// Goal: a repeated stage runs all of its agents and gates for each element, a sibling
/// means the same iteration, and a gate's files are its own.
#[test]
fn a_stage_for_each_element() {
    let world = world(STAGE);
    world.write("fixed", "");
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(0);
    let expected = [
        "make x",
        "test x0",
        "proof x0",
        "make y",
        "test y1",
        "proof y1",
        "make z",
        "test z2",
        "proof z2",
        "-- x0 y1 z2 ",
    ];
    assert_eq!(world.lines("log"), expected);
    world.write("log", "");
    world.call(&["retry", "p", "--from", "all"]).leaves(0);
    assert_eq!(world.lines("log"), ["-- x0 y1 z2 "]);
}

/// Goal: when one agent of one iteration fails, `resume` repeats it and what follows in
/// its iteration, and no other iteration that had ended.
#[test]
fn a_repeated_stage_resumes_in_its_iteration() {
    let world = world(&STAGE.replace("    for_each:", "    on_failure: continue\n    for_each:"));
    world.call(&["run", "p.yaml", "--id", "p"]);
    assert!(!world.lines("log").contains(&"test y1".to_owned()));
    world.write("fixed", "");
    world.write("log", "");
    world.call(&["resume", "p"]).leaves(0);
    let log = world.lines("log");
    assert!(log.contains(&"test y1".to_owned()), "{log:?}");
    for done in ["make x", "make y", "make z", "test x0", "test z2"] {
        assert!(!log.contains(&done.to_owned()), "{done} again: {log:?}");
    }
}

/// Goal: an instance that asks a person is answered by its own name.
#[test]
fn instances_are_answered_by_name() {
    let world = world(
        "
name: Ask each
stages:
  - id: s
    mode: parallel
    agents:
      - {id: check, run: echo fine}
      - {id: sign, for_each: [ada, bob], human: {ask: 'Fine, {{ item }}?'}}
",
    );
    world.call(&["run", "p.yaml", "--id", "p"]).leaves(43);
    world
        .call(&["approve", "p"])
        .leaves(2)
        .says("sign[0], sign[1]");
    world.call(&["approve", "p", "sign[1]"]).leaves(43);
    world
        .call(&["approve", "p", "sign[1]"])
        .leaves(2)
        .says("sign[0]");
    world.call(&["approve", "p", "sign[0]"]).leaves(0);
}

/// Goal: what is no list, and a list without elements, each say what they are.
#[test]
fn lists_that_are_none_or_empty() {
    let pipeline = "
name: Lists
decision: none
stages:
  - id: s
    agents:
      - {id: each, for_each: context.list, run: 'echo {{ item }} >> log'}
";
    let run = |list: &str| -> (World, serde_json::Value) {
        let world = world(pipeline);
        world.call(&["run", "p.yaml", "--id", "p", "--context", list]);
        let report = report(&world);
        let each = agent(&report, "each").clone();
        (world, each)
    };
    let (world, each) = run("list:=[]");
    assert_eq!(each["skip"], json!("no_items"));
    assert!(world.lines("log").is_empty());
    let (_, each) = run("list:={\"a\": 1}");
    assert_eq!(each["error_type"], "invalid_input");
    let error = each["error"].as_str().unwrap();
    assert!(
        error.contains("a list is needed, found a mapping"),
        "{error}"
    );
}
