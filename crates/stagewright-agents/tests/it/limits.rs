//! The three time limits, and what is left of a program that passed one: nothing.

use crate::world::{World, failure, is_running, shell};
use stagewright_agents::Request;
use stagewright_core::plan::TimeLimits;
use stagewright_core::retry::ErrorClass;
use std::time::{Duration, Instant};

fn limited(text: &str, limits: TimeLimits) -> Request {
    Request {
        limits,
        ..shell(text)
    }
}

/// Goal: each limit ends a program that passes it, and says which one it was.
#[test]
fn each_limit() {
    let world = World::new();
    let none = TimeLimits::default();
    for (text, limits, message) in [
        (
            "sleep 30",
            TimeLimits {
                total_ms: Some(100),
                ..none
            },
            "not done within 100 ms (limit: total)",
        ),
        (
            "while sleep 0.02; do echo .; done",
            TimeLimits {
                total_ms: Some(200),
                idle_ms: Some(150),
                ..none
            },
            "not done within 200 ms (limit: total)",
        ),
        (
            "sleep 30",
            TimeLimits {
                first_output_ms: Some(100),
                ..none
            },
            "no output within 100 ms of its start (limit: first output)",
        ),
        (
            "sleep 30",
            TimeLimits {
                idle_ms: Some(100),
                ..none
            },
            "no output within 100 ms of its start (limit: first output)",
        ),
        (
            "echo hello >&2; sleep 30",
            TimeLimits {
                first_output_ms: Some(5_000),
                idle_ms: Some(100),
                ..none
            },
            "no output for 100 ms (limit: idle): hello",
        ),
    ] {
        let performed = world.run(limited(text, limits));
        assert_eq!(
            failure(&performed),
            (ErrorClass::Timeout, message),
            "{text}"
        );
        assert!(!performed.stopped);
        assert_eq!(performed.document.signal, Some(15), "{text}");
    }
}

/// Goal: a program within its limits does not notice them; output on either stream
/// is a sign of life.
#[test]
fn within_limits() {
    let world = World::new();
    let limits = TimeLimits {
        total_ms: Some(20_000),
        first_output_ms: Some(2_000),
        idle_ms: Some(2_000),
    };
    let text = "for i in 1 2 3; do sleep 0.05; echo $i; sleep 0.05; echo $i >&2; done";
    let performed = world.run(limited(text, limits));
    assert_eq!(performed.document.output, serde_json::json!("1\n2\n3"));
}

/// Goal: the grown limit of a retry stands above the request's own (rule A7).
#[test]
fn the_jobs_limit_counts() {
    let world = World::new();
    let own = TimeLimits {
        total_ms: Some(50),
        ..TimeLimits::default()
    };
    let mut job = world.job(limited("sleep 0.2; echo late", own));
    job.timeout_ms = Some(20_000);
    assert_eq!(
        world.perform(job).document.output,
        serde_json::json!("late")
    );
}

/// Goal: a program that ignores TERM, and its children that do, are killed after
/// the grace and gone on return.
#[test]
fn ignoring_term() {
    let world = World::new();
    let text = "trap '' TERM; echo $$ > parent
        (while :; do sleep 0.05; done) & echo $! > child
        while :; do sleep 0.05; done";
    let limits = TimeLimits {
        total_ms: Some(200),
        ..TimeLimits::default()
    };
    let began = Instant::now();
    let performed = world.run(limited(text, limits));
    assert_eq!(failure(&performed).0, ErrorClass::Timeout);
    assert_eq!(performed.document.signal, Some(9));
    assert!(!is_running(&world.path("parent")));
    assert!(!is_running(&world.path("child")));
    let elapsed = began.elapsed();
    assert!(
        elapsed >= Duration::from_millis(500),
        "TERM, then 300 ms, then KILL: {elapsed:?}"
    );
    assert!(elapsed < Duration::from_secs(3), "{elapsed:?}");
}

/// Goal: a program that cleans up on TERM may do so, and may still write.
#[test]
fn cleaning_up() {
    let world = World::new();
    let text = "trap 'echo cleaned >&2; head -c 200000 /dev/zero; echo x > cleaned; exit 0' TERM
        echo ready; while :; do sleep 0.01; done";
    let limits = TimeLimits {
        idle_ms: Some(50),
        ..TimeLimits::default()
    };
    let performed = world.run(limited(text, limits));
    assert_eq!(failure(&performed).0, ErrorClass::Timeout);
    assert_eq!(world.read("cleaned"), "x\n");
    assert_eq!(performed.document.stdout.as_ref().unwrap().written, 200_006);
    assert!(world.stderr(&performed).ends_with(b"cleaned\n"));
}

/// Goal: a stopped process is ended too, though it cannot hear TERM.
#[test]
fn stopped_processes() {
    let world = World::new();
    let limits = TimeLimits {
        total_ms: Some(150),
        ..TimeLimits::default()
    };
    let performed = world.run(limited("kill -STOP $$", limits));
    assert_eq!(failure(&performed).0, ErrorClass::Timeout);
    assert_eq!(performed.document.signal, Some(15));
}
