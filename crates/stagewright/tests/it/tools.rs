//! Commands for authors, tools and people in need, from outside.

use crate::world::World;
use serde_json::Value;

const GOOD: &str =
    "name: Good\nstages:\n  - id: work\n    agents:\n      - id: one\n        run: \"true\"\n";
const WRONG: &str = "name: Wrong\nstagez: []\n";

/// Goal: `validate` tells all problems of all files, with their places, and leaves
/// with 2 only for errors.
#[test]
fn validate_tells_everything() {
    let world = World::new();
    world.write("good.yaml", GOOD);
    world.write("wrong.yaml", WRONG);
    world.write(
        "warned.yaml",
        GOOD.replace("run:", "timeout: 90m\n        run:")
            .replace("stages:", "limits: {timeout: 30m}\nstages:"),
    );
    world
        .call(&["validate", "good.yaml"])
        .leaves(0)
        .says("ok good.yaml");

    let all = [
        "validate",
        "good.yaml",
        "wrong.yaml",
        "gone.yaml",
        "warned.yaml",
    ];
    let ended = world
        .call(&all)
        .leaves(2)
        .says("ok good.yaml")
        .says("ok warned.yaml");
    assert!(
        ended
            .err
            .contains("error[SW0201]: gone.yaml cannot be read"),
        "{ended}"
    );
    assert!(ended.out.contains("wrong.yaml:2:1"), "{ended}");
    assert!(ended.out.contains("SW0170"), "{ended}");

    let ended = world.call(&[&all[..], &["--json"]].concat()).leaves(2);
    let problems = ended.json();
    let rows: Vec<(&str, &str, &str, Option<u64>)> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            let text = |name: &str| problem[name].as_str().unwrap();
            (
                text("file"),
                text("code"),
                text("severity"),
                problem["line"].as_u64(),
            )
        })
        .collect();
    assert!(
        rows.contains(&("wrong.yaml", "SW0110", "error", Some(2))),
        "{rows:?}"
    );
    assert!(
        rows.contains(&("gone.yaml", "SW0201", "error", None)),
        "{rows:?}"
    );
    assert!(
        rows.iter()
            .any(|row| row.1 == "SW0170" && row.2 == "warning"),
        "{rows:?}"
    );
    assert!(rows.iter().all(|row| row.0 != "good.yaml"), "{rows:?}");

    world.call(&["validate", "warned.yaml"]).leaves(0);
    let none = world.call(&["validate", "good.yaml", "--json"]).leaves(0);
    assert_eq!(none.json(), serde_json::json!([]));
}

/// Goal: the seed's own pipeline is shown in each form, and nothing is run or made.
#[test]
fn plan_of_the_sample_pipeline() {
    let world = World::seed();
    let text = world
        .call(&["plan", "pr_review_pipeline.yaml"])
        .leaves(0)
        .out;
    assert!(text.contains("4 stages, 5 agents, 0 gates"), "{text}");
    assert!(
        text.contains("mode hybrid: each stage's own; at most 3 agents at once"),
        "{text}"
    );
    assert!(text.contains("only if"), "{text}");
    // 600 + 600 s at once, then 300 s, 900 s and 300 s, each three times, are more than
    // the 1800 s of the run (rule A7).
    assert!(
        text.contains("worst case  30 min 00 s, the run's own limit; without it"),
        "{text}"
    );

    let chart = world
        .call(&["plan", "pr_review_pipeline.yaml", "--graph", "mermaid"])
        .leaves(0)
        .out;
    assert!(chart.starts_with("flowchart TB\n"), "{chart}");
    assert_eq!(chart.matches("subgraph ").count(), 4);

    let plan = world
        .call(&["plan", "pr_review_pipeline.json", "--json"])
        .leaves(0)
        .json();
    assert_eq!(plan["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(plan["format"], 1);
    assert!(!world.path("../state").exists(), "nothing was made");

    world.call(&["plan", "gone.yaml"]).leaves(2).says("SW0201");
}

/// Goal: what programs and shells ask for is there and well formed.
#[test]
fn schema_and_completions() {
    let world = World::new();
    let schema = world.call(&["schema"]).leaves(0).json();
    assert!(
        schema["$schema"]
            .as_str()
            .unwrap()
            .contains("json-schema.org")
    );
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = world.call(&["completions", shell]).leaves(0).out;
        assert!(script.contains("validate"), "{shell} knows the commands");
    }
    world.call(&["completions", "cobol"]).leaves(2);
}

/// Goal: a page for a code in any case, the list of all, and help for a slip.
#[test]
fn explain_finds_pages() {
    let world = World::new();
    let page = world.call(&["explain", "sw0206"]).leaves(0).out;
    assert!(page.starts_with("# SW0206: "), "{page}");
    let list = world.call(&["explain"]).leaves(0).out;
    for code in ["SW0101: ", "SW0301: ", "SW0404: "] {
        assert!(list.contains(code), "{code}");
    }
    world
        .call(&["explain", "SW02206"])
        .leaves(2)
        .says("SW0220")
        .says("did you mean SW0206?");
}

/// Goal: a machine where nothing was run yet is fine; a journal is looked at; what is
/// broken is told, with the exit code of what it breaks.
#[test]
fn doctor_looks_at_everything() {
    let world = World::new();
    let ended = world.call(&["doctor"]).leaves(0);
    assert!(ended.out.contains("none yet"), "{ended}");
    assert!(
        ended.out.contains("named by STAGEWRIGHT_STATE_DIR"),
        "{ended}"
    );
    assert!(!world.path("../state").exists(), "a doctor makes nothing");

    world.write("good.yaml", GOOD);
    world.call(&["run", "good.yaml"]).leaves(0);
    let report = world.call(&["doctor", "--full", "--json"]).leaves(0).json();
    assert_eq!(report["ok"], true);
    let named = |name: &str| -> Value {
        let checks = report["checks"].as_array().unwrap();
        checks
            .iter()
            .find(|check| check["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(named("integrity")["area"], "journal");
    assert!(
        named("events")["detail"]
            .as_str()
            .unwrap()
            .contains("of 1 runs")
    );
    assert!(named("git")["detail"].as_str().unwrap().contains("version"));

    world.write("stagewright.toml", "[agents]\nconcurency = 4\n");
    let ended = world.call(&["doctor"]).leaves(2);
    assert!(
        ended.out.contains("did you mean `agents.concurrency`?"),
        "{ended}"
    );

    // Without its log, from which a damaged database would come back.
    std::fs::remove_file(world.path("../state/journal.db-wal")).unwrap();
    let other = "no database, but long enough to be taken for one".repeat(100);
    world.write("../state/journal.db", other);
    let ended = world.call(&["doctor", "--json"]).leaves(4);
    assert_eq!(ended.json()["ok"], false);
}

/// Goal: each value with its origin: default, file, variable; mappings without the
/// values of their environment.
#[test]
fn settings_say_where_they_come_from() {
    let mut world = World::new();
    world.write(
        "stagewright.toml",
        "[run]\ntimeout = \"45m\"\n[lambda.\"arn:x\"]\nrun = [\"python3\", \"x.py\"]\n\
         env = { KEY = \"hush\" }\n[evaluators]\nrisk = [\"./risk\"]\n",
    );
    world.set("STAGEWRIGHT_AGENTS_CONCURRENCY", "3");
    let ended = world.call(&["settings", "--json"]).leaves(0);
    let document = ended.json();
    let row = |name: &str| -> (Value, String) {
        let rows = document["settings"].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        (
            row["value"].clone(),
            row["origin"].as_str().unwrap().to_owned(),
        )
    };
    let file = world.path("stagewright.toml").canonicalize().unwrap();
    assert_eq!(
        row("run.timeout"),
        ("2700s".into(), file.display().to_string())
    );
    assert_eq!(
        row("agents.concurrency"),
        ("3".into(), "STAGEWRIGHT_AGENTS_CONCURRENCY".to_owned())
    );
    assert_eq!(row("retries.limit"), ("2".into(), "default".to_owned()));
    assert_eq!(row("agents.timeout"), (Value::Null, "default".to_owned()));
    assert_eq!(
        document["lambda"]["arn:x"]["env_names"],
        serde_json::json!(["KEY"])
    );
    assert_eq!(
        document["evaluators"]["risk"],
        serde_json::json!(["./risk"])
    );
    assert!(!ended.out.contains("hush"), "{ended}");

    let text = world.call(&["settings"]).leaves(0).out;
    for part in [
        "run.timeout",
        "2700s",
        "STAGEWRIGHT_RUN_TIMEOUT",
        "arn:x",
        "python3 x.py",
        "./risk",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains("hush"));
}

/// Goal: nobody thinks that a variable of the seed does something when it does not, and a
/// misspelt one is no default.
#[test]
fn variables_without_effect_are_told() {
    let mut world = World::new();
    world.set("REDIS_HOST", "cache");
    let quiet = world.call(&["settings"]).leaves(0);
    assert!(!quiet.err.contains("REDIS_HOST"), "{quiet}");
    world.write("stagewright.toml", "[compat]\nseed_environment = true\n");
    world
        .call(&["settings"])
        .leaves(0)
        .says("REDIS_HOST is known, not used: ");
    world.set("STAGEWRIGHT_RUN_TIMOUT", "5m");
    world
        .call(&["settings"])
        .leaves(2)
        .says("did you mean `STAGEWRIGHT_RUN_TIMEOUT`?");
}
