//! Repeated agents in every document: compact, with the first failures named.

use crate::gallery::page;
use crate::plans::{Draft, finding};
use crate::world::{Try, World};
use serde_json::{Value, json};
use stagewright_core::condition::Condition;
use stagewright_core::plan::{Items, Over, Repeat, StageMode};
use stagewright_core::{ErrorClass, Finding, Severity};
use stagewright_report::documents::{ExecutePipelineOutput, RunReport};
use stagewright_report::graph::{Picture, dot, mermaid, svg};
use stagewright_report::plan::Terms;
use stagewright_report::{Findings, Places, junit, markdown, sarif};

fn list(count: usize) -> Repeat {
    Repeat {
        over: Over::Items {
            items: Items::List(vec![json!("x"); count]),
        },
        max_parallelism: Some(4),
    }
}

/// A stage with an agent for each of `count` files, of which the tries are given.
fn run(count: usize, tries: Vec<Try>) -> World {
    let plan = Draft::new("Files")
        .stage("files", "Files", StageMode::Parallel)
        .agent("lint", "Lint")
        .with(|node| node.repeat = Some(list(count)))
        .agent("other", "Other")
        .plan();
    World::new(plan, |submission| submission.max_parallelism = Some(4))
        .script("lint", tries)
        .play()
}

fn found(place: &str) -> Finding {
    finding(Severity::High, "B602", place, "shell=True")
}

/// Thirty files: two with findings, one of which both report, and eight that fail.
fn mixed() -> World {
    let mut tries = vec![
        Try::ok(10).findings(&[found("a.py:1")]),
        Try::ok(10).findings(&[found("a.py:1"), found("b.py:2")]),
    ];
    for _ in 0..8 {
        tries.push(Try::fails(10, ErrorClass::Execution, "left with 3"));
    }
    run(30, tries)
}

/// Goal: the findings of all instances are there, each once, reported by the agent.
#[test]
fn findings_of_instances() {
    let world = mixed();
    let findings = Findings::of(world.run(), &world.results());
    let places: Vec<&str> = findings
        .list
        .iter()
        .map(|one| one.file.as_deref().unwrap())
        .collect();
    assert_eq!(places, ["a.py", "b.py"]);
    assert_eq!(findings.list[0].reporters, ["lint"]);
    assert_eq!(findings.not_listed, 0);
}

/// Goal: the result of the run has the output of every instance in its place, and null for
/// one that failed.
#[test]
fn outputs_of_instances() {
    let tries = vec![
        Try::ok(10).output(json!({"n": 1})),
        Try::fails(10, ErrorClass::Execution, "left with 3"),
        Try::ok(10).output(json!("three")),
    ];
    let world = run(3, tries);
    let output = ExecutePipelineOutput::of(world.run(), &world.results(), None).unwrap();
    let result = &output.stage_results[0].agent_results[0];
    assert_eq!(
        result.output.clone().map(Value::Object),
        Some(json!({"items": [{"n": 1}, null, "three"]}))
    );
}

/// Goal: the JSON report counts the instances and names the first that failed.
#[test]
fn json_report() {
    let world = mixed();
    let report = RunReport::of(world.run(), &world.results(), world.now);
    let report = serde_json::to_value(report).unwrap();
    let lint = &report["stages"][0]["agents"][0];
    let items = &lint["items"];
    assert_eq!(
        [&items["count"], &items["succeeded"], &items["failed"]],
        [&json!(30), &json!(22), &json!(8)]
    );
    let named: Vec<&Value> = items["first_failures"].as_array().unwrap().iter().collect();
    assert_eq!(
        named[0],
        &json!({"id": "lint[2]", "error": "execution: left with 3"})
    );
    assert_eq!(named.len(), 5);
    // Each instance counts its own findings.
    assert_eq!(lint["findings"]["high"], json!(3));
    assert_eq!(report["stages"][0]["agents"][1]["items"], Value::Null);
}

/// Goal: one line, one case, one row and one box for the agent, however many items.
#[test]
fn compact() {
    let world = mixed();
    let (run, results) = (world.run(), world.results());
    let comment = markdown::comment(run, &results, world.now, Places::default(), None);
    assert!(
        comment.contains("**Lint**: FAILURE, 30 items, 8 failed ("),
        "{comment}"
    );
    let suites = junit(run, &results, world.now);
    assert_eq!(suites.matches("<testcase name=\"lint").count(), 1);
    assert!(suites.contains("<property name=\"items_failed\" value=\"8\"/>"));
    assert!(suites.contains("\nlint[2]: execution: left with 3\n"));
    let page = page(&world, None);
    assert!(page.contains("<li>30 items, 8 failed</li>"));
    assert!(page.contains("<li><code>lint[2]</code> execution: left with 3</li>"));
    assert!(page.contains("<li class=\"more\">… and 3 more</li>"));
    assert!(page.contains(">lint[11]</text>") && page.contains(">… and 18 more</text>"));
    assert!(!page.contains(">lint[12]</text>"));
    let drawing = svg(&Picture::of_run(run));
    assert_eq!(drawing.matches(">lint</text>").count(), 1);
    assert!(
        drawing.contains("FAILURE, 30 items, 8 failed · "),
        "{drawing}"
    );
    let log = sarif(run, &results);
    let said = log["runs"][0]["invocations"][0].to_string();
    assert!(
        said.contains("`lint` failed (execution): 8 of 30 have no success"),
        "{said}"
    );
}

/// Goal: when all is well the documents say how many there were, and nothing else.
#[test]
fn all_well() {
    let world = run(3, Vec::new());
    let comment = markdown::comment(
        world.run(),
        &world.results(),
        world.now,
        Places::default(),
        None,
    );
    assert!(
        comment.contains("**Lint**: SUCCESS, 3 items ("),
        "{comment}"
    );
    assert!(page(&world, None).contains("<ul class=\"items\"><li>3 items</li></ul>"));
}

/// Goal: a list without elements is no repetition to speak of.
#[test]
fn nothing_to_repeat() {
    let world = run(0, Vec::new());
    let page = page(&world, None);
    assert!(page.contains("nothing to repeat it for"));
}

/// Goal: results of instances that can no longer be read are missing, not empty.
#[test]
fn lost_results() {
    let mut world = mixed();
    world.blobs.clear();
    let findings = Findings::of(world.run(), &world.results());
    assert!(findings.list.is_empty());
    assert_eq!(findings.not_listed, 2);
    let page = page(&world, None);
    assert!(page.contains("<code>lint[0]</code>"), "{page}");
}

/// Goal: the picture of a plan says over what an agent or stage is repeated.
#[test]
fn pictures() {
    let plan = Draft::new("Loops")
        .stage("fix", "Fix", StageMode::Sequential)
        .with_stage(|stage| {
            stage.repeat = Some(Repeat {
                over: Over::Until {
                    condition: Condition::Expression {
                        source: "results.test.output.ok".to_owned(),
                    },
                    max_iterations: 5,
                },
                max_parallelism: None,
            });
        })
        .agent("test", "Test")
        .stage("files", "Files", StageMode::Parallel)
        .agent("lint", "Lint")
        .with(|node| {
            node.repeat = Some(Repeat {
                over: Over::Items {
                    items: Items::Expression("context.files".to_owned()),
                },
                max_parallelism: Some(4),
            });
            node.fallbacks = vec![node.action.clone()];
        })
        .plan();
    let terms = Terms {
        mode: stagewright_core::plan::RunMode::Hybrid,
        max_parallelism: None,
        concurrency_cap: 8,
        timeout_ms: None,
        max_agent_ms: 600_000,
    };
    let picture = Picture::of_plan(&plan, &terms);
    for text in [mermaid(&picture), dot(&picture), svg(&picture)] {
        for words in [
            "until results.test.output.ok, at most 5 times",
            "for each of context.files, 4 at once",
            "lambda",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
    }
    let text = stagewright_report::plan::text(&plan, &terms);
    assert!(text.contains("until results.test.output.ok, at most 5 times"));
    assert!(text.contains("for each of context.files, 4 at once"));
    assert!(text.contains("when it fails: lambda"));
}
