//! `init`: what it writes works at once, in a repository like any other.

use crate::world::World;
use std::collections::BTreeSet;
use std::process::Command;

/// Goal: the minimal template runs at once, and nothing is ever overwritten.
#[test]
fn init_minimal_runs_at_once() {
    let world = World::new();
    world
        .call(&["init", "minimal"])
        .leaves(0)
        .says("wrote pipeline.yaml")
        .says("next: stagewright run pipeline.yaml");
    world.call(&["validate", "pipeline.yaml"]).leaves(0);
    world.call(&["run", "pipeline.yaml"]).leaves(0);

    world.write("pipeline.yaml", "mine");
    world
        .call(&["init", "review"])
        .leaves(2)
        .says("SW0221")
        .says("pipeline.yaml");
    assert_eq!(world.lines("pipeline.yaml"), ["mine"]);
    assert!(
        !world.path("reviewers").exists(),
        "nothing at all was written"
    );
    world
        .call(&["init", "minimal", "--into", "a new one"])
        .leaves(0)
        .says("cd 'a new one' && stagewright run pipeline.yaml");
    assert!(world.path("a new one/pipeline.yaml").is_file());
}

/// Goal: the review template reviews a real repository: findings of a changed file
/// block, tools that are missing are missing evidence, and the secret is not told.
#[test]
fn init_review_reviews_a_repository() {
    let mut world = World::new();
    for (name, script) in [
        ("ruff", "#!/bin/sh\necho '[]'\n"),
        (
            "bandit",
            "#!/bin/sh\necho '{\"errors\": [], \"metrics\": {}, \"results\": []}'\n",
        ),
    ] {
        tool(&world, name, script);
    }
    let path = format!(
        "{}:{}",
        world.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    world.set("PATH", &path);
    world
        .call(&["init", "review"])
        .leaves(0)
        .says("wrote reviewers/secrets.py");
    git(&world, &["init", "-q", "-b", "main"]);
    world.write("app.py", "x = 1\n");
    commit(&world, "base");
    git(&world, &["switch", "-q", "-c", "change"]);
    world.write("app.py", "x = 2\n");
    world.write("-odd name.txt", "nothing\n");
    commit(&world, "harmless");
    let harmless = world
        .call(&["run", "pipeline.yaml", "--json"])
        .leaves(0)
        .json();
    assert_eq!(harmless["agents_succeeded"], 4, "{harmless:#}");
    assert!(world.path("review.md").is_file());
    assert!(world.path("review.html").is_file());

    let secret = ["hunter2", "hunter2"].concat();
    world.write("app.py", format!("x = 2\npassword = \"{secret}\"\n"));
    commit(&world, "a secret");
    let ended = world.call(&["run", "pipeline.yaml", "--json"]).leaves(1);
    let blocked = ended.json();
    assert_eq!(blocked["decision"], "BLOCK");
    assert_eq!(blocked["aggregated_result"]["high_violations"], 1);
    assert!(!ended.to_string().contains(&secret), "{ended}");

    world.write("app.py", "x = 3\n");
    commit(&world, "without it");
    tool(&world, "ruff", "#!/bin/sh\nexit 2\n");
    let ended = world.call(&["run", "pipeline.yaml", "--json"]).leaves(1);
    assert!(
        ended.json()["decision_reason"]
            .as_str()
            .unwrap()
            .contains("`lint` has no result"),
        "{ended}"
    );
}

/// Goal: with the real tools the template finds what is wrong with a change, whatever its
/// files are called, and has nothing against a change without fault.
#[test]
fn init_review_with_the_real_tools() {
    let tools = std::env::var("STAGEWRIGHT_TEST_TOOLS")
        .expect("STAGEWRIGHT_TEST_TOOLS names the directory of ruff and bandit; `./test` sets it");
    let mut world = World::new();
    let path = format!("{tools}:{}", std::env::var("PATH").unwrap());
    world.set("PATH", &path);
    world.call(&["init", "review"]).leaves(0);
    git(&world, &["init", "-q", "-b", "main"]);
    world.write("app.py", "x = 1\n");
    world.write("untouched.py", "import os\n");
    commit(&world, "base");
    git(&world, &["switch", "-q", "-c", "change"]);
    world.write(
        "app.py",
        "import json\nimport subprocess\n\n\ndef run(line: str) -> None:\n    subprocess.call(line, shell=True)\n",
    );
    world.write("-odd name.py", "print(undefined)\n");
    commit(&world, "faults");
    let ended = world.call(&["run", "pipeline.yaml", "--json"]).leaves(1);
    let blocked = ended.json();
    assert_eq!(
        (&blocked["status"], &blocked["decision"]),
        (&"SUCCESS".into(), &"BLOCK".into()),
        "{ended}"
    );
    let report = world.call(&["report", "latest", "--format", "json"]);
    let report = report.leaves(0).json();
    let found: BTreeSet<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |name: &str| finding[name].as_str().unwrap();
            (text("rule"), text("file"))
        })
        .collect();
    let expected = [
        ("F401", "app.py"),
        ("F821", "-odd name.py"),
        ("B404", "app.py"),
        ("B602", "app.py"),
    ];
    assert_eq!(found, BTreeSet::from(expected), "{report:#}");

    world.write("app.py", "def double(x: int) -> int:\n    return 2 * x\n");
    world.write("-odd name.py", "print(2)\n");
    commit(&world, "without them");
    let merged = world
        .call(&["run", "pipeline.yaml", "--json"])
        .leaves(0)
        .json();
    assert_eq!(merged["decision"], "MERGE");
    assert_eq!(merged["agents_succeeded"], 4, "{merged:#}");
}

fn tool(world: &World, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(world.path("bin")).unwrap();
    let path = world.path("bin").join(name);
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn commit(world: &World, message: &str) {
    git(world, &["add", "--all", "--", ":!bin"]);
    git(world, &["commit", "-q", "-m", message]);
}

fn git(world: &World, arguments: &[&str]) {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=Tester",
            "-c",
            "user.email=tester@example.org",
        ])
        .args(arguments)
        .current_dir(world.work())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
