//! Structured logs of the real program.

use crate::world::World;
use serde_json::Value;

const PIPELINE: &str = "name: Größe
stages:
  - id: build
    agents:
      - {id: compile, run: 'printf \"%s\" \"$STAGEWRIGHT_TRACE_ID\" > trace'}
      - {id: flaky, run: 'test -e again || { touch again; exit 3; }', retries: 1}
    gates:
      - {id: checked, run: 'true'}
";

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn records(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| {
            assert!(line.is_ascii(), "{line}");
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        })
        .collect()
}

fn events(records: &[Value]) -> Vec<&str> {
    records
        .iter()
        .map(|record| record["event"].as_str().unwrap())
        .collect()
}

/// Goal: standard error holds nothing but JSON lines of ASCII, under the specification's
/// names, each with the ids and the trace id; the decision is data on standard output; and
/// agents get the trace id, too.
#[test]
fn on_standard_error() {
    let world = World::new();
    world.write("p.yaml", PIPELINE);
    let call = [
        "run",
        "p.yaml",
        "--id",
        "a",
        "--log",
        "json",
        "--trace-id",
        TRACE,
    ];
    let ended = world.call(&call).leaves(0);
    let records = records(&ended.err);
    assert_eq!(
        events(&records),
        [
            "pipeline_execution_started",
            "stage_execution_started",
            "agent_execution_started",
            "agent_execution_completed",
            "agent_execution_started",
            "agent_attempt_failed",
            "agent_attempt_started",
            "agent_execution_completed",
            "gate_execution_started",
            "gate_execution_completed",
            "stage_execution_completed",
            "pipeline_execution_completed",
        ]
    );
    for record in &records {
        assert_eq!(record["pipeline_id"], "a");
        assert_eq!(record["trace_id"], TRACE);
        assert!(record["run_id"].as_str().unwrap().starts_with("run_"));
        assert!(record["timestamp"].as_str().unwrap().ends_with('Z'));
    }
    assert_eq!(records[0]["pipeline_name"], "Größe");
    assert_eq!(records[7]["agent_id"], "flaky");
    assert_eq!(records[7]["status"], "SUCCESS");
    assert_eq!(records[7]["retry_count"], 1);
    assert!(records[7]["duration_ms"].is_u64());
    assert_eq!(records[11]["decision"], "MERGE");
    assert!(ended.out.starts_with("MERGE: "), "{}", ended.out);
    assert_eq!(world.lines("trace"), [TRACE]);
}

/// Goal: a file is appended to, beside the progress; the settings say the level and the
/// format, also under the specification's name where that is asked for.
#[test]
fn in_a_file() {
    let mut world = World::new();
    world.write("p.yaml", PIPELINE);
    let run = |world: &World, id: &str| {
        let call = ["run", "p.yaml", "--id", id, "--log-file", "log.jsonl"];
        world.call(&call).leaves(0).says("MERGE")
    };
    run(&world, "a");
    let first = world.lines("log.jsonl").len();
    run(&world, "b");
    let lines = world.lines("log.jsonl");
    assert!(lines.len() > first, "it is appended to");
    let owner = std::fs::metadata(world.path("log.jsonl")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&owner.permissions()) & 0o777,
        0o600
    );

    world.write("stagewright.toml", "[compat]\nseed_environment = true\n");
    world.set("LOG_LEVEL", "WARNING");
    std::fs::remove_file(world.path("log.jsonl")).unwrap();
    std::fs::remove_file(world.path("again")).unwrap();
    run(&world, "c");
    let records = records(&world.lines("log.jsonl").join("\n"));
    assert_eq!(events(&records), ["agent_attempt_failed"]);
    assert_eq!(records[0]["error_type"], "execution");

    world.set("STAGEWRIGHT_LOG_FORMAT", "text");
    world.set("STAGEWRIGHT_LOG_LEVEL", "debug");
    let err = world.call(&["run", "p.yaml", "--id", "d"]).leaves(0).err;
    assert!(err.contains(" debug   submitted pipeline_id=d "), "{err}");
    let off = ["run", "p.yaml", "--id", "e", "--log", "off"];
    let err = world.call(&off).leaves(0).err;
    assert!(!err.contains("pipeline_execution_started"), "{err}");
}

/// Goal: a log that cannot be opened is told before anything is made; a trace id that could
/// be more than an id is refused.
#[test]
fn refusals() {
    let world = World::new();
    world.write("p.yaml", PIPELINE);
    world
        .call(&["run", "p.yaml", "--log-file", "no/such/folder/log"])
        .leaves(2)
        .says("error[SW0202]: no/such/folder/log");
    for bad in ["", "a b", "a\nb", "ä", &"x".repeat(129)] {
        world
            .call(&["run", "p.yaml", "--trace-id", bad])
            .leaves(2)
            .says("a trace id is");
    }
    assert!(!world.has_state());
}

/// Goal: what a secret is does not get into the log, whatever prints it.
#[test]
fn secrets_stay_out() {
    let mut world = World::new();
    world.set("TOKEN_OF_MINE", "s3cr3t-value-of-mine");
    world.write(
        "p.yaml",
        "name: Secrets
stages:
  - id: s
    agents:
      - id: a
        run: 'echo {{ secrets.TOKEN }}; echo {{ secrets.TOKEN }} >&2; exit 3'
        secrets: {TOKEN: 'env:TOKEN_OF_MINE'}
",
    );
    world.set("STAGEWRIGHT_LOG_LEVEL", "debug");
    let ended = world.call(&["run", "p.yaml", "--log", "json"]).leaves(1);
    assert!(ended.err.contains("agent_execution_completed"), "{ended}");
    assert!(!ended.err.contains("s3cr3t"), "{ended}");
}
