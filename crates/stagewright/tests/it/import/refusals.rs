//! Each step of an import that fails has a message of its own, exit code 2, and leaves
//! nothing behind.

use super::files;
use crate::world::World;
use std::os::unix::fs::PermissionsExt as _;

/// Goal: not found, a directory, not readable, empty, another kind, broken, wrong, without
/// tasks: all told apart.
#[test]
fn every_step_says_what_failed() {
    let world = World::new();
    world.write("FEAT-1.yaml", "id: F\nname: x\ntasks: []\n");
    world.write("empty.yaml", "# nothing\n");
    world.write("empty.md", " \n");
    world.write("pipeline.yaml", "stages: []\n");
    world.write("list.json", "[1]");
    world.write("broken.yaml", "id: [\n");
    world.write("binary.yaml", b"\xff\xfe\0");
    world.write("escape.md", "# \u{1b}]0;title\u{7}\n");
    world.write("cycle.yaml", "id: F\nname: x\ntasks: [{id: A, dependencies: [A]}]\norchestration: {parallel_groups: [[A]]}\n");
    std::fs::create_dir(world.path("folder")).unwrap();
    let before = files(&world);
    for (kind, file, code, said) in [
        (
            "feature",
            "FEAT-2.yaml",
            "SW0230",
            "there is no file FEAT-2.yaml",
        ),
        (
            "feature",
            "FEAT-2.yaml",
            "SW0230",
            "did you mean FEAT-1.yaml?",
        ),
        (
            "review",
            "nowhere/r.md",
            "SW0230",
            "there is no file nowhere/r.md",
        ),
        ("feature", "folder", "SW0232", "folder is a directory"),
        ("feature", "binary.yaml", "SW0201", "is not UTF-8"),
        ("feature", "empty.yaml", "SW0231", "empty.yaml is empty"),
        ("review", "empty.md", "SW0231", "empty.md is empty"),
        (
            "feature",
            "pipeline.yaml",
            "SW0232",
            "is a pipeline already",
        ),
        ("feature", "list.json", "SW0232", "it holds a list"),
        ("feature", "escape.md", "SW0232", "it is Markdown"),
        ("review", "pipeline.yaml", "SW0232", "it is YAML or JSON"),
        ("feature", "broken.yaml", "SW0233", "broken.yaml:2:1"),
        ("feature", "cycle.yaml", "SW0233", "`A` depends on itself"),
        ("review", "escape.md", "SW0233", "control character"),
        ("feature", "FEAT-1.yaml", "SW0234", "has no tasks"),
    ] {
        let ended = world
            .call(&["import", kind, file])
            .leaves(2)
            .says(&format!("error[{code}]"))
            .says(said);
        assert_eq!(ended.out, "", "no data");
        assert!(!ended.err.contains('\u{7}'), "{ended}");
    }
    assert_eq!(files(&world), before, "nothing was written");
    assert!(!world.has_state(), "and nothing remembered");
}

/// Goal: a file that may not be read says so. Root may read everything.
#[test]
fn a_file_that_may_not_be_read() {
    let world = World::new();
    world.write("r.md", "# x\n");
    let shut = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(world.path("r.md"), shut).unwrap();
    let may_read = std::fs::read(world.path("r.md")).is_ok();
    let code = if may_read { "SW0234" } else { "SW0201" };
    world
        .call(&["import", "review", "r.md"])
        .leaves(2)
        .says(&format!("error[{code}]"));
}

/// Goal: commands that a pipeline cannot hold are refused before anything is written, and
/// so are names that are none.
#[test]
fn arguments_that_cannot_be() {
    let world = World::new();
    world.write("r.md", "# x\n## Action items\n- a\n");
    for arguments in [
        ["--run", "eval {{ context.x }}"],
        ["--run", "echo 'open"],
        ["--gate", "{% if x %}"],
    ] {
        let mut call = vec!["import", "review", "r.md"];
        call.extend(arguments);
        world
            .call(&call)
            .leaves(2)
            .says("error[SW0237]")
            .says("x.pipeline.yaml:");
    }
    for arguments in [
        ["--slug", "../x"],
        ["--slug", "A b"],
        ["--run", ""],
        ["--max-parallelism", "-1"],
    ] {
        let mut call = vec!["import", "review", "r.md"];
        call.extend(arguments);
        world.call(&call).leaves(2);
    }
    assert_eq!(files(&world), ["r.md"]);
}
