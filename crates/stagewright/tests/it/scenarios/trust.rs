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

const PASSES: &str = "name: Passes\nstages: [{id: s, agents: [{id: a, run: 'true'}]}]\n";

fn repository() -> World {
    let world = World::new();
    world.write("p.yaml", PASSES);
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "commit",
            "-q",
            "-m",
            "x",
        ],
        &["checkout", "-q", "-b", "pr"],
    ] {
        let git = Command::new("git")
            .args(arguments)
            .current_dir(world.path("."))
            .status()
            .unwrap();
        assert!(git.success());
    }
    world
}

/// Goal: however the changed files are told, the pipeline among them is seen; what is not
/// understood is an error, never a pass.
#[test]
fn a_change_of_the_policy_however_it_is_told() {
    let world = repository();
    let call = |context: &str, code| {
        world
            .call(&["run", "p.yaml", "--context", context])
            .leaves(code)
    };
    for context in [
        "pr.files_changed=p.yaml",
        "pr.files_changed:=[\"./p.yaml\"]",
        "pr.files_changed:=[{\"filename\":\"p.yaml\"}]",
        "pr.files_changed:=[{\"new_path\":\"p.yaml\",\"old_path\":\"p.yaml\"}]",
        "pr.files_changed:=[{\"filename\":\"q.yaml\",\"previous_filename\":\"p.yaml\"}]",
    ] {
        call(context, 1).says("which decides over it");
    }
    for context in [
        "pr.files_changed:={\"p.yaml\":1}",
        "pr.files_changed:=[7]",
        "pr.base_branch=origin/nowhere",
        "pr.base_branch:=[\"main\"]",
        "pr.base_branch=--output=x",
    ] {
        call(context, 2).says("SW0213");
    }
    call("pr.base_branch=main", 0);
    world.write("p.yaml", PASSES.replace("Passes", "Passes too"));
    call("pr.base_branch=main", 1).says("which decides over it");
}

/// Goal: labels are a list of names; the keys of a mapping and empty texts are none.
#[test]
fn only_labels_are_labels() {
    let world = World::new();
    let pipeline = "name: Fails\nstages: [{id: s, agents: [{id: a, run: 'false'}]}]\n\
                    policy: {override_labels: [skip-validation]}\n";
    world.write("p.yaml", pipeline);
    for (labels, code) in [
        ("{\"skip-validation\":false}", 1),
        ("\"skip-validation\"", 1),
        ("[\"\"]", 1),
        ("[{\"name\":\"skip-validation\"}]", 0),
        ("[\"skip-validation\"]", 0),
    ] {
        let context = format!("pr.labels:={labels}");
        world
            .call(&["run", "p.yaml", "--context", &context])
            .leaves(code);
    }
}

/// Goal: what could not be printed is not done, and a required gate that could not be
/// looked at is no pass even where no decision is asked for.
#[test]
fn zero_means_done() {
    let world = World::new();
    world.write("p.yaml", PASSES);
    let full = std::fs::File::options().write(true).open("/dev/full");
    if let Ok(full) = full {
        let status = Command::new(env!("CARGO_BIN_EXE_stagewright"))
            .args(["run", "p.yaml", "--json"])
            .current_dir(world.path("."))
            .stdout(full)
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(4));
    }
    let gate = "name: Gate\ndecision: none\nstages:\n  - id: s\n    gates:\n      \
                - {id: g, if: context.missing.thing == 1, run: 'true'}\n";
    world.write("g.yaml", gate);
    world.call(&["run", "g.yaml"]).leaves(1);
}

/// Goal: values that hold each other do not exhaust the memory; the step fails.
#[test]
fn values_do_not_grow_without_bound() {
    let world = World::new();
    let mut pipeline = String::from("name: Grow\nstages:\n  - id: s\n    agents:\n");
    pipeline.push_str("      - {id: a0, set: {x: 0123456789}}\n");
    for n in 1..40 {
        let before = n - 1;
        pipeline.push_str(&format!(
            "      - {{id: a{n}, set: {{x: '{{{{ results.a{before}.output }}}}', \
             y: '{{{{ results.a{before}.output }}}}'}}}}\n"
        ));
    }
    world.write("p.yaml", &pipeline);
    let ended = world.call(&["run", "p.yaml"]).leaves(1);
    assert!(
        ended.err.contains("larger than") || ended.err.contains("more than"),
        "{ended}"
    );
}
