//! Processes that outlive their program are found and ended (decision 14).

use crate::world::{World, appears, assert_succeeded, block_on, failure, is_running, shell};
use serde_json::json;
use stagewright_agents::end_orphans;
use stagewright_core::retry::ErrorClass;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Goal: whatever a program leaves behind, in its group or outside, holding its
/// output or not, is gone when the step is over, and the answer counts.
#[test]
fn nothing_is_left() {
    let world = World::new();
    for (what, text) in [
        ("a child in the group", "sleep 30 & echo $! > pid; echo ok"),
        (
            "a quiet child",
            "sleep 30 > /dev/null 2>&1 < /dev/null & echo $! > pid; echo ok",
        ),
        (
            "a session of its own",
            "setsid sh -c 'echo $$ > pid; exec sleep 30' > /dev/null 2>&1 & while [ ! -s pid ]; do sleep 0.01; done; echo ok",
        ),
        (
            "a double fork that holds the output",
            "(setsid sh -c 'echo $$ > pid; sleep 30' &) ; while [ ! -s pid ]; do sleep 0.01; done; echo ok",
        ),
        (
            "one that ignores TERM",
            "(trap '' TERM; exec > /dev/null 2>&1; while :; do sleep 0.02; done) & echo $! > pid; echo ok",
        ),
        (
            "one without the marker, in the group",
            "env -i sleep 30 > /dev/null 2>&1 & echo $! > pid; echo ok",
        ),
    ] {
        let _ = std::fs::remove_file(world.path("pid"));
        let began = Instant::now();
        let performed = world.run(shell(text));
        assert!(!is_running(&world.path("pid")), "{what}");
        assert_succeeded(&performed);
        assert_eq!(performed.document.output, json!("ok"), "{what}");
        assert!(performed.document.leftovers >= 1, "{what}");
        assert!(
            performed.outcome.warnings[0].starts_with("ended "),
            "{what}"
        );
        assert!(began.elapsed() < Duration::from_secs(3), "{what}");
    }
}

/// Goal: what ends shortly after its program is waited for, not ended.
#[test]
fn a_late_writer_is_heard() {
    let world = World::new();
    let performed = world.run(shell("exec > >(sleep 0.1; cat); echo through a filter"));
    assert_eq!(performed.document.output, json!("through a filter"));
    assert_eq!(performed.document.leftovers, 0);
    assert!(performed.outcome.warnings.is_empty());
}

/// Goal: a process that nothing can find does not hang the step, and is reported.
#[test]
fn one_that_cannot_be_found() {
    let world = World::new();
    let performed = world.run(shell(
        "setsid env -i sh -c 'echo $$ > pid; exec sleep 30' & while [ ! -s pid ]; do sleep 0.01; done; echo ok",
    ));
    assert_eq!(performed.document.output, json!("ok"));
    assert!(is_running(&world.path("pid")), "else this tests nothing");
    let warning = &performed.outcome.warnings[0];
    assert!(warning.contains("held open"), "{warning}");
    let ended = Command::new("kill").arg(world.read("pid").trim()).status();
    assert!(ended.unwrap().success());
}

/// Goal: a program that closes its output and lives on is still subject to its limit.
#[test]
fn closed_output() {
    let world = World::new();
    let mut job = world.job(shell("echo $$ > pid; exec > /dev/null 2>&1; sleep 30"));
    job.timeout_ms = Some(150);
    let performed = world.perform(job);
    assert_eq!(failure(&performed).0, ErrorClass::Timeout);
    assert!(!is_running(&world.path("pid")));
}

/// Goal: after a crash of the orchestrator its agents are found by their run, those
/// of nested and of other runs told apart, and this process is spared.
#[test]
fn orphans() {
    let world = World::new();
    let run = format!("run_orphans_{}", std::process::id());
    let start = |name: &str, marker: String| {
        let mut child = Command::new("setsid")
            .args(["sh", "-c", "echo $$ > \"$0\"; trap '' HUP; exec sleep 30"])
            .arg(world.path(name))
            .env("STAGEWRIGHT_LAUNCH", marker)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        block_on(appears(&world.path(name)));
        std::thread::spawn(move || child.wait());
    };
    start("own", format!("{run}/step/1"));
    start("nested", format!("{run}/step/2 inner_run/a/1"));
    start("other", format!("{run}0/step/1"));
    assert_eq!(end_orphans(&run), 2);
    assert!(!is_running(&world.path("own")));
    assert!(!is_running(&world.path("nested")));
    assert!(
        is_running(&world.path("other")),
        "another run's agents are left alone"
    );
    assert_eq!(end_orphans(&format!("{run}0")), 1);
    assert_eq!(end_orphans(&run), 0);
}
