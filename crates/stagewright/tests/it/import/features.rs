//! Scenario 4: feature files are imported, validated, planned anew, and run.

use super::{examples, files};
use crate::world::{World, counts, outcome};
use serde_json::{Value, json};
use std::fmt::Write as _;

const PIPELINE: &str = "discount-codes.pipeline.yaml";

/// Goal: what is imported validates without a warning, can be planned, and runs in
/// waves: finished tasks are left alone, and each agent finds its task.
#[test]
fn a_feature_is_imported_validated_planned_and_run() {
    let world = examples();
    // A task file that is there is somebody's work.
    std::fs::create_dir_all(world.path("tasks/backlog/discount-codes")).unwrap();
    let kept = "tasks/backlog/discount-codes/TASK-DC-002-apply.md";
    world.write(kept, "mine");
    world.write("test_shop.py", "");
    let ended = world
        .call(&[
            "import",
            "feature",
            "FEAT-7C21.yaml",
            "--run",
            "test -f \"$TASK_FILE\"; echo \"$TASK_ID $TASK_MODE $TASK_WORKSPACE\" >> log",
            "--max-parallelism",
            "1",
        ])
        .leaves(0)
        .says("the status `merged` counts as `completed`")
        .says("FEAT-7C21.yaml:24: the status `backlog` counts as `pending`");
    for shown in [
        "Discount codes: create, apply, expire (FEAT-7C21)",
        "5: 4 to do, 1 finished",
        "3, one task at a time (from --max-parallelism)",
        "TASK-DC-002 as TASK_DC_002",
        "Wave 2: 2 tasks in parallel (workspaces discount-codes-wave2-1 to -2), then smoke_wave_2",
        "TASK-DC-002-apply.md (there already, kept)",
    ] {
        assert!(ended.out.contains(shown), "no `{shown}` in\n{ended}");
    }
    assert_eq!(world.lines(kept), ["mine"]);
    let valid = world.call(&["validate", PIPELINE]).leaves(0);
    assert_eq!(valid.out, "", "no warnings");
    world.call(&["plan", PIPELINE]).leaves(0);

    let unittest = "import unittest\n\n\nclass Shop(unittest.TestCase):\n    def test_it(self):\n        pass\n";
    world.write("test_shop.py", unittest);
    world.call(&["run", PIPELINE]).leaves(43);
    assert_eq!(
        world.lines("log"),
        [
            "TASK-DC-002 task-work discount-codes-wave2-1",
            "TASK-DC-003 direct discount-codes-wave2-2",
            "TASK-DC-004 direct discount-codes-wave3-1",
        ]
    );
    let document = world
        .call(&["approve", "latest", "--json"])
        .leaves(0)
        .json();
    assert_eq!(outcome(&document), json!(["SUCCESS", "MERGE"]));
    // One was finished before; three were worked on, and a person has done one.
    assert_eq!(counts(&document), [5, 4, 4, 0, 1]);
}

/// Goal: without a command the pipeline is valid and fails with the reason, rather than
/// doing nothing and calling it done.
#[test]
fn a_pipeline_without_a_command_refuses_to_work() {
    let world = examples();
    world
        .call(&["import", "feature", "FEAT-7C21.yaml"])
        .leaves(0)
        .says("put what works on a task into x-run");
    world.call(&["validate", PIPELINE]).leaves(0);
    let document = world.call(&["run", PIPELINE, "--json"]).leaves(1).json();
    assert_eq!(outcome(&document)[1], "BLOCK");
    let logs = world.call(&["logs", "latest", "TASK_DC_002"]).leaves(0);
    assert!(
        logs.to_string()
            .contains("no command is set up for TASK-DC-002"),
        "{logs}"
    );
}

/// A feature of 21 waves and 300 tasks, without waves when they are to be left out.
fn large(with_waves: bool) -> String {
    let mut tasks = String::new();
    let mut waves = vec![Vec::new(); 21];
    for at in 0..300_usize {
        let needed = match at % 21 {
            0 => String::new(),
            _ => format!("TASK-L-{}", at - 1),
        };
        let status = ["merged", "backlog", "pending"][at % 3];
        let _ = writeln!(
            tasks,
            "  - {{id: TASK-L-{at}, name: 'Step: {at}', dependencies: [{needed}], status: {status}}}"
        );
        waves[at % 21].push(format!("TASK-L-{at}"));
    }
    let groups = match with_waves {
        true => json!(waves).to_string(),
        false => "null".to_owned(),
    };
    format!("id: FEAT-L\nname: Large\ntasks:\n{tasks}orchestration:\n  parallel_groups: {groups}\n")
}

/// Goal: scenario 4 in full: 21 waves and 300 tasks; waves that are missing are an error
/// that says so, and `--replan` makes them.
#[test]
fn large_features_and_missing_waves() {
    let world = World::new();
    world.write("FEAT-L.yaml", large(true));
    let document = world
        .call(&["import", "feature", "FEAT-L.yaml", "--json", "--dry-run"])
        .leaves(0)
        .json();
    assert_eq!(files(&world), ["FEAT-L.yaml"], "a dry run writes nothing");
    assert_eq!(document["dry_run"], true);
    assert_eq!(document["waves"].as_array().unwrap().len(), 21);
    assert_eq!(document["tasks"].as_array().unwrap().len(), 300);
    assert_eq!(document["tasks"][1]["agent"], "TASK_L_1");
    assert_eq!(document["tasks"][1]["depends_on"], json!(["TASK-L-0"]));
    assert_eq!(document["tasks"][1]["standing"], "pending");
    // The pipeline, two documents, and a file for each task.
    assert_eq!(document["files"].as_array().unwrap().len(), 303);

    world.write("FEAT-L.yaml", large(false));
    world
        .call(&["import", "feature", "FEAT-L.yaml"])
        .leaves(2)
        .says("FEAT-L.yaml:304:1")
        .says("`orchestration.parallel_groups` is missing")
        .says("--replan")
        .says("error[SW0233]");
    assert_eq!(files(&world), ["FEAT-L.yaml"]);
    let ended = world
        .call(&["import", "feature", "FEAT-L.yaml", "--replan"])
        .leaves(0);
    assert!(ended.out.contains("Waves     21\n"), "{ended}");
    world.call(&["validate", "large.pipeline.yaml"]).leaves(0);
    world.call(&["plan", "large.pipeline.yaml"]).leaves(0);
}

/// Goal: the environment goes before the flag, and the flag before the file.
#[test]
fn who_says_how_many_tasks_run_at_once() {
    let mut world = examples();
    let limit = |world: &World, arguments: &[&str]| {
        let mut call = vec!["import", "feature", "FEAT-7C21.yaml", "--dry-run", "--json"];
        call.extend(arguments);
        world.call(&call).leaves(0).json()["max_parallelism"].clone()
    };
    assert_eq!(limit(&world, &[]), json!({"limit": 2, "from": "file"}));
    let flag = ["--max-parallelism", "5"];
    assert_eq!(limit(&world, &flag), json!({"limit": 5, "from": "flag"}));
    world.set("STAGEWRIGHT_AGENTS_CONCURRENCY", "3");
    assert_eq!(
        limit(&world, &flag),
        json!({"limit": 3, "from": "environment"})
    );
    world
        .call(&[
            "import",
            "feature",
            "FEAT-7C21.yaml",
            "--max-parallelism",
            "0",
        ])
        .leaves(2);
}

/// Goal: a smoke gate stops the run when it fails and when it finds nothing to test, and
/// its command reaches the shell letter by letter.
#[test]
fn smoke_gates_are_executed() {
    let world = World::new();
    let import = |command: &str| {
        let text = format!(
            "id: F\nname: Gated\ntasks: [{{id: A}}, {{id: B}}]\n\
             orchestration: {{parallel_groups: [[A], [B]]}}\n\
             smoke_gates: {{after_wave: 1, command: {}}}\n",
            json!(command)
        );
        world.write("FEAT-1.yaml", text);
        world
            .call(&[
                "import",
                "feature",
                "FEAT-1.yaml",
                "--run",
                "echo $TASK_ID >> log",
                "--force",
            ])
            .leaves(0);
        let _ = std::fs::remove_file(world.path("log"));
        let ended = world.call(&["run", "gated.pipeline.yaml", "--json"]);
        (ended.code, world.lines("log"))
    };
    assert_eq!(
        import("true"),
        (Some(0), vec!["A".to_owned(), "B".to_owned()])
    );
    let (code, log) = import("exit 5");
    assert_ne!(code, Some(0));
    assert_eq!(log, ["A"], "no evidence is no pass");
    let (code, log) = import("false");
    assert_ne!(code, Some(0));
    assert_eq!(log, ["A"]);
    let (code, _) = import("printf '%s' '{{.Names}} {% x {# y' > said; test $# = 0");
    assert_eq!(code, Some(0));
    assert_eq!(world.lines("said"), ["{{.Names}} {% x {# y"]);
}

/// Goal: finished tasks run again when somebody says so.
#[test]
fn finished_tasks_can_be_done_again() {
    let world = World::new();
    world.write(
        "FEAT-1.yaml",
        "id: F\nname: Again\ntasks: [{id: A, status: completed}]\n\
         orchestration: {parallel_groups: [[A]]}\n",
    );
    world
        .call(&[
            "import",
            "feature",
            "FEAT-1.yaml",
            "--run",
            "echo $TASK_ID >> log",
        ])
        .leaves(0)
        .says("no task is left to do");
    let nothing = world
        .call(&["run", "again.pipeline.yaml", "--json"])
        .leaves(1);
    let nothing: Value = nothing.json();
    assert_eq!(
        nothing["decision"], "BLOCK",
        "nothing ran, so nothing is proven"
    );
    assert_eq!(world.lines("log"), [""; 0]);
    world
        .call(&[
            "run",
            "again.pipeline.yaml",
            "--context",
            "redo_finished:=true",
        ])
        .leaves(0);
    assert_eq!(world.lines("log"), ["A"]);
}
