//! Looking at runs: lists, logs, events, reports, and readers that go away.

use crate::world::{World, eventually};
use std::io::{BufRead as _, BufReader, Read as _};

/// Goal: `list` shows every run, the latest first, filtered and in pages.
#[test]
fn list_shows_runs() {
    let world = World::seed();
    // The time of the second run passes before its agent can answer.
    for (id, timeout, code) in [("one", "1m", 0), ("two", "1ms", 124), ("three", "1m", 0)] {
        let call = [
            "run",
            "unit_sequential.yaml",
            "--id",
            id,
            "--timeout",
            timeout,
        ];
        world.call(&call).leaves(code);
    }
    let ids = |arguments: &[&str]| -> Vec<String> {
        let mut call = vec!["list", "--json"];
        call.extend(arguments);
        let runs = world.call(&call).leaves(0).json();
        let of = |run: &serde_json::Value| run["pipeline_id"].as_str().unwrap().to_owned();
        runs.as_array().unwrap().iter().map(of).collect()
    };
    assert_eq!(ids(&[]), ["three", "two", "one"]);
    assert_eq!(ids(&["--id", "two"]), ["two"]);
    assert_eq!(ids(&["--state", "running,waiting"]), Vec::<String>::new());
    assert_eq!(ids(&["--limit", "1"]), ["three"]);
    let latest = world.status("latest")["run_id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Whatever names a run names the end of the page before.
    for before in [&latest, &latest[..14], "three", "latest"] {
        assert_eq!(ids(&["--before", before]), ["two", "one"], "{before}");
    }
    world
        .call(&["list", "--before", "foo"])
        .leaves(2)
        .says("error[SW0301]")
        .says("`foo`");
    let table = world.call(&["list"]).leaves(0).out;
    assert!(
        table.contains("three") && table.contains("FAILURE"),
        "{table}"
    );
    // A unique prefix of a run id is enough.
    assert_eq!(world.status(&latest[..14])["pipeline_id"], "three");
}

/// Goal: a run whose process died is not said to be running, neither in a list nor alone,
/// and both say so only while nobody drives it; times are written as in all documents.
#[test]
fn what_nobody_drives_is_interrupted() {
    let world = World::new();
    world.write(
        "waits.yaml",
        "name: Waits\nstages: [{id: s, agents: [{id: slow, run: 'echo >> log; until test -e go-on; do sleep 0.02; done'}]}]\n",
    );
    let shown = |world: &World| {
        let list = world.call(&["list"]).leaves(0).out;
        let status = world.call(&["status", "w"]).leaves(0).out;
        let json = world.call(&["list", "--json"]).leaves(0).json();
        let entry = json[0].clone();
        assert!(list.contains(entry["run_id"].as_str().unwrap()), "{list}");
        (list, status, entry)
    };
    let going = world.start(&["run", "waits.yaml", "--id", "w"]);
    eventually("it runs", || world.lines("log").pop());
    let (list, status, entry) = shown(&world);
    assert!(
        list.contains("running") && !list.contains("interrupted"),
        "{list}"
    );
    assert!(status.contains("running for"), "{status}");
    assert!(status.contains("Driven by process"), "{status}");
    assert_eq!(entry["state"], "running");
    assert_eq!(entry["state_detail"], serde_json::Value::Null);
    for time in ["created_at", "started_at"] {
        let time = entry["timing"][time].as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    }
    going.kill();
    let (list, status, entry) = shown(&world);
    assert!(
        list.contains("interrupted") && !list.contains("running"),
        "{list}"
    );
    assert!(
        status.contains("interrupted, 0 of 1 agents done"),
        "{status}"
    );
    assert!(status.contains("stagewright resume run_"), "{status}");
    assert_eq!(
        (&entry["state"], &entry["state_detail"]),
        (&"running".into(), &"interrupted".into())
    );
    world.write("go-on", "");
    world.call(&["resume", "w"]).leaves(0);
    let (list, status, entry) = shown(&world);
    assert!(!list.contains("interrupted"), "{list}");
    assert!(status.contains("SUCCESS in"), "{status}");
    assert_eq!(entry["state_detail"], serde_json::Value::Null);
    assert_eq!(entry["agents"]["succeeded"], 1);
}

/// Goal: `logs -f` shows what an agent wrote while it still runs, goes on with what it
/// writes, and ends with the run.
#[test]
fn logs_follow_a_run() {
    let world = World::new();
    world.write(
        "talks.yaml",
        "
name: Talks
stages:
  - id: s
    agents:
      - id: talker
        run: |
          echo first; while [ ! -e go-on ]; do sleep 0.02; done; echo second; echo aside >&2
",
    );
    let going = world.start(&["run", "talks.yaml", "--id", "t"]);
    eventually("the run is known", || {
        (world.call(&["status", "t"]).code == Some(0)).then_some(())
    });
    let mut follower = world.command(&["logs", "t", "-f"]).spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "first");
    world.write("go-on", "");
    going.end().leaves(0);
    let mut rest: Vec<String> = lines.map(Result::unwrap).collect();
    rest.sort();
    assert_eq!(rest, ["aside", "second"]);
    assert!(follower.wait().unwrap().success());
    let all = world.call(&["logs", "t", "talker"]).leaves(0).out;
    assert!(all.contains("first\nsecond"), "{all}");
    world
        .call(&["logs", "t", "nobody"])
        .leaves(2)
        .says("talker");
}

/// Goal: the report of a run as Markdown and as JSON, on standard output and into a file.
#[test]
fn reports() {
    let world = World::scenario("findings_and_exit_1.json");
    world
        .call(&["run", "pr_review_pipeline.yaml", "--id", "r"])
        .leaves(1);
    let markdown = world.call(&["report", "r"]).leaves(0).out;
    for part in [
        "BLOCK",
        "CRITICAL",
        "hardcoded-credentials",
        "Code Best Practises Agent",
    ] {
        assert!(markdown.contains(part), "no {part} in\n{markdown}");
    }
    let report = world
        .call(&["report", "r", "--format", "json"])
        .leaves(0)
        .json();
    assert_eq!(report["format"], "stagewright.run-report/1");
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
    let call = ["report", "r", "--format", "json", "--output", "out/r.json"];
    assert!(world.call(&call).leaves(0).out.is_empty());
    let written: serde_json::Value =
        serde_json::from_str(&world.lines("out/r.json").join("\n")).unwrap();
    assert_eq!(written["decision"], report["decision"]);
}

/// Goal: a pipeline's own reports are written when it ends, and a person's words say
/// where the run went.
#[test]
fn reports_of_the_pipeline() {
    let world = World::new();
    world.write(
        "p.yaml",
        "name: P\nreport: {markdown: docs/review.md, json: review.json}\nstages: [{id: s, agents: [{id: a, run: echo}]}]\n",
    );
    world
        .call(&["run", "p.yaml"])
        .leaves(0)
        .says("docs/review.md");
    assert!(
        world
            .lines("docs/review.md")
            .iter()
            .any(|line| line.contains("MERGE"))
    );
    assert!(world.lines("review.json").join("").contains("run-report"));
}

/// Goal: a reader that has gone away ends the writing, not the work: no command panics,
/// and a run still comes to its end.
#[test]
fn readers_that_go_away() {
    let world = World::seed();
    world
        .call(&["run", "unit_sequential.yaml", "--id", "first"])
        .leaves(0);
    for (call, code) in [
        (&["history", "first", "--jsonl"][..], 0),
        (&["history", "first"], 0),
        (&["list"], 0),
        (&["status", "first", "--json"], 0),
        (&["logs", "first"], 0),
        (&["report", "first"], 0),
        (&["schema"], 0),
        (&["plan", "pr_review_pipeline.yaml"], 0),
        (&["--help"], 0),
        (
            &[
                "run",
                "pr_review_pipeline.yaml",
                "--id",
                "second",
                "--jsonl",
            ],
            0,
        ),
        (
            &["run", "pr_review_pipeline.yaml", "--id", "third", "--json"],
            0,
        ),
    ] {
        let mut child = world.command(call).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{call:?}: {said}");
        assert!(!said.contains("panicked"), "{call:?}: {said}");
    }
    for id in ["second", "third"] {
        assert_eq!(world.status(id)["status"], "SUCCESS", "{id}");
    }
}

/// Goal: `--quiet` leaves only data and errors, and the decision is data; `NO_COLOR` and pipes no colour.
#[test]
fn quiet_and_plain() {
    let world = World::seed();
    let ended = world
        .call(&["run", "unit_sequential.yaml", "--quiet"])
        .leaves(0);
    let decision = "MERGE: No findings, and no evidence is missing\n";
    assert_eq!((ended.out.as_str(), ended.err.as_str()), (decision, ""));
    let ended = world.call(&["run", "unit_sequential.yaml"]).leaves(0);
    assert!(ended.out.is_empty(), "what people read is no data: {ended}");
    assert!(!ended.err.contains('\x1b'), "{ended}");
}
