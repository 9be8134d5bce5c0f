//! Reports of real runs in every format, what changed since the run before, and pictures
//! of a plan.

use crate::world::World;
use serde_json::Value;

/// An agent that reports what `found` says, a gate that counts, and all reports.
fn world(found: &[&str]) -> World {
    let world = World::new();
    world.write(
        "pipeline.yaml",
        "name: Review\n\
         report: {markdown: out/r.md, html: out/r.html, json: out/r.json, sarif: out/r.sarif, junit: out/r.xml}\n\
         stages:\n\
         - id: check\n\
         \x20 agents: [{id: lint, findings: agent, run: cat answer.json}]\n\
         \x20 gates: [{id: tests, run: 'echo 3 passed'}]\n",
    );
    answer(&world, found);
    world
}

/// What the agent says next time: a finding of LOW severity for each rule.
fn answer(world: &World, found: &[&str]) {
    let violations: Vec<Value> = found
        .iter()
        .map(|rule| {
            serde_json::json!({
                "file": "src/<app>.py", "line": 12, "type": rule, "severity": "LOW",
                "description": "<script>alert(1)</script>",
            })
        })
        .collect();
    let status = if found.is_empty() { "PASS" } else { "FAIL" };
    let document = serde_json::json!({"status": status, "violations": violations});
    world.write("answer.json", document.to_string());
}

fn text(world: &World, name: &str) -> String {
    world.lines(name).join("\n")
}

/// Goal: a pipeline writes all its reports, and each is what it should be.
#[test]
fn of_the_pipeline() {
    let world = world(&["E501"]);
    world
        .call(&["run", "pipeline.yaml", "--id", "pr-7"])
        .leaves(0)
        .says("html report: out/r.html");
    let comment = text(&world, "out/r.md");
    assert!(comment.starts_with("<!-- stagewright:pr-7 -->\n## Review\n"));
    assert!(!comment.contains("### Since the run before"));
    let page = text(&world, "out/r.html");
    assert!(page.starts_with("<!doctype html>"));
    assert!(page.contains("<h1>MERGE</h1>"));
    assert!(page.contains("echo 3 passed"));
    assert!(!page.contains("<script"));
    assert!(page.contains("attempt finished"), "the history is there");
    let log: Value = serde_json::from_str(&text(&world, "out/r.sarif")).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "E501");
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "src/%3Capp%3E.py");
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
    let suites = text(&world, "out/r.xml");
    assert!(suites.contains("tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\""));
    assert!(text(&world, "out/r.json").contains("\"digest\": \""));
}

/// Goal: the second run of a pipeline id is compared with the first, a cancelled or
/// foreign one is not looked at, and an old run is compared with what was before it.
#[test]
fn since_the_run_before() {
    let world = world(&["E501", "F401"]);
    world
        .call(&["run", "pipeline.yaml", "--id", "pr-7"])
        .leaves(0);
    world
        .call(&["run", "pipeline.yaml", "--id", "other"])
        .leaves(0);
    let first = world
        .call(&["report", "pr-7", "--format", "json"])
        .leaves(0)
        .json();
    answer(&world, &["F401", "B602"]);
    world
        .call(&["run", "pipeline.yaml", "--id", "pr-7"])
        .leaves(0);
    let comment = text(&world, "out/r.md");
    let first_id = first["run_id"].as_str().unwrap();
    assert!(
        comment.contains(&format!(
            "### Since the run before (`{first_id}`)\n\n1 new · 1 fixed · 1 still open"
        )),
        "{comment}"
    );
    let page = world
        .call(&["report", "pr-7", "--format", "html"])
        .leaves(0)
        .out;
    assert!(page.contains("1 new, 1 fixed, 1 still open."), "{page}");
    let old = world.call(&["report", first_id]).leaves(0).out;
    assert!(!old.contains("Since the run before"), "{old}");
}

/// Goal: every format is printed of a run that has not ended too.
#[test]
fn of_a_run_that_waits() {
    let world = World::new();
    world.write(
        "pipeline.yaml",
        "name: P\nstages: [{id: s, agents: [{id: a, human: {ask: 'Go on?'}}]}]\n",
    );
    world.call(&["run", "pipeline.yaml"]).leaves(43);
    for (format, part) in [
        ("markdown", "Waiting for"),
        ("html", "<h1>Waiting</h1>"),
        ("json", "\"state\": \"waiting\""),
        ("sarif", "`a` has not ended: WAITING"),
        ("junit", "it has not ended: WAITING"),
    ] {
        let out = world
            .call(&["report", "latest", "--format", format])
            .leaves(0)
            .out;
        assert!(out.contains(part), "{format}: {out}");
    }
    world
        .call(&["report", "latest", "--format", "pdf"])
        .leaves(2);
}

/// Goal: a plan is drawn in each format, to standard output or into a file, and nothing
/// is made by it.
#[test]
fn pictures() {
    let world = world(&[]);
    for (format, begin) in [
        ("svg", "<svg xmlns="),
        ("dot", "digraph stagewright {"),
        ("mermaid", "flowchart TB"),
    ] {
        let out = world
            .call(&["plan", "pipeline.yaml", "--graph", format])
            .leaves(0)
            .out;
        assert!(out.starts_with(begin), "{format}: {out}");
        assert!(out.contains("lint") && out.contains("tests"), "{format}");
        let file = format!("pictures/plan.{format}");
        let ended = world
            .call(&["plan", "pipeline.yaml", "--graph", format, "-o", &file])
            .leaves(0);
        assert!(ended.out.is_empty());
        assert_eq!(text(&world, &file), out.trim_end());
    }
    let call = [
        "plan",
        "pipeline.yaml",
        "--graph",
        "svg",
        "-o",
        "answer.json/x",
    ];
    world.call(&call).leaves(2).says("SW0202");
    assert!(!world.has_state());
}
