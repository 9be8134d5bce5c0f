//! What an agent sees of the world around it.

use crate::world::{World, shell};
use serde_json::json;
use std::collections::BTreeSet;

fn names(world: &World, text: &str) -> BTreeSet<String> {
    let performed = world.run(shell(text));
    let output = performed.document.output.as_str().unwrap().to_owned();
    output.lines().map(str::to_owned).collect()
}

/// Goal: nothing of the orchestrator's environment leaks but what is on the list.
#[test]
fn nothing_leaks() {
    let mut world = World::new();
    world.environment.clear();
    for (name, value) in [
        ("PATH", std::env::var("PATH").unwrap().as_str()),
        ("HOME", "/home/me"),
        ("GITHUB_TOKEN", "leak"),
        ("AWS_SECRET_ACCESS_KEY", "leak"),
        ("LD_PRELOAD", ""),
        ("BASH_ENV", "/etc/evil"),
        ("STAGEWRIGHT_STATE_DIR", "/state"),
    ] {
        world.set(name, value);
    }
    let seen = names(
        &world,
        "env -0 | tr '\\n' ' ' | tr '\\0' '\\n' | sed 's/=.*//'",
    );
    let expected = [
        "HOME",
        "PATH",
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
        "STAGEWRIGHT_AGENT",
        "STAGEWRIGHT_ANSWER",
        "STAGEWRIGHT_IDEMPOTENCY_KEY",
        "STAGEWRIGHT_INPUT",
        "STAGEWRIGHT_LAUNCH",
        "STAGEWRIGHT_PIPELINE_ID",
        "STAGEWRIGHT_RUN",
        "STAGEWRIGHT_RUN_DIR",
        "STAGEWRIGHT_TRY",
    ];
    let unexpected: Vec<_> = seen
        .iter()
        .filter(|name| !expected.contains(&name.as_str()))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    for name in expected
        .iter()
        .filter(|name| name.starts_with("STAGEWRIGHT"))
    {
        assert!(seen.contains(*name), "{name}");
    }
}

/// Goal: the key is the same for all launches of a try and another for the next try.
#[test]
fn idempotency_key() {
    let world = World::new();
    let key = |try_number: u32, serial: u64| {
        let mut job = world.job(shell("echo $STAGEWRIGHT_IDEMPOTENCY_KEY $STAGEWRIGHT_TRY"));
        job.run_id = "run_1".to_owned();
        job.try_number = try_number;
        job.launch.serial = serial;
        world.perform(job).document.output
    };
    assert_eq!(key(1, 10), json!("run_1/step/1 1"));
    assert_eq!(key(1, 11), json!("run_1/step/1 1"));
    assert_eq!(key(2, 12), json!("run_1/step/2 2"));
}

/// Goal: values reach a shell text as variables; declared ones stand above the list,
/// and stagewright's own above everything.
#[test]
fn order() {
    let world = World::new();
    let mut request = shell("echo \"$SW_1|$HOME|$STAGEWRIGHT_TRY\"");
    request.env.insert("HOME".to_owned(), "/declared".into());
    request
        .env
        .insert("STAGEWRIGHT_TRY".to_owned(), "forged".into());
    if let stagewright_agents::Body::Shell { environment, .. } = &mut request.body {
        environment.push(("SW_1".to_owned(), "$(rm -rf /) `x` \"".into()));
    }
    let performed = world.run(request);
    assert_eq!(
        performed.document.output,
        json!("$(rm -rf /) `x` \"|/declared|1")
    );
}

/// Goal: the work tree is where it runs, `cwd` is relative to it.
#[test]
fn working_directory() {
    let world = World::new();
    std::fs::create_dir(world.path("sub")).unwrap();
    let mut request = shell("basename \"$PWD\"");
    request.cwd = Some("sub".to_owned());
    assert_eq!(world.run(request).document.output, json!("sub"));
}

/// Goal: an agent that runs a pipeline of its own hands the outer marker down.
#[test]
fn nested_markers() {
    let mut world = World::new();
    world.set("STAGEWRIGHT_LAUNCH", "outer/a/1");
    let job = world.job(shell("echo $STAGEWRIGHT_LAUNCH"));
    let expected = format!("outer/a/1 {}", job.marker);
    assert_eq!(world.perform(job).document.output, json!(expected));
}

/// Goal: a launch can be spawned onto any runtime.
#[test]
fn launches_can_be_sent() {
    fn assert_send<T: Send>(_: &T) {}
    let world = World::new();
    let agents = world.agents();
    let (_sender, stop) = crate::world::stop_signal();
    assert_send(&agents.perform(world.job(shell("true")), stop));
}
