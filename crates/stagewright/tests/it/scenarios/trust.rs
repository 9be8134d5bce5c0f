//! Values from outside, the environment of agents, and changes that decide over
//! themselves.

use crate::world::{World, agent, outcome};
use serde_json::json;
use std::process::Command;

/// Goal: a value of the context is text for the shell, never program; one that looks like
/// an option is refused (decisions 18 and 19).
#[test]
fn values_are_no_programs() {
    let world = World::new();
    world.write(
        "p.yaml",
        "
name: Echo
stages: [{id: s, agents: [{id: echo, run: 'echo {{ context.title }} \"<{{ context.title }}>\"'}]}]
",
    );
    let run = |title: &str, code| {
        let context = format!("title={title}");
        let call = ["run", "p.yaml", "--json", "--context", &context];
        world.call(&call).leaves(code).json()
    };
    for title in [
        "$(touch hacked)",
        "`touch hacked`",
        "'; touch hacked; '",
        "\"; touch hacked; \"",
        "x\ntouch hacked",
        "* ~ $HOME & | > hacked",
    ] {
        let output = run(title, 0);
        let said = &agent(&output, "echo")["output"]["text"];
        assert_eq!(said, &json!(format!("{title} <{title}>")));
        assert!(!world.path("hacked").exists(), "{title}");
    }
    let output = run("-n", 1);
    assert_eq!(output["errors"][0]["error_type"], "invalid_input");
    assert!(
        output["errors"][0]["error"]
            .as_str()
            .unwrap()
            .contains("context.title")
    );
}

/// Goal: agents get an environment of allowed names; settings can add to it.
#[test]
fn agents_get_an_allowed_environment() {
    for (passed, seen) in [("", false), ("AWS_*", true)] {
        let mut world = World::new();
        world.set("AWS_SECRET_ACCESS_KEY", "not-for-agents");
        world.set("STAGEWRIGHT_AGENTS_PASS_ENVIRONMENT", passed);
        world.write(
            "p.yaml",
            "name: Env\nstages: [{id: s, agents: [{id: env, run: env > seen}]}]\n",
        );
        world.call(&["run", "p.yaml", "--id", "order-1"]).leaves(0);
        let lines = world.lines("seen");
        let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
        assert_eq!(has("AWS_SECRET_ACCESS_KEY="), seen, "{passed}");
        assert!(has("PATH="));
        assert!(has("STAGEWRIGHT_PIPELINE_ID=order-1"));
        assert!(has("STAGEWRIGHT_AGENT=env"));
        assert!(!has("STAGEWRIGHT_STATE_DIR="), "what is ours is not theirs");
    }
}

/// Goal: a change that touches the pipeline or the settings that decide over it blocks
/// (decision 22).
#[test]
fn a_change_of_the_policy() {
    let world = World::seed();
    let git = Command::new("git")
        .args(["init", "-q"])
        .current_dir(world.work())
        .status();
    assert!(git.unwrap().success());
    for (file, decision) in [
        ("src/main.java", "MERGE"),
        ("hotfix_pipeline.yaml", "BLOCK"),
        ("stagewright.toml", "BLOCK"),
        ("./stagewright.toml", "BLOCK"),
        ("elsewhere/stagewright.toml", "MERGE"),
    ] {
        let context = format!("pr.files_changed:=[\"{file}\"]");
        let call = [
            "run",
            "hotfix_pipeline.yaml",
            "--json",
            "--context",
            &context,
        ];
        let output = world.call(&call).json();
        assert_eq!(output["decision"], decision, "{file}");
        let reason = output["decision_reason"].as_str().unwrap();
        assert_eq!(
            reason.contains("decides over it"),
            decision == "BLOCK",
            "{reason}"
        );
    }
}

/// Goal: a label overrides a BLOCK, visibly: MERGE with the factors it overrode and a
/// warning; the policy can forbid it (rule A14).
#[test]
fn an_override_by_label() {
    let labels = "pr.labels:=[\"emergency-deploy\"]";
    for (policy, context, decision, code) in [
        ("", "pr.number:=1", "BLOCK", 1),
        ("", labels, "MERGE", 0),
        (
            "policy: {allow_override_by_label: false}",
            labels,
            "BLOCK",
            1,
        ),
        ("policy: {override_labels: [other]}", labels, "BLOCK", 1),
    ] {
        let world = World::scenario("findings_and_exit_1.json");
        let pipeline = world.lines("hotfix_pipeline.yaml").join("\n");
        world.write("own.yaml", format!("{pipeline}\n{policy}\n"));
        let call = [
            "run",
            "own.yaml",
            "--id",
            "o",
            "--json",
            "--context",
            context,
        ];
        let output = world.call(&call).leaves(code).json();
        assert_eq!(
            outcome(&output),
            json!(["SUCCESS", decision]),
            "{policy} {context}"
        );
        let report = world
            .call(&["report", "o", "--format", "json"])
            .leaves(0)
            .json();
        assert_eq!(report["decision"]["override_applied"], decision == "MERGE");
        assert_eq!(report["decision"]["factors"][0]["blocking"], true);
        assert_eq!(
            report["decision"]["factors"][0]["factor"],
            "critical_violations"
        );
        let warned = output["warnings"].to_string().contains("emergency-deploy");
        assert_eq!(warned, decision == "MERGE", "{}", output["warnings"]);
    }
}
