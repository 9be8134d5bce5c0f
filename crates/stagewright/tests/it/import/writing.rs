//! What an import writes: everything or nothing, below one directory, over nothing that
//! is somebody's work.

use super::files;
use crate::world::World;
use std::os::unix::fs::{PermissionsExt as _, symlink};

const REPORT: &str = "# Dark mode\n## Action items\n- Add a switch\n- Remember it\n";

fn world() -> World {
    let world = World::new();
    world.write("r.md", REPORT);
    world
}

/// Goal: nothing is overwritten without `--force`; with it, what an import wrote is made
/// anew and everything else stays.
#[test]
fn nothing_is_overwritten_unasked() {
    let world = world();
    world
        .call(&["import", "review", "r.md"])
        .leaves(0)
        .says("2 tasks name no files, so nothing keeps them apart");
    let all = files(&world);
    let pipeline = "dark-mode.pipeline.yaml";
    world.write(pipeline, "mine");
    world.write("tasks/backlog/dark-mode/notes.md", "mine too");
    world
        .call(&["import", "review", "r.md"])
        .leaves(2)
        .says("error[SW0235]")
        .says("dark-mode.pipeline.yaml")
        .says("--force");
    assert_eq!(world.lines(pipeline), ["mine"]);
    let ended = world
        .call(&["import", "review", "r.md", "--force"])
        .leaves(0);
    assert!(
        ended.out.contains("dark-mode.pipeline.yaml (overwritten)"),
        "{ended}"
    );
    world.call(&["validate", pipeline]).leaves(0);
    assert_eq!(
        world.lines("tasks/backlog/dark-mode/notes.md"),
        ["mine too"]
    );
    let mut expected = all;
    expected.push("tasks/backlog/dark-mode/notes.md".to_owned());
    assert_eq!(files(&world), expected, "and no temporary file stays");
}

/// Goal: an import elsewhere, under another name, leads to a pipeline that is run there.
#[test]
fn elsewhere_and_under_another_name() {
    let world = world();
    world
        .call(&[
            "import",
            "review",
            "r.md",
            "--into",
            "a new/place",
            "--slug",
            "night",
        ])
        .leaves(0)
        .says("cd 'a new/place' && stagewright run night.pipeline.yaml");
    assert!(world.path("a new/place/night.pipeline.yaml").is_file());
    assert!(
        world
            .path("a new/place/tasks/backlog/night/README.md")
            .is_file()
    );
    let mode = std::fs::metadata(world.path("a new/place/night.pipeline.yaml")).unwrap();
    assert_ne!(
        mode.permissions().mode() & 0o044,
        0,
        "others may read it, as the mask says"
    );
}

/// Goal: no link on the way is followed, dangling ones included, and nothing lands where
/// it leads; the target itself may be one.
#[test]
fn links_are_not_followed() {
    for (link, to) in [
        ("tasks", "outside"),
        ("tasks/backlog", "../outside"),
        ("tasks/backlog/dark-mode", "../../outside"),
        ("tasks/backlog/dark-mode/README.md", "../../../outside/x.md"),
        ("dark-mode.pipeline.yaml", "outside/x.yaml"),
    ] {
        let world = world();
        std::fs::create_dir(world.path("outside")).unwrap();
        std::fs::create_dir_all(world.path(link).parent().unwrap()).unwrap();
        symlink(to, world.path(link)).unwrap();
        for force in [&[][..], &["--force"]] {
            let mut call = vec!["import", "review", "r.md"];
            call.extend(force);
            world
                .call(&call)
                .leaves(2)
                .says("error[SW0236]")
                .says(&format!("{link} is a link"));
        }
        let mut left = vec![link.to_owned(), "r.md".to_owned()];
        left.sort();
        assert_eq!(files(&world), left, "{link}");
    }
    let world = world();
    std::fs::create_dir(world.path("real")).unwrap();
    symlink("real", world.path("target")).unwrap();
    world
        .call(&["import", "review", "r.md", "--into", "target"])
        .leaves(0);
    assert!(world.path("real/dark-mode.pipeline.yaml").is_file());
}

/// Goal: something else than a directory or a file in the way is said, and nothing is
/// written.
#[test]
fn what_is_in_the_way_is_named() {
    let world = world();
    world.write("tasks", "a file");
    world
        .call(&["import", "review", "r.md"])
        .leaves(2)
        .says("error[SW0236]")
        .says("tasks is no directory");
    std::fs::remove_file(world.path("tasks")).unwrap();
    std::fs::create_dir_all(world.path("dark-mode.pipeline.yaml")).unwrap();
    world
        .call(&["import", "review", "r.md", "--force"])
        .leaves(2)
        .says("is no regular file");
    world
        .call(&["import", "review", "r.md", "--into", "r.md"])
        .leaves(2)
        .says("error[SW0236]");
    assert_eq!(files(&world), ["r.md"]);
}
