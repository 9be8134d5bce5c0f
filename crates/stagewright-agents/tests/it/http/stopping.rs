//! A stop and a dropped future close the connection at once.

use super::server::{Server, Step};
use super::{conversation, get};
use crate::world::{World, block_on, failure, stop_signal};
use stagewright_core::input::Stop;
use stagewright_core::retry::ErrorClass;
use std::time::{Duration, Instant};

/// The ways to leave a server waiting.
fn scripts() -> [Vec<Step>; 2] {
    let head = b"HTTP/1.1 200 OK\r\n\r\nsome of it\n".to_vec();
    [vec![Step::Hang], vec![Step::Send(head), Step::Hang]]
}

/// Goal: either stop ends a launch at once, in whatever it waits for, and the server
/// sees the connection close.
#[test]
fn stopped() {
    let world = World::new();
    for stop in [Stop::Gentle, Stop::Forced] {
        for script in scripts() {
            let server = Server::new(vec![script]);
            let (sender, receiver) = stop_signal();
            let agents = world.agents();
            let performing = agents.perform(world.job(get(&server.url("/"))), receiver);
            let started = Instant::now();
            let performed = block_on(async {
                let stopping = async {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    sender.send(Some(stop)).unwrap();
                };
                tokio::join!(performing, stopping).0
            });
            assert!(started.elapsed() < Duration::from_secs(2));
            assert!(performed.stopped);
            assert_eq!(failure(&performed), (ErrorClass::Cancelled, "stopped"));
            assert!(conversation(&world, &performed).contains("> GET / HTTP/1.1"));
            server.heard();
            server.gone();
        }
    }
}

/// Goal: a future that is dropped in the middle leaves no connection behind.
#[test]
fn dropped() {
    let world = World::new();
    for script in scripts() {
        let server = Server::new(vec![script]);
        let (_sender, receiver) = stop_signal();
        let agents = world.agents();
        let performing = agents.perform(world.job(get(&server.url("/"))), receiver);
        block_on(async {
            let patience = Duration::from_millis(100);
            assert!(tokio::time::timeout(patience, performing).await.is_err());
        });
        server.heard();
        server.gone();
    }
}

/// Goal: a sender that goes away is no stop.
#[test]
fn a_sender_that_is_gone() {
    let world = World::new();
    let pause = Step::Pause(Duration::from_millis(50));
    let answer = Step::Send(super::server::json("{}"));
    let server = Server::new(vec![vec![pause, answer]]);
    let (sender, receiver) = stop_signal();
    drop(sender);
    let performed = block_on(
        world
            .agents()
            .perform(world.job(get(&server.url("/"))), receiver),
    );
    crate::world::assert_succeeded(&performed);
}
