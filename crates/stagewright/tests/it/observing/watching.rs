//! `list --watch`.

use crate::world::World;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout};

struct Watch {
    child: Child,
    /// Gone once nobody reads any more.
    lines: Option<std::io::Lines<BufReader<ChildStdout>>>,
}

impl Watch {
    fn of(world: &World, arguments: &[&str]) -> Self {
        let mut call = vec!["list", "--watch"];
        call.extend(arguments);
        let mut child = world.command(&call).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines: Some(lines),
        }
    }

    fn next(&mut self) -> String {
        let lines = self.lines.as_mut().unwrap();
        lines.next().expect("it goes on").unwrap()
    }

    /// Reads on until a line holds a text.
    fn until(&mut self, text: &str) -> String {
        loop {
            let line = self.next();
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Goal: where there is no terminal, the runs there are come first, and then a line for
/// each change; an interrupt ends it with 130.
#[test]
fn changes_are_lines() {
    let world = World::new();
    world.write(
        "good.yaml",
        "name: G\nstages: [{id: s, agents: [{id: a, run: 'true'}]}]\n",
    );
    world.write(
        "waits.yaml",
        "name: W
stages:
  - id: s
    agents:
      - {id: a, run: 'true'}
      - {id: ask, human: {ask: 'Go on?'}}
",
    );
    world.call(&["run", "good.yaml", "--id", "old"]).leaves(0);
    world
        .call(&["run", "waits.yaml", "--id", "asks"])
        .leaves(43);
    let mut watch = Watch::of(&world, &[]);
    assert!(watch.next().starts_with("RUN"), "the heading");
    assert!(watch.next().contains("  old  "), "the oldest first");
    assert!(watch.next().contains("waiting (approval)"));
    world.call(&["approve", "asks"]).leaves(0);
    let line = watch.until("SUCCESS");
    assert!(line.contains("  asks  "), "{line}");

    let pid = rustix::process::Pid::from_child(&watch.child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(watch.child.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    watch
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut rest)
        .unwrap();
    assert_eq!(rest, "");
}

/// Goal: the same as a stream for programs; it ends when its reader has gone away.
#[test]
fn changes_are_json_lines() {
    let world = World::new();
    world.write(
        "good.yaml",
        "name: G\nstages: [{id: s, agents: [{id: a, run: 'true'}]}]\n",
    );
    world.call(&["run", "good.yaml", "--id", "one"]).leaves(0);
    let mut watch = Watch::of(&world, &["--jsonl"]);
    let entry: Value = serde_json::from_str(&watch.next()).unwrap();
    assert_eq!(entry["pipeline_id"], "one");
    world.call(&["run", "good.yaml", "--id", "two"]).leaves(0);
    let entry: Value = serde_json::from_str(&watch.until("SUCCESS")).unwrap();
    assert_eq!(entry["pipeline_id"], "two");

    watch.lines = None;
    world.call(&["run", "good.yaml", "--id", "three"]).leaves(0);
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}
