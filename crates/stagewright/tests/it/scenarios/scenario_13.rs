//! Scenario 13: ruff, bandit, mypy and vulture review a change in a git repository, read
//! by name and behind an adapter that prints agents' documents; labels are a file.
//!
//! The changes lie in `scenario_13/`. What the reviewers have to say about a line stands
//! beside it as `# expect: SEVERITY RULE`, so that sources and expectations cannot part.

use crate::world::{World, agent, counts, outcome};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The two ways of asking the same reviewers.
const WAYS: [&str; 2] = ["by_name.yaml", "by_adapter.yaml"];

/// A pull request: a repository with two commits, and the labels that it carries.
struct PullRequest {
    world: World,
    base: String,
    head: String,
}

/// A finding as reports show it: severity, rule, file, line.
type Finding = (String, String, String, u64);

impl PullRequest {
    /// One of the changes of `scenario_13/`, committed on top of its base.
    fn new(change: &str) -> Self {
        let tools = std::env::var("STAGEWRIGHT_TEST_TOOLS").expect(
            "STAGEWRIGHT_TEST_TOOLS names the directory of the reviewers; `./test` sets it",
        );
        for tool in ["ruff", "bandit", "mypy", "vulture"] {
            assert!(Path::new(&tools).join(tool).is_file(), "{tool} in {tools}");
        }
        let mut world = World::new();
        let path = std::env::var("PATH").unwrap();
        world.set("PATH", &format!("{tools}:{path}"));
        for name in [WAYS[0], WAYS[1], "adapter.py"] {
            std::fs::copy(fixtures().join(name), world.path(name)).unwrap();
        }
        world.write("labels.json", r#"{"pr": {"number": 13, "labels": []}}"#);

        let repository = world.path("repo");
        std::fs::create_dir(&repository).unwrap();
        git(&repository, &["init", "--quiet"]);
        let base = commit(&repository, "base");
        let head = commit(&repository, change);
        Self { world, base, head }
    }

    /// Reviews it, and checks the exit code.
    #[track_caller]
    fn review(&self, pipeline: &str, code: i32) -> Value {
        let base = format!("pr.base={}", self.base);
        let head = format!("pr.head={}", self.head);
        let call = [
            "run",
            pipeline,
            "--json",
            "--context",
            "labels.json",
            "--context",
            &base,
            "--context",
            &head,
        ];
        self.world.call(&call).leaves(code).json()
    }

    /// The findings of the last review, and who reported them, as its SARIF report has them.
    fn findings(&self) -> Vec<(Finding, Value)> {
        let report = ["report", "latest", "--format", "sarif"];
        let sarif = self.world.call(&report).leaves(0).json();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let finding = |result: &Value| {
            let place = &result["locations"][0]["physicalLocation"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let finding = (
                text(&result["properties"]["severity"]),
                text(&result["ruleId"]),
                text(&place["artifactLocation"]["uri"]),
                place["region"]["startLine"].as_u64().unwrap(),
            );
            (finding, result["properties"]["reporters"].clone())
        };
        let mut findings: Vec<_> = results.iter().map(finding).collect();
        findings.sort_by(|one, other| one.0.cmp(&other.0));
        findings
    }

    /// The same without the reporters.
    fn problems(&self) -> Vec<Finding> {
        self.findings()
            .into_iter()
            .map(|(finding, _)| finding)
            .collect()
    }
}

/// Goal: both ways tell the same problems at the same lines; one that two reviewers see
/// counts once in the totals and for each of them in the counts by type; what is HIGH
/// blocks, and the command ends with 1.
#[test]
fn scenario_13_a_faulty_change_is_blocked() {
    let request = PullRequest::new("faulty");
    for way in WAYS {
        let output = request.review(way, 1);
        assert_eq!(outcome(&output), json!(["SUCCESS", "BLOCK"]), "{way}");
        assert_eq!(counts(&output), [5, 5, 5, 0, 0], "{way}");
        assert_eq!(output["decision_reason"], "2 HIGH findings, 0 allowed");
        assert_eq!(
            agent(&output, "change")["output"]["items"],
            json!(["shop/__main__.py", "shop/orders.py"])
        );
        assert_eq!(request.problems(), expected("faulty"), "{way}");
        let aggregated = &output["aggregated_result"];
        // ruff one and bandit two; mypy one and vulture two, of which ruff has one as well.
        assert_eq!(aggregated["code_violations_count"], 3, "{way}");
        assert_eq!(aggregated["architect_violations_count"], 3, "{way}");
        assert_eq!(aggregated["total_issues_found"], 5, "{way}");
        let findings = request.findings();
        let reporters = |rule: &str| -> &Value {
            let found = findings.iter().find(|(finding, _)| finding.1 == rule);
            &found.unwrap().1
        };
        assert_eq!(*reporters("F401"), json!(["lint", "dead_code"]), "{way}");
        assert_eq!(*reporters("B602"), json!(["security"]), "{way}");
        assert_eq!(*reporters("return-value"), json!(["types"]), "{way}");
    }
}

/// Goal: a label of the file overrides the decision and nothing else: the findings and
/// the factor stay, and a warning says so (rule A14).
#[test]
fn scenario_13_a_label_overrides() {
    let request = PullRequest::new("faulty");
    let labels = r#"{"pr": {"number": 13, "labels": ["backend", "emergency-deploy"]}}"#;
    request.world.write("labels.json", labels);
    for way in WAYS {
        let output = request.review(way, 0);
        assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]), "{way}");
        let reason = output["decision_reason"].as_str().unwrap();
        assert!(reason.contains("`emergency-deploy`"), "{reason}");
        assert!(reason.contains("2 HIGH findings, 0 allowed"), "{reason}");
        let warnings = output["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].as_str().unwrap().contains("`emergency-deploy`"));
        assert_eq!(request.problems(), expected("faulty"), "{way}");
    }
}

/// Goal: without problems, and with one that the policy tolerates, the change is merged;
/// reviewers that print nothing about a clean tree have answered.
#[test]
fn scenario_13_a_clean_change_is_merged() {
    for (change, problems) in [("clean", 0), ("harmless", 1)] {
        let request = PullRequest::new(change);
        for way in WAYS {
            let output = request.review(way, 0);
            assert_eq!(
                outcome(&output),
                json!(["SUCCESS", "MERGE"]),
                "{change} {way}"
            );
            assert_eq!(counts(&output), [5, 5, 5, 0, 0], "{change} {way}");
            assert_eq!(output["warnings"], Value::Null, "{change} {way}");
            assert_eq!(request.problems(), expected(change), "{change} {way}");
            assert_eq!(request.problems().len(), problems, "{change} {way}");
        }
    }
}

/// Goal: a file that cannot be parsed is a finding for ruff, and missing evidence of those
/// who could not look at it; in both ways nobody takes it for "no findings".
#[test]
fn scenario_13_what_cannot_be_checked_is_blocked() {
    let request = PullRequest::new("broken");
    for way in WAYS {
        let output = request.review(way, 1);
        assert_eq!(
            outcome(&output),
            json!(["PARTIAL_SUCCESS", "BLOCK"]),
            "{way}"
        );
        // vulture looks at what it can parse, so it succeeds.
        assert_eq!(counts(&output), [5, 5, 3, 2, 0], "{way}");
        let errors = output["errors"].as_array().unwrap();
        let failed: Vec<&Value> = errors.iter().map(|error| &error["agent_id"]).collect();
        assert_eq!(failed, ["security", "types"], "{way}");
        let reason = output["decision_reason"].as_str().unwrap();
        for part in [
            "`security` has no result",
            "`types` has no result",
            "1 HIGH finding, 0 allowed",
        ] {
            assert!(reason.contains(part), "{way}: {reason}");
        }
        for problem in expected("broken") {
            assert!(request.problems().contains(&problem), "{way}: {problem:?}");
        }
    }
}

/// Goal: a change of documents only starts no reviewer, and is merged.
#[test]
fn scenario_13_documents_need_no_reviewer() {
    let request = PullRequest::new("documented");
    for way in WAYS {
        let output = request.review(way, 0);
        assert_eq!(outcome(&output), json!(["SUCCESS", "MERGE"]), "{way}");
        assert_eq!(counts(&output), [5, 1, 1, 0, 4], "{way}");
        assert_eq!(output["stage_results"][1]["status"], "SKIPPED", "{way}");
        assert_eq!(
            agent(&output, "change")["output"]["items"],
            json!(["docs/shop.md"])
        );
    }
}

/// What stands beside the lines of a change's `shop/orders.py`, in order.
fn expected(change: &str) -> Vec<Finding> {
    let file = "shop/orders.py";
    let text = std::fs::read_to_string(fixtures().join(change).join(file)).unwrap();
    let mut findings = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some((_, words)) = line.split_once("# expect: ") {
            let (severity, rule) = words.split_once(' ').unwrap();
            findings.push((
                severity.to_owned(),
                rule.to_owned(),
                file.to_owned(),
                number,
            ));
        }
    }
    findings.sort();
    findings
}

/// Lays the files of a change over the work tree and commits them.
fn commit(repository: &Path, change: &str) -> String {
    let copied = Command::new("cp")
        .arg("-R")
        .arg(fixtures().join(change).join("."))
        .arg(repository)
        .status()
        .unwrap();
    assert!(copied.success());
    git(repository, &["add", "--all"]);
    git(repository, &["commit", "--quiet", "--message", change]);
    git(repository, &["rev-parse", "HEAD"]).trim().to_owned()
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Tester",
            "-c",
            "user.email=tester@example.org",
        ])
        .args(["-c", "commit.gpgSign=false"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/scenarios/scenario_13")
}
