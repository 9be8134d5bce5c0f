//! `import`: scenarios 4 and 5 of the orchestrator patterns, with the real program.

mod features;
mod refusals;
mod reviews;
mod writing;

use crate::world::World;
use std::path::Path;

/// A work tree with the example inputs.
fn examples() -> World {
    let world = World::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/import");
    for name in ["FEAT-7C21.yaml", "review-report.md"] {
        world.write(name, std::fs::read(folder.join(name)).unwrap());
    }
    world
}

/// All files below the work tree, in order.
fn files(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![world.work()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                let path = path.strip_prefix(world.work()).unwrap();
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Goal: the commands of the page work one after another on the example inputs.
#[test]
fn commands_of_the_page_work() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/import.md");
    let page = std::fs::read_to_string(page).unwrap();
    let world = examples();
    let commands: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("$ stagewright "))
        .collect();
    assert!(commands.len() >= 6, "the page shows commands");
    for command in commands {
        // Quoted words are arguments with blanks in them.
        let mut arguments: Vec<&str> = Vec::new();
        for (at, part) in command.split('\'').enumerate() {
            match at % 2 {
                0 => arguments.extend(part.split_whitespace()),
                _ => arguments.push(part),
            }
        }
        world.call(&arguments).leaves(0);
    }
}
