//! Pipeline files that are none, runs that are none, and flags that make no sense.

use crate::world::World;

/// Goal: files that are missing, empty, no text, or directories are refused with exit
/// code 2 and their name; nothing is made on disk.
#[test]
fn files_that_are_no_pipelines() {
    let world = World::new();
    world.write("empty.yaml", "");
    world.write("blank.yaml", "\n# only a comment\n\n");
    world.write("bytes.yaml", b"name: \xff\xfe\n");
    world.write("nul.yaml", b"name: a\0b\n");
    world.write("utf16.yaml", [0xff, 0xfe, b'n', 0]);
    world.write("list.yaml", "- a\n- b\n");
    world.write("text.yaml", "just a sentence\n");
    world.write("two.yaml", "name: a\n---\nname: b\n");
    world.write("broken.yaml", "name: [\n");
    std::fs::create_dir(world.path("directory.yaml")).unwrap();
    for (file, says) in [
        ("missing.yaml", "missing.yaml"),
        ("empty.yaml", "empty.yaml:1:1"),
        ("blank.yaml", "blank.yaml:"),
        ("bytes.yaml", "byte 6 is not UTF-8"),
        ("nul.yaml", "nul.yaml:1:"),
        ("utf16.yaml", "UTF-8"),
        ("list.yaml", "list.yaml:1:1"),
        ("text.yaml", "text.yaml:1:1"),
        ("two.yaml", "two.yaml:"),
        ("broken.yaml", "broken.yaml:"),
        ("directory.yaml", "directory"),
    ] {
        for command in ["run", "validate", "plan"] {
            let ended = world.call(&[command, file]).leaves(2);
            let said = format!("{}{}", ended.out, ended.err);
            assert!(
                said.contains(says),
                "{command} {file}: no `{says}`\n{ended}"
            );
            assert!(!said.contains("panicked"), "{ended}");
        }
        assert!(!world.has_state(), "{file}");
    }
}

/// Goal: runs that do not exist are usage errors with a hint, before and after there is a
/// journal; looking makes none.
#[test]
fn runs_that_do_not_exist() {
    let world = World::seed();
    let calls = [
        &["status", "nobody"][..],
        &["logs", "nobody"],
        &["history", "nobody"],
        &["resume", "nobody"],
        &["approve", "nobody"],
        &["report", "nobody"],
        &["retry", "nobody", "--from", "a"],
        &["cancel", "nobody", "--reason", "why"],
    ];
    for call in calls {
        world.call(call).leaves(2);
        assert!(!world.has_state(), "{call:?}");
    }
    world
        .call(&["run", "unit_sequential.yaml", "--id", "somebody"])
        .leaves(0);
    for call in calls {
        let ended = world.call(call).leaves(2);
        assert!(
            ended.err.contains("nobody") && ended.err.contains("hint"),
            "{call:?}: {ended}"
        );
    }
}

/// Goal: flags that make no sense are usage errors.
#[test]
fn flags_that_make_no_sense() {
    let world = World::seed();
    for flags in [
        &["--timeout", "soon"][..],
        &["--max-parallelism", "0"],
        &["--mode", "fast"],
        &["--id", "latest"],
        &["--id", "run_x"],
        &["--id", "two\nlines"],
        &["--json", "--jsonl"],
        &["--no-such-flag"],
    ] {
        let mut call = vec!["run", "unit_sequential.yaml"];
        call.extend(flags);
        world.call(&call).leaves(2);
        assert!(!world.has_state(), "{flags:?}");
    }
}

/// Goal: a dry run says what would run, with everything checked and nothing made.
#[test]
fn a_dry_run_runs_nothing() {
    let world = World::seed();
    let call = [
        "run",
        "pr_review_pipeline.yaml",
        "--context",
        "context.json",
        "--dry-run",
    ];
    let ended = world.call(&call).leaves(0);
    assert!(ended.out.contains("lld_alignment"), "{ended}");
    assert!(world.diary().is_empty());
    assert!(!world.has_state());
    let bad = [
        "run",
        "pr_review_pipeline.yaml",
        "--dry-run",
        "--context",
        "token=x",
    ];
    world.call(&bad).leaves(2);
}
