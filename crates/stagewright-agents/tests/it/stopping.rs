//! The stop signal (decision 13, rule A24), and dropping a launch in the middle.

use crate::world::{
    World, appears, assert_succeeded, block_on, failure, is_running, shell, stop_signal,
};
use stagewright_core::input::Stop;
use stagewright_core::retry::ErrorClass;
use std::time::{Duration, Instant};

/// Goal: a gentle stop lets the program end by itself; it has no answer then, even
/// with exit 0.
#[test]
fn gentle() {
    let world = World::new();
    let job = world.job(shell(
        "trap 'echo bye > bye; exit 0' TERM; echo > ready; while :; do sleep 0.01; done",
    ));
    let (sender, stop) = stop_signal();
    let agents = world.agents();
    let performed = block_on(async {
        let stopper = async {
            appears(&world.path("ready")).await;
            sender.send(Some(Stop::Gentle)).unwrap();
        };
        tokio::join!(agents.perform(job, stop), stopper).0
    });
    assert!(performed.stopped);
    assert_eq!(failure(&performed), (ErrorClass::Cancelled, "stopped"));
    assert_eq!(performed.document.exit_code, Some(0));
    assert_eq!(world.read("bye"), "bye\n");
}

/// Goal: a forced stop after a gentle one shortens the grace.
#[test]
fn forced_after_gentle() {
    let mut world = World::new();
    world.settings.grace.gentle = Duration::from_secs(30);
    let job = world.job(shell(
        "trap '' TERM; echo $$ > ready; while :; do sleep 0.01; done",
    ));
    let (sender, stop) = stop_signal();
    let began = Instant::now();
    let agents = world.agents();
    let performed = block_on(async {
        let stopper = async {
            appears(&world.path("ready")).await;
            sender.send(Some(Stop::Gentle)).unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            sender.send(Some(Stop::Forced)).unwrap();
        };
        tokio::join!(agents.perform(job, stop), stopper).0
    });
    assert!(performed.stopped);
    assert_eq!(performed.document.signal, Some(9));
    assert!(!is_running(&world.path("ready")));
    assert!(began.elapsed() < Duration::from_secs(5));
}

/// Goal: nothing is started when the stop was there first.
#[test]
fn before_the_start() {
    let world = World::new();
    let job = world.job(shell("echo > started"));
    let (sender, stop) = stop_signal();
    sender.send(Some(Stop::Gentle)).unwrap();
    let performed = block_on(world.agents().perform(job, stop));
    assert!(performed.stopped);
    assert!(!world.path("started").exists());
}

/// Goal: a driver that lets go of the signal means "no stop will come".
#[test]
fn a_sender_that_is_gone() {
    let world = World::new();
    let job = world.job(shell("sleep 0.05; echo done"));
    let (sender, stop) = stop_signal();
    drop(sender);
    assert_succeeded(&block_on(world.agents().perform(job, stop)));
}

/// Goal: dropping the future kills the program and what escaped from its group.
#[test]
fn dropping() {
    let world = World::new();
    let job = world.job(shell(
        "setsid sh -c 'echo $$ > escaped; sleep 30' & echo $$ > parent; wait",
    ));
    let (_sender, stop) = stop_signal();
    block_on(async {
        let agents = world.agents();
        tokio::select! {
            _ = agents.perform(job, stop) => panic!("it does not end by itself"),
            () = async {
                appears(&world.path("escaped")).await;
                appears(&world.path("parent")).await;
            } => {}
        }
        // KILL was sent; dying takes a moment.
        let deadline = Instant::now() + Duration::from_secs(5);
        while is_running(&world.path("parent")) || is_running(&world.path("escaped")) {
            assert!(Instant::now() < deadline, "they are still running");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}
