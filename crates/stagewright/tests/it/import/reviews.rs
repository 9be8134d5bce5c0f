//! Scenario 5: review reports give task files and a pipeline, or say why not.

use super::{examples, files};
use crate::world::World;
use serde_json::json;

/// Goal: a report becomes task files, documents and a pipeline that runs, in waves that
/// share no file.
#[test]
fn a_report_is_imported_and_run() {
    let world = examples();
    let ended = world
        .call(&[
            "import",
            "review",
            "review-report.md",
            "--run",
            "head -2 \"$TASK_FILE\" | tail -1 >> log",
            "--gate",
            "echo gate >> log",
        ])
        .leaves(0)
        .says("review-report.md:27: is ticked off, and left out")
        .says("stagewright run checkout-service.pipeline.yaml");
    for shown in [
        "checkout service",
        "Waves     2",
        "then check_wave_1",
        "├─ README.md",
    ] {
        assert!(ended.out.contains(shown), "no `{shown}` in\n{ended}");
    }
    let folder = "tasks/backlog/checkout-service";
    let expected = [
        "FEAT-7C21.yaml".to_owned(),
        "checkout-service.pipeline.yaml".to_owned(),
        "review-report.md".to_owned(),
        format!("{folder}/IMPLEMENTATION-GUIDE.md"),
        format!("{folder}/README.md"),
        format!("{folder}/TASK-CS-001-compute-prices-in-one-place.md"),
        format!("{folder}/TASK-CS-002-answer-a-timeout-say-so-and-try-again.md"),
        format!("{folder}/TASK-CS-003-test-the-timeout-in-tests-test-payment.md"),
        format!("{folder}/TASK-CS-004-describe-rounding-in-docs-prices-md.md"),
    ];
    assert_eq!(files(&world), expected);
    assert_eq!(
        world.lines(&expected[6])[..3],
        [
            "---",
            "id: TASK-CS-002",
            "title: \"Answer a timeout: say so and try again\""
        ]
    );
    let valid = world
        .call(&["validate", "checkout-service.pipeline.yaml"])
        .leaves(0);
    assert_eq!(valid.out, "", "no warnings");
    world
        .call(&["run", "checkout-service.pipeline.yaml"])
        .leaves(0);
    let mut log = world.lines("log");
    log[..3].sort();
    assert_eq!(
        log,
        [
            "id: TASK-CS-001",
            "id: TASK-CS-002",
            "id: TASK-CS-004",
            "gate",
            "id: TASK-CS-003",
            "gate"
        ]
    );
}

/// Goal: a report in which nothing is to be done is an error that says where it looked,
/// with exit 2 (rule D10), and leaves nothing behind.
#[test]
fn a_report_without_subtasks_is_an_error() {
    let world = World::new();
    world.write(
        "r.md",
        "# Review: all is well\n\n## Recommendations\n\nNone.\n",
    );
    world
        .call(&["import", "review", "r.md"])
        .leaves(2)
        .says("error[SW0234]: r.md has no subtasks")
        .says("`Recommendations` (line 3)")
        .says("Phase 1 Subtasks");
    assert_eq!(files(&world), ["r.md"]);
}

/// Goal: one task at a time is one task a wave, without workspaces.
#[test]
fn one_at_a_time() {
    let world = examples();
    let import = |arguments: &[&str]| {
        let mut call = vec![
            "import",
            "review",
            "review-report.md",
            "--dry-run",
            "--json",
        ];
        call.extend(arguments);
        world.call(&call).leaves(0).json()
    };
    let together = import(&[]);
    assert_eq!(
        together["waves"],
        json!([
            ["TASK-CS-001", "TASK-CS-002", "TASK-CS-004"],
            ["TASK-CS-003"]
        ])
    );
    assert_eq!(
        together["tasks"][1]["workspace"],
        "checkout-service-wave1-2"
    );
    let alone = import(&["--max-parallelism", "1"]);
    assert_eq!(
        alone["waves"],
        json!([
            ["TASK-CS-001"],
            ["TASK-CS-002"],
            ["TASK-CS-003"],
            ["TASK-CS-004"]
        ])
    );
    assert_eq!(alone["tasks"][1]["workspace"], json!(null));
}
